import type { BytesRefusal, Encoding } from './decode.ts';
import type { Field } from './headerWords.ts';
import type { Mapping } from './headers.ts';
import type { NoTable, Separator } from './table.ts';

/** Why a row is left out. */
export type RefusalCode =
  | 'missing_number'
  | 'missing_customer'
  | 'missing_date'
  | 'missing_amount'
  | 'unreadable_date'
  | 'unreadable_amount'
  | 'too_many_decimals'
  | 'too_many_cells'
  | 'missing_currency'
  | 'unknown_currency'
  | 'currency_mismatch'
  | 'unknown_kind'
  | 'adjustment'
  | 'number_twice'
  | 'customer_twice'
  | 'outstanding_exceeds_total'
  | 'total_not_told'
  | 'zero_amount';

/** What was accepted and is worth a look. */
export type NoteCode =
  | 'ambiguous_days'
  | 'ambiguous_amounts'
  | 'due_before_issue'
  | 'overpaid'
  | 'amounts_disagree'
  | 'paid_but_outstanding'
  | 'outstanding_not_told'
  | 'total_from_lines'
  | 'total_from_outstanding'
  | 'negative_invoice'
  | 'ignored_row'
  | 'country_differs'
  | 'unknown_country'
  | 'unknown_language'
  | 'unknown_status'
  | 'unknown_term'
  | 'unreadable_email'
  | 'currency_left_out';

/** Why a file cannot be read at all. */
export type FailureCode = BytesRefusal | NoTable['reason'] | 'missing_columns' | 'unknown_columns';

export interface Refusal {
  line: number;
  reason: RefusalCode;
  field?: Field;
  value?: string;
}

/** One thing noticed: on how many lines, and the first of them. */
export interface Note {
  code: NoteCode;
  line: number;
  count: number;
  field?: Field;
  value?: string;
}

export interface Failure {
  ok: false;
  reason: FailureCode;
  detail: {
    line?: number;
    /** The fields that no column tells. */
    missing?: Field[];
    /** Chosen columns that the file does not have. */
    columns?: string[];
    /** What the file does have. */
    header?: string[];
  };
}

export interface Success<T> {
  ok: true;
  records: T[];
  refused: Refusal[];
  notes: Note[];
  mapping: Mapping;
  header: string[];
  separator: Separator | null;
  encoding: Encoding | null;
}
export type Import<T> = Success<T> | Failure;

const SENTENCES: Record<RefusalCode | NoteCode | FailureCode, string> = {
  missing_number: 'The row has no invoice number.',
  missing_customer: 'The row names no customer.',
  missing_date: 'The row has no date ({field}).',
  missing_amount: 'The row has no amount ({field}).',
  unreadable_date: '“{value}” is not a date ({field}).',
  unreadable_amount: '“{value}” is not an amount ({field}).',
  too_many_decimals: '“{value}” has more decimals than its currency ({field}).',
  too_many_cells: 'The row has more cells than the header: a separator inside a text may lack quotes.',
  missing_currency: 'Nothing tells the currency.',
  unknown_currency: '“{value}” is not a currency.',
  currency_mismatch: '“{value}” is in another currency than the row ({field}).',
  unknown_kind: '“{value}” is neither an invoice nor a credit note.',
  adjustment: '“{value}” is an adjustment, not an invoice.',
  number_twice: 'Number “{value}” occurs more than once for this customer, with different data ({field}).',
  customer_twice: 'Customer “{value}” occurs more than once, with different data ({field}).',
  outstanding_exceeds_total: 'The outstanding amount “{value}” is more than the total.',
  total_not_told: 'The total cannot be told: the lines carry discounts or taxes and the file has no total.',
  zero_amount: 'The amount is zero.',
  ambiguous_days: '“{value}” could be read with the day or the month first ({field}).',
  ambiguous_amounts: '“{value}” could be read with a decimal or a thousands mark ({field}).',
  due_before_issue: 'The due date is before the issue date.',
  overpaid: 'More was paid than the total; the outstanding amount is read as zero.',
  amounts_disagree: 'Total, paid and outstanding amounts do not agree; the outstanding amount counts.',
  paid_but_outstanding: 'The status says paid, but an amount is outstanding.',
  outstanding_not_told: 'The outstanding amount is empty.',
  total_from_lines: 'The total is the sum of the lines.',
  total_from_outstanding: 'The file has no total; the outstanding amount is taken for it.',
  negative_invoice: 'An invoice with a negative total is read as a credit note.',
  ignored_row: 'A heading or total row was passed over.',
  country_differs: 'The country “{value}” differs from the one given before, which is kept.',
  unknown_country: '“{value}” is not a country we know.',
  unknown_language: '“{value}” is not a language we know.',
  unknown_status: '“{value}” is not a status we know.',
  unknown_term: '“{value}” is not a number of days.',
  unreadable_email: '“{value}” is not an e-mail address.',
  currency_left_out: '“{value}” is not a currency; none was kept.',
  empty_file: 'The file is empty.',
  spreadsheet: 'The file is a spreadsheet: save it as CSV first.',
  pdf: 'The file is a PDF, not a table.',
  archive: 'The file is a compressed archive: unpack it first.',
  binary: 'The file is not a text.',
  broken_text: 'The file is a damaged text: some of its characters cannot be read.',
  unclosed_quote: 'A quotation mark on line {line} is never closed.',
  no_rows: 'The file has a header and no rows.',
  missing_columns: 'No column tells: {missing}.',
  unknown_columns: 'The file has no column called: {columns}.',
};

/** One plain English sentence; screens translate the code instead. */
export function sentence(said: Refusal | Note | Failure): string {
  const code = 'reason' in said ? said.reason : said.code;
  const values: Record<string, unknown> = 'detail' in said ? said.detail : { ...said };
  return SENTENCES[code].replace(/\{(\w+)\}/g, (_, name: string) => shown(values[name])).replace(/ \(\)/, '');
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
