import type { Day } from '../domain/calendar.ts';
import type { Pause } from '../domain/customer.ts';
import type { Plan } from '../domain/plan.ts';
import type { Db, Transaction } from './database.ts';
import { inChunks, insertAll, selectIn } from './rows.ts';

/** A customer's stay on a plan. */
export interface EnrolmentRow {
  id: number;
  customerId: number;
  planId: number;
  kind: Plan['kind'];
  since: Day;
  endedAt: string | null;
}

interface RawEnrolment {
  id: number;
  customer_id: number;
  plan_id: number;
  kind: Plan['kind'];
  since_on: Day;
  ended_at: string | null;
}

const enrolmentOf = (row: RawEnrolment): EnrolmentRow => ({
  id: row.id,
  customerId: row.customer_id,
  planId: row.plan_id,
  kind: row.kind,
  since: row.since_on,
  endedAt: row.ended_at,
});

/** The plans that some customers are on today. */
export async function currentEnrolments(db: Db, customerIds: readonly number[]): Promise<EnrolmentRow[]> {
  const rows = await selectIn<RawEnrolment>(db, 'enrolments', 'customer_id', customerIds);
  return rows.filter(({ ended_at }) => ended_at === null).map(enrolmentOf);
}

/** Some enrolments, current or past. */
export const enrolmentsById = async (db: Db, ids: readonly number[]): Promise<EnrolmentRow[]> =>
  (await selectIn<RawEnrolment>(db, 'enrolments', 'id', ids)).map(enrolmentOf);

/** Which of the customers there are: unknown and archived ones drop out. */
export async function existingCustomers(db: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await selectIn<{ id: number; archived_at: string | null }>(db, 'customers', 'id', [...new Set(ids)]);
  return rows.filter(({ archived_at }) => archived_at === null).map(({ id }) => id);
}

export async function endEnrolments(trx: Transaction, ids: readonly number[], at: string): Promise<void> {
  for (const part of inChunks(ids)) await trx('enrolments').whereIn('id', part).update({ ended_at: at });
}

/** Takes up ended enrolments again, with the day they began on. */
export async function putEnrolmentsBack(trx: Transaction, ids: readonly number[]): Promise<void> {
  for (const part of inChunks(ids)) await trx('enrolments').whereIn('id', part).update({ ended_at: null });
}

/** Puts customers on a plan; returns the new enrolments' ids. */
export async function insertEnrolments(
  trx: Transaction,
  customerIds: readonly number[],
  plan: Pick<Plan, 'id' | 'kind'>,
  since: Day,
): Promise<number[]> {
  await insertAll(
    trx,
    'enrolments',
    customerIds.map((id) => ({ customer_id: id, plan_id: plan.id, kind: plan.kind, since_on: since })),
  );
  const made = await currentEnrolments(trx, customerIds);
  return made.filter(({ kind }) => kind === plan.kind).map(({ id }) => id);
}

/** A customer's pause in force, or that lapsed by itself and was not ended. */
export type CustomerPause = Pause & { reason: string; begunAt: string };

export const pauseOf = (db: Db, customerId: number): Promise<CustomerPause | undefined> =>
  db
    .select({ until: 'until_on', reason: 'reason', begunAt: 'begun_at' })
    .from('pauses')
    .where({ customer_id: customerId })
    .whereNull('ended_at')
    .first() as unknown as Promise<CustomerPause | undefined>;

export async function insertPause(
  trx: Transaction,
  customerId: number,
  { until, reason, begunAt }: CustomerPause,
): Promise<void> {
  await trx('pauses').insert({ customer_id: customerId, until_on: until, reason, begun_at: begunAt });
}

export async function endPause(trx: Transaction, customerId: number, at: string): Promise<boolean> {
  const ended = await trx('pauses').where({ customer_id: customerId }).whereNull('ended_at').update({ ended_at: at });
  return ended > 0;
}
