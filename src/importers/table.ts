import { parse } from 'csv-parse/sync';
import { isKnownHeader } from './headers.ts';

export type Separator = ';' | ',' | '\t' | '|';
export interface Row {
  /** The line of the file on which the row begins, the first being 1. */
  line: number;
  cells: string[];
}
export interface Table {
  ok: true;
  header: string[];
  headerLine: number;
  rows: Row[];
  separator: Separator | null;
  /** The rows above the header: titles, addresses, technical lines. */
  preamble: Row[];
}
export interface NoTable {
  ok: false;
  reason: 'empty_file' | 'unclosed_quote' | 'no_rows';
  detail: { line?: number };
}

const SEPARATORS: readonly Separator[] = ['\t', ';', '|', ','];
const SNIFFED = 64 * 1024;
const HEADER_WITHIN = 60;

/** The header and rows of a text from any tool: separator and header row are found, blank lines left out. */
export function readTable(text: string, knows: (cell: string) => boolean = isKnownHeader): Table | NoTable {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const declared = /^"?sep=([;,\t|])"?\n/i.exec(lines.slice(0, 10));
  const body = declared ? lines.slice(declared[0].length) : lines;
  const separator = (declared?.[1] as Separator | undefined) ?? sniffSeparator(body, knows);
  const parsed = rowsOf(body, separator, declared ? 2 : 1);
  if (!Array.isArray(parsed)) return parsed;
  return tableOf(parsed, separator, knows);
}

/** The header and rows among rows from anywhere. */
export function tableOf(
  all: readonly Row[],
  separator: Separator | null,
  knows: (cell: string) => boolean = isKnownHeader,
): Table | NoTable {
  if (all.length === 0) return { ok: false, reason: 'empty_file', detail: {} };
  const at = headerIndex(all, knows);
  const { line, cells } = all[at]!;
  const rows = all.slice(at + 1);
  if (rows.length === 0) return { ok: false, reason: 'no_rows', detail: { line } };
  return { ok: true, header: cells.map(trimmed), headerLine: line, rows, separator, preamble: all.slice(0, at) };
}

const trimmed = (cell: string): string => cell.trim();

function rowsOf(text: string, delimiter: Separator, firstLine: number): Row[] | NoTable {
  const rows: Row[] = [];
  let next = firstLine;
  try {
    parse(text, {
      delimiter,
      recordDelimiter: '\n',
      relaxQuotes: true,
      relaxColumnCount: true,
      onRecord: (cells: string[], { lines }) => {
        if (cells.some((cell) => cell.trim() !== '')) rows.push({ line: next, cells });
        next = lines + firstLine;
        return null;
      },
    });
  } catch {
    // the parser reads any text but one that ends inside quotes, which began on the row after the last good one
    return { ok: false, reason: 'unclosed_quote', detail: { line: next } };
  }
  return rows;
}

/** The separator whose rows show the most column names; else the one that cuts the rows most evenly. */
export function sniffSeparator(text: string, knows: (cell: string) => boolean = isKnownHeader): Separator {
  let best: { separator: Separator; names: number; evenness: number } = { separator: ',', names: 0, evenness: 0 };
  for (const separator of SEPARATORS) {
    const rows = sampleRows(text, separator);
    const names = Math.max(
      0,
      ...rows.slice(0, HEADER_WITHIN).map((cells) => (cells.length > 1 ? cells.filter(knows).length : 0)),
    );
    const evenness = evennessOf(rows);
    if (names > best.names || (names === best.names && evenness > best.evenness + 0.1))
      best = { separator, names, evenness };
  }
  return best.separator;
}

/** The share of the rows that have the commonest number of columns; 0 where most rows are not cut at all. */
function evennessOf(rows: readonly string[][]): number {
  const widths = new Map<number, number>();
  for (const { length } of rows) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [width, count] = [...widths].toSorted((one, other) => other[1] - one[1] || other[0] - one[0])[0] ?? [0, 0];
  return width < 2 ? 0 : count / rows.length;
}

/** The first rows, cut by hand: a sample may end inside quotes, which the strict parser would refuse. */
function sampleRows(text: string, separator: Separator): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let start = 0;
  let quoted = false;
  const end = Math.min(text.length, SNIFFED);
  for (let i = 0; i <= end; i++) {
    const char = i === end ? '\n' : text[i];
    if (char === '"' && (quoted || i === start)) quoted = !quoted;
    else if ((!quoted || i === end) && (char === separator || char === '\n')) {
      cells.push(text.slice(start, i).replaceAll('"', ''));
      start = i + 1;
      if (char !== '\n') continue;
      if (cells.length > 1 || cells[0]?.trim()) rows.push(cells);
      cells = [];
    }
  }
  return rows;
}

/** Where the header is: the first of the rows with the most column names, else the first row as wide as the table. */
function headerIndex(rows: readonly Row[], knows: (cell: string) => boolean): number {
  const top = rows.slice(0, HEADER_WITHIN);
  const names = top.map(({ cells }) => new Set(cells.filter(knows).map((cell) => cell.trim())).size);
  const most = Math.max(...names);
  if (most > 0) return names.indexOf(most);
  const filled = top.map(({ cells }) => cells.filter((cell) => cell.trim() !== '').length);
  const widest = Math.max(...filled);
  return filled.findIndex((count) => count >= Math.max(1, widest * 0.6));
}
