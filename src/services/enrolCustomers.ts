import { type Clock, isoOf } from '../clock.ts';
import { type ActivationChoice, backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import type { Plan } from '../domain/plan.ts';
import { enrolledOn } from '../domain/supposition.ts';
import { currentEnrolments, endEnrolments, existingCustomers, insertEnrolments } from '../store/customerPlans.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { loadPlans } from '../store/plans.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { applyActivation } from './applyActivation.ts';
import type { Supposition } from './weighActivation.ts';

/**
 * `asks`: invoices are already late and nobody said what to do with them; nothing was changed. `done`: how many came on
 * the plan, with the ids of the enrolments that began and ended, and how many late invoices the choice touched.
 */
export type EnrolResult =
  | { kind: 'unknown_plan' }
  | { kind: 'asks'; supposition: Supposition }
  | { kind: 'done'; plan: Plan; customers: number; begun: number[]; ended: number[]; touched: number };

/**
 * Puts customers on a plan since today, in place of any other of its kind. Those who are on it already stay as they
 * are. A recap asks nothing: it lists what is open.
 */
export async function enrolCustomers(
  db: Db,
  customerIds: readonly number[],
  { planId, choice, clock, today, userId }: Order,
): Promise<EnrolResult> {
  return db.transaction(async (trx) => {
    const supposition = await supposeEnrolment(trx, customerIds, planId, today);
    if (!supposition) return { kind: 'unknown_plan' };
    const { plan, late, customerIds: joining } = supposition;
    if (late.length > 0 && choice === null) return { kind: 'asks', supposition };
    const at = isoOf(clock());
    const leaving = (await currentEnrolments(trx, joining)).filter(({ kind }) => kind === plan.kind);
    const ended = leaving.map(({ id }) => id);
    await endEnrolments(trx, ended, at);
    const begun = await insertEnrolments(trx, joining, plan, today);
    await addHistory(
      trx,
      joining.map((customerId) => ({ at, kind: 'enrolled', customerId, userId, data: { plan: plan.name } })),
    );
    const touched = await applyActivation(trx, late, choice ?? 'gently', { at, today, userId });
    return { kind: 'done', plan, customers: joining.length, begun, ended, touched };
  });
}

interface Order {
  planId: number;
  /** What to do with invoices that are already late; null when nobody was asked yet. */
  choice: ActivationChoice | null;
  clock: Clock;
  today: Day;
  userId: number | null;
}

async function supposeEnrolment(
  trx: Transaction,
  customerIds: readonly number[],
  planId: number,
  today: Day,
): Promise<Supposition | null> {
  const plan = (await loadPlans(trx)).find(({ id }) => id === planId);
  if (!plan) return null;
  const existing = await existingCustomers(trx, customerIds);
  const on = (await currentEnrolments(trx, existing)).filter((one) => one.planId === planId);
  const already = new Set(on.map(({ customerId }) => customerId));
  const joining = existing.filter((id) => !already.has(id));
  const calendar = sendingCalendar(await readSettings(trx), Number(today.slice(0, 4)));
  const before = await loadSnapshot(trx, calendar, { customerIds: joining });
  const snapshot = enrolledOn(before, plan, new Set(joining), today);
  const late = plan.kind === 'escalation' ? backlog(snapshot, plan.id, new Set(joining), today) : [];
  return { plan, snapshot, customerIds: joining, late };
}
