import { type Clock, isoOf } from '../clock.ts';
import { currentEnrolments, endEnrolments } from '../store/customerPlans.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { loadPlans } from '../store/plans.ts';

/**
 * Takes customers off a plan, or off all of theirs when `planId` is null; returns the ids of the enrolments that ended.
 * A message of the plan that still waits in the outbox is cancelled when its turn comes.
 */
export async function unenrolCustomers(
  db: Db,
  customerIds: readonly number[],
  { planId, clock, userId }: { planId: number | null; clock: Clock; userId: number | null },
): Promise<number[]> {
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    const leaving = (await currentEnrolments(trx, customerIds)).filter(
      (one) => planId === null || one.planId === planId,
    );
    const names = new Map((await loadPlans(trx)).map(({ id, name }) => [id, name]));
    const ended = leaving.map(({ id }) => id);
    await endEnrolments(trx, ended, at);
    await addHistory(
      trx,
      leaving.map((one) => ({
        at,
        kind: 'unenrolled',
        customerId: one.customerId,
        userId,
        data: { plan: names.get(one.planId) ?? '' },
      })),
    );
    return ended;
  });
}
