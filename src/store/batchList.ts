import type { Currency, Minor } from '../domain/money.ts';
import type { Db } from './database.ts';
import type { ReminderState } from './reminders.ts';
import { selectIn } from './rows.ts';

/** What became of an item: the item's own state, or that of its message. */
export type ItemState = 'waiting' | 'refused' | 'stopped' | ReminderState;

/** How many items of a batch stand in each state. */
export async function batchCounts(db: Db, batchId: number): Promise<Partial<Record<ItemState, number>>> {
  const rows: { state: ItemState; n: number }[] = await db
    .select({ state: db.raw('coalesce(r.state, i.state)') })
    .count({ n: '*' })
    .from('batch_items as i')
    .leftJoin('reminders as r', 'r.id', 'i.reminder_id')
    .where('i.batch_id', batchId)
    .groupByRaw('1');
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

/** An item as the result lists it. */
export interface ItemRow {
  id: number;
  position: number;
  customerId: number;
  customer: string;
  currency: Currency;
  numbers: string[];
  total: Minor | null;
  state: ItemState;
  reason: string;
  detail: string;
  reminderId: number | null;
  settledAt: string | null;
  transport: 'smtp' | 'letterbox' | 'hand' | null;
  reply: string;
}

/** What needs a look comes first, then in the order in which they were written. */
const RANK = `CASE coalesce(r.state, i.state) WHEN 'failed' THEN 0 WHEN 'uncertain' THEN 0 WHEN 'refused' THEN 1
  WHEN 'cancelled' THEN 2 WHEN 'stopped' THEN 3 ELSE 4 END`;

/** A page of a batch's items, those that need a look first. `onlyOdd` leaves out what goes its way. */
export async function batchItems(
  db: Db,
  batchId: number,
  { offset, limit, onlyOdd = false }: { offset: number; limit: number; onlyOdd?: boolean },
): Promise<ItemRow[]> {
  const rows: (Omit<ItemRow, 'numbers'> & { invoiceIds: string })[] = await db
    .select({ id: 'i.id', position: 'i.position', customerId: 'i.customer_id', customer: 'c.name' })
    .select({ currency: 'i.currency', invoiceIds: 'i.invoice_ids', detail: 'i.detail', reminderId: 'r.id' })
    .select({ total: 'r.total_minor', settledAt: 'r.settled_at', transport: 'r.transport', reply: 'r.server_reply' })
    .select({ state: db.raw('coalesce(r.state, i.state)'), reason: db.raw('coalesce(r.reason, i.reason)') })
    .from('batch_items as i')
    .join('customers as c', 'c.id', 'i.customer_id')
    .leftJoin('reminders as r', 'r.id', 'i.reminder_id')
    .where('i.batch_id', batchId)
    .modify((query) => {
      if (onlyOdd) void query.whereRaw(`${RANK} < 4`);
    })
    .orderByRaw(`${RANK}, i.position`)
    .limit(limit)
    .offset(offset);
  const ids = rows.map(({ invoiceIds }) => JSON.parse(invoiceIds) as number[]);
  const numbers = new Map(
    (await selectIn<{ id: number; number: string }>(db, 'invoices', 'id', ids.flat())).map((row) => [
      row.id,
      row.number,
    ]),
  );
  return rows.map(({ invoiceIds: _, ...row }, place) => ({
    ...row,
    numbers: (ids[place] ?? []).flatMap((id) => numbers.get(id) ?? []),
  }));
}

/** The newest batches, with how many messages each was meant to be. */
export const lastBatches = (db: Db, limit: number): Promise<{ id: number; createdAt: string; count: number }[]> =>
  db
    .select({ id: 'b.id', createdAt: 'b.created_at' })
    .count({ count: 'i.id' })
    .from('batches as b')
    .join('batch_items as i', 'i.batch_id', 'b.id')
    .groupBy('b.id')
    .orderBy('b.id', 'desc')
    .limit(limit) as unknown as Promise<{ id: number; createdAt: string; count: number }[]>;
