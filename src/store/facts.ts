import type { Day } from '../domain/calendar.ts';
import type { Minor } from '../domain/money.ts';
import type { Db, Transaction } from './database.ts';
import { inChunks, insertAll } from './rows.ts';

/*
 * What customers answered, as it stands on their invoices. Nothing is deleted: a promise ends, a dispute is lifted, a
 * pause is over. One of each may be open on an invoice at a time; a unique index sees to it.
 */

/** A promise that was not ended; whether it still covers a day is for the rules to say. */
export interface PromiseRow {
  id: number;
  invoiceId: number;
  until: Day;
  /** Null when all that is outstanding was promised. */
  amount: Minor | null;
  note: string;
  madeAt: string;
}

/** A dispute that was not lifted. */
export interface DisputeRow {
  id: number;
  invoiceId: number;
  reason: string;
  note: string;
  openedAt: string;
}

/** A pause of an invoice that was not ended; it may have lapsed by itself. */
export interface InvoicePause {
  id: number;
  invoiceId: number;
  until: Day | null;
  reason: string;
  begunAt: string;
}

/** Where each kind of fact is kept, and what its beginning and its end are called there. */
const KEPT_IN = {
  promise: { table: 'promises', begun: 'made_at', ended: 'ended_at' },
  dispute: { table: 'disputes', begun: 'opened_at', ended: 'lifted_at' },
  pause: { table: 'pauses', begun: 'begun_at', ended: 'ended_at' },
} as const;
export type FactKind = keyof typeof KEPT_IN;

/** A fact of any kind: on which invoice, and from when to when. */
export interface FactSpan {
  id: number;
  invoiceId: number;
  begunAt: string;
  endedAt: string | null;
}

async function openOf<Row extends { invoiceId: number }>(
  db: Db,
  kind: FactKind,
  columns: Record<string, string>,
  invoiceIds: readonly number[],
): Promise<Map<number, Row>> {
  const { table, ended } = KEPT_IN[kind];
  const found = new Map<number, Row>();
  for (const part of inChunks(invoiceIds)) {
    const rows = (await db
      .select({ id: 'id', invoiceId: 'invoice_id', ...columns })
      .from(table)
      .whereIn('invoice_id', part)
      .whereNull(ended)) as unknown as Row[];
    for (const row of rows) found.set(row.invoiceId, row);
  }
  return found;
}

/** The promises of some invoices that were not ended, by invoice. */
export const openPromises = (db: Db, invoiceIds: readonly number[]): Promise<Map<number, PromiseRow>> =>
  openOf(db, 'promise', { until: 'until_on', amount: 'amount_minor', note: 'note', madeAt: 'made_at' }, invoiceIds);

/** The disputes of some invoices that were not lifted, by invoice. */
export const openDisputes = (db: Db, invoiceIds: readonly number[]): Promise<Map<number, DisputeRow>> =>
  openOf(db, 'dispute', { reason: 'reason', note: 'note', openedAt: 'opened_at' }, invoiceIds);

/** The pauses of some invoices that were not ended, by invoice. */
export const openInvoicePauses = (db: Db, invoiceIds: readonly number[]): Promise<Map<number, InvoicePause>> =>
  openOf(db, 'pause', { until: 'until_on', reason: 'reason', begunAt: 'begun_at' }, invoiceIds);

export const insertPromises = (
  trx: Transaction,
  promises: readonly Pick<PromiseRow, 'invoiceId' | 'until' | 'amount' | 'note'>[],
  at: string,
): Promise<void> =>
  insertAll(
    trx,
    'promises',
    promises.map(({ invoiceId, until, amount, note }) => ({
      invoice_id: invoiceId,
      until_on: until,
      amount_minor: amount,
      note,
      made_at: at,
    })),
  );

export const insertDisputes = (
  trx: Transaction,
  disputes: readonly Pick<DisputeRow, 'invoiceId' | 'reason' | 'note'>[],
  at: string,
): Promise<void> =>
  insertAll(
    trx,
    'disputes',
    disputes.map(({ invoiceId, reason, note }) => ({ invoice_id: invoiceId, reason, note, opened_at: at })),
  );

/** Replaces the note of a dispute. */
export async function noteDispute(trx: Transaction, id: number, note: string): Promise<void> {
  await trx('disputes').where({ id }).update({ note });
}

export const insertInvoicePause = (
  trx: Transaction,
  { invoiceId, until, reason }: Pick<InvoicePause, 'invoiceId' | 'until' | 'reason'>,
  at: string,
): Promise<void> => insertAll(trx, 'pauses', [{ invoice_id: invoiceId, until_on: until, reason, begun_at: at }]);

/** Ends facts that are open. */
export async function endFacts(trx: Transaction, kind: FactKind, ids: readonly number[], at: string): Promise<void> {
  const { table, ended } = KEPT_IN[kind];
  for (const part of inChunks(ids))
    await trx(table)
      .whereIn('id', part)
      .whereNull(ended)
      .update({ [ended]: at });
}

/** Opens a fact again that had ended. */
export async function putFactBack(trx: Transaction, kind: FactKind, id: number): Promise<void> {
  const { table, ended } = KEPT_IN[kind];
  await trx(table)
    .where({ id })
    .update({ [ended]: null });
}

/** One fact of an invoice, open or over. */
export const factSpan = (db: Db, kind: FactKind, id: number): Promise<FactSpan | undefined> =>
  spans(db, kind).where({ id }).whereNotNull('invoice_id').first() as unknown as Promise<FactSpan | undefined>;

/** The facts of an invoice that ended at an instant: what a change ended, and what taking it back opens again. */
export const factsEndedAt = (db: Db, kind: FactKind, invoiceId: number, at: string): Promise<FactSpan[]> =>
  spans(db, kind)
    .where({ invoice_id: invoiceId, [KEPT_IN[kind].ended]: at })
    .orderBy('id', 'desc') as unknown as Promise<FactSpan[]>;

/** True when the invoice has a fact of this kind that is open. */
export const hasOpenFact = async (db: Db, kind: FactKind, invoiceId: number): Promise<boolean> =>
  (await openOf(db, kind, {}, [invoiceId])).size > 0;

const spans = (db: Db, kind: FactKind) => {
  const { table, begun, ended } = KEPT_IN[kind];
  return db.select({ id: 'id', invoiceId: 'invoice_id', begunAt: begun, endedAt: ended }).from(table);
};

/** Promises and pauses that are open on invoices of which nothing is outstanding any more; of these invoices, or of all. */
export async function factsOfSettled(
  db: Db,
  kind: 'promise' | 'pause',
  invoiceIds: readonly number[] | 'all',
): Promise<{ id: number; invoiceId: number; customerId: number }[]> {
  return db
    .select({ id: 'f.id', invoiceId: 'i.id', customerId: 'i.customer_id' })
    .from(`${KEPT_IN[kind].table} as f`)
    .join('invoices as i', 'i.id', 'f.invoice_id')
    .whereNull('f.ended_at')
    .where('i.outstanding_minor', '<=', 0)
    .modify((query) => {
      if (invoiceIds !== 'all') void query.whereIn('i.id', [...invoiceIds]);
    }) as unknown as Promise<{ id: number; invoiceId: number; customerId: number }[]>;
}
