import { create } from 'qrcode';
import type { LetterPayment } from '../domain/letter.ts';
import { baseline, LEFT, TEXT_WIDTH } from './blocks.ts';
import type { Strip } from './flow.ts';
import { MM } from './paper.ts';
import { GREY, HAIR, INK, type Sheet } from './sheet.ts';
import { type Line, plainLines } from './typeset.ts';

const SIZE = 9.5;
const LINE = SIZE * 1.32;
const SMALL = 7.5;
const SMALL_LINE = SMALL * 1.35;
const TITLE = 10.5;
/** What the heading takes, with the space below it. */
const HEADING = 20;
const PADDING = 8;
const LABELS = 38 * MM;

/** The code itself, without its margin: more than the 25 mm at which any telephone reads it. */
const CODE = 30 * MM;
/** The light margin that a reader needs, in modules (ISO/IEC 18004). */
const QUIET = 4;

/** How to pay, all on one page: what a person types, and beside it what a telephone reads. */
export function paymentStrip({ title, facts, code }: LetterPayment): Strip {
  const picture = code ? pictureOf(code) : null;
  const left = LEFT + (picture?.width ?? 0);
  const width = TEXT_WIDTH - (picture?.width ?? 0);
  const [heading] = plainLines(title, { width, size: TITLE, bold: true });
  const rows = facts.map(({ label, value }) => ({
    labels: plainLines(label, { width: LABELS - 6, size: SIZE }),
    values: plainLines(value, { width: width - LABELS, size: SIZE, bold: true }),
  }));
  const lines = rows.map(({ labels, values }) => Math.max(labels.length, values.length) * LINE);
  const words = HEADING + lines.reduce((sum, one) => sum + one, 0);
  const height = Math.max(words, picture?.height ?? 0) + (picture?.caption ?? 0) + 2 * PADDING;
  return {
    height,
    draw: (sheet, top) => {
      sheet.stroke([LEFT, top], [LEFT + TEXT_WIDTH, top], 0.8, HAIR);
      sheet.stroke([LEFT, top + height], [LEFT + TEXT_WIDTH, top + height], 0.8, HAIR);
      let y = top + PADDING;
      picture?.draw(sheet, y, top + height - PADDING - picture.caption);
      if (heading) sheet.words(heading, left, y + baseline(TITLE), TITLE);
      y += HEADING;
      for (const [place, { labels, values }] of rows.entries()) {
        column(sheet, labels, left, y, GREY);
        column(sheet, values, left + LABELS, y, INK);
        y += lines[place] ?? 0;
      }
    },
  };
}

function column(sheet: Sheet, lines: readonly Line[], x: number, y: number, ink: number): void {
  for (const [place, line] of lines.entries()) sheet.words(line, x, y + place * LINE + baseline(SIZE, LINE), SIZE, ink);
}

/** The code with its caption below; `width` is what it takes of the text's width. */
function pictureOf({ text, caption }: { text: string; caption: string }): {
  width: number;
  height: number;
  /** How high the caption is, which stands below the code and the words. */
  caption: number;
  draw: (sheet: Sheet, y: number, captionY: number) => void;
} {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const module = CODE / modules.size;
  const margin = QUIET * module;
  // On one line where the paper is wide enough for it: a block that is less high seldom needs a page of its own.
  const lines = plainLines(caption, { width: TEXT_WIDTH, size: SMALL });
  return {
    width: CODE + 2 * margin + 14,
    height: CODE + margin,
    caption: lines.length * SMALL_LINE,
    draw: (sheet, y, captionY) => {
      sheet.fill(barsOf(modules, module, LEFT, y));
      for (const [place, line] of lines.entries())
        sheet.words(line, LEFT, captionY + place * SMALL_LINE + baseline(SMALL, SMALL_LINE), SMALL, GREY);
    },
  };
}

/** Dark modules side by side are one bar, so that no seams show between them. */
function barsOf(
  matrix: { size: number; get: (row: number, column: number) => number | boolean },
  module: number,
  x: number,
  y: number,
): [number, number, number, number][] {
  const { size } = matrix;
  const bars: [number, number, number, number][] = [];
  for (let row = 0; row < size; row++)
    for (let from = 0; from < size; from++) {
      if (!matrix.get(row, from)) continue;
      let to = from;
      while (to < size && matrix.get(row, to)) to++;
      bars.push([x + from * module, y + row * module, (to - from) * module, module]);
      from = to;
    }
  return bars;
}
