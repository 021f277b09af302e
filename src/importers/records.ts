import { customersOf, type CustomerRecord } from './customers.ts';
import type { ImportKind } from './headerWords.ts';
import { invoicesOf, type InvoiceRecord } from './invoices.ts';
import { paymentsOf, type PaymentRecord } from './payments.ts';
import type { Failure, Import } from './refusals.ts';
import { openSheet, type ReadOptions, type Sheet, type Source } from './sheet.ts';

/** The customers that a file lists, checked; a list of invoices lists customers too. */
export const readCustomers = (source: Source, options: ReadOptions = {}): Import<CustomerRecord> =>
  read(source, 'customers', options, customersOf);

/** The invoices and credit notes that a file lists, checked. */
export const readInvoices = (source: Source, options: ReadOptions = {}): Import<InvoiceRecord> =>
  read(source, 'invoices', options, invoicesOf);

/** The payments that a file lists, checked. */
export const readPayments = (source: Source, options: ReadOptions = {}): Import<PaymentRecord> =>
  read(source, 'payments', options, paymentsOf);

function read<T>(
  source: Source,
  kind: ImportKind,
  options: ReadOptions,
  recordsOf: (sheet: Sheet) => Import<T>,
): Import<T> {
  const sheet = openSheet(source, kind, options);
  return 'ok' in sheet ? sheet : recordsOf(sheet);
}

/** A file's columns, for choosing by hand: the header, the guess, and the first rows as examples. */
export type Columns = Pick<Sheet, 'header' | 'mapping' | 'separator' | 'encoding'> & { ok: true; samples: string[][] };

export function readColumns(source: Source, kind: ImportKind, options: ReadOptions = {}): Columns | Failure {
  const sheet = openSheet(source, kind, options);
  if ('ok' in sheet) return sheet;
  const { header, mapping, separator, encoding } = sheet;
  return { ok: true, header, mapping, separator, encoding, samples: sheet.rows.slice(0, 5).map(({ cells }) => cells) };
}
