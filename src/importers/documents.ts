import type { Problem } from './columns.ts';
import type { Field } from './headerWords.ts';
import { cellOf, filled, note, refuse, told, words, type Sheet } from './sheet.ts';
import type { Row } from './table.ts';

/** The rows that one document takes in the file: its own, or one a line item. */
export interface Document {
  number: string;
  rows: Row[];
}

/** A heading of a group or a sum, as reports have between their rows. */
const SUMMARY =
  /^\W*(?:grand |sub|sous)?[- ]?(?:total|totale|totaux|gesamt|gesamtsumme|summe|zwischensumme|somme|suma|subtotale|report)\b/i;
const WHO: readonly Field[] = ['customerCode', 'legalId', 'customerName'];
const LINE: readonly Field[] = ['lineTotal', 'quantity', 'rate'];

/** Puts the rows of a document together: they have its number and customer, or are line items under it. */
export function documentsOf(sheet: Sheet): Document[] {
  const found = new Map<string, Document>();
  let last: Document | null = null;
  for (const row of sheet.rows) {
    const number = words(told(cellOf(sheet, row, 'number')));
    const who = whoIn(sheet, row);
    if (isSummary(sheet, row, number, who)) note(sheet, row.line, 'ignored_row');
    else if (belongsTo(last, sheet, row, number, who)) last!.rows.push(row);
    else if (number === '') refuse(sheet, row, 'missing_number', 'number');
    else last = filed(found, `${number}\n${who}`, { number, rows: [row] });
  }
  return [...found.values()];
}

function filed(found: Map<string, Document>, key: string, document: Document): Document {
  const known = found.get(key);
  if (known) known.rows.push(...document.rows);
  else found.set(key, document);
  return known ?? document;
}

/** What names the customer of a row: the code, else the legal id, else the name. */
export function whoIn(sheet: Sheet, row: Row): string {
  for (const field of WHO) {
    const text = told(cellOf(sheet, row, field));
    if (text !== '') return words(text);
  }
  return '';
}

/** A sum or heading has no date and no number of its own, and never a price. */
function isSummary(sheet: Sheet, row: Row, number: string, who: string): boolean {
  if (told(cellOf(sheet, row, 'issuedOn')) !== '' || filled(cellOf(sheet, row, 'rate')) !== '') return false;
  const cells = row.cells.filter((cell) => cell.trim() !== '');
  if (cells.length === 1 && number + who === words(cells[0]!.trim())) return true;
  return (number === '' || SUMMARY.test(number)) && cells.some((cell) => SUMMARY.test(cell.slice(0, 60)));
}

/** Some exports leave the head of a document out on its further lines. */
function belongsTo(last: Document | null, sheet: Sheet, row: Row, number: string, who: string): boolean {
  if (last === null || who !== '') return false;
  if (number !== '') return number === last.number;
  const hasLine = LINE.some((field) => filled(cellOf(sheet, row, field)) !== '');
  // a row of figures alone is a sum, not an item
  return hasLine && told(cellOf(sheet, row, 'issuedOn')) === '' && row.cells.some((cell) => /\p{L}/u.test(cell));
}

/** What the document's rows tell of the field: '' for nothing, a problem when they contradict one another. */
export function agreed(sheet: Sheet, document: Document, field: Field): string | Problem {
  if (sheet.mapping[field] === undefined) return '';
  let text = '';
  for (const row of document.rows) {
    const cell = filled(cellOf(sheet, row, field));
    if (text === '') text = cell;
    else if (cell !== '' && cell !== text) return { problem: 'number_twice', field, value: document.number, row };
  }
  return text;
}

/** The first of the document's rows that tells the field. */
export const firstTold = (sheet: Sheet, { rows }: Document, field: Field): Row =>
  rows.find((row) => told(cellOf(sheet, row, field)) !== '') ?? rows[0]!;
