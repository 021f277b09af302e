import type { Knex } from 'knex';
import type { Currency } from '../domain/money.ts';
import type { Db, Transaction } from './database.ts';
import { insertAll } from './rows.ts';

/** Many messages by hand at once. `finishedAt` is when the last of them was queued, or the rest was stopped. */
export interface Batch {
  id: number;
  key: string;
  channel: 'email' | 'letter';
  templateId: number;
  copyTo: string;
  completes: boolean;
  createdBy: number | null;
  createdAt: string;
  finishedAt: string | null;
  undoneAt: string | null;
}

/** One message of a batch: invoices of one customer in one currency, and what a person knew of them when he sent it. */
export interface BatchItem {
  id: number;
  batchId: number;
  customerId: number;
  currency: Currency;
  invoiceIds: number[];
  seen: string[];
}

export type NewItem = Omit<BatchItem, 'id' | 'batchId'> & {
  state: 'waiting' | 'refused';
  reason: string;
  detail: string;
};

interface BatchRow {
  id: number;
  key: string;
  channel: 'email' | 'letter';
  template_id: number;
  copy_to: string;
  completes: number;
  created_by: number | null;
  created_at: string;
  finished_at: string | null;
  undone_at: string | null;
}

const batchOf = (row: BatchRow): Batch => ({
  id: row.id,
  key: row.key,
  channel: row.channel,
  templateId: row.template_id,
  copyTo: row.copy_to,
  completes: row.completes === 1,
  createdBy: row.created_by,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
  undoneAt: row.undone_at,
});

/** Writes a batch with its items; null when one with its key is there already. */
export async function insertBatch(
  trx: Transaction,
  batch: Omit<Batch, 'id' | 'finishedAt' | 'undoneAt'>,
  items: readonly NewItem[],
): Promise<number | null> {
  const [row] = (await trx('batches')
    .insert({
      key: batch.key,
      channel: batch.channel,
      template_id: batch.templateId,
      copy_to: batch.copyTo,
      completes: batch.completes ? 1 : 0,
      created_by: batch.createdBy,
      created_at: batch.createdAt,
    })
    .onConflict('key')
    .ignore()
    .returning('id')) as { id: number }[];
  if (!row) return null;
  await insertAll(
    trx,
    'batch_items',
    items.map(({ customerId, currency, invoiceIds, seen, state, reason, detail }, position) => ({
      batch_id: row.id,
      position,
      customer_id: customerId,
      currency,
      invoice_ids: JSON.stringify(invoiceIds),
      seen: JSON.stringify(seen),
      state,
      reason,
      detail,
    })),
  );
  return row.id;
}

async function batchWhere(db: Db, where: Partial<BatchRow>): Promise<Batch | null> {
  const row: BatchRow | undefined = await db('batches').where(where).first();
  return row ? batchOf(row) : null;
}

export const batchById = (db: Db, id: number): Promise<Batch | null> => batchWhere(db, { id });
export const batchByKey = (db: Db, key: string): Promise<Batch | null> => batchWhere(db, { key });

/** The batches that somebody still has to work on, the oldest first. */
export const openBatches = async (db: Db): Promise<Batch[]> =>
  ((await db('batches').whereNull('finished_at').orderBy('id')) as BatchRow[]).map(batchOf);

/** The next item whose turn it is; null when all are through. */
export async function nextItem(db: Db, batchId: number): Promise<BatchItem | null> {
  const row: Omit<BatchItem, 'invoiceIds' | 'seen'> & { invoiceIds: string; seen: string } = await db
    .select({ id: 'id', batchId: 'batch_id', customerId: 'customer_id', currency: 'currency' })
    .select({ invoiceIds: 'invoice_ids', seen: 'seen' })
    .from('batch_items')
    .where({ batch_id: batchId })
    .whereRaw(`state = 'waiting'`)
    .orderBy('position')
    .first();
  if (!row) return null;
  return { ...row, invoiceIds: JSON.parse(row.invoiceIds) as number[], seen: JSON.parse(row.seen) as string[] };
}

/** Takes the turn of an item, if nobody else has; the write holds the database until the transaction ends. */
export const claimItem = async (trx: Transaction, id: number): Promise<boolean> =>
  (await trx('batch_items').where({ id, state: 'waiting' }).update({ state: 'waiting' })) === 1;

/** The end of a waiting item: queued as a reminder, or left out with the reason. */
export async function settleItem(
  db: Db,
  id: number,
  end: { state: 'queued'; reminderId: number } | { state: 'refused'; reason: string; detail: string },
): Promise<void> {
  const { state } = end;
  const row = state === 'queued' ? { reminder_id: end.reminderId } : { reason: end.reason, detail: end.detail };
  await db('batch_items')
    .where({ id, state: 'waiting' })
    .update({ state, ...row });
}

/** Keeps a message of a batch from leaving before an instant. */
export async function holdMessage(trx: Transaction, reminderId: number, until: string): Promise<void> {
  await trx('reminders').where({ id: reminderId, state: 'queued', channel: 'email' }).update({ hold_until: until });
}

/** Notes that all is queued; the messages that were held until one instant are then held until another. False when it was noted before. */
export async function finishBatch(
  trx: Transaction,
  id: number,
  { at, from, until }: { at: string; from: string; until: string },
): Promise<boolean> {
  const finished = await trx('batches').where({ id }).whereNull('finished_at').update({ finished_at: at });
  if (finished === 0) return false;
  await trx('reminders')
    .where({ state: 'queued', hold_until: from })
    .whereIn('id', remindersIn(trx, id))
    .update({ hold_until: until });
  return true;
}

const remindersIn = (db: Db, batchId: number): Knex.QueryBuilder =>
  db('batch_items').select('reminder_id').where({ batch_id: batchId }).whereNotNull('reminder_id');

/** Ends a batch: what was not worked on is stopped. Returns how many that were, or null when it was undone before. */
export async function stopBatch(trx: Transaction, id: number, at: string): Promise<number | null> {
  const undone = await trx('batches')
    .where({ id })
    .whereNull('undone_at')
    .update({ undone_at: at, finished_at: trx.raw('coalesce(finished_at, ?)', [at]) });
  if (undone === 0) return null;
  return trx('batch_items').where({ batch_id: id, state: 'waiting' }).update({ state: 'stopped' });
}

/** The messages of a batch that have not left. */
export const queuedOf = (db: Db, batchId: number): Promise<number[]> =>
  db('reminders').where({ state: 'queued' }).whereIn('id', remindersIn(db, batchId)).orderBy('id').pluck('id');

/** The invoices that a batch was about. */
export async function invoicesOfBatch(db: Db, batchId: number): Promise<number[]> {
  const rows: string[] = await db('batch_items').where({ batch_id: batchId }).orderBy('position').pluck('invoice_ids');
  return rows.flatMap((ids) => JSON.parse(ids) as number[]);
}
