import type { Day } from '../domain/calendar.ts';
import type { PlanLimit, Step } from '../domain/plan.ts';
import type { EscalationOptions, RecapOptions, StepDraft } from '../domain/planSteps.ts';
import type { Db } from './database.ts';

/** What the list of plans shows besides the plans themselves. */
export interface PlanCounts {
  customers: number;
  sent: number;
}

/** How many customers are on each plan, and how many of its reminders left since a day. */
export async function planCounts(db: Db, since: Day): Promise<Map<number, PlanCounts>> {
  const customers: { planId: number; n: number }[] = await db
    .select({ planId: 'plan_id' })
    .count({ n: '*' })
    .from('enrolments')
    .whereNull('ended_at')
    .groupBy('plan_id');
  const sent: { planId: number; n: number }[] = await db
    .select({ planId: 'plan_id' })
    .count({ n: '*' })
    .from('reminders')
    .where({ state: 'sent' })
    .andWhere('sent_on', '>=', since)
    .whereNotNull('plan_id')
    .groupBy('plan_id');
  const sentBy = new Map(sent.map(({ planId, n }) => [planId, n]));
  const customersBy = new Map(customers.map(({ planId, n }) => [planId, n]));
  const ids = new Set([...sentBy.keys(), ...customersBy.keys()]);
  return new Map([...ids].map((id) => [id, { customers: customersBy.get(id) ?? 0, sent: sentBy.get(id) ?? 0 }]));
}

/** A customer on a plan. */
export interface PlanMember {
  customerId: number;
  name: string;
  since: Day;
}

/** Who is on a plan, by name; `limit` names at most. */
export async function planMembers(db: Db, planId: number, limit: number): Promise<PlanMember[]> {
  return db
    .select({ customerId: 'e.customer_id', name: 'c.name', since: 'e.since_on' })
    .from('enrolments as e')
    .join('customers as c', 'c.id', 'e.customer_id')
    .where({ 'e.plan_id': planId })
    .whereNull('e.ended_at')
    .orderByRaw('c.name COLLATE NOCASE, c.id')
    .limit(limit);
}

/** The ids of all customers on a plan. */
export async function memberIds(db: Db, planId: number): Promise<number[]> {
  const rows: { id: number }[] = await db
    .select({ id: 'customer_id' })
    .from('enrolments')
    .where({ plan_id: planId })
    .whereNull('ended_at');
  return rows.map(({ id }) => id);
}

/** A reminder of a plan that left. */
export interface PlanReminder {
  id: number;
  customer: string;
  stepName: string | null;
  sentOn: Day;
  invoices: number;
}

/** What left by a plan since a day, newest first; `limit` at most. */
export async function remindersOfPlan(db: Db, planId: number, since: Day, limit: number): Promise<PlanReminder[]> {
  return db
    .select({ id: 'r.id', customer: 'c.name', stepName: 's.name', sentOn: 'r.sent_on' })
    .select({
      invoices: db.raw('(SELECT count(*) FROM reminder_invoices ri WHERE ri.reminder_id = r.id)') as unknown as string,
    })
    .from('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .leftJoin('steps as s', 's.id', 'r.step_id')
    .where({ 'r.plan_id': planId, 'r.state': 'sent' })
    .andWhere('r.sent_on', '>=', since)
    .orderBy([
      { column: 'r.sent_on', order: 'desc' },
      { column: 'r.id', order: 'desc' },
    ])
    .limit(limit);
}

/** The roles that contacts have, in the owner's words. */
export async function contactRoles(db: Db): Promise<string[]> {
  const rows: { role: string }[] = await db.distinct('role').from('contacts').whereNot('role', '').orderBy('role');
  return rows.map(({ role }) => role);
}

/** The currencies that invoices are written in. */
export async function invoiceCurrencies(db: Db): Promise<string[]> {
  const rows: { currency: string }[] = await db.distinct('currency').from('open_amounts').orderBy('currency');
  return rows.map(({ currency }) => currency);
}

/** When a plan was paused, until when and why; null while it runs. */
export async function pauseOfPlan(
  db: Db,
  planId: number,
): Promise<{ until: Day | null; reason: string; begunAt: string } | null> {
  const row = await db
    .select({ until: 'until_on', reason: 'reason', begunAt: 'begun_at' })
    .from('pauses')
    .where({ plan_id: planId })
    .whereNull('ended_at')
    .first();
  return (row as { until: Day | null; reason: string; begunAt: string } | undefined) ?? null;
}

/** Plans that were put away, by name. */
export const archivedPlans = (db: Db): Promise<{ id: number; name: string }[]> =>
  db.select('id', 'name').from('plans').whereNotNull('archived_at').orderByRaw('name COLLATE NOCASE') as never;

/** Whose name it is: of a plan in use, of one that was put away, or nobody's. A plan does not stand in its own way. */
export async function planNamed(db: Db, name: string, except: number | null): Promise<'used' | 'archived' | null> {
  const row: { archived_at: string | null } | undefined = await db('plans')
    .whereRaw('lower(name) = lower(?)', name)
    .whereNot('id', except ?? 0)
    .first();
  if (!row) return null;
  return row.archived_at === null ? 'used' : 'archived';
}

/** The steps of a plan that something refers to: a reminder, or an invoice that is through with it. */
export async function usedSteps(db: Db, planId: number): Promise<Set<number>> {
  const rows: { id: number }[] = await db('steps as s')
    .select({ id: 's.id' })
    .where({ 's.plan_id': planId })
    .andWhereRaw(
      `(EXISTS (SELECT 1 FROM completions c WHERE c.step_id = s.id)
        OR EXISTS (SELECT 1 FROM reminder_invoices ri WHERE ri.step_id = s.id)
        OR EXISTS (SELECT 1 FROM reminders r WHERE r.step_id = s.id))`,
    );
  return new Set(rows.map(({ id }) => id));
}

/** How many invoices are through with each step of a plan. */
export async function completionsByStep(db: Db, planId: number): Promise<Map<number, number>> {
  const rows: { id: number; n: number }[] = await db
    .select({ id: 's.id' })
    .count({ n: 'c.id' })
    .from('steps as s')
    .join('completions as c', 'c.step_id', 's.id')
    .where({ 's.plan_id': planId })
    .groupBy('s.id');
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** Writes a new plan without steps; returns its id. */
export async function insertPlan(
  db: Db,
  plan: ({ kind: 'escalation'; together: boolean } & EscalationOptions) | ({ kind: 'recap' } & RecapOptions),
  createdAt: string,
): Promise<number> {
  const options = plan.kind === 'recap' ? recapRow(plan) : { ...escalationRow(plan), together: Number(plan.together) };
  const [row] = (await db('plans')
    .insert({ ...options, kind: plan.kind, created_at: createdAt })
    .returning('id')) as { id: number }[];
  const id = row?.id ?? 0;
  await writeLimits(db, id, plan.limits);
  return id;
}

/** Sets the options of an escalation. */
export async function updateEscalation(db: Db, id: number, options: EscalationOptions): Promise<void> {
  await db('plans').where({ id, kind: 'escalation' }).update(escalationRow(options));
  await writeLimits(db, id, options.limits);
}

/** Sets everything about a recap. */
export async function updateRecap(db: Db, id: number, options: RecapOptions): Promise<void> {
  await db('plans').where({ id, kind: 'recap' }).update(recapRow(options));
  await writeLimits(db, id, options.limits);
}

const escalationRow = (plan: EscalationOptions): object => ({
  name: plan.name,
  roles: JSON.stringify(plan.roles),
  minimum_days: plan.minimumDays,
  minimum_days_after_receipt: plan.minimumDaysAfterReceipt,
  include_not_due: Number(plan.includeNotDue),
});

const recapRow = (plan: RecapOptions): object => ({
  name: plan.name,
  roles: JSON.stringify(plan.roles),
  start_on: plan.startOn,
  every_n: plan.every.n,
  every_unit: plan.every.unit,
  scope: plan.scope,
  with_credit_notes: Number(plan.withCreditNotes),
  action: plan.action,
  template_id: plan.templateId,
});

async function writeLimits(db: Db, planId: number, limits: readonly PlanLimit[]): Promise<void> {
  await db('plan_limits').where({ plan_id: planId }).delete();
  for (const { currency, minimum, ceiling } of limits)
    await db('plan_limits').insert({ plan_id: planId, currency, minimum_minor: minimum, ceiling_minor: ceiling });
}

/** Writes a step at a place of a plan; returns its id. */
export async function insertStep(db: Db, planId: number, position: number, step: StepDraft): Promise<number> {
  const [row] = (await db('steps')
    .insert({ plan_id: planId, position, ...stepRow(step) })
    .returning('id')) as { id: number }[];
  return row?.id ?? 0;
}

/** Writes the steps that a plan has already, each at its place: the ids, and with them all history, stay. */
export async function updateSteps(db: Db, steps: readonly Step[]): Promise<void> {
  for (const [position, step] of steps.entries())
    await db('steps')
      .where({ id: step.id })
      .update({ position, retired: Number(step.retired), ...stepRow(step) });
}

export const deleteStep = (db: Db, id: number): Promise<number> => db('steps').where({ id }).delete();

const stepRow = ({ name, trigger, action, templateId, deadlineDays }: StepDraft): object => ({
  name,
  trigger_from: trigger.from,
  trigger_days: trigger.days,
  month_end: Number(trigger.monthEnd),
  action,
  template_id: templateId,
  deadline_days: deadlineDays,
});

/** Begins a pause of a plan, in place of one that may be in force. */
export async function putPlanPause(
  db: Db,
  planId: number,
  pause: { until: Day | null; reason: string; at: string },
): Promise<void> {
  await endPlanPause(db, planId, pause.at);
  await db('pauses').insert({
    plan_id: planId,
    until_on: pause.until,
    reason: pause.reason,
    begun_at: pause.at,
  });
}

/** Ends the pause of a plan; returns whether there was one. */
export async function endPlanPause(db: Db, planId: number, at: string): Promise<boolean> {
  const ended = await db('pauses').where({ plan_id: planId }).whereNull('ended_at').update({ ended_at: at });
  return ended > 0;
}

/** Puts a plan away (an instant) or brings it back (null). */
export const setPlanArchived = (db: Db, id: number, at: string | null): Promise<number> =>
  db('plans').where({ id }).update({ archived_at: at });
