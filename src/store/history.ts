import type { Db } from './database.ts';
import { insertAll } from './rows.ts';

/** Something that happened, to be read by a person later. */
export interface HistoryEntry {
  at: string;
  kind: string;
  customerId?: number | null;
  invoiceId?: number | null;
  reminderId?: number | null;
  userId?: number | null;
  data?: Record<string, unknown>;
}

/** Writes what happened; history is only ever added to. */
export async function addHistory(db: Db, entries: readonly HistoryEntry[]): Promise<void> {
  await insertAll(
    db,
    'history',
    entries.map(({ at, kind, customerId, invoiceId, reminderId, userId, data }) => ({
      at,
      kind,
      customer_id: customerId ?? null,
      invoice_id: invoiceId ?? null,
      reminder_id: reminderId ?? null,
      user_id: userId ?? null,
      data: JSON.stringify(data ?? {}),
    })),
  );
}

/** The last entry of a kind, with its data; null when there is none. */
export async function lastEntry(db: Db, kind: string): Promise<{ at: string; data: Record<string, unknown> } | null> {
  const row: { at: string; data: string } | undefined = await db('history')
    .select('at', 'data')
    .where({ kind })
    .orderBy('id', 'desc')
    .first();
  return row ? { at: row.at, data: JSON.parse(row.data) as Record<string, unknown> } : null;
}

/** When the newest entry was written; null while nothing has happened. */
export async function newestEntryAt(db: Db): Promise<string | null> {
  const row: { at: string } | undefined = await db('history').select('at').orderBy('id', 'desc').first();
  return row?.at ?? null;
}

/** Whether something of a kind ever happened to a reminder. */
export const hasHappened = async (
  db: Db,
  kind: string,
  { id, customer_id }: { id: number; customer_id: number },
): Promise<boolean> =>
  (await db('history').select('id').where({ customer_id, kind, reminder_id: id }).first()) !== undefined;

/** How often something of a kind happened since something of the other kind last did. */
export async function countSince(db: Db, kind: string, since: string): Promise<number> {
  const last: { id: number } | undefined = await db('history')
    .select('id')
    .where({ kind: since })
    .orderBy('id', 'desc')
    .first();
  const [row] = await db('history')
    .count({ n: '*' })
    .where({ kind })
    .andWhere('id', '>', last?.id ?? 0);
  return Number(row?.n ?? 0);
}
