import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor } from '../domain/money.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { recomputeBalances } from '../store/ledger.ts';
import {
  appliedOf,
  insertApplications,
  insertPayment,
  isReversed,
  paymentById,
  type PaymentRow,
} from '../store/settling.ts';
import { reopenUnsettled } from './closeSettled.ts';

/** How the source keys of reversals begin that only take back a slip, by "Undo". */
export const UNDO_PREFIX = 'undo:';

/** When a payment was given back, and whether it ever was one. */
export interface Reversed {
  /** The invoice that it is asked for on. */
  invoiceId: number;
  on: Day;
  /** True for "Undo": the payment was a slip, so what it ended is in force again and only the history keeps it. */
  undo: boolean;
  clock: Clock;
  userId: number | null;
}

/**
 * Takes a payment back, as when a direct debit bounces: a negative payment that names it. Its invoices are open again
 * where they stood; what was sent before is not sent again (MW-24). False when it was taken back already.
 */
export async function reversePayment(db: Db, paymentId: number, reversed: Reversed): Promise<boolean> {
  return db.transaction((trx) => giveBack(trx, paymentId, reversed));
}

/** The same in the caller's transaction. */
export async function giveBack(
  trx: Transaction,
  paymentId: number,
  { invoiceId: asked, on, undo, clock, userId }: Reversed,
): Promise<boolean> {
  const payment = await paymentById(trx, paymentId);
  if (!payment || payment.amount <= 0 || (await isReversed(trx, paymentId))) return false;
  const at = isoOf(clock());
  const id = await insertPayment(trx, {
    ...payment,
    receivedOn: on,
    amount: -payment.amount,
    sourceKey: `${undo ? UNDO_PREFIX : 'reversal:'}${paymentId}`,
    reversesId: paymentId,
    createdAt: at,
  });
  if (id === null) return false;
  const touched = await unapply(trx, payment, { id, asked, on });
  await recomputeBalances(trx, { invoices: touched.map(({ invoiceId }) => invoiceId), payments: [paymentId, id] });
  const { currency, customerId } = payment;
  const data = { amount: decimalFromMinor(payment.amount, currency), currency, on };
  const said = undo
    ? { kind: 'undone', data: { ...data, what: 'payment_recorded' } }
    : { kind: 'payment_reversed', data };
  await addHistory(
    trx,
    touched.map(({ invoiceId }) => ({ at, ...said, customerId, invoiceId, userId })),
  );
  if (undo)
    await reopenUnsettled(
      trx,
      touched.map(({ invoiceId }) => invoiceId),
      payment.createdAt,
    );
  return true;
}

/**
 * Takes the payment off each invoice. What of it was not applied goes on an invoice first, and comes off again with the
 * rest: so neither the payment nor its reversal is left over as a credit.
 */
async function unapply(
  trx: Transaction,
  { id, unapplied }: PaymentRow,
  reversal: { id: number; asked: number; on: Day },
): Promise<{ invoiceId: number }[]> {
  const { on, asked } = reversal;
  const before = await appliedOf(trx, 'payment', id);
  const rest = { invoiceId: before[0]?.invoiceId ?? asked, kind: 'payment' as const, id, amount: unapplied, on };
  if (unapplied > 0) await insertApplications(trx, [rest]);
  const applied = await appliedOf(trx, 'payment', id);
  await insertApplications(
    trx,
    applied.map(({ invoiceId, amount }) => ({ invoiceId, kind: 'payment', id: reversal.id, amount: -amount, on })),
  );
  return applied;
}
