import { WORDS, type Field, type ImportKind, type Words } from './headerWords.ts';
import { currencyOf } from '../domain/currencies.ts';
import type { Currency } from '../domain/money.ts';

/** Which column of the file holds which field. */
export type Mapping = Partial<Record<Field, number>>;
/** What the owner chose: the header of the field's column, or null for "no column". */
export type ChosenColumns = Partial<Record<Field, string | null>>;

const FILLERS = new Set(
  'a al d da de del della delle dei der die das den des di du for im in l la le les of the'.split(' '),
);
const AMOUNTS: ReadonlySet<Field> = new Set(['total', 'outstanding', 'paid', 'amount', 'lineTotal', 'rate']);

/** The header's letters and digits alone: case, accents, punctuation, stars and small words make no difference. */
export function headerKey(header: string): string {
  return header
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/#/g, ' no ')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/°/g, 'o ')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word && !FILLERS.has(word))
    .join('');
}

/** `AmountGBP`, `Total (EUR)`, `Montant €`: the header less its currency, and the currency. */
export function currencyInHeader(header: string): { rest: string; currency: Currency } | null {
  const match = /^(.*?[^A-Z(])\W?([A-Z]{3}|[€£])\W?$/s.exec(header.trim().slice(0, 100));
  const currency = currencyOf(match?.[2] ?? '');
  return match?.[1] && currency ? { rest: match[1], currency } : null;
}

/** How well a word tells a field: 0 is best. */
interface Ranked {
  field: Field;
  rank: number;
}
interface Candidate extends Ranked {
  column: number;
}
const WEAK = 1000;

/** The fields that a header may tell, by its key, per kind of file; built once. */
const INDEX: Record<ImportKind, Map<string, Ranked[]>> = {
  customers: indexOf('customers'),
  invoices: indexOf('invoices'),
  payments: indexOf('payments'),
};
const KNOWN = new Set(Object.values(INDEX).flatMap((index) => [...index.keys()]));
WORDS.others.split(',').forEach((word) => KNOWN.add(headerKey(word)));

function indexOf(kind: ImportKind): Map<string, Ranked[]> {
  const index = new Map<string, Ranked[]>();
  const add = (field: Field, words: string, worst: number): void =>
    words.split(',').forEach((word, i) => {
      const entries = index.get(headerKey(word)) ?? [];
      if (!entries.some((entry) => entry.field === field)) entries.push({ field, rank: worst + i });
      index.set(headerKey(word), entries);
    });
  for (const [field, words] of Object.entries(WORDS[kind]) as [Field, Words][]) {
    add(field, words.plain, 0);
    add(field, words.weak ?? '', WEAK);
    add(field, words.last ?? '', 2 * WEAK);
  }
  index.delete('');
  return index;
}

/** Whether the cell is a column name that some accounting tool writes. */
export const isKnownHeader = (cell: string): boolean =>
  cell.length <= 60 && (KNOWN.has(headerKey(cell)) || KNOWN.has(headerKey(currencyInHeader(cell)?.rest ?? '')));

/** The likeliest column of each field: the most specific words choose first. */
export function guessMapping(header: readonly string[], kind: ImportKind): Mapping {
  return assign({}, header, kind, new Set());
}

/** The guess, where the owner's choice does not say otherwise; `unknown` lists chosen headers that the file lacks. */
export function resolveMapping(
  header: readonly string[],
  kind: ImportKind,
  chosen: ChosenColumns = {},
): { mapping: Mapping; unknown: string[] } {
  const mapping: Mapping = {};
  const unknown: string[] = [];
  for (const [field, name] of Object.entries(chosen) as [Field, string | null][]) {
    const column = name === null ? -1 : columnCalled(name, header);
    if (column >= 0) mapping[field] = column;
    else if (name !== null) unknown.push(name);
  }
  return { mapping: assign(mapping, header, kind, new Set(Object.keys(chosen) as Field[])), unknown };
}

function columnCalled(name: string, header: readonly string[]): number {
  const exact = header.indexOf(name);
  return exact >= 0 ? exact : header.findIndex((cell) => headerKey(cell) === headerKey(name));
}

function assign(start: Mapping, header: readonly string[], kind: ImportKind, closed: ReadonlySet<Field>): Mapping {
  const mapping = { ...start };
  const taken = new Set(Object.values(mapping));
  for (const { field, column } of candidates(header, kind)) {
    if (closed.has(field) || mapping[field] !== undefined || taken.has(column)) continue;
    mapping[field] = column;
    taken.add(column);
  }
  return mapping;
}

function candidates(header: readonly string[], kind: ImportKind): Candidate[] {
  return header
    .flatMap((cell, column) => fieldsOf(cell, kind).map((entry) => ({ ...entry, column })))
    .toSorted((one, other) => one.rank - other.rank || one.column - other.column);
}

function fieldsOf(cell: string, kind: ImportKind): Ranked[] {
  const exact = INDEX[kind].get(headerKey(cell));
  if (exact) return exact;
  const rest = currencyInHeader(cell)?.rest;
  return rest ? (INDEX[kind].get(headerKey(rest)) ?? []).filter(({ field }) => AMOUNTS.has(field)) : [];
}
