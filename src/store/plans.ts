import type { Day } from '../domain/calendar.ts';
import type { EscalationPlan, Plan, PlanLimit, RecapPlan, Step } from '../domain/plan.ts';
import type { Db } from './database.ts';
import { loadPauses } from './pauses.ts';

interface PlanRow {
  id: number;
  name: string;
  kind: Plan['kind'];
  roles: string;
  together: number;
  minimum_days: number;
  minimum_days_after_receipt: number;
  include_not_due: number;
  start_on: Day;
  every_n: number;
  every_unit: RecapPlan['every']['unit'];
  scope: RecapPlan['scope'];
  with_credit_notes: number;
  action: RecapPlan['action'];
  template_id: number | null;
  created_at: string;
  archived_at: string | null;
}

interface StepRow {
  id: number;
  plan_id: number;
  position: number;
  name: string;
  trigger_from: Step['trigger']['from'];
  trigger_days: number;
  month_end: number;
  action: Step['action'];
  template_id: number | null;
  deadline_days: number | null;
  retired: number;
}

/** All plans that are not archived, with their steps in the plan's order (retired ones included). */
export async function loadPlans(db: Db): Promise<Plan[]> {
  const rows: PlanRow[] = await db('plans').whereNull('archived_at').orderBy('id');
  const steps = Map.groupBy((await db('steps').orderBy(['plan_id', 'position'])) as StepRow[], (row) => row.plan_id);
  const limits = Map.groupBy(await loadLimits(db), ({ planId }) => planId);
  const pauses = await loadPauses(db, 'plan_id');
  return rows.map((row) => {
    const base = {
      id: row.id,
      name: row.name,
      pause: pauses.get(row.id) ?? null,
      limits: limits.get(row.id) ?? [],
      roles: JSON.parse(row.roles) as string[],
    };
    return row.kind === 'recap'
      ? { ...base, ...recapOf(row) }
      : { ...base, ...escalationOf(row, (steps.get(row.id) ?? []).map(stepOf)) };
  });
}

function recapOf(row: PlanRow): Omit<RecapPlan, 'id' | 'name' | 'pause' | 'limits' | 'roles'> {
  return {
    kind: 'recap',
    startOn: row.start_on,
    every: { n: row.every_n, unit: row.every_unit },
    scope: row.scope,
    withCreditNotes: row.with_credit_notes === 1,
    action: row.action,
    templateId: row.template_id,
  };
}

function escalationOf(row: PlanRow, steps: Step[]): Omit<EscalationPlan, 'id' | 'name' | 'pause' | 'limits' | 'roles'> {
  return {
    kind: 'escalation',
    together: row.together === 1,
    minimumDays: row.minimum_days,
    minimumDaysAfterReceipt: row.minimum_days_after_receipt,
    includeNotDue: row.include_not_due === 1,
    steps,
  };
}

const stepOf = (row: StepRow): Step => ({
  id: row.id,
  name: row.name,
  trigger: { from: row.trigger_from, days: row.trigger_days, monthEnd: row.month_end === 1 },
  action: row.action,
  templateId: row.template_id,
  deadlineDays: row.deadline_days,
  retired: row.retired === 1,
});

async function loadLimits(db: Db): Promise<(PlanLimit & { planId: number })[]> {
  return db
    .select({ planId: 'plan_id', currency: 'currency', minimum: 'minimum_minor', ceiling: 'ceiling_minor' })
    .from('plan_limits')
    .orderBy('currency');
}
