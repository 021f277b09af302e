import type { Archive } from '../domain/archive.ts';
import { Refusal } from '../refusal.ts';
import { putDocument } from './documents.ts';
import { recomputeBalances } from './ledger.ts';
import { byNumber, each, idOf, minor, pair, upsert, writePause, type Import } from './archiveImportRecords.ts';

/** Invoices, credit notes and payments, with what belongs to them; then the balances. */
export async function writeLedger(job: Import, archive: Archive): Promise<void> {
  await each(job, 'invoice', archive.invoices, byNumber, (invoice) => writeInvoice(job, invoice));
  await each(job, 'credit note', archive.creditNotes, byNumber, (note) => writeCreditNote(job, note));
  await each(
    job,
    'payment',
    archive.payments,
    ({ key }) => key,
    (payment) => writePayment(job, payment),
  );
  for (const { key, reverses } of archive.payments)
    if (reverses)
      await job
        .trx('payments')
        .where({ id: idOf(job, 'payment', key) })
        .update({ reverses_id: idOf(job, 'payment', reverses) });
  await recomputeBalances(job.trx, 'all');
}

async function writeInvoice(job: Import, invoice: Archive['invoices'][number]): Promise<void> {
  const { customer, number, currency, settledElsewhere } = invoice;
  const total = minor(job, invoice.total, currency, number);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    number,
    issued_on: invoice.issuedOn,
    due_on: invoice.dueOn ?? null,
    received_on: invoice.receivedOn ?? null,
    currency,
    total_minor: total,
    settled_elsewhere_minor: minor(job, settledElsewhere, currency, number),
    outstanding_minor: total,
    state: invoice.state,
    follow_up_enabled: Number(!invoice.followUpOff),
    note: invoice.note,
  };
  const once = { created_at: invoice.createdAt ?? job.at };
  const id = await upsert(job, 'invoices', job.ids.invoice, pair(customer, number), row, once);
  await writePause(job, 'invoice_id', id, invoice.pause);
  await job.trx('promises').where({ invoice_id: id }).delete();
  for (const { until, amount, note, madeAt, endedAt } of invoice.promises)
    await job.trx('promises').insert({
      invoice_id: id,
      until_on: until,
      amount_minor: amount === undefined ? null : minor(job, amount, currency, number),
      note,
      made_at: madeAt,
      ended_at: endedAt ?? null,
    });
  await job.trx('disputes').where({ invoice_id: id }).delete();
  for (const { reason, note, openedAt, liftedAt } of invoice.disputes)
    await job
      .trx('disputes')
      .insert({ invoice_id: id, reason, note, opened_at: openedAt, lifted_at: liftedAt ?? null });
  for (const { name, kind, mediaType, addedAt, content } of invoice.documents)
    await putDocument(job.trx, {
      invoiceId: id,
      kind,
      name,
      mediaType,
      addedAt: addedAt ?? job.at,
      content: Buffer.from(content, 'base64'),
    });
}

async function writeCreditNote(job: Import, note: Archive['creditNotes'][number]): Promise<void> {
  const { customer, number, currency } = note;
  const total = minor(job, note.total, currency, number);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    number,
    issued_on: note.issuedOn,
    currency,
    total_minor: total,
    settled_elsewhere_minor: minor(job, note.settledElsewhere, currency, number),
    remaining_minor: total,
    state: note.cancelled ? 'cancelled' : 'open',
  };
  const once = { created_at: note.createdAt ?? job.at };
  const id = await upsert(job, 'credit_notes', job.ids.creditNote, pair(customer, number), row, once);
  await writeApplications(job, 'credit_note_id', id, { ...note, name: `credit note ${number}` });
}

async function writePayment(job: Import, payment: Archive['payments'][number]): Promise<void> {
  const { key, customer, currency } = payment;
  const amount = minor(job, payment.amount, currency, key);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    received_on: payment.receivedOn,
    currency,
    amount_minor: amount,
    unapplied_minor: amount,
    reference: payment.reference,
    source_key: key,
  };
  const id = await upsert(job, 'payments', job.ids.payment, key, row, { created_at: payment.createdAt ?? job.at });
  await writeApplications(job, 'payment_id', id, { ...payment, name: `payment ${key}` });
}

async function writeApplications(
  job: Import,
  column: 'payment_id' | 'credit_note_id',
  id: number,
  source: {
    name: string;
    customer: string;
    currency: string;
    applied: { invoice: string; amount: string; on: string }[];
  },
): Promise<void> {
  const { name, customer, currency, applied } = source;
  await job
    .trx('applications')
    .where({ [column]: id })
    .delete();
  for (const { invoice, amount, on } of applied) {
    const invoiceId = idOf(job, 'invoice', pair(customer, invoice));
    const other = await job.trx('invoices').where({ id: invoiceId }).whereNot({ currency }).first();
    if (other) {
      const detail = `${name} is in ${currency}`;
      throw new Refusal('archive_record', { file: job.file, what: 'application to', name: invoice, detail });
    }
    await job.trx('applications').insert({
      [column]: id,
      invoice_id: invoiceId,
      amount_minor: minor(job, amount, currency, invoice),
      applied_on: on,
    });
  }
}
