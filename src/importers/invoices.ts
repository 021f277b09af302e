import { addDays, type Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import { columnsOf, dayIn, isProblem, type Columns, type Problem } from './columns.ts';
import { emailsIn, isAtOnce, knownIn, legalIdIn, termDaysIn, textIn } from './customers.ts';
import { agreed, documentsOf, firstTold, whoIn, type Document } from './documents.ts';
import type { Field } from './headerWords.ts';
import { moneyIn, startsWith, withStatus } from './invoiceAmounts.ts';
import { kindOf, type DocumentKind, type DocumentStatus } from './invoiceWords.ts';
import type { Import } from './refusals.ts';
import { cellOf, isTooWide, missingColumns, note, refuse, success, told, type Sheet } from './sheet.ts';

export interface InvoiceRecord {
  line: number;
  kind: DocumentKind;
  number: string;
  customerCode: string | null;
  customerName: string | null;
  legalId: string | null;
  customerCountry: string | null;
  email: string | null;
  issuedOn: Day;
  dueOn: Day | null;
  currency: Currency;
  /** Never negative: the kind tells who owes whom. */
  total: Minor;
  /** Null when the file does not tell. */
  outstanding: Minor | null;
  paid: Minor | null;
  status: DocumentStatus | null;
}

const WHO: readonly Field[] = ['customerCode', 'customerName', 'legalId'];

/** One record per invoice or credit note, however many rows it takes. */
export function invoicesOf(sheet: Sheet): Import<InvoiceRecord> {
  const missing = missingColumns(sheet, [
    ['number'],
    ['issuedOn'],
    ['total', 'lineTotal', 'rate', 'outstanding'],
    ...(isCollective(sheet) ? [] : [WHO]),
  ]);
  if (missing) return missing;
  dropUselessKind(sheet);
  const columns = columnsOf(sheet);
  const records = documentsOf(sheet).flatMap((document) => {
    const result = invoiceIn(sheet, document, columns);
    if (!isProblem(result)) return [result];
    refuseDocument(sheet, document, result);
    return [];
  });
  return success(sheet, records);
}

const isCollective = ({ options }: Sheet): boolean => typeof options.withoutCustomer === 'object';

/** A column called "Type" may be about something else: then none of its words is a kind of document. */
function dropUselessKind(sheet: Sheet): void {
  if (sheet.mapping.kind === undefined || sheet.options.mapping?.kind) return;
  const values = new Set(sheet.rows.map((row) => told(cellOf(sheet, row, 'kind'))));
  if (![...values].some((value) => kindOf(value))) delete sheet.mapping.kind;
}

/** Contradicting rows are refused together: which of them is right, only the owner knows. */
function refuseDocument(sheet: Sheet, { rows }: Document, { problem, field, value, row }: Problem): void {
  if (problem === 'number_twice' && row && row !== rows[0]) refuse(sheet, rows[0]!, problem, field, value);
  refuse(sheet, row ?? rows[0]!, problem, field, value);
}

function invoiceIn(sheet: Sheet, document: Document, columns: Columns): InvoiceRecord | Problem {
  const { number, rows } = document;
  const wide = rows.find((row) => isTooWide(sheet, row));
  if (wide) return { problem: 'too_many_cells', row: wide };
  if (startsWith(number, sheet.options.adjustmentPrefix))
    return { problem: 'adjustment', field: 'number', value: number };
  const who = whoIn(sheet, rows[0]!);
  if (who === '' && !isCollective(sheet)) return { problem: 'missing_customer', field: 'customerName' };
  const dates = datesIn(sheet, document, columns);
  if (isProblem(dates)) return dates;
  const money = moneyIn(sheet, document, columns);
  if (isProblem(money)) return money;
  const { status, ...amounts } = withStatus(sheet, document, money);
  return { line: rows[0]!.line, number, ...customerIn(sheet, document), ...dates, ...amounts, status };
}

type Who = Pick<InvoiceRecord, 'customerCode' | 'customerName' | 'legalId' | 'customerCountry' | 'email'>;

function customerIn(sheet: Sheet, document: Document): Who {
  const collective = sheet.options.withoutCustomer;
  const row = document.rows[0]!;
  const from = (field: Field) => firstTold(sheet, document, field);
  const known = {
    customerCode: textIn(sheet, row, 'customerCode'),
    customerName: textIn(sheet, from('customerName'), 'customerName'),
    legalId: legalIdIn(sheet, from('legalId')),
    customerCountry: knownIn(sheet, from('country'), 'country'),
    email: emailsIn(sheet, from('email'))[0] ?? null,
  };
  if (typeof collective !== 'object' || whoIn(sheet, row) !== '') return known;
  return { ...known, customerName: collective.name, customerCountry: null, email: null };
}

function datesIn(sheet: Sheet, document: Document, columns: Columns): { issuedOn: Day; dueOn: Day | null } | Problem {
  const issued = agreed(sheet, document, 'issuedOn');
  if (isProblem(issued)) return issued;
  const issuedOn = dayIn(issued, 'issuedOn', columns);
  if (issuedOn === null) return { problem: 'missing_date', field: 'issuedOn' };
  if (isProblem(issuedOn)) return issuedOn;
  const dueOn = dueDay(sheet, document, issuedOn, columns);
  if (isProblem(dueOn)) return dueOn;
  if (dueOn !== null && dueOn < issuedOn) note(sheet, document.rows[0]!.line, 'due_before_issue', 'dueOn');
  return { issuedOn, dueOn };
}

/** The due day told; else the payment term's, the row's own before the default. */
function dueDay(sheet: Sheet, document: Document, issuedOn: Day, columns: Columns): Day | null | Problem {
  const due = agreed(sheet, document, 'dueOn');
  if (isProblem(due)) return due;
  if (isAtOnce(due)) return issuedOn;
  if (told(due) !== '') return dayIn(due, 'dueOn', columns);
  const term = termDaysIn(sheet, firstTold(sheet, document, 'termDays')) ?? sheet.options.defaultTermDays;
  return term === undefined ? null : addDays(issuedOn, term);
}
