import { parseAmount } from '../domain/amountText.ts';
import type { Currency, Minor } from '../domain/money.ts';
import { amountIn, currencyFor, isProblem, type Columns, type Problem } from './columns.ts';
import { textIn } from './customers.ts';
import { agreed, firstTold, type Document } from './documents.ts';
import type { Field } from './headerWords.ts';
import type { InvoiceRecord } from './invoices.ts';
import { kindOf, statusOf, type DocumentKind, type DocumentStatus } from './invoiceWords.ts';
import { sumOfLines } from './lineSums.ts';
import { cellOf, note, told, type Sheet } from './sheet.ts';

/** What an invoice is worth, and what of it is open. */
export type Money = Pick<InvoiceRecord, 'kind' | 'currency' | 'total' | 'outstanding' | 'paid'>;

export function moneyIn(sheet: Sheet, document: Document, columns: Columns): Money | Problem {
  const currency = currencyIn(sheet, document, columns);
  if (isProblem(currency)) return currency;
  const signed = totalIn(sheet, document, currency, columns);
  if (isProblem(signed)) return signed;
  const kind = kindIn(sheet, document, signed);
  if (isProblem(kind)) return kind;
  const open = amountOf(sheet, document, 'outstanding', currency, columns);
  if (isProblem(open)) return open;
  const paid = amountOf(sheet, document, 'paid', currency, columns);
  if (isProblem(paid)) return paid;
  const total = Math.abs(signed);
  const outstanding = kind === 'invoice' ? notBelowZero(sheet, document, open) : absolute(open);
  if (outstanding !== null && outstanding > total)
    return {
      problem: 'outstanding_exceeds_total',
      field: 'outstanding',
      value: cellOf(sheet, document.rows[0]!, 'outstanding'),
    };
  return { kind, currency, total, outstanding, paid: absolute(paid) };
}

const absolute = (amount: Minor | null): Minor | null => (amount === null ? null : Math.abs(amount));

function notBelowZero(sheet: Sheet, { rows }: Document, outstanding: Minor | null): Minor | null {
  if (outstanding === null || outstanding >= 0) return outstanding;
  note(sheet, rows[0]!.line, 'overpaid', 'outstanding');
  return 0;
}

function currencyIn(sheet: Sheet, document: Document, columns: Columns): Currency | Problem {
  const text = agreed(sheet, document, 'currency');
  if (isProblem(text)) return text;
  const field = (['total', 'outstanding', 'lineTotal', 'rate'] as const).find(
    (candidate) => cellOf(sheet, document.rows[0]!, candidate) !== '',
  );
  const amount = { text: field ? cellOf(sheet, document.rows[0]!, field) : '', field: field ?? 'total' };
  return currencyFor(text, amount, columns, sheet);
}

function amountOf(
  sheet: Sheet,
  document: Document,
  field: Field,
  currency: Currency,
  columns: Columns,
): Minor | null | Problem {
  const text = agreed(sheet, document, field);
  return isProblem(text) ? text : amountIn(text, field, currency, columns);
}

/** The total told, else the sum of the lines, else, in a list of open invoices, what is open. */
function totalIn(sheet: Sheet, document: Document, currency: Currency, columns: Columns): Minor | Problem {
  const whole = amountOf(sheet, document, 'total', currency, columns);
  if (whole !== null) return whole;
  const sum = sumOfLines(sheet, document, columns);
  if (isProblem(sum)) return sum;
  if (sum !== null) return fromLines(sheet, document, sum, currency);
  const { total, lineTotal, rate } = sheet.mapping;
  if ((total ?? lineTotal ?? rate) !== undefined) return { problem: 'missing_amount', field: 'total' };
  note(sheet, document.rows[0]!.line, 'total_from_outstanding', 'total');
  const open = amountOf(sheet, document, 'outstanding', currency, columns);
  return open ?? { problem: 'missing_amount', field: 'outstanding' };
}

function fromLines(sheet: Sheet, { rows }: Document, sum: string, currency: Currency): Minor | Problem {
  note(sheet, rows[0]!.line, 'total_from_lines', 'total');
  const parsed = parseAmount(sum, currency, '.');
  return parsed.ok ? parsed.amount : { problem: parsed.reason, field: 'lineTotal', value: sum };
}

/** As the file says; else by the number, else by the sign. */
function kindIn(sheet: Sheet, document: Document, total: Minor): DocumentKind | Problem {
  const text = agreed(sheet, document, 'kind');
  if (isProblem(text)) return text;
  const kind = told(text) === '' ? null : kindOf(text);
  if (told(text) !== '' && kind === null) return { problem: 'unknown_kind', field: 'kind', value: text };
  if (kind === 'credit_note' || startsWith(document.number, sheet.options.creditNotePrefix)) return 'credit_note';
  if (kind === 'invoice' && total < 0) note(sheet, document.rows[0]!.line, 'negative_invoice', 'total');
  return total < 0 ? 'credit_note' : 'invoice';
}

/** Brings the status word and the amounts together: what is said to be paid is not open. */
export function withStatus(sheet: Sheet, document: Document, money: Money): Money & Pick<InvoiceRecord, 'status'> {
  const { line } = document.rows[0]!;
  const status = statusIn(sheet, document);
  const { total, outstanding, paid } = money;
  if (outstanding === null && status === 'paid') return { ...money, outstanding: 0, status };
  if (outstanding === null && paid === null && sheet.mapping.outstanding !== undefined)
    note(sheet, line, 'outstanding_not_told', 'outstanding');
  if (outstanding !== null && outstanding > 0 && status === 'paid') note(sheet, line, 'paid_but_outstanding', 'status');
  else if (outstanding !== null && paid !== null && total - paid !== outstanding)
    note(sheet, line, 'amounts_disagree', 'paid');
  return { ...money, status };
}

function statusIn(sheet: Sheet, document: Document): DocumentStatus | null {
  const row = firstTold(sheet, document, 'status');
  const text = textIn(sheet, row, 'status');
  const status = text === null ? null : statusOf(text);
  if (text !== null && status === null) note(sheet, row.line, 'unknown_status', 'status', text);
  return status;
}

/** Whether a number begins with the owner's prefix, in whatever case. */
export const startsWith = (number: string, prefix: string | undefined): boolean =>
  Boolean(prefix) && number.toUpperCase().startsWith(prefix!.toUpperCase());
