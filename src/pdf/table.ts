import type { LetterContent, LetterRow } from '../domain/letter.ts';
import { baseline, gap, LEFT, TEXT_WIDTH } from './blocks.ts';
import type { Strip } from './flow.ts';
import { MM } from './paper.ts';
import { GREY, HAIR, INK, type Sheet } from './sheet.ts';
import { type Line, plainLines } from './typeset.ts';

const SIZE = 9.5;
const HEAD_SIZE = 8.5;
const LINE = SIZE * 1.35;
const PADDING = 3;

interface Column {
  field: keyof LetterRow;
  x: number;
  width: number;
  right: boolean;
}

/** Widths in millimetres; what the others leave is for the number. */
const COLUMNS: readonly Column[] = columnsOf([
  ['number', 51, false],
  ['issuedOn', 25, false],
  ['dueOn', 25, false],
  ['daysLate', 30, true],
  ['amount', 34, true],
]);

function columnsOf(given: readonly [field: keyof LetterRow, width: number, right: boolean][]): Column[] {
  let x = LEFT;
  return given.map(([field, millimetres, right]) => {
    const column = { field, x, width: millimetres * MM, right };
    x += column.width;
    return column;
  });
}

/** The table of invoices; its head stands above the rows on every page, and its totals never stand alone. */
export function tableStrips({ labels, rows, totals }: LetterContent['table']): Strip[] {
  const head = headStrip(labels);
  const body = rows.map((row, place): Strip => ({ ...rowStrip(row), head, withNext: place === rows.length - 1 }));
  const [first, ...others] = body;
  if (!first) return [];
  const sums = totals.map(
    (total, place): Strip => ({ ...totalStrip(total), head, withNext: place < totals.length - 1 }),
  );
  return [gap(2), { ...head, withNext: true }, { ...first, head: undefined } as Strip, ...others, ...sums, gap(12)];
}

type Cells = { column: Column; lines: Line[] }[];

const cellsOf = (row: LetterRow, size: number, bold: boolean): Cells =>
  COLUMNS.map((column) => ({
    column,
    lines: plainLines(row[column.field], { width: column.width - 2 * PADDING, size, bold }),
  }));

const heightOf = (cells: Cells): number => Math.max(...cells.map(({ lines }) => lines.length)) * LINE + 2 * PADDING;

function drawCells(sheet: Sheet, cells: Cells, y: number, size: number, ink: number): void {
  for (const { column, lines } of cells)
    for (const [place, line] of lines.entries()) {
      const x = column.right ? column.x + column.width - PADDING - line.width : column.x + edge(column);
      sheet.words(line, x, y + PADDING + place * LINE + baseline(size, LINE), size, ink);
    }
}

/** The first column stands flush with the text. */
const edge = ({ field }: Column): number => (field === 'number' ? 0 : PADDING);

function headStrip(labels: LetterRow): Strip {
  const cells = cellsOf(labels, HEAD_SIZE, true);
  const height = heightOf(cells);
  return {
    height,
    draw: (sheet, y) => {
      drawCells(sheet, cells, y, HEAD_SIZE, GREY);
      sheet.stroke([LEFT, y + height], [LEFT + TEXT_WIDTH, y + height], 1, GREY);
    },
  };
}

function rowStrip(row: LetterRow): Strip {
  const cells = cellsOf(row, SIZE, false);
  const height = heightOf(cells);
  return {
    height,
    draw: (sheet, y) => {
      drawCells(sheet, cells, y, SIZE, INK);
      sheet.stroke([LEFT, y + height], [LEFT + TEXT_WIDTH, y + height], 0.4, HAIR);
    },
  };
}

function totalStrip({ label, amount }: { label: string; amount: string }): Strip {
  const half = TEXT_WIDTH / 2;
  const [left] = plainLines(label, { width: half, size: SIZE, bold: true });
  const [right] = plainLines(amount, { width: half, size: SIZE, bold: true });
  return {
    height: LINE + 2 * PADDING,
    draw: (sheet, y) => {
      const at = y + PADDING + baseline(SIZE, LINE);
      if (left) sheet.words(left, LEFT, at, SIZE);
      if (right) sheet.words(right, LEFT + TEXT_WIDTH - PADDING - right.width, at, SIZE);
    },
  };
}
