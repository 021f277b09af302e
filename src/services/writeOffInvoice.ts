import { type Clock, isoOf } from '../clock.ts';
import { decimalFromMinor } from '../domain/money.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';
import { moveInvoice } from '../store/settling.ts';

/** Gives up what is outstanding of an invoice, with a reason: nothing leaves about it any more. False when it was not open. */
export async function writeOffInvoice(
  db: Db,
  invoiceId: number,
  { reason, clock, userId }: { reason: string; clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!invoice || invoice.outstanding <= 0) return false;
    if (!(await moveInvoice(trx, invoiceId, 'issued', 'written_off'))) return false;
    const { customerId, currency, outstanding } = invoice;
    const data = { reason, amount: decimalFromMinor(outstanding, currency), currency };
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'written_off', customerId, invoiceId, userId, data }]);
    return true;
  });
}
