import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { batchByKey, insertBatch, type NewItem } from '../store/batches.ts';
import type { Db } from '../store/database.ts';
import { type BulkLine, type BulkQuestion, prepareBatch } from './prepareBatch.ts';

/** A bulk sending as a person wants it. */
export interface BulkOrder extends BulkQuestion {
  /** The form's own key: however often it comes, it is one batch. */
  key: string;
  /** The lines that are to go, each with the reasons that he had seen. */
  lines: ReadonlyMap<string, readonly string[]>;
  /** Who gets a blind copy of each message; empty for nobody. */
  copyTo: string;
  completes: boolean;
}

export type Started = { kind: 'started' | 'already'; batchId: number } | { kind: 'nothing_ticked' | 'no_template' };

/**
 * Puts a bulk sending on record, in one transaction: from here on each message is written by itself (`workBatches`), and
 * nothing of it is lost or doubled. What cannot go any more is on record with its reason.
 */
export async function startBatch(
  db: Db,
  order: BulkOrder,
  { settings, day, clock, userId }: { settings: Settings; day: Day; clock: Clock; userId: number | null },
): Promise<Started> {
  return db.transaction(async (trx) => {
    const before = await batchByKey(trx, order.key);
    if (before) return { kind: 'already', batchId: before.id };
    const { template, lines } = await prepareBatch(trx, order, settings, day);
    // Another template than the chosen one says something else.
    if (!template || (order.templateId !== null && template.id !== order.templateId)) return { kind: 'no_template' };
    const items = lines.filter(({ key }) => order.lines.has(key)).map((line) => itemOf(line, order));
    if (items.length === 0) return { kind: 'nothing_ticked' };
    const { key, channel, copyTo, completes } = order;
    const batch = { key, channel, copyTo, completes, templateId: template.id, createdBy: userId };
    const batchId = await insertBatch(trx, { ...batch, createdAt: isoOf(clock()) }, items);
    if (batchId === null) throw new Error(`the batch ${key} is there and is not`);
    return { kind: 'started', batchId };
  });
}

function itemOf(line: BulkLine, order: BulkOrder): NewItem {
  const { key, customer, currency, invoices, dropped, obstacle } = line;
  const chosen = obstacle === null ? invoices : [...invoices, ...dropped];
  return {
    customerId: customer.id,
    currency,
    invoiceIds: chosen.map(({ id }) => id),
    seen: [...(order.lines.get(key) ?? [])],
    ...(obstacle === null
      ? { state: 'waiting', reason: '', detail: '' }
      : { state: 'refused', reason: obstacle, detail: '' }),
  };
}
