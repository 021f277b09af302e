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

/** When something of a kind happened last; null when it never did. */
export async function lastAt(db: Db, kind: string): Promise<string | null> {
  const row: { at: string } | undefined = await db('history')
    .select('at')
    .where({ kind })
    .orderBy('id', 'desc')
    .first();
  return row?.at ?? null;
}
