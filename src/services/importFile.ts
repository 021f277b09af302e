import { createHash } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import { addDays, type Day } from '../domain/calendar.ts';
import type { Minor } from '../domain/money.ts';
import type { Settings } from '../domain/settings.ts';
import type { CustomerRecord } from '../importers/customers.ts';
import type { ImportKind } from '../importers/headerWords.ts';
import type { InvoiceRecord } from '../importers/invoices.ts';
import type { PaymentRecord } from '../importers/payments.ts';
import { readCustomers, readInvoices, readPayments } from '../importers/records.ts';
import { type Import, type Note, type Refusal as RowRefusal, sentence, type Success } from '../importers/refusals.ts';
import type { ReadOptions } from '../importers/sheet.ts';
import { Refusal } from '../refusal.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import {
  addContacts,
  type DocumentRow,
  type DocumentTable,
  insertDocuments,
  insertPayments,
  type KnownDocument,
  type NewContact,
  knownDocuments,
  type NewPayment,
  updateDocument,
} from '../store/importing.ts';
import { recomputeBalances } from '../store/ledger.ts';
import { readSettings } from '../store/settings.ts';
import { closeSettled } from './closeSettled.ts';
import { CustomerBook, type Tally } from './customerBook.ts';

/** How to import a file, beyond how to read it. */
export interface ImportOptions extends ReadOptions {
  clock: Clock;
  /** Look only: everything is checked and counted, nothing is kept. */
  dryRun?: boolean;
  /** Import the good rows although others are refused; without it one refused row refuses the file. */
  skipRefused?: boolean;
}

/** What an import did, or would do. */
export interface ImportReport {
  kind: ImportKind;
  customers: Tally;
  invoices: Tally;
  creditNotes: Tally;
  payments: Tally;
  refused: { line: number; reason: string; sentence: string }[];
  notes: { line: number; count: number; code: string; sentence: string }[];
}

const none = (): Tally => ({ created: 0, updated: 0, unchanged: 0 });

/**
 * Imports customers, invoices or payments from the bytes of a table, all or nothing (SPEC §8). Throws a Refusal, with
 * everything as it was, when the file cannot be read or one of its rows is refused.
 */
export async function importFile(
  db: Db,
  file: { name: string; bytes: Buffer; kind: ImportKind },
  options: ImportOptions,
): Promise<ImportReport> {
  const settings = await readSettings(db);
  const reading = { defaultCurrency: settings.currency, ...options };
  const { kind, bytes, name } = file;
  if (kind === 'customers')
    return write(db, name, kind, readCustomers(bytes, reading), options, writeCustomers, settings);
  if (kind === 'invoices') return write(db, name, kind, readInvoices(bytes, reading), options, writeInvoices, settings);
  return write(db, name, kind, readPayments(bytes, reading), options, writePayments, settings);
}

/**
 * The kind that a file's columns speak for. Invoices first: they have customers' columns too. Throws a Refusal when the
 * file is no table, or its columns speak for none.
 */
export function guessKind({ name: file, bytes }: { name: string; bytes: Buffer }): ImportKind {
  const invoices = readInvoices(bytes, { defaultCurrency: 'EUR', withoutCustomer: { name: '-' } });
  if (invoices.ok) return 'invoices';
  if (readPayments(bytes, { defaultCurrency: 'EUR' }).ok) return 'payments';
  if (readCustomers(bytes).ok) return 'customers';
  if (invoices.reason === 'missing_columns') throw new Refusal('import_kind', { file });
  throw new Refusal('import_file', { file, detail: sentence(invoices) });
}

interface Job {
  trx: Transaction;
  settings: Settings;
  at: string;
  report: ImportReport;
}

class DryRun extends Error {}

async function write<T>(
  db: Db,
  file: string,
  kind: ImportKind,
  read: Import<T>,
  { clock, dryRun = false, skipRefused = false }: ImportOptions,
  writer: (job: Job, records: T[]) => Promise<void>,
  settings: Settings,
): Promise<ImportReport> {
  if (!read.ok) throw new Refusal('import_file', { file, detail: sentence(read) });
  const report = emptyReport(kind, read);
  if (report.refused.length && !skipRefused && !dryRun) throw refusalOf(file, report.refused);
  const at = isoOf(clock());
  try {
    await db.transaction(async (trx) => {
      await writer({ trx, settings, at, report }, read.records);
      const { customers, invoices, creditNotes, payments } = report;
      await addHistory(trx, [{ at, kind: 'imported', data: { file, customers, invoices, creditNotes, payments } }]);
      if (report.refused.length && !skipRefused && !dryRun) throw refusalOf(file, report.refused);
      if (dryRun) throw new DryRun();
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
  }
  return report;
}

function emptyReport<T>(kind: ImportKind, { refused, notes }: Success<T>): ImportReport {
  return {
    kind,
    customers: none(),
    invoices: none(),
    creditNotes: none(),
    payments: none(),
    refused: refused.map((row: RowRefusal) => ({ line: row.line, reason: row.reason, sentence: sentence(row) })),
    notes: notes.map((note: Note) => ({
      line: note.line,
      count: note.count,
      code: note.code,
      sentence: sentence(note),
    })),
  };
}

const refusalOf = (file: string, refused: ImportReport['refused']): Refusal =>
  new Refusal('import_rows', {
    file,
    count: refused.length,
    detail: refused
      .slice(0, 20)
      .map(({ line, sentence: said }) => `${line}: ${said}`)
      .join(' '),
  });

async function writeCustomers({ trx, settings, at, report }: Job, records: CustomerRecord[]): Promise<void> {
  const book = await CustomerBook.open(trx, settings);
  const noted = records.map((record) => ({ record, customer: book.note(record) }));
  await book.save(trx, at);
  await addContacts(
    trx,
    noted.flatMap(({ record, customer }): NewContact[] => {
      const contact = { customerId: customer.id, name: record.contactName ?? '', phone: record.phone };
      if (record.emails.length === 0) return record.phone ? [{ ...contact, email: null }] : [];
      return record.emails.map((email) => ({ ...contact, email }));
    }),
  );
  report.customers = book.tally;
}

async function writeInvoices({ trx, settings, at, report }: Job, records: InvoiceRecord[]): Promise<void> {
  const book = await CustomerBook.open(trx, settings);
  const noted = records.map((record) => ({
    record,
    customer: book.note({
      code: record.customerCode,
      legalId: record.legalId,
      name: record.customerName,
      country: record.customerCountry,
    }),
  }));
  await book.save(trx, at);
  await addContacts(
    trx,
    noted.flatMap(({ record, customer }) =>
      record.email ? [{ customerId: customer.id, name: '', email: record.email, phone: null }] : [],
    ),
  );
  report.customers = book.tally;
  const rows = noted.map(({ record, customer }) => ({
    record: { ...record, dueOn: record.dueOn ?? dueByTerm(record.issuedOn, customer.paymentTermDays) },
    customerId: customer.id,
  }));
  const of = (kind: InvoiceRecord['kind']): typeof rows => rows.filter(({ record }) => record.kind === kind);
  report.invoices = await writeDocuments(trx, 'invoices', of('invoice'), at);
  report.creditNotes = await writeDocuments(trx, 'credit_notes', of('credit_note'), at);
  await recomputeBalances(trx, 'all');
  await closeSettled(trx, 'all', { at, userId: null });
}

const dueByTerm = (issuedOn: Day, days: number | null): Day | null => (days === null ? null : addDays(issuedOn, days));

async function writeDocuments(
  trx: Transaction,
  table: DocumentTable,
  rows: readonly { record: InvoiceRecord; customerId: number }[],
  at: string,
): Promise<Tally> {
  const tally = none();
  if (rows.length === 0) return tally;
  const key = (customerId: number, number: string): string => `${customerId}|${number}`;
  const known = new Map((await knownDocuments(trx, table)).map((one) => [key(one.customerId, one.number), one]));
  const fresh: (DocumentRow & { createdAt: string })[] = [];
  for (const { record, customerId } of rows) {
    const before = known.get(key(customerId, record.number));
    const row = documentRow(table, record, customerId, before);
    if (!before) {
      fresh.push({ ...row, createdAt: at });
      continue;
    }
    const same = Object.entries(row).every(([field, value]) => before[field as keyof KnownDocument] === value);
    tally[same ? 'unchanged' : 'updated'] += 1;
    if (!same) await updateDocument(trx, table, before.id, row);
  }
  await insertDocuments(trx, table, fresh);
  tally.created = fresh.length;
  return tally;
}

function documentRow(
  table: DocumentTable,
  record: InvoiceRecord,
  customerId: number,
  before: KnownDocument | undefined,
): DocumentRow {
  const { number, issuedOn, currency, total, status } = record;
  const outstanding = outstandingOf(record);
  return {
    customerId,
    number,
    issuedOn,
    dueOn: table === 'invoices' ? (record.dueOn ?? before?.dueOn ?? null) : null,
    currency,
    total,
    // What the file says is settled and our own payments do not explain was settled elsewhere.
    settledElsewhere:
      outstanding === null ? (before?.settledElsewhere ?? 0) : total - outstanding - (before?.applied ?? 0),
    state: stateOf(table, status, before),
  };
}

function outstandingOf({ total, outstanding, paid, status }: InvoiceRecord): Minor | null {
  if (outstanding !== null) return outstanding;
  if (paid !== null) return Math.max(0, total - paid);
  return status === 'paid' ? 0 : null;
}

function stateOf(table: DocumentTable, status: InvoiceRecord['status'], before: KnownDocument | undefined): string {
  if (table === 'credit_notes') return status === 'cancelled' ? 'cancelled' : (before?.state ?? 'open');
  if (status === 'draft' || status === 'cancelled') return status;
  return before?.state === 'written_off' ? 'written_off' : 'issued';
}

async function writePayments({ trx, settings, at, report }: Job, records: PaymentRecord[]): Promise<void> {
  const book = await CustomerBook.open(trx, settings);
  const invoices = Map.groupBy(await knownDocuments(trx, 'invoices'), ({ number }) => number);
  const open = new Map<number, Minor>();
  const seen = new Map<string, number>();
  const payments: NewPayment[] = [];
  for (const record of records) {
    const customer = book.find({ code: record.customerCode, legalId: null, name: record.customerName });
    const matches = (record.invoiceNumber === null ? [] : (invoices.get(record.invoiceNumber) ?? [])).filter(
      (one) => one.currency === record.currency && (!customer || one.customerId === customer.id),
    );
    const invoice = matches.length === 1 ? matches[0] : undefined;
    const customerId = customer?.id ?? invoice?.customerId;
    if (customerId === undefined) {
      const said = `No customer or invoice fits “${record.invoiceNumber ?? record.customerName ?? record.customerCode ?? ''}”.`;
      report.refused.push({ line: record.line, reason: 'unmatched_payment', sentence: said });
      continue;
    }
    const left = invoice ? (open.get(invoice.id) ?? invoice.total - invoice.settledElsewhere - invoice.applied) : 0;
    const applied = record.amount < 0 ? record.amount : Math.min(record.amount, Math.max(0, left));
    if (invoice) open.set(invoice.id, left - applied);
    // By the number as written: the invoice may be imported only after its payment.
    const { invoiceNumber, paidOn, currency, amount, reference } = record;
    const identity = [customerId, invoiceNumber, paidOn, currency, amount, reference].join('|');
    const nth = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, nth);
    payments.push({
      customerId,
      invoiceId: invoice?.id ?? null,
      receivedOn: record.paidOn,
      currency: record.currency,
      amount: record.amount,
      applied: invoice ? applied : 0,
      reference: record.reference ?? '',
      // The same file imported twice books nothing twice; two equal rows of one file are two payments.
      sourceKey: `csv:${createHash('sha256').update(`${identity}|${nth}`).digest('hex').slice(0, 32)}`,
      createdAt: at,
    });
  }
  const created = await insertPayments(trx, payments);
  report.payments = { created, updated: 0, unchanged: payments.length - created };
  await recomputeBalances(trx, 'all');
  await closeSettled(trx, 'all', { at, userId: null });
}
