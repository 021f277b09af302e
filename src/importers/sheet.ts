import type { Currency } from '../domain/money.ts';
import { decodeText, type Encoding } from './decode.ts';
import type { Field, ImportKind } from './headerWords.ts';
import { headerKey, isKnownHeader, resolveMapping, type ChosenColumns, type Mapping } from './headers.ts';
import type { Failure, Note, NoteCode, Refusal, RefusalCode, Success } from './refusals.ts';
import { readTable, tableOf, type NoTable, type Row, type Separator, type Table } from './table.ts';

/** What the caller knows about the file, or wants of it. */
export interface ReadOptions {
  /** For rows that do not tell theirs. */
  defaultCurrency?: Currency;
  /** Due so many days after issue, where the file tells no due date. */
  defaultTermDays?: number;
  /** Columns chosen by hand; fields not named here are guessed. */
  mapping?: ChosenColumns;
  /** How to read dates when every one of a column could be read both ways; true unless told. */
  dayFirst?: boolean;
  /** Numbers that begin so are credit notes. */
  creditNotePrefix?: string;
  /** Numbers that begin so are bookings, not claims: they are refused as adjustments. */
  adjustmentPrefix?: string;
  /** Whether rows without a customer are refused, or belong to a collective customer. */
  withoutCustomer?: 'refuse' | { name: string };
}

/** A table with its columns known, and what was noticed on the way. */
export interface Sheet {
  header: string[];
  rows: Row[];
  mapping: Mapping;
  separator: Separator | null;
  encoding: Encoding | null;
  options: ReadOptions;
  refused: Refusal[];
  notes: Map<string, Note>;
}

/** The bytes of a text file, or the rows of a worksheet that somebody else has read. */
export type Source = Buffer | readonly Row[];

/** The table of a file with its columns known, or why there is none. */
export function openSheet(source: Source, kind: ImportKind, options: ReadOptions): Sheet | Failure {
  const opened = tableIn(source, knowing(options.mapping));
  if ('reason' in opened) return opened;
  const { header, rows, separator } = opened.table;
  const { mapping, unknown } = resolveMapping(header, kind, options.mapping);
  if (unknown.length) return { ok: false, reason: 'unknown_columns', detail: { columns: unknown, header } };
  return { header, rows, mapping, separator, encoding: opened.encoding, options, refused: [], notes: new Map() };
}

type Opened = { table: Table; encoding: Encoding | null };

function tableIn(source: Source, knows: (cell: string) => boolean): Opened | Failure {
  if (!Buffer.isBuffer(source)) return asOpened(tableOf(source as readonly Row[], null, knows), null);
  const decoded = decodeText(source);
  return decoded.ok ? asOpened(readTable(decoded.text, knows), decoded.encoding) : { ...decoded, detail: {} };
}

const asOpened = (table: Table | NoTable, encoding: Encoding | null): Opened | Failure =>
  table.ok ? { table, encoding } : table;

/** What every import answers beside its records. */
export function success<T>(sheet: Sheet, records: T[]): Success<T> {
  const { header, mapping, separator, encoding, refused } = sheet;
  refused.sort((one, other) => one.line - other.line);
  return { ok: true, records, refused, notes: [...sheet.notes.values()], mapping, header, separator, encoding };
}

/** A failure unless the file tells one field of each group. */
export function missingColumns(sheet: Sheet, groups: readonly (readonly Field[])[]): Failure | null {
  const missing = groups.filter((fields) => fields.every((field) => sheet.mapping[field] === undefined));
  if (missing.length === 0) return null;
  const detail = { missing: missing.map(([field]) => field!), header: sheet.header };
  return { ok: false, reason: 'missing_columns', detail };
}

/** Known column names, and those the owner chose. */
function knowing(chosen: ChosenColumns = {}): (cell: string) => boolean {
  const keys = new Set(Object.values(chosen).map((name) => headerKey(name ?? '')));
  keys.delete('');
  return (cell) => isKnownHeader(cell) || (cell.length <= 200 && keys.has(headerKey(cell)));
}

/** The cell of a field, trimmed, without the `="…"` by which spreadsheets keep leading zeros; '' when there is none. */
export function cellOf(sheet: Sheet, row: Row, field: Field): string {
  const column = sheet.mapping[field];
  const cell = column === undefined ? '' : (row.cells[column] ?? '').trim();
  return cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1).trim() : cell;
}

const NOTHING = new Set(['', 'n/a', '#n/a', 'null', 'none', 'nil']);
const NO_DATE = new Set(['-', '–', '—', '--', '0000-00-00', '0000-00-00 00:00:00']);

/** The text, or '' where it says "nothing" in some program's way. */
export const filled = (text: string): string => (text.length <= 4 && NOTHING.has(text.toLowerCase()) ? '' : text);
/** Likewise for what is no amount: there a dash is nothing too. */
export const told = (text: string): string => (NO_DATE.has(text) ? '' : filled(text));
/** One space between words. */
export const words = (text: string): string => (/\s\s|[^\S ]/.test(text) ? text.replace(/\s+/g, ' ') : text);

/** Whether cells that matter stand outside the header's columns: then a separator has shifted them. */
export const isTooWide = (sheet: Sheet, row: Row): boolean =>
  row.cells.length > sheet.header.length && row.cells.slice(sheet.header.length).some((cell) => cell.trim() !== '');

export function refuse(sheet: Sheet, row: Row, reason: RefusalCode, field?: Field, value?: string): void {
  const about = { ...(field && { field }), ...(value !== undefined && { value: value.slice(0, 100) }) };
  sheet.refused.push({ line: row.line, reason, ...about });
}

/** Remembers a note once per value, and counts it. */
export function note(sheet: Sheet, line: number, code: NoteCode, field?: Field, value?: string): void {
  const shown = value?.slice(0, 100);
  const key = `${code} ${field} ${shown}`;
  const known = sheet.notes.get(key);
  if (known) known.count++;
  else
    sheet.notes.set(key, {
      code,
      line,
      count: 1,
      ...(field && { field }),
      ...(shown !== undefined && { value: shown }),
    });
}
