import type { ArchiveInput } from '../domain/archive.ts';
import type { Currency } from '../domain/money.ts';
import type { Db } from './database.ts';

// Rows of every table pass through here; the schema of the archive is what checks them.
// oxlint-disable-next-line no-explicit-any
export type Row = Record<string, any>;
export type Section<K extends keyof ArchiveInput> = NonNullable<ArchiveInput[K]>;

/** Leaves out what an import would assume anyway: null, empty text, false, empty lists. */
export function lean<T extends object>(record: T): T {
  const kept = Object.entries(record).filter(
    ([, value]) => !(value == null || value === '' || value === false || (Array.isArray(value) && value.length === 0)),
  );
  return Object.fromEntries(kept) as T;
}

/** Natural keys by id. */
export interface Names {
  customer: Map<number, string>;
  invoice: Map<number, { customer: string; number: string; currency: Currency }>;
  plan: Map<number, string>;
  step: Map<number, { plan: string; place: number }>;
  template: Map<number, string>;
  reminder: Map<number, string>;
  run: Map<number, string>;
  creditNote: Map<number, string>;
  payment: Map<number, { key: string; reference: string }>;
}

/** The natural keys of everything, read once. */
export async function namesOf(db: Db): Promise<Names> {
  const map = async <T>(table: string, value: (row: Row) => T): Promise<Map<number, T>> =>
    new Map(((await db(table)) as Row[]).map((row) => [row.id as number, value(row)]));
  const customer = await map('customers', (row) => row.code as string);
  const plan = await map('plans', (row) => row.name as string);
  return {
    customer,
    plan,
    invoice: await map('invoices', (row) => ({
      customer: customer.get(row.customer_id) ?? '',
      number: row.number,
      currency: row.currency,
    })),
    step: await map('steps', (row) => ({ plan: plan.get(row.plan_id) ?? '', place: row.position })),
    template: await map('templates', (row) => row.name),
    reminder: await map('reminders', (row) => row.message_id),
    run: await map('runs', (row) => row.day),
    creditNote: await map('credit_notes', (row) => row.number),
    payment: await map('payments', (row) => ({ key: row.source_key, reference: row.reference })),
  };
}

/** A whole table in an order. */
export const all = (db: Db, table: string, ...order: string[]): Promise<Row[]> =>
  db(table).orderBy(order.map((column) => ({ column }))) as unknown as Promise<Row[]>;

/** A value that may be left out. */
export const optional = (value: unknown): never => (value ?? undefined) as never;

/** The pauses in force of one kind of thing, by its id. */
export async function pausesBy(db: Db, column: string): Promise<Map<number, object>> {
  const rows: Row[] = await db('pauses').whereNull('ended_at').whereNotNull(column);
  return new Map(
    rows.map((row) => [
      row[column] as number,
      lean({ until: row.until_on, reason: row.reason, begunAt: row.begun_at }),
    ]),
  );
}

/** The bytes behind a hash, as text. */
export async function blob(db: Db, sha256: string): Promise<string> {
  const row: { content: Buffer } | undefined = await db('blobs').where({ sha256 }).first();
  return row?.content.toString('base64') ?? '';
}

/** Rows in the order of their natural keys. */
export function sorted<T>(rows: T[], key: (row: T) => string[]): T[] {
  const keyed = rows.map((row) => ({ row, key: key(row).join('\u0000') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}
