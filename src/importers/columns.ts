import { decimalMark, parseAmount, plainDecimal, type DecimalMark } from '../domain/amountText.ts';
import type { Day } from '../domain/calendar.ts';
import { currencyOf } from '../domain/currencies.ts';
import { currencyDigits, isCurrency, type Currency } from '../domain/money.ts';
import type { Field } from './headerWords.ts';
import { currencyInHeader } from './headers.ts';
import type { RefusalCode } from './refusals.ts';
import { cellOf, filled, note, told, type Sheet } from './sheet.ts';
import type { Row } from './table.ts';
import { dayOrder, parseDay, type DayOrder } from './values.ts';

/** Why a cell cannot be taken, and with it the row. */
export interface Problem {
  problem: RefusalCode;
  field?: Field;
  value?: string;
  row?: Row;
}
export const isProblem = (result: unknown): result is Problem =>
  typeof result === 'object' && result !== null && 'problem' in result;

/** How the columns of a file write days and amounts. */
export interface Columns {
  order: (field: Field) => DayOrder;
  mark: (field: Field) => DecimalMark;
  /** The currency that a header names: AmountGBP. */
  headerCurrency: Currency | null;
  /** Texts read before: the distinct days of a file are few. */
  days: Map<string, Day | null>;
}

const DAYS: readonly Field[] = ['issuedOn', 'dueOn', 'paidOn'];
const AMOUNTS: readonly Field[] = ['total', 'outstanding', 'paid', 'amount', 'lineTotal', 'rate', 'quantity'];
const FREE: ReadonlySet<Field> = new Set(['rate', 'quantity']);

export function columnsOf(sheet: Sheet): Columns {
  const headerCurrency = firstOf(AMOUNTS, (field) => currencyInHeader(sheet.header[sheet.mapping[field] ?? -1] ?? ''));
  const digits = mostDigits(sheet, headerCurrency?.currency ?? null);
  return {
    headerCurrency: headerCurrency?.currency ?? null,
    days: new Map(),
    order: readingOf(sheet, DAYS, 'ambiguous_days', (values) => {
      const { order, ...certainty } = dayOrder(values, sheet.options.dayFirst === false ? 'month_first' : 'day_first');
      return { reading: order, ...certainty };
    }),
    mark: readingOf(sheet, AMOUNTS, 'ambiguous_amounts', (values, field) => {
      const { mark, ...certainty } = decimalMark(values, FREE.has(field) ? 9 : digits);
      return { reading: mark, ...certainty };
    }),
  };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** The most decimals that a currency of the file has. */
function mostDigits(sheet: Sheet, headerCurrency: Currency | null): number {
  const named = sheet.mapping.currency === undefined ? [] : new Set(column(sheet, 'currency'));
  const known = [...named, sheet.options.defaultCurrency, headerCurrency].filter((code) => code && isCurrency(code));
  return Math.max(2, ...known.map((code) => currencyDigits(code!)));
}

interface Reading<T> {
  reading: T;
  ambiguous: boolean;
  known: boolean;
}

/** How each column is read: as its own values say, else as another column of the file does, else as a guess, noted. */
function readingOf<T>(
  sheet: Sheet,
  fields: readonly Field[],
  code: 'ambiguous_days' | 'ambiguous_amounts',
  read: (values: Iterable<string>, field: Field) => Reading<T>,
): (field: Field) => T {
  const present = fields.filter((field) => sheet.mapping[field] !== undefined);
  const found = new Map(present.map((field) => [field, read(column(sheet, field), field)]));
  const settled = [...found.values()].find(({ known }) => known);
  for (const [field, { ambiguous }] of found) if (ambiguous && !settled) noteExample(sheet, field, code);
  return (field) => {
    const own = found.get(field);
    if (!own) throw new RangeError(`no column: ${field}`);
    return (own.known ? own : (settled ?? own)).reading;
  };
}

function* column(sheet: Sheet, field: Field): Generator<string> {
  for (const row of sheet.rows) yield cellOf(sheet, row, field);
}

function noteExample(sheet: Sheet, field: Field, code: 'ambiguous_days' | 'ambiguous_amounts'): void {
  const row = sheet.rows.find((candidate) => /\d[-/. ,]\d/.test(cellOf(sheet, candidate, field)));
  if (row) note(sheet, row.line, code, field, cellOf(sheet, row, field));
}

/** The day in a cell; null where it tells none. */
export function dayIn(text: string, field: Field, columns: Columns): Day | null | Problem {
  if (told(text) === '') return null;
  return remembered(text, columns.order(field), columns.days) ?? { problem: 'unreadable_date', field, value: text };
}

function remembered(text: string, order: DayOrder, days: Map<string, Day | null>): Day | null {
  const key = order + text;
  const known = days.get(key);
  if (known !== undefined) return known;
  const day = parseDay(text, order);
  if (days.size < 10_000) days.set(key, day);
  return day;
}

/** The amount in a cell; null where it tells none. */
export function amountIn(text: string, field: Field, currency: Currency, columns: Columns): number | null | Problem {
  if (filled(text) === '') return null;
  const parsed = parseAmount(text, currency, columns.mark(field));
  return parsed.ok ? parsed.amount : { problem: parsed.reason, field, value: text };
}

/** The currency of a row: its own column, the header's, the one beside the amount, or the default. */
export function currencyFor(
  text: string,
  amount: { text: string; field: Field },
  columns: Columns,
  sheet: Sheet,
): Currency | Problem {
  const own = currencyIn(text, sheet.options.defaultCurrency);
  if (own === undefined) return { problem: 'unknown_currency', field: 'currency', value: text };
  const found = own ?? columns.headerCurrency ?? currencyBeside(amount, columns) ?? sheet.options.defaultCurrency;
  return found ?? { problem: 'missing_currency', field: 'currency' };
}

function currencyBeside({ text, field }: { text: string; field: Field }, columns: Columns): Currency | null {
  // a bare number names no currency: spare the closer look
  if (/^[\d.,-]*$/.test(text)) return null;
  return plainDecimal(text, columns.mark(field))?.currency ?? null;
}

/** A currency cell: its code, null when empty, undefined when it means nothing; `$` is the owner's own dollar. */
export function currencyIn(text: string, defaultCurrency: Currency | undefined): Currency | null | undefined {
  if (told(text) === '') return null;
  if (text === '$' && defaultCurrency?.endsWith('D')) return defaultCurrency;
  return currencyOf(text) ?? undefined;
}
