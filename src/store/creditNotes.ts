import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Db, Transaction } from './database.ts';

/** A credit note as it was written; what of it is applied to invoices is in `settling.ts`. */
export interface CreditNoteRow {
  id: number;
  customerId: number;
  number: string;
  issuedOn: Day;
  currency: Currency;
  total: Minor;
  state: 'open' | 'cancelled';
  createdAt: string;
}

const CREDIT_NOTE = {
  id: 'id',
  customerId: 'customer_id',
  number: 'number',
  issuedOn: 'issued_on',
  currency: 'currency',
  total: 'total_minor',
  state: 'state',
  createdAt: 'created_at',
};

export const creditNoteById = (db: Db, id: number): Promise<CreditNoteRow | undefined> =>
  db.select(CREDIT_NOTE).from('credit_notes').where({ id }).first() as unknown as Promise<CreditNoteRow | undefined>;

export const creditNoteByNumber = (db: Db, customerId: number, number: string): Promise<CreditNoteRow | undefined> =>
  db.select(CREDIT_NOTE).from('credit_notes').where({ customer_id: customerId, number }).first() as unknown as Promise<
    CreditNoteRow | undefined
  >;

/** Inserts an open credit note, or writes it over one of the same number that was cancelled; returns its id. */
export async function saveCreditNote(trx: Transaction, note: Omit<CreditNoteRow, 'id' | 'state'>): Promise<number> {
  const row = {
    customer_id: note.customerId,
    number: note.number,
    issued_on: note.issuedOn,
    currency: note.currency,
    total_minor: note.total,
    settled_elsewhere_minor: 0,
    remaining_minor: note.total,
    state: 'open',
    created_at: note.createdAt,
  };
  const [saved] = (await trx('credit_notes')
    .insert(row)
    .onConflict(['customer_id', 'number'])
    .merge()
    .returning('id')) as { id: number }[];
  if (!saved) throw new Error('the credit note was not saved');
  // What the cancelled one was set against, and taken off again, is no part of a note in another currency.
  await trx('applications')
    .where({ credit_note_id: saved.id })
    .whereNotIn('invoice_id', trx('invoices').select('id').where({ currency: note.currency }))
    .delete();
  return saved.id;
}

/** Cancels a credit note; false when it was not open. */
export const endCreditNote = async (trx: Transaction, id: number): Promise<boolean> =>
  (await trx('credit_notes').where({ id, state: 'open' }).update({ state: 'cancelled' })) > 0;
