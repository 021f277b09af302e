import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { CustomerDetails } from './customers.ts';
import type { Db, Transaction } from './database.ts';
import { insertAll } from './rows.ts';

export interface NewCustomer extends Omit<CustomerDetails, 'id'> {
  createdAt: string;
}

/** What an import needs to know of the invoices and credit notes that are there. */
export interface KnownDocument {
  id: number;
  customerId: number;
  number: string;
  issuedOn: Day;
  dueOn: Day | null;
  currency: Currency;
  total: Minor;
  settledElsewhere: Minor;
  /** What payments and credit notes known here have settled. */
  applied: Minor;
  state: string;
}

export type DocumentTable = 'invoices' | 'credit_notes';
export type DocumentRow = Omit<KnownDocument, 'id' | 'applied'>;

/** Inserts customers and returns their ids by code. */
export async function insertCustomers(
  trx: Transaction,
  customers: readonly NewCustomer[],
): Promise<Map<string, number>> {
  await insertAll(
    trx,
    'customers',
    customers.map((one) => ({
      code: one.code,
      legal_id: one.legalId,
      name: one.name,
      language: one.language,
      country: one.country,
      street: one.street,
      postcode: one.postcode,
      city: one.city,
      payment_term_days: one.paymentTermDays,
      created_at: one.createdAt,
    })),
  );
  const rows: { id: number; code: string }[] = await trx('customers').select('id', 'code');
  return new Map(rows.map(({ id, code }) => [code, id]));
}

export async function updateCustomer(trx: Transaction, { id, ...row }: CustomerDetails): Promise<void> {
  await trx('customers').where({ id }).update({
    legal_id: row.legalId,
    name: row.name,
    language: row.language,
    country: row.country,
    street: row.street,
    postcode: row.postcode,
    city: row.city,
    payment_term_days: row.paymentTermDays,
  });
}

/** A contact that an import brings; an address that the customer has already is not brought twice. */
export interface NewContact {
  customerId: number;
  name: string;
  email: string | null;
  phone: string | null;
}

/** Adds contacts after the ones that are there; returns how many were new. */
export async function addContacts(trx: Transaction, contacts: readonly NewContact[]): Promise<number> {
  const rows: { customer_id: number; email: string | null; phone: string | null; position: number }[] = await trx(
    'contacts',
  ).select('customer_id', 'email', 'phone', 'position');
  const next = new Map<number, number>();
  const known = new Set<string>();
  const print = (customer: number, email: string | null, phone: string | null): string =>
    `${customer}|${(email ?? phone ?? '').toLowerCase()}`;
  for (const { customer_id, email, phone, position } of rows) {
    known.add(print(customer_id, email, phone));
    next.set(customer_id, Math.max(next.get(customer_id) ?? 0, position + 1));
  }
  const fresh = contacts.filter(({ customerId, email, phone }) => {
    const own = print(customerId, email, phone);
    if (known.has(own)) return false;
    known.add(own);
    return true;
  });
  await insertAll(
    trx,
    'contacts',
    fresh.map(({ customerId, name, email, phone }) => {
      const position = next.get(customerId) ?? 0;
      next.set(customerId, position + 1);
      return { customer_id: customerId, position, name, email, phone, receives: email ? 'to' : 'none' };
    }),
  );
  return fresh.length;
}

/** All invoices, or all credit notes, with what is applied to them. */
export async function knownDocuments(db: Db, table: DocumentTable): Promise<KnownDocument[]> {
  const column = table === 'invoices' ? 'outstanding_minor' : 'remaining_minor';
  return db
    .select({ id: 'id', customerId: 'customer_id', number: 'number', issuedOn: 'issued_on', currency: 'currency' })
    .select({ total: 'total_minor', settledElsewhere: 'settled_elsewhere_minor', state: 'state' })
    .select({ dueOn: table === 'invoices' ? 'due_on' : db.raw('NULL') })
    .select({ applied: db.raw(`total_minor - settled_elsewhere_minor - ${column}`) })
    .from(table) as unknown as Promise<KnownDocument[]>;
}

export async function insertDocuments(
  trx: Transaction,
  table: DocumentTable,
  rows: readonly (DocumentRow & { createdAt: string })[],
): Promise<void> {
  await insertAll(
    trx,
    table,
    rows.map((row) => ({
      customer_id: row.customerId,
      number: row.number,
      ...columnsOf(table, row),
      created_at: row.createdAt,
    })),
  );
}

export async function updateDocument(
  trx: Transaction,
  table: DocumentTable,
  id: number,
  row: DocumentRow,
): Promise<void> {
  await trx(table).where({ id }).update(columnsOf(table, row));
}

/** The balance is set by `recomputeBalances` right after. */
function columnsOf(table: DocumentTable, row: DocumentRow): object {
  const shared = {
    issued_on: row.issuedOn,
    currency: row.currency,
    total_minor: row.total,
    settled_elsewhere_minor: row.settledElsewhere,
    state: row.state,
  };
  const balance = row.total - row.settledElsewhere;
  return table === 'invoices'
    ? { ...shared, due_on: row.dueOn, outstanding_minor: balance }
    : { ...shared, remaining_minor: balance };
}

export interface NewPayment {
  customerId: number;
  invoiceId: number | null;
  receivedOn: Day;
  currency: Currency;
  amount: Minor;
  /** How much of it is set against the invoice. */
  applied: Minor;
  reference: string;
  sourceKey: string;
  createdAt: string;
}

/** Inserts the payments that are not there yet, by source key, and applies them; returns how many were new. */
export async function insertPayments(trx: Transaction, payments: readonly NewPayment[]): Promise<number> {
  let inserted = 0;
  for (const one of payments) {
    const [made] = (await trx('payments')
      .insert({
        customer_id: one.customerId,
        received_on: one.receivedOn,
        currency: one.currency,
        amount_minor: one.amount,
        unapplied_minor: one.amount,
        reference: one.reference,
        source_key: one.sourceKey,
        created_at: one.createdAt,
      })
      .onConflict('source_key')
      .ignore()
      .returning('id')) as { id: number }[];
    if (!made) continue;
    inserted += 1;
    if (one.invoiceId !== null && one.applied !== 0)
      await trx('applications').insert({
        invoice_id: one.invoiceId,
        payment_id: made.id,
        amount_minor: one.applied,
        applied_on: one.receivedOn,
      });
  }
  return inserted;
}
