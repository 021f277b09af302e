import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor, type Minor } from '../domain/money.ts';
import { creditNoteByNumber, type CreditNoteRow, saveCreditNote } from '../store/creditNotes.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById, recomputeBalances } from '../store/ledger.ts';
import { insertApplications } from '../store/settling.ts';
import { closeSettled } from './closeSettled.ts';
import { payableOn } from './recordPayment.ts';

/** A credit note as it was written to the customer. */
export interface Credited {
  number: string;
  issuedOn: Day;
  amount: Minor;
  clock: Clock;
  userId: number | null;
}

/** What became of it; `number_taken` when the customer has another one of that number, `already` when it is the same one. */
export type CreditNoteResult =
  | { kind: 'unknown' }
  | { kind: 'number_taken' }
  | { kind: 'already' }
  | { kind: 'recorded'; creditNoteId: number; applied: Minor; remaining: Minor };

/**
 * Books a credit note for an invoice's customer and applies it to the invoice, up to what is outstanding; the rest stays
 * open. Its number is the customer's own key for it, so a form that is sent twice books it once.
 */
export async function recordCreditNote(
  db: Db,
  invoiceId: number,
  { number, issuedOn, amount, clock, userId }: Credited,
): Promise<CreditNoteResult> {
  if (amount <= 0) throw new RangeError('a credit note is more than nothing');
  return db.transaction(async (trx) => {
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!invoice) return { kind: 'unknown' };
    const { customerId, currency } = invoice;
    const at = isoOf(clock());
    const note = { customerId, number, issuedOn, currency, total: amount, createdAt: at };
    const known = await creditNoteByNumber(trx, customerId, number);
    if (known?.state === 'open') return { kind: isSame(known, note) ? 'already' : 'number_taken' };
    const creditNoteId = await saveCreditNote(trx, note);
    const applied = Math.min(amount, payableOn(invoice));
    if (applied > 0)
      await insertApplications(trx, [
        { invoiceId, kind: 'credit_note', id: creditNoteId, amount: applied, on: issuedOn },
      ]);
    await recomputeBalances(trx, { invoices: [invoiceId], credit_notes: [creditNoteId] });
    const remaining = amount - applied;
    const data = {
      number,
      amount: decimalFromMinor(amount, currency),
      currency,
      on: issuedOn,
      ...(remaining ? { credit: decimalFromMinor(remaining, currency) } : {}),
    };
    await addHistory(trx, [{ at, kind: 'credit_note_recorded', customerId, invoiceId, userId, data }]);
    await closeSettled(trx, [invoiceId], { at, userId });
    return { kind: 'recorded', creditNoteId, applied, remaining };
  });
}

const isSame = (known: CreditNoteRow, note: Omit<CreditNoteRow, 'id' | 'state'>): boolean =>
  known.issuedOn === note.issuedOn && known.currency === note.currency && known.total === note.total;
