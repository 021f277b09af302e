import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor } from '../domain/money.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById, recomputeBalances } from '../store/ledger.ts';
import { appliedOf, creditAppliedAt, insertApplications, isReversed } from '../store/settling.ts';
import type { AppliedCredit } from './applyCredit.ts';
import { reopenUnsettled } from './closeSettled.ts';

/** Takes credits off an invoice that were just set against it; they are the customer's again. False when nothing was left of them there. */
export async function withdrawCredit(
  db: Db,
  invoiceId: number,
  {
    sources,
    today,
    clock,
    userId,
  }: Pick<AppliedCredit, 'sources'> & { today: Day; clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!invoice) return false;
    let withdrawn = 0;
    for (const { kind, id, amount } of sources) {
      // What was given back meanwhile came off the invoice with its reversal.
      if (kind === 'payment' && (await isReversed(trx, id))) continue;
      const there = (await appliedOf(trx, kind, id)).find((one) => one.invoiceId === invoiceId)?.amount ?? 0;
      const back = Math.min(amount, there);
      if (back <= 0) continue;
      await insertApplications(trx, [{ invoiceId, kind, id, amount: -back, on: today }]);
      await recomputeBalances(trx, {
        invoices: [invoiceId],
        [kind === 'payment' ? 'payments' : 'credit_notes']: [id],
      });
      withdrawn += back;
    }
    if (withdrawn === 0) return false;
    const appliedAt = await creditAppliedAt(trx, invoiceId);
    if (appliedAt) await reopenUnsettled(trx, [invoiceId], appliedAt);
    const { customerId, currency } = invoice;
    const data = { what: 'credit_applied', amount: decimalFromMinor(withdrawn, currency), currency };
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'undone', customerId, invoiceId, userId, data }]);
    return true;
  });
}
