import { plainDecimal } from '../domain/amountText.ts';
import { isProblem, type Columns, type Problem } from './columns.ts';
import type { Document } from './documents.ts';
import type { Field } from './headerWords.ts';
import { cellOf, filled, type Sheet } from './sheet.ts';
import type { Row } from './table.ts';

/** An exact decimal: units divided by ten to the scale. */
interface Exact {
  units: bigint;
  scale: number;
}

/** The sum of a document's line amounts, else of quantity times price, exactly; null when no line tells any. */
export function sumOfLines(sheet: Sheet, document: Document, columns: Columns): string | null | Problem {
  let sum: Exact | null = null;
  for (const row of document.rows) {
    const line = lineAmount(sheet, row, columns);
    if (isProblem(line)) return { ...line, row };
    if (line !== null) sum = sum === null ? line : plus(sum, line);
  }
  return sum === null ? null : written(sum);
}

function lineAmount(sheet: Sheet, row: Row, columns: Columns): Exact | null | Problem {
  const whole = exactIn(sheet, row, 'lineTotal', columns);
  if (whole !== null) return whole;
  const rate = exactIn(sheet, row, 'rate', columns);
  if (rate === null || isProblem(rate)) return rate;
  const quantity = sheet.mapping.quantity === undefined ? ONE : exactIn(sheet, row, 'quantity', columns);
  if (quantity === null) return { problem: 'missing_amount', field: 'quantity' };
  if (isProblem(quantity)) return quantity;
  // a price before discount or tax is not what the customer owes
  if (hasMore(sheet, row, 'lineDiscount') || hasMore(sheet, row, 'lineTax')) return { problem: 'total_not_told' };
  return { units: quantity.units * rate.units, scale: quantity.scale + rate.scale };
}

const ONE: Exact = { units: 1n, scale: 0 };
const hasMore = (sheet: Sheet, row: Row, field: Field): boolean => /[1-9]/.test(cellOf(sheet, row, field));

function exactIn(sheet: Sheet, row: Row, field: Field, columns: Columns): Exact | null | Problem {
  const text = filled(cellOf(sheet, row, field));
  if (text === '') return null;
  const plain = plainDecimal(text, columns.mark(field));
  if (plain === null) return { problem: 'unreadable_amount', field, value: text };
  const [whole = '', fraction = ''] = plain.text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

function plus(one: Exact, other: Exact): Exact {
  const scale = Math.max(one.scale, other.scale);
  return { units: raised(one, scale) + raised(other, scale), scale };
}

const raised = ({ units, scale }: Exact, to: number): bigint => units * 10n ** BigInt(to - scale);

function written({ units, scale }: Exact): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}
