import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Db, Transaction } from './database.ts';
import { insertAll } from './rows.ts';

/*
 * Money against invoices: payments, credit notes, and what of them is applied to which invoice. Nothing is deleted: what
 * was applied by mistake is applied back with the opposite sign, so that the records say what happened.
 */

export type CreditKind = 'payment' | 'credit_note';

/** How much of a payment or credit note is set against an invoice; negative takes it back. */
export interface Application {
  invoiceId: number;
  kind: CreditKind;
  /** The payment, or the credit note. */
  id: number;
  amount: Minor;
  on: Day;
}

const columnOf = (kind: CreditKind): 'payment_id' | 'credit_note_id' =>
  kind === 'payment' ? 'payment_id' : 'credit_note_id';

export const insertApplications = (trx: Transaction, applications: readonly Application[]): Promise<void> =>
  insertAll(
    trx,
    'applications',
    applications.map(({ invoiceId, kind, id, amount, on }) => ({
      invoice_id: invoiceId,
      payment_id: kind === 'payment' ? id : null,
      credit_note_id: kind === 'credit_note' ? id : null,
      amount_minor: amount,
      applied_on: on,
    })),
  );

/** What of a payment or credit note stands against which invoice, net of what was taken back; never zero. */
export const appliedOf = (
  db: Db,
  kind: CreditKind,
  id: number,
): Promise<{ invoiceId: number; customerId: number; amount: Minor }[]> =>
  db
    .select({ invoiceId: 'a.invoice_id', customerId: 'i.customer_id' })
    .sum({ amount: 'a.amount_minor' })
    .from('applications as a')
    .join('invoices as i', 'i.id', 'a.invoice_id')
    .where(`a.${columnOf(kind)}`, id)
    .groupBy('a.invoice_id')
    .havingRaw('sum(a.amount_minor) <> 0')
    .orderBy('a.invoice_id') as unknown as Promise<{ invoiceId: number; customerId: number; amount: Minor }[]>;

export interface PaymentRow {
  id: number;
  customerId: number;
  receivedOn: Day;
  currency: Currency;
  amount: Minor;
  unapplied: Minor;
  reference: string;
  reversesId: number | null;
  createdAt: string;
}

const PAYMENT = {
  id: 'id',
  customerId: 'customer_id',
  receivedOn: 'received_on',
  currency: 'currency',
  amount: 'amount_minor',
  unapplied: 'unapplied_minor',
  reference: 'reference',
  reversesId: 'reverses_id',
  createdAt: 'created_at',
};

export const paymentById = (db: Db, id: number): Promise<PaymentRow | undefined> =>
  db.select(PAYMENT).from('payments').where({ id }).first() as unknown as Promise<PaymentRow | undefined>;

/** How the source key of a payment begins that was entered by hand; the invoice's id follows. */
export const formPrefix = (formKey: string): string => `form:${formKey}:`;

/** The payments that one form brought. */
export const paymentsOfForm = async (db: Db, formKey: string): Promise<number[]> => {
  const prefix = formPrefix(formKey);
  const rows: { id: number }[] = await db('payments')
    .select('id')
    .where('source_key', '>=', prefix)
    .andWhere('source_key', '<', `${prefix}:`)
    .orderBy('id');
  return rows.map(({ id }) => id);
};

export const isReversed = async (db: Db, paymentId: number): Promise<boolean> =>
  Boolean(await db('payments').where({ reverses_id: paymentId }).first());

/** Inserts a payment, all of it unapplied; null when its source key is there already. */
export async function insertPayment(
  trx: Transaction,
  payment: Omit<PaymentRow, 'id' | 'unapplied'> & { sourceKey: string },
): Promise<number | null> {
  const [made] = (await trx('payments')
    .insert({
      customer_id: payment.customerId,
      received_on: payment.receivedOn,
      currency: payment.currency,
      amount_minor: payment.amount,
      unapplied_minor: payment.amount,
      reference: payment.reference,
      source_key: payment.sourceKey,
      reverses_id: payment.reversesId,
      created_at: payment.createdAt,
    })
    .onConflict('source_key')
    .ignore()
    .returning('id')) as { id: number }[];
  return made?.id ?? null;
}

/** What a customer has in credit in one currency, the oldest first: open credit notes and unapplied payments. */
export const creditsInHand = (
  db: Db,
  customerId: number,
  currency: Currency,
): Promise<{ kind: CreditKind; id: number; name: string; remaining: Minor }[]> =>
  db.raw(
    `SELECT kind, id, name, remaining FROM (
       SELECT 'credit_note' AS kind, id, number AS name, remaining_minor AS remaining, issued_on AS day
         FROM credit_notes WHERE customer_id = :customerId AND currency = :currency AND remaining_minor > 0 AND state = 'open'
       UNION ALL
       SELECT 'payment', id, reference, unapplied_minor, received_on
         FROM payments WHERE customer_id = :customerId AND currency = :currency AND unapplied_minor > 0
     ) ORDER BY day, kind, id`,
    { customerId, currency },
  ) as unknown as Promise<{ kind: CreditKind; id: number; name: string; remaining: Minor }[]>;

/** One line of what was paid on an invoice, or credited to it, net of what was taken back. */
export interface Receipt {
  kind: CreditKind;
  id: number;
  on: Day;
  amount: Minor;
  /** The payment's reference, or the credit note's number. */
  name: string;
  /** A payment that was given back later. */
  reversed: boolean;
  /** The giving back itself. */
  reverses: boolean;
}

/** Payments and credit notes on an invoice. What was taken back at once, by "Undo", is in the history alone. */
export const receiptsOf = (db: Db, invoiceId: number, undoPrefix: string): Promise<Receipt[]> =>
  db
    .raw(
      `SELECT iif(a.payment_id IS NULL, 'credit_note', 'payment') AS kind, coalesce(a.payment_id, a.credit_note_id) AS id,
              coalesce(p.received_on, n.issued_on) AS "on", sum(a.amount_minor) AS amount,
              coalesce(p.reference, n.number) AS name, r.id IS NOT NULL AS reversed, p.reverses_id IS NOT NULL AS reverses
         FROM applications a
         LEFT JOIN payments p ON p.id = a.payment_id
         LEFT JOIN credit_notes n ON n.id = a.credit_note_id
         LEFT JOIN payments r ON r.reverses_id = p.id
        WHERE a.invoice_id = :invoiceId
          AND substr(coalesce(r.source_key, ''), 1, length(:undoPrefix)) <> :undoPrefix
          AND substr(coalesce(p.source_key, ''), 1, length(:undoPrefix)) <> :undoPrefix
        GROUP BY a.payment_id, a.credit_note_id
       HAVING sum(a.amount_minor) <> 0
        ORDER BY min(a.id)`,
      { invoiceId, undoPrefix },
    )
    .then((rows: (Omit<Receipt, 'reversed' | 'reverses'> & { reversed: number; reverses: number })[]) =>
      rows.map((row) => ({ ...row, reversed: row.reversed === 1, reverses: row.reverses === 1 })),
    );

/** When credit was last set against the invoice; null when it never was. */
export async function creditAppliedAt(db: Db, invoiceId: number): Promise<string | null> {
  const row: { at: string } | undefined = await db('history')
    .select('at')
    .where({ invoice_id: invoiceId, kind: 'credit_applied' })
    .orderBy('id', 'desc')
    .first();
  return row?.at ?? null;
}

/** Moves an invoice from one state to another; false when it was in neither. */
export const moveInvoice = async (
  trx: Transaction,
  id: number,
  from: 'issued' | 'written_off',
  to: 'issued' | 'written_off',
): Promise<boolean> => (await trx('invoices').where({ id, state: from }).update({ state: to })) > 0;
