import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { claimable } from '../domain/invoice.ts';
import type { Db } from '../store/database.ts';
import { endFacts, insertInvoicePause, openInvoicePauses } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';

/**
 * Halts follow-up of an invoice up to and including a day, or until it is resumed; a pause in force gives way, unless it
 * says the same. False when nothing changed.
 */
export async function pauseInvoice(
  db: Db,
  invoiceId: number,
  { until, reason, clock, userId }: { until: Day | null; reason: string; clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!invoice || !claimable(invoice)) return false;
    const known = (await openInvoicePauses(trx, [invoiceId])).get(invoiceId);
    if (known && known.until === until && known.reason === reason) return false;
    const at = isoOf(clock());
    await endFacts(trx, 'pause', known ? [known.id] : [], at);
    await insertInvoicePause(trx, { invoiceId, until, reason }, at);
    const data = { until, reason };
    await addHistory(trx, [{ at, kind: 'paused', customerId: invoice.customerId, invoiceId, userId, data }]);
    return true;
  });
}
