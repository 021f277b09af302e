import { minorFromDecimal, type Minor } from '../domain/money.ts';
import { Refusal } from '../refusal.ts';
import type { Transaction } from './database.ts';

/** Ids by natural key, of what is in the database and what the archive adds. */
export interface Ids {
  customer: Map<string, number>;
  invoice: Map<string, number>;
  creditNote: Map<string, number>;
  payment: Map<string, number>;
  template: Map<string, number>;
  plan: Map<string, number>;
  /** By plan and place. */
  step: Map<string, number>;
  reminder: Map<string, number>;
  run: Map<string, number>;
}

/** Where an import stands, for the sentences of its refusals. */
export interface Import {
  trx: Transaction;
  file: string;
  /** When a record does not say so itself. */
  at: string;
  ids: Ids;
}

export const pair = (a: string, b: string | number): string => `${a}\u0000${b}`;

/** The id behind a natural key; refuses, naming it, when neither the archive nor the database has it. */
export function idOf(job: Import, what: keyof Ids, key: string): number {
  const id = job.ids[what].get(key);
  if (id === undefined)
    throw new Refusal('archive_reference', { file: job.file, what, name: key.replace('\u0000', ' / ') });
  return id;
}

/** Minor units of an archive's amount; refuses more decimals than the currency has. */
export function minor(job: Import, amount: string, currency: string, name: string): Minor {
  const result = minorFromDecimal(amount.replace(/^\+/, ''), currency);
  if (result === null)
    throw new Refusal('archive_record', { file: job.file, what: 'amount', name, detail: `${amount} ${currency}` });
  return result;
}

/** The natural keys that the database has already. */
export async function knownIds(trx: Transaction): Promise<Ids> {
  // oxlint-disable-next-line no-explicit-any
  const map = async (table: string, key: (row: Record<string, any>) => string): Promise<Map<string, number>> =>
    // oxlint-disable-next-line no-explicit-any
    new Map(((await trx(table)) as Record<string, any>[]).map((row) => [key(row), row.id as number]));
  const customer = await map('customers', (row) => row.code as string);
  const code = new Map([...customer].map(([name, id]) => [id, name]));
  const plan = await map('plans', (row) => row.name as string);
  const planName = new Map([...plan].map(([name, id]) => [id, name]));
  return {
    customer,
    plan,
    invoice: await map('invoices', (row) => pair(code.get(row.customer_id) ?? '', row.number)),
    creditNote: await map('credit_notes', (row) => pair(code.get(row.customer_id) ?? '', row.number)),
    payment: await map('payments', (row) => row.source_key as string),
    template: await map('templates', (row) => row.name as string),
    step: await map('steps', (row) => pair(planName.get(row.plan_id) ?? '', row.position)),
    reminder: await map('reminders', (row) => row.message_id as string),
    run: await map('runs', (row) => row.day as string),
  };
}

/** Updates the row of a natural key, or inserts it; returns its id. */
export async function upsert(
  job: Import,
  table: string,
  known: Map<string, number>,
  key: string,
  row: object,
  once: object,
): Promise<number> {
  const id = known.get(key);
  if (id !== undefined) {
    await job.trx(table).where({ id }).update(row);
    return id;
  }
  const [made] = (await job
    .trx(table)
    .insert({ ...row, ...once })
    .returning('id')) as { id: number }[];
  if (!made) throw new Error(`nothing was inserted into ${table}`);
  known.set(key, made.id);
  return made.id;
}

/** Writes records one by one; one that breaks a rule of the database is refused by its name. */
export async function each<T>(
  { file }: Import,
  what: string,
  records: readonly T[],
  nameOf: (record: T) => string,
  write: (record: T) => Promise<void>,
): Promise<void> {
  for (const record of records)
    try {
      await write(record);
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      if (!code.startsWith('SQLITE_CONSTRAINT')) throw error;
      // knex puts the whole statement before the rule.
      const detail = message.slice(message.lastIndexOf(' - ') + 3);
      throw new Refusal('archive_record', { file, what, name: nameOf(record), detail });
    }
}

export const byName = ({ name }: { name: string }): string => name;
export const byRun = ({ run, customer }: { run: string; customer: string }): string => `${run} / ${customer}`;
export const byMoment = ({ at, kind }: { at: string; kind: string }): string => `${at} ${kind}`;
export const byNumber = ({ customer, number }: { customer: string; number: string }): string =>
  `${customer} / ${number}`;

export async function writePause(
  job: Import,
  column: 'plan_id' | 'customer_id' | 'invoice_id',
  id: number,
  pause: { until?: string | undefined; reason: string; begunAt?: string | undefined } | undefined,
): Promise<void> {
  await job
    .trx('pauses')
    .where({ [column]: id })
    .whereNull('ended_at')
    .delete();
  if (pause)
    await job.trx('pauses').insert({
      [column]: id,
      until_on: pause.until ?? null,
      reason: pause.reason,
      begun_at: pause.begunAt ?? job.at,
    });
}
