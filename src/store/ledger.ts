import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { InvoiceState } from '../domain/invoice.ts';
import type { Db } from './database.ts';
import { inChunks, selectIn } from './rows.ts';

/** An invoice as messages and screens show it. */
export interface InvoiceDetails {
  id: number;
  customerId: number;
  number: string;
  issuedOn: Day;
  dueOn: Day | null;
  currency: Currency;
  total: Minor;
  outstanding: Minor;
  state: InvoiceState;
  followUpEnabled: boolean;
}

/** A row of the table, as SQLite gives it. */
export interface StoredInvoice {
  id: number;
  customer_id: number;
  number: string;
  issued_on: Day;
  due_on: Day | null;
  currency: Currency;
  total_minor: Minor;
  outstanding_minor: Minor;
  state: InvoiceState;
  follow_up_enabled: number;
}

/** A row in the words of the product. */
export const detailsOf = (row: StoredInvoice): InvoiceDetails => ({
  id: row.id,
  customerId: row.customer_id,
  number: row.number,
  issuedOn: row.issued_on,
  dueOn: row.due_on,
  currency: row.currency,
  total: row.total_minor,
  outstanding: row.outstanding_minor,
  state: row.state,
  followUpEnabled: row.follow_up_enabled === 1,
});

/** Some invoices by id. */
export async function invoicesById(db: Db, ids: readonly number[]): Promise<Map<number, InvoiceDetails>> {
  const rows = await selectIn<StoredInvoice>(db, 'invoices', 'id', ids);
  return new Map(rows.map((row) => [row.id, detailsOf(row)]));
}

/** The invoices that bear a number: usually one, more when customers' own series overlap. */
export async function invoicesByNumber(db: Db, number: string): Promise<InvoiceDetails[]> {
  return ((await db('invoices').where({ number }).orderBy('id')) as StoredInvoice[]).map(detailsOf);
}

/** The invoices of some customers that are owed, by customer, the oldest first. */
export async function openInvoicesOf(db: Db, customerIds: readonly number[]): Promise<Map<number, InvoiceDetails[]>> {
  const rows: StoredInvoice[] = [];
  for (const part of inChunks(customerIds))
    rows.push(
      ...((await db('invoices')
        .whereIn('customer_id', part)
        .whereRaw('outstanding_minor > 0')
        .andWhere({ state: 'issued' })
        .orderBy(['customer_id', 'due_on', 'id'])) as StoredInvoice[]),
    );
  return Map.groupBy(rows.map(detailsOf), ({ customerId }) => customerId);
}

/** A page of invoices, the longest overdue first. */
export async function listInvoices(db: Db, limit: number): Promise<(InvoiceDetails & { customerName: string })[]> {
  const rows: (StoredInvoice & { customer_name: string })[] = await db
    .select('i.*', { customer_name: 'c.name' })
    .from('invoices as i')
    .join('customers as c', 'c.id', 'i.customer_id')
    .where('i.outstanding_minor', '>', 0)
    .orderBy(['i.due_on', 'i.id'])
    .limit(limit);
  return rows.map((row) => ({ ...detailsOf(row), customerName: row.customer_name }));
}

const OUTSTANDING = `total_minor - settled_elsewhere_minor - coalesce((SELECT sum(a.amount_minor) FROM applications a WHERE a.invoice_id = invoices.id), 0)`;
const REMAINING = `total_minor - settled_elsewhere_minor - coalesce((SELECT sum(a.amount_minor) FROM applications a WHERE a.credit_note_id = credit_notes.id), 0)`;
const UNAPPLIED = `amount_minor - coalesce((SELECT sum(a.amount_minor) FROM applications a WHERE a.payment_id = payments.id), 0)`;

/** What the stored balances are made of: the column, and how it follows from the records. */
const balances = [
  { table: 'invoices', column: 'outstanding_minor', formula: OUTSTANDING },
  { table: 'credit_notes', column: 'remaining_minor', formula: REMAINING },
  { table: 'payments', column: 'unapplied_minor', formula: UNAPPLIED },
] as const;

/** Brings the stored balances in step with the records; call it in the transaction that changed them. */
export async function recomputeBalances(
  db: Db,
  changed: { invoices?: readonly number[]; credit_notes?: readonly number[]; payments?: readonly number[] } | 'all',
): Promise<void> {
  for (const { table, column, formula } of balances) {
    if (changed === 'all') {
      await db.raw(`UPDATE ${table} SET ${column} = ${formula} WHERE ${column} <> ${formula}`);
      continue;
    }
    for (const ids of inChunks(changed[table] ?? []))
      await db(table)
        .whereIn('id', ids)
        .update({ [column]: db.raw(formula) });
  }
}

/** Records whose stored balance does not follow from the records: always empty in a sound database. */
export async function wrongBalances(db: Db): Promise<{ table: string; id: number }[]> {
  const wrong: { table: string; id: number }[] = [];
  for (const { table, column, formula } of balances) {
    const rows: { id: number }[] = await db(table).select('id').whereRaw(`${column} <> ${formula}`);
    for (const { id } of rows) wrong.push({ table, id });
  }
  return wrong;
}
