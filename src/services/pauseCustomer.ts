import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { endPause, existingCustomers, insertPause } from '../store/customerPlans.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** Halts follow-up of a customer up to and including a day, or until it is resumed; a pause in force gives way. False when there is no such customer. */
export async function pauseCustomer(
  db: Db,
  customerId: number,
  { until, reason, clock, userId }: { until: Day | null; reason: string; clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    if ((await existingCustomers(trx, [customerId])).length === 0) return false;
    const at = isoOf(clock());
    await endPause(trx, customerId, at);
    await insertPause(trx, customerId, { until, reason, begunAt: at });
    await addHistory(trx, [{ at, kind: 'paused', customerId, userId, data: { until, reason } }]);
    return true;
  });
}
