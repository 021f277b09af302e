import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';
import { moveInvoice } from '../store/settling.ts';

/** Claims an invoice again that was written off; the plan goes on where it stood. False when it was not written off. */
export async function reopenInvoice(
  db: Db,
  invoiceId: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    if (!(await moveInvoice(trx, invoiceId, 'written_off', 'issued'))) return false;
    const customerId = (await invoicesById(trx, [invoiceId])).get(invoiceId)?.customerId ?? null;
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'claimed_again', customerId, invoiceId, userId }]);
    return true;
  });
}
