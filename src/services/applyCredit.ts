import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor, type Minor } from '../domain/money.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById, recomputeBalances } from '../store/ledger.ts';
import { type Application, creditsInHand, insertApplications } from '../store/settling.ts';
import { closeSettled } from './closeSettled.ts';
import { payableOn } from './recordPayment.ts';

/** What was set against the invoice, and what the customer's credits and the invoice have left. */
export interface AppliedCredit {
  applied: Minor;
  sources: Pick<Application, 'kind' | 'id' | 'amount'>[];
}

/**
 * Sets the customer's open credits against an invoice, the oldest first and up to what is outstanding. Asked again it
 * applies nothing, because either the invoice or the credit is used up.
 */
export async function applyCredit(
  db: Db,
  invoiceId: number,
  { today, clock, userId }: { today: Day; clock: Clock; userId: number | null },
): Promise<AppliedCredit> {
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!invoice) return { applied: 0, sources: [] };
    const { customerId, currency } = invoice;
    const credits = await creditsInHand(trx, customerId, currency);
    const sources = spread(credits, payableOn(invoice));
    if (sources.length === 0) return { applied: 0, sources };
    await insertApplications(
      trx,
      sources.map((source) => ({ ...source, invoiceId, on: today })),
    );
    const idsOf = (kind: Application['kind']): number[] =>
      sources.flatMap((source) => (source.kind === kind ? [source.id] : []));
    await recomputeBalances(trx, {
      invoices: [invoiceId],
      payments: idsOf('payment'),
      credit_notes: idsOf('credit_note'),
    });
    const applied = sources.reduce((sum, { amount }) => sum + amount, 0);
    const at = isoOf(clock());
    const data = { amount: decimalFromMinor(applied, currency), currency };
    await addHistory(trx, [{ at, kind: 'credit_applied', customerId, invoiceId, userId, data }]);
    await closeSettled(trx, [invoiceId], { at, userId });
    return { applied, sources };
  });
}

function spread(
  credits: readonly { kind: Application['kind']; id: number; remaining: Minor }[],
  payable: Minor,
): AppliedCredit['sources'] {
  let left = payable;
  return credits
    .map(({ kind, id, remaining }) => {
      const amount = Math.min(left, remaining);
      left -= amount;
      return { kind, id, amount };
    })
    .filter(({ amount }) => amount > 0);
}
