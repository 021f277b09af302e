import { addDays, type Day } from '../../domain/calendar.ts';
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { forecast } from '../../domain/forecast.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Actor } from '../../services/savePlan.ts';
import type { Db } from '../../store/database.ts';
import { memberIds, pauseOfPlan, planCounts, planMembers, remindersOfPlan } from '../../store/planEditing.ts';
import { loadPlans } from '../../store/plans.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import { loadTemplates } from '../../store/templates.ts';
import type { Visit, Web } from '../visit.ts';
import { calendarOf, datesLine } from './newPlan.ts';
import { recapValues } from './optionsView.ts';
import { planView, recapFacts, stepsView } from './view.ts';

/** How far back and ahead the page of a plan looks. */
const DAYS = 30;
/** More names and messages than these are counted, not listed. */
const LISTED = 50;

/** What the page's own forms show before anything was typed. */
const NOTHING_REFUSED = {
  pauseErrors: { until: '', reason: '' },
  typed: { until: '', reason: '' },
  archiveRefused: '',
};

/** Who changes something here, and when. */
export const actorOf = ({ user }: Visit, { clock }: Web): Actor => ({ clock, userId: user?.id ?? null });

/** The first of the last 30 days, today included. */
export const lookBack = ({ today }: Visit): Day => addDays(today, 1 - DAYS);

/** A plan that is in use. */
export async function planOf(db: Db, id: number): Promise<Plan | null> {
  return (await loadPlans(db)).find((plan) => plan.id === id) ?? null;
}

/** All that the page of a plan shows. */
export async function planPage(visit: Visit, { db }: Web, plan: Plan): Promise<object> {
  const since = lookBack(visit);
  const snapshot = await ledgerOf(db, plan.id, visit);
  const counts = (await planCounts(db, since)).get(plan.id);
  const names = new Map(snapshot.customers.map(({ id, name }) => [id, name]));
  const view = planView(
    plan,
    {
      members: await planMembers(db, plan.id, visit.field('customers') === 'all' ? snapshot.enrolments.length : LISTED),
      memberCount: counts?.customers ?? 0,
      sent: await remindersOfPlan(db, plan.id, since, LISTED),
      sentCount: counts?.sent ?? 0,
      forecast: forecast(snapshot, visit.today, DAYS),
      names,
      pause: await pauseOfPlan(db, plan.id),
    },
    visit,
  );
  return { ...view, ...(await shapeOf(db, plan, snapshot, visit)), ...NOTHING_REFUSED };
}

/** What differs between an escalation and a recap: steps, or dates. */
async function shapeOf(db: Db, plan: Plan, snapshot: Snapshot, visit: Visit): Promise<object> {
  const templates = await loadTemplates(db);
  if (plan.kind === 'escalation') {
    const next = nextByStep(decide(snapshot, visit.today));
    return { ...stepsView(plan, templates, next, visit), form: null, justSaved: false, dates: null, recapFacts: [] };
  }
  const line = datesLine(recapValues(plan), { snapshot, planId: plan.id }, visit);
  return {
    steps: [],
    retired: '',
    line: null,
    form: null,
    dates: line,
    recapFacts: recapFacts(plan, templates, visit),
  };
}

/** The ledger of the customers on a plan. */
export async function ledgerOf(db: Db, planId: number, visit: Visit): Promise<Snapshot> {
  return loadSnapshot(db, calendarOf(visit), { customerIds: await memberIds(db, planId) });
}

/** How many invoices each step comes next for, by today's decisions. */
export function nextByStep(decisions: readonly Decision[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const decision of decisions) {
    const stepId = nextStepOf(decision);
    if (stepId !== null) counts.set(stepId, (counts.get(stepId) ?? 0) + 1);
  }
  return counts;
}

function nextStepOf(decision: Decision): number | null {
  if (decision.kind === 'blocked' || decision.subject.kind !== 'invoice') return null;
  if (decision.kind === 'wait') return decision.next?.stepId ?? null;
  const { invoiceId } = decision.subject;
  return decision.message.lines.find((line) => line.invoiceId === invoiceId)?.completes?.stepId ?? null;
}
