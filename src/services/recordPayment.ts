import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor, type Minor } from '../domain/money.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { type InvoiceDetails, invoicesById, recomputeBalances } from '../store/ledger.ts';
import { formPrefix, insertApplications, insertPayment } from '../store/settling.ts';
import { closeSettled } from './closeSettled.ts';

/** Money that arrived for an invoice. */
export interface Received {
  /** More than nothing; money given back is a reversal. */
  amount: Minor;
  receivedOn: Day;
  reference: string;
  /** The form's own key: however often it is sent, the payment is booked once. */
  formKey: string;
  clock: Clock;
  userId: number | null;
}

/** What became of it; `already` when the form was sent before. */
export type PaymentResult =
  | { kind: 'unknown' }
  | { kind: 'already' }
  | { kind: 'recorded'; paymentId: number; applied: Minor; unapplied: Minor };

/**
 * Books a payment against an invoice, up to what is outstanding; the rest stays on the customer's account as credit.
 * Of a cancelled invoice nothing is owed, so all of it does.
 */
export async function recordPayment(db: Db, invoiceId: number, received: Received): Promise<PaymentResult> {
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    return invoice ? bookPayment(trx, invoice, received) : { kind: 'unknown' };
  });
}

/** The same in the caller's transaction. */
export async function bookPayment(
  trx: Transaction,
  invoice: InvoiceDetails,
  { amount, receivedOn, reference, formKey, clock, userId }: Received,
): Promise<PaymentResult> {
  if (amount <= 0) throw new RangeError('a payment is more than nothing');
  const at = isoOf(clock());
  const { id, customerId, currency } = invoice;
  const paymentId = await insertPayment(trx, {
    customerId,
    receivedOn,
    currency,
    amount,
    reference,
    sourceKey: `${formPrefix(formKey)}${id}`,
    reversesId: null,
    createdAt: at,
  });
  if (paymentId === null) return { kind: 'already' };
  const applied = Math.min(amount, payableOn(invoice));
  if (applied > 0)
    await insertApplications(trx, [{ invoiceId: id, kind: 'payment', id: paymentId, amount: applied, on: receivedOn }]);
  await recomputeBalances(trx, { invoices: [id], payments: [paymentId] });
  const unapplied = amount - applied;
  const data = {
    amount: decimalFromMinor(amount, currency),
    currency,
    on: receivedOn,
    reference,
    ...(unapplied ? { credit: decimalFromMinor(unapplied, currency) } : {}),
  };
  await addHistory(trx, [{ at, kind: 'payment_recorded', customerId, invoiceId: id, userId, data }]);
  await closeSettled(trx, [id], { at, userId });
  return { kind: 'recorded', paymentId, applied, unapplied };
}

/** How much an invoice can take: nothing that is owed by nobody. */
export const payableOn = ({ state, outstanding }: Pick<InvoiceDetails, 'state' | 'outstanding'>): Minor =>
  state === 'cancelled' ? 0 : Math.max(0, outstanding);
