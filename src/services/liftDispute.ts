import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { endFacts, openDisputes } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';

/** Lifts a dispute, so that the plan goes on. Returns the dispute's id; null when none was open. */
export async function liftDispute(
  db: Db,
  invoiceId: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number | null> {
  return db.transaction(async (trx) => {
    const dispute = (await openDisputes(trx, [invoiceId])).get(invoiceId);
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!dispute || !invoice) return null;
    const at = isoOf(clock());
    await endFacts(trx, 'dispute', [dispute.id], at);
    const data = { reason: dispute.reason };
    await addHistory(trx, [{ at, kind: 'dispute_lifted', customerId: invoice.customerId, invoiceId, userId, data }]);
    return dispute.id;
  });
}
