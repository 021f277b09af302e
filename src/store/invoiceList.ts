import type { Knex } from 'knex';
import { addDays, type Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Db } from './database.ts';
import { detailsOf, type InvoiceDetails, type StoredInvoice } from './ledger.ts';

export const INVOICE_FILTERS = [
  'open',
  'not_due',
  'due',
  'overdue',
  'disputed',
  'promised',
  'paid',
  'no_pdf',
  'bolt',
] as const;
export type InvoiceFilter = (typeof INVOICE_FILTERS)[number];
export const INVOICE_ORDERS = ['due', 'amount', 'number', 'customer'] as const;
export type InvoiceOrder = (typeof INVOICE_ORDERS)[number];

/** What the list shows. `age` narrows to a part of the ageing bar: 0 not due, 1 up to 30 days late … 4 over 90. */
export interface InvoiceQuery {
  filter: InvoiceFilter;
  order: InvoiceOrder;
  search: string;
  age: number | null;
  customerId?: number;
  invoiceId?: number;
  /** Where the page before ended. */
  after: string | null;
  limit: number;
  today: Day;
}

/** One row of the list. */
export interface InvoiceRow extends InvoiceDetails {
  customerName: string;
  disputed: boolean;
  promisedUntil: Day | null;
}

interface RawRow extends StoredInvoice {
  customer_name: string;
  dispute_id: number | null;
  promised_until: Day | null;
}

const SOON = 7;
/** Above so many matches an index walk finds the first page sooner than the search index lists them all. */
const MANY = 2000;

/** Each order is that of an index, ascending, with the id to tell equals apart. */
const ORDERS: Record<InvoiceOrder, { column: string; index: string; of: (row: RawRow) => string | number }> = {
  due: { column: 'i.due_on', index: 'invoices_open', of: (row) => row.due_on ?? '' },
  amount: { column: '-i.outstanding_minor', index: 'invoices_by_amount', of: (row) => -row.outstanding_minor },
  number: { column: 'i.number', index: 'invoices_by_number', of: (row) => row.number },
  customer: { column: 'i.customer_id', index: 'invoices_open_by_customer', of: (row) => row.customer_id },
};

/** A page of invoices and where the next one begins (null on the last). Paging is by key: page 1,000 costs what page 1 costs. */
export async function invoicePage(db: Db, query: InvoiceQuery): Promise<{ rows: InvoiceRow[]; next: string | null }> {
  const order = ORDERS[query.order];
  const matches = await searchMatches(db, query.search);
  const raw: RawRow[] = await db
    .select('i.*', { customer_name: 'c.name', dispute_id: 'd.id', promised_until: 'p.until_on' })
    .from(db.raw(`invoices AS i ${walkOf(query, matches)}`))
    // A left join, although every invoice has a customer: it keeps the planner from walking the customers first.
    .leftJoin('customers as c', 'c.id', 'i.customer_id')
    .leftJoin('disputes as d', (join) => join.on('d.invoice_id', 'i.id').onNull('d.lifted_at'))
    .leftJoin('promises as p', (join) => join.on('p.invoice_id', 'i.id').onNull('p.ended_at'))
    .modify((builder) => {
      narrow(builder, query, db);
      narrowToSearch(builder, query.search, matches);
      continueAfter(builder, query.after, order);
    })
    .orderByRaw(`${order.column}, i.id`)
    .limit(query.limit + 1);
  const page = raw.slice(0, query.limit);
  const last = page.at(-1);
  const next = raw.length > query.limit && last ? `${order.of(last)}~${last.id}` : null;
  return { rows: page.map(rowOf), next };
}

/**
 * The index to walk. Left to itself the planner would rather sort a hundred thousand rows than read fifty in order; only
 * where few rows can match at all is it right to gather and sort them.
 */
function walkOf({ order, filter, customerId, invoiceId }: InvoiceQuery, matches: Matches | null): string {
  const narrowed = matches?.invoices != null || customerId !== undefined || invoiceId !== undefined;
  const few = narrowed || filter === 'disputed' || filter === 'promised';
  if (few || filter === 'paid') return '';
  return `INDEXED BY ${ORDERS[order].index}`;
}

const rowOf = (row: RawRow): InvoiceRow => ({
  ...detailsOf(row),
  customerName: row.customer_name,
  disputed: row.dispute_id !== null,
  promisedUntil: row.promised_until,
});

function narrow(builder: Knex.QueryBuilder, query: InvoiceQuery, db: Db): void {
  const { filter, search, age, today, customerId, invoiceId } = query;
  if (customerId !== undefined) void builder.where('i.customer_id', customerId);
  if (invoiceId !== undefined) void builder.where('i.id', invoiceId);
  // Written out, not bound: SQLite uses a partial index only when it can read the bound.
  void builder.whereRaw(filter === 'paid' ? 'i.outstanding_minor <= 0' : 'i.outstanding_minor > 0');
  // A search finds whatever bears the number; a list of what is open leaves out what nobody claims any more.
  if (filter !== 'paid' && search === '' && customerId === undefined && invoiceId === undefined)
    void builder.whereNotIn('i.state', ['cancelled', 'written_off']);
  if (filter === 'not_due') void builder.where('i.due_on', '>=', today);
  if (filter === 'due') void builder.whereBetween('i.due_on', [today, addDays(today, SOON)]);
  if (filter === 'overdue') void builder.where('i.due_on', '<', today);
  if (filter === 'disputed') void builder.whereIn('i.id', db('disputes').select('invoice_id').whereNull('lifted_at'));
  if (filter === 'promised')
    void builder.whereIn(
      'i.id',
      db('promises').select('invoice_id').whereNull('ended_at').where('until_on', '>=', today),
    );
  if (filter === 'no_pdf') void builder.whereNotExists(db('documents as x').whereRaw('x.invoice_id = i.id'));
  if (filter === 'bolt')
    void builder
      .where({ 'i.follow_up_enabled': 1, 'i.state': 'issued' })
      .whereNull('d.id')
      .whereExists(db('enrolments as e').whereRaw('e.customer_id = i.customer_id').whereNull('e.ended_at'));
  if (age !== null) narrowToAge(builder, age, today);
}

/** The bounds of the ageing bar, in days late. */
export const AGES: readonly { from: number; to: number }[] = [
  { from: -Infinity, to: 0 },
  { from: 1, to: 30 },
  { from: 31, to: 60 },
  { from: 61, to: 90 },
  { from: 91, to: Infinity },
];

function narrowToAge(builder: Knex.QueryBuilder, age: number, today: Day): void {
  const bounds = AGES[age];
  if (!bounds) return;
  if (bounds.from !== -Infinity) void builder.where('i.due_on', '<=', addDays(today, -bounds.from));
  if (bounds.to !== Infinity) void builder.where('i.due_on', '>=', addDays(today, -bounds.to));
}

interface Matches {
  customers: number[];
  /** Null: too many to list, so each row is looked at. */
  invoices: number[] | null;
}

async function searchMatches(db: Db, search: string): Promise<Matches | null> {
  if (!search) return null;
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const customers: { id: number }[] = await db('customers')
    .select('id')
    .whereRaw(`name LIKE ? ESCAPE '\\'`, [like])
    .limit(MANY);
  // The trigram index knows nothing shorter.
  if (search.length < 3) return { customers: customers.map(({ id }) => id), invoices: null };
  const found: { id: number }[] = await db('invoice_search')
    .select({ id: 'rowid' })
    .whereRaw('invoice_search MATCH ?', [`"${search.replaceAll('"', '""')}"`])
    .limit(MANY + 1);
  return { customers: customers.map(({ id }) => id), invoices: found.length > MANY ? null : found.map(({ id }) => id) };
}

function narrowToSearch(builder: Knex.QueryBuilder, search: string, matches: Matches | null): void {
  if (!matches) return;
  const { customers, invoices } = matches;
  if (invoices)
    return void builder.whereIn('i.id', (few) => {
      void few.select('id').from('invoices').whereIn('id', invoices);
      if (customers.length)
        void few.union((more) => more.select('id').from('invoices').whereIn('customer_id', customers));
    });
  void builder.where((either) =>
    either
      .whereIn('i.customer_id', customers)
      .orWhereRaw(`i.number LIKE ? ESCAPE '\\'`, [`%${search.replace(/[\\%_]/g, '\\$&')}%`]),
  );
}

function continueAfter(builder: Knex.QueryBuilder, after: string | null, order: (typeof ORDERS)[InvoiceOrder]): void {
  if (!after) return;
  const at = after.lastIndexOf('~');
  const [value, id] = [after.slice(0, at), Number(after.slice(at + 1))];
  if (at < 0 || !Number.isSafeInteger(id)) return;
  // Invoices without a due date come first, and no comparison finds what is null.
  if (order.column === 'i.due_on' && value === '')
    return void builder.whereRaw('(i.due_on IS NOT NULL OR i.id > ?)', [id]);
  const isText = order.column === 'i.due_on' || order.column === 'i.number';
  void builder.whereRaw(`(${order.column}, i.id) > (?, ?)`, [isText ? value : Number(value), id]);
}

/** What is open, per currency and due date: a few hundred rows however many invoices there are. */
export async function openAmounts(
  db: Db,
): Promise<{ currency: Currency; dueOn: Day | null; invoices: number; outstanding: Minor }[]> {
  const rows: { currency: Currency; due_on: Day | ''; invoices: number; outstanding_minor: Minor }[] = await db(
    'open_amounts',
  ).orderBy(['currency', 'due_on']);
  return rows.map(({ currency, due_on, invoices, outstanding_minor }) => ({
    currency,
    dueOn: due_on === '' ? null : due_on,
    invoices,
    outstanding: outstanding_minor,
  }));
}

/** The last reminder that left about each of some invoices. */
export async function lastReminders(
  db: Db,
  invoiceIds: readonly number[],
): Promise<Map<number, { reminderId: number; sentOn: Day; stepName: string | null }>> {
  const rows: { invoiceId: number; reminderId: number; sentOn: Day; stepName: string | null }[] = await db
    .select({ invoiceId: 'ri.invoice_id', reminderId: 'r.id', sentOn: 'r.sent_on', stepName: 's.name' })
    .from('reminder_invoices as ri')
    .join('reminders as r', 'r.id', 'ri.reminder_id')
    .leftJoin('steps as s', 's.id', 'r.step_id')
    .whereIn('ri.invoice_id', [...invoiceIds])
    .andWhere('r.state', 'sent')
    .orderBy('r.id');
  return new Map(rows.map(({ invoiceId, ...row }) => [invoiceId, row]));
}

/** Switches follow-up of some invoices; returns those that it changed. */
export async function setFollowUp(
  db: Db,
  invoiceIds: readonly number[],
  enabled: boolean,
): Promise<{ id: number; customer_id: number }[]> {
  return db('invoices')
    .whereIn('id', [...invoiceIds])
    .andWhere({ follow_up_enabled: enabled ? 0 : 1 })
    .update({ follow_up_enabled: enabled ? 1 : 0 })
    .returning(['id', 'customer_id']);
}

/** Documents and history of one invoice, for its panel. */
export async function invoiceRecords(
  db: Db,
  invoiceId: number,
): Promise<{
  documents: { id: number; name: string }[];
  history: {
    at: string;
    kind: string;
    reminderId: number | null;
    data: string;
    subject: string | null;
    user: string | null;
  }[];
}> {
  return {
    documents: await db('documents').select('id', 'name').where({ invoice_id: invoiceId }).orderBy('id'),
    history: await db
      .select({
        at: 'h.at',
        kind: 'h.kind',
        reminderId: 'h.reminder_id',
        data: 'h.data',
        subject: 'r.subject',
        user: 'u.name',
      })
      .from('history as h')
      .leftJoin('reminders as r', 'r.id', 'h.reminder_id')
      .leftJoin('users as u', 'u.id', 'h.user_id')
      .where('h.invoice_id', invoiceId)
      .orderBy('h.id', 'desc')
      .limit(100),
  };
}

/** One document with its bytes, if the invoice has it. */
export async function documentWithBytes(
  db: Db,
  id: number,
): Promise<{ name: string; mediaType: string; content: Buffer } | undefined> {
  return db
    .select({ name: 'd.name', mediaType: 'd.media_type', content: 'b.content' })
    .from('documents as d')
    .join('blobs as b', 'b.sha256', 'd.sha256')
    .where('d.id', id)
    .first() as unknown as Promise<{ name: string; mediaType: string; content: Buffer } | undefined>;
}
