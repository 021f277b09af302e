import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor } from '../domain/money.ts';
import {
  all,
  blob,
  lean,
  optional,
  pausesBy,
  sorted,
  type Names,
  type Row,
  type Section,
} from './archiveExportRows.ts';
import type { Db } from './database.ts';

export async function invoices(db: Db, names: Names): Promise<Section<'invoices'>> {
  const byInvoice = async (table: string, ...order: string[]): Promise<Map<number, Row[]>> =>
    Map.groupBy(await all(db, table, ...order), (row) => row.invoice_id as number);
  const promises = await byInvoice('promises', 'made_at', 'id');
  const disputes = await byInvoice('disputes', 'opened_at', 'id');
  const documents = await byInvoice('documents', 'name');
  const pauses = await pausesBy(db, 'invoice_id');
  const result: Section<'invoices'> = [];
  for (const row of await all(db, 'invoices', 'id'))
    result.push(
      lean({
        customer: names.customer.get(row.customer_id) ?? '',
        number: row.number,
        issuedOn: row.issued_on,
        dueOn: optional(row.due_on),
        receivedOn: optional(row.received_on),
        currency: row.currency,
        total: decimalFromMinor(row.total_minor, row.currency),
        settledElsewhere: elsewhere(row),
        state: row.state,
        followUpOff: row.follow_up_enabled === 0,
        note: row.note,
        promises: (promises.get(row.id) ?? []).map((promise) =>
          lean({
            until: promise.until_on,
            amount: optional(
              promise.amount_minor === null ? null : decimalFromMinor(promise.amount_minor, row.currency),
            ),
            note: promise.note,
            madeAt: promise.made_at,
            endedAt: optional(promise.ended_at),
          }),
        ),
        disputes: (disputes.get(row.id) ?? []).map((dispute) =>
          lean({
            reason: dispute.reason,
            note: dispute.note,
            openedAt: dispute.opened_at,
            liftedAt: optional(dispute.lifted_at),
          }),
        ),
        pause: optional(pauses.get(row.id)),
        documents: await Promise.all(
          (documents.get(row.id) ?? []).map(async (document) => ({
            name: document.name,
            kind: document.kind,
            mediaType: document.media_type,
            addedAt: document.added_at,
            content: await blob(db, document.sha256),
          })),
        ),
        createdAt: row.created_at,
      }),
    );
  return sorted(result, (row) => [row.customer, row.number]);
}

const elsewhere = (row: Row): never =>
  optional(row.settled_elsewhere_minor ? decimalFromMinor(row.settled_elsewhere_minor, row.currency) : null);

async function appliedBy(
  db: Db,
  column: string,
  names: Names,
): Promise<Map<number, { invoice: string; amount: string; on: Day }[]>> {
  const rows: Row[] = await db('applications').whereNotNull(column).orderBy('id');
  const grouped = Map.groupBy(rows, (row) => row[column] as number);
  return new Map(
    [...grouped].map(([id, list]) => [
      id,
      list.map((row) => {
        const invoice = names.invoice.get(row.invoice_id);
        return {
          invoice: invoice?.number ?? '',
          amount: decimalFromMinor(row.amount_minor, invoice?.currency ?? ''),
          on: row.applied_on as Day,
        };
      }),
    ]),
  );
}

export async function creditNotes(db: Db, names: Names): Promise<Section<'creditNotes'>> {
  const applied = await appliedBy(db, 'credit_note_id', names);
  const rows = (await all(db, 'credit_notes', 'id')).map((row) =>
    lean({
      customer: names.customer.get(row.customer_id) ?? '',
      number: row.number,
      issuedOn: row.issued_on,
      currency: row.currency,
      total: decimalFromMinor(row.total_minor, row.currency),
      settledElsewhere: elsewhere(row),
      cancelled: row.state === 'cancelled',
      applied: applied.get(row.id) ?? [],
      createdAt: row.created_at,
    }),
  );
  return sorted(rows, (row) => [row.customer, row.number]);
}

export async function payments(db: Db, names: Names): Promise<Section<'payments'>> {
  const applied = await appliedBy(db, 'payment_id', names);
  const rows = (await all(db, 'payments', 'id')).map((row) =>
    lean({
      key: row.source_key,
      customer: names.customer.get(row.customer_id) ?? '',
      receivedOn: row.received_on,
      currency: row.currency,
      amount: decimalFromMinor(row.amount_minor, row.currency),
      reference: row.reference,
      reverses: optional(names.payment.get(row.reverses_id)?.key),
      applied: applied.get(row.id) ?? [],
      createdAt: row.created_at,
    }),
  );
  return sorted(rows, (row) => [row.createdAt ?? '', row.key]);
}
