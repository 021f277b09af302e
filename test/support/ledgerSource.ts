import { readFileSync } from 'node:fs';
import { type Day, isDay } from '../../src/domain/calendar.ts';
import type { Minor } from '../../src/domain/money.ts';

/** A ledger as its publisher wrote it, and the sums that were made of it without us. */
export interface LedgerFiles {
  invoices: string;
  totals: string;
  customers: string;
}

/** One document as the file has it. A credit is negative. */
export interface SourceDocument {
  number: string;
  /** Empty where the file names nobody. */
  customer: string;
  issuedOn: Day;
  amount: Minor;
}

/** What an expected table says of one kind of document, or of one customer. */
export interface ExpectedTotal {
  kind: string;
  documents: number;
  amount: Minor;
}

export interface ExpectedCustomer {
  customer: string;
  invoices: number;
  creditNotes: number;
  invoiced: Minor;
  credited: Minor;
  first: Day;
  last: Day;
}

// Read here with nothing of the importer, so that the two can be compared.

export const readDocuments = ({ invoices }: LedgerFiles): SourceDocument[] =>
  rowsOf(invoices).map((row) => ({
    number: cell(row, 'InvoiceNo'),
    customer: cell(row, 'CustomerID'),
    issuedOn: dayOf(cell(row, 'InvoiceDate').slice(0, 10)),
    amount: pence(cell(row, 'AmountGBP')),
  }));

/** Kinds of documents; then all of them, and how many customers there are (whose line has no amount). */
export const readTotals = ({ totals }: LedgerFiles): ExpectedTotal[] =>
  rowsOf(totals).map((row) => ({
    kind: cell(row, 'kind'),
    documents: Number(cell(row, 'documents')),
    amount: pence(cell(row, 'amount') || '0'),
  }));

export const readCustomers = ({ customers }: LedgerFiles): ExpectedCustomer[] =>
  rowsOf(customers).map((row) => ({
    customer: cell(row, 'CustomerID'),
    invoices: Number(cell(row, 'invoices')),
    creditNotes: Number(cell(row, 'credit_notes')),
    invoiced: pence(cell(row, 'total_invoiced')),
    credited: pence(cell(row, 'total_credited')),
    first: dayOf(cell(row, 'first')),
    last: dayOf(cell(row, 'last')),
  }));

type Row = Map<string, string>;

/** These files hold no quotes and no commas within a cell. */
function rowsOf(file: string): Row[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    if (cells.length !== names.length) throw new Error(`${file}: not as many cells as columns: ${line}`);
    return new Map(names.map((name, place) => [name, cells[place] ?? '']));
  });
}

function cell(row: Row, name: string): string {
  const text = row.get(name);
  if (text === undefined) throw new Error(`there is no column ${name}`);
  return text;
}

function dayOf(text: string): Day {
  if (!isDay(text)) throw new Error(`not a day: ${text}`);
  return text;
}

/** -102.58 is -10258; a bare 0 is nothing. */
function pence(text: string): Minor {
  if (!/^(-?\d+\.\d\d|0)$/.test(text)) throw new Error(`not an amount in pounds and pence: ${text}`);
  return Number(text.replace('.', ''));
}
