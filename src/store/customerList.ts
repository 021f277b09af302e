import type { Knex } from 'knex';
import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Db } from './database.ts';

export const CUSTOMER_FILTERS = ['all', 'no_plan', 'overdue', 'paused', 'no_email', 'refused'] as const;
export type CustomerFilter = (typeof CUSTOMER_FILTERS)[number];
export const CUSTOMER_ORDERS = ['name', 'overdue', 'newest'] as const;
export type CustomerOrder = (typeof CUSTOMER_ORDERS)[number];

/** What the list shows. */
export interface CustomerQuery {
  filter: CustomerFilter;
  order: CustomerOrder;
  search: string;
  /** Where the page before ended. */
  after: string | null;
  limit: number;
  today: Day;
}

/** What a customer owes in one currency. */
export interface Balance {
  currency: Currency;
  outstanding: Minor;
  overdue: Minor;
}

/** One row of the list. */
export interface CustomerRow {
  id: number;
  code: string;
  name: string;
  language: string;
  plans: { id: number; name: string; kind: 'escalation' | 'recap' }[];
  paused: boolean;
  hasEmail: boolean;
  refused: boolean;
  balances: Balance[];
  /** The mean lateness of the open invoices that are late, in whole days; null when none is. */
  averageDaysLate: number | null;
  /** When the last reminder left. */
  lastContactOn: Day | null;
}

interface RawRow {
  id: number;
  code: string;
  name: string;
  language: string;
  created_at: string;
  oldest: string;
  paused: number;
  has_email: number;
  refused: number;
}

const OPEN = `o.customer_id = c.id AND o.outstanding_minor > 0 AND o.state = 'issued'`;
/** After every due date: customers who owe nothing come last. */
const NEVER = '9999-12-31';
const OLDEST = `coalesce((SELECT min(o.due_on) FROM invoices o WHERE ${OPEN}), '${NEVER}')`;
const PAUSED = `EXISTS (SELECT 1 FROM pauses p WHERE p.customer_id = c.id AND p.ended_at IS NULL AND (p.until_on IS NULL OR p.until_on >= ?))`;
/** The mirror of what the decision asks: somebody to write to, whether or not the address works. */
const HAS_EMAIL = `EXISTS (SELECT 1 FROM contacts k WHERE k.customer_id = c.id AND k.email IS NOT NULL AND k.receives = 'to')`;
const REFUSED = `EXISTS (SELECT 1 FROM contacts k WHERE k.customer_id = c.id AND k.refused_on IS NOT NULL)`;
const ENROLLED = `EXISTS (SELECT 1 FROM enrolments e WHERE e.customer_id = c.id AND e.ended_at IS NULL)`;
const OVERDUE = `EXISTS (SELECT 1 FROM invoices o WHERE ${OPEN} AND o.due_on < ?)`;

interface Order {
  key: string;
  direction: 'asc' | 'desc';
  of: (row: RawRow) => string | number;
}

const ORDERS: Record<CustomerOrder, Order> = {
  name: { key: 'c.name COLLATE NOCASE', direction: 'asc', of: ({ name }) => name },
  overdue: { key: OLDEST, direction: 'asc', of: ({ oldest }) => oldest },
  newest: { key: 'c.created_at', direction: 'desc', of: ({ created_at }) => created_at },
};

/**
 * A page of customers and where the next one begins (null on the last). Paging is by key, and sums are made for the
 * customers of the page alone.
 */
export async function customerPage(
  db: Db,
  query: CustomerQuery,
): Promise<{ rows: CustomerRow[]; next: string | null }> {
  const order = ORDERS[query.order];
  const raw: RawRow[] = await selectCustomers(db, query.today, query.order === 'overdue')
    .modify((builder) => {
      narrow(builder, query);
      narrowToSearch(builder, query.search);
      continueAfter(builder, query.after, order);
    })
    .orderByRaw(`${order.key} ${order.direction}, c.id ${order.direction}`)
    .limit(query.limit + 1);
  const page = raw.slice(0, query.limit);
  const last = page.at(-1);
  const next = raw.length > query.limit && last ? `${order.of(last)}~${last.id}` : null;
  return { rows: await withFigures(db, page, query.today), next };
}

/** The same row for one customer. */
export async function customerRow(db: Db, id: number, today: Day): Promise<CustomerRow | undefined> {
  const raw: RawRow[] = await selectCustomers(db, today, false).andWhere('c.id', id);
  return (await withFigures(db, raw, today))[0];
}

function selectCustomers(db: Db, today: Day, withOldest: boolean): Knex.QueryBuilder {
  return db
    .select('c.id', 'c.code', 'c.name', 'c.language', 'c.created_at')
    .select(db.raw(`${PAUSED} AS paused`, [today]))
    .select(db.raw(`${HAS_EMAIL} AS has_email`))
    .select(db.raw(`${REFUSED} AS refused`))
    .select(db.raw(`${withOldest ? OLDEST : `''`} AS oldest`))
    .from('customers as c')
    .whereNull('c.archived_at');
}

function narrow(builder: Knex.QueryBuilder, { filter, today }: CustomerQuery): void {
  if (filter === 'no_plan') void builder.whereRaw(`NOT ${ENROLLED}`);
  if (filter === 'overdue') void builder.whereRaw(OVERDUE, [today]);
  if (filter === 'paused') void builder.whereRaw(PAUSED, [today]);
  if (filter === 'no_email') void builder.whereRaw(`NOT ${HAS_EMAIL}`);
  if (filter === 'refused') void builder.whereRaw(REFUSED);
}

function narrowToSearch(builder: Knex.QueryBuilder, search: string): void {
  if (!search) return;
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  void builder.whereRaw(
    `(c.name LIKE ? ESCAPE '\\' OR c.code LIKE ? ESCAPE '\\' OR EXISTS (
       SELECT 1 FROM contacts k WHERE k.customer_id = c.id AND (k.email LIKE ? ESCAPE '\\' OR k.name LIKE ? ESCAPE '\\')))`,
    [like, like, like, like],
  );
}

function continueAfter(builder: Knex.QueryBuilder, after: string | null, { key, direction }: Order): void {
  if (!after) return;
  const at = after.lastIndexOf('~');
  const [value, id] = [after.slice(0, at), Number(after.slice(at + 1))];
  if (at < 0 || !Number.isSafeInteger(id)) return;
  void builder.whereRaw(`(${key}, c.id) ${direction === 'asc' ? '>' : '<'} (?, ?)`, [value, id]);
}

async function withFigures(db: Db, page: readonly RawRow[], today: Day): Promise<CustomerRow[]> {
  const ids = page.map(({ id }) => id);
  const plans = await plansOf(db, ids);
  const figures = await openFigures(db, ids, today);
  const contacts = await lastContacts(db, ids);
  return page.map(({ id, code, name, language, paused, has_email, refused }) => ({
    id,
    code,
    name,
    language,
    plans: plans.get(id) ?? [],
    paused: paused === 1,
    hasEmail: has_email === 1,
    refused: refused === 1,
    balances: (figures.get(id) ?? []).map(({ currency, outstanding, overdue }) => ({ currency, outstanding, overdue })),
    averageDaysLate: averageOf(figures.get(id) ?? []),
    lastContactOn: contacts.get(id) ?? null,
  }));
}

interface Figures extends Balance {
  customerId: number;
  late: number;
  daysLate: number;
}

function averageOf(figures: readonly Figures[]): number | null {
  const late = figures.reduce((sum, one) => sum + one.late, 0);
  return late === 0 ? null : Math.round(figures.reduce((sum, one) => sum + one.daysLate, 0) / late);
}

async function openFigures(db: Db, ids: readonly number[], today: Day): Promise<Map<number, Figures[]>> {
  const rows: Figures[] = await db
    .select({ customerId: 'customer_id', currency: 'currency' })
    .select(db.raw('sum(outstanding_minor) AS outstanding'))
    .select(db.raw('sum(iif(due_on < ?, outstanding_minor, 0)) AS overdue', [today]))
    .select(db.raw('sum(iif(due_on < ?, 1, 0)) AS late', [today]))
    .select(db.raw('sum(iif(due_on < ?, julianday(?) - julianday(due_on), 0)) AS daysLate', [today, today]))
    .from('invoices')
    .whereIn('customer_id', [...ids])
    .andWhere('outstanding_minor', '>', 0)
    .andWhere({ state: 'issued' })
    .groupBy('customer_id', 'currency')
    .orderBy(['customer_id', 'currency']);
  return Map.groupBy(rows, ({ customerId }) => customerId);
}

async function plansOf(db: Db, ids: readonly number[]): Promise<Map<number, CustomerRow['plans']>> {
  const rows: (CustomerRow['plans'][number] & { customerId: number })[] = await db
    .select({ customerId: 'e.customer_id', id: 'p.id', name: 'p.name', kind: 'p.kind' })
    .from('enrolments as e')
    .join('plans as p', 'p.id', 'e.plan_id')
    .whereIn('e.customer_id', [...ids])
    .whereNull('e.ended_at')
    .orderBy('e.kind');
  return Map.groupBy(rows, ({ customerId }) => customerId);
}

async function lastContacts(db: Db, ids: readonly number[]): Promise<Map<number, Day>> {
  const rows: { id: number; on: Day }[] = await db
    .select({ id: 'customer_id' })
    .max({ on: 'sent_on' })
    .from('reminders')
    .whereIn('customer_id', [...ids])
    .andWhere({ state: 'sent' })
    .groupBy('customer_id');
  return new Map(rows.map(({ id, on }) => [id, on]));
}

/** Money of the customer that is set against no invoice, per currency. */
export async function openCredits(db: Db, customerId: number): Promise<{ currency: Currency; amount: Minor }[]> {
  const rows = (await db.raw(
    `SELECT currency, sum(amount) AS amount FROM (
       SELECT currency, remaining_minor AS amount FROM credit_notes
        WHERE customer_id = ? AND remaining_minor > 0 AND state = 'open'
       UNION ALL
       SELECT currency, unapplied_minor FROM payments WHERE customer_id = ? AND unapplied_minor > 0
     ) GROUP BY currency ORDER BY currency`,
    [customerId, customerId],
  )) as { currency: Currency; amount: Minor }[];
  return rows;
}

/** One line of what happened with a customer or one of his invoices. */
export interface CustomerEvent {
  at: string;
  kind: string;
  data: string;
  invoiceId: number | null;
  number: string | null;
  reminderId: number | null;
  subject: string | null;
  user: string | null;
}

/** The last hundred things that happened, the newest first. */
export const customerHistory = (db: Db, customerId: number): Promise<CustomerEvent[]> =>
  db
    .select({ at: 'h.at', kind: 'h.kind', data: 'h.data', invoiceId: 'h.invoice_id', number: 'i.number' })
    .select({ reminderId: 'h.reminder_id', subject: 'r.subject', user: 'u.name' })
    .from('history as h')
    .leftJoin('invoices as i', 'i.id', 'h.invoice_id')
    .leftJoin('reminders as r', 'r.id', 'h.reminder_id')
    .leftJoin('users as u', 'u.id', 'h.user_id')
    .where('h.customer_id', customerId)
    .orderBy('h.id', 'desc')
    .limit(100) as unknown as Promise<CustomerEvent[]>;
