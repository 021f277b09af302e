import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { endFacts, openPromises } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';

/** Ends a promise before its day, so that the plan goes on at once. Returns the promise's id; null when there was none. */
export async function endPromise(
  db: Db,
  invoiceId: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number | null> {
  return db.transaction(async (trx) => {
    const promise = (await openPromises(trx, [invoiceId])).get(invoiceId);
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!promise || !invoice) return null;
    const at = isoOf(clock());
    await endFacts(trx, 'promise', [promise.id], at);
    const data = { until: promise.until };
    await addHistory(trx, [{ at, kind: 'promise_ended', customerId: invoice.customerId, invoiceId, userId, data }]);
    return promise.id;
  });
}
