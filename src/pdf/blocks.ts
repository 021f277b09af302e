import type { LetterBlock, LetterRun } from '../domain/letter.ts';
import type { Strip } from './flow.ts';
import { MM, PAPER } from './paper.ts';
import { breakLines, type Line, plainLines } from './typeset.ts';

export const LEFT = PAPER.left * MM;
export const TEXT_WIDTH = (PAPER.width - PAPER.left - PAPER.right) * MM;
export const SIZE = 10.5;
const LEADING = 1.42;
const AFTER = 7;
const INDENT = 6 * MM;

/** How far below the top of its line a text stands. */
export const baseline = (size: number, height = size * LEADING): number => height / 2 + size * 0.35;

export const gap = (height: number): Strip => ({ height, gap: true });

/** The pieces of a letter's body, but for the table. */
export function blockStrips(block: Exclude<LetterBlock, { kind: 'table' }>, next: LetterBlock | undefined): Strip[] {
  if (block.kind === 'rule')
    return [
      {
        height: AFTER * 2,
        draw: (sheet, y) => sheet.stroke([LEFT, y + AFTER], [LEFT + TEXT_WIDTH, y + AFTER]),
      },
    ];
  if (block.kind === 'heading') return headingStrips(block.runs);
  if (block.kind === 'paragraph') return [...paragraph(block.runs, (block.indent ?? 0) * INDENT), gap(AFTER)];
  const from = (block.depth + 1) * INDENT;
  const strips = paragraph(block.runs, from);
  const [first] = strips;
  const marker = plainLines(block.marker, { width: INDENT * 2, size: SIZE })[0];
  const after = next?.kind === 'item' ? AFTER / 3 : AFTER;
  if (!first || !marker) return strips;
  const marked: Strip = {
    ...first,
    draw: (sheet, y) => {
      sheet.words(marker, LEFT + from - marker.width - 5, y + baseline(SIZE), SIZE);
      first.draw?.(sheet, y);
    },
  };
  return [marked, ...strips.slice(1), gap(after)];
}

/** Bold, and never at the foot of a page without what it is the heading of. */
export function headingStrips(runs: readonly LetterRun[], size = 11.5): Strip[] {
  const lines = breakLines(
    runs.map((run) => ({ ...run, bold: true })),
    { width: TEXT_WIDTH, size },
  );
  return [...lines.map((line) => ({ ...lineStrip(line, LEFT, size), withNext: true })), { ...gap(5), withNext: true }];
}

/** The lines of a paragraph; neither its first nor its last stands alone on a page. */
function paragraph(runs: readonly LetterRun[], indent: number): Strip[] {
  const lines = breakLines(runs, { width: TEXT_WIDTH - indent, size: SIZE });
  return lines.map((line, place) => {
    const lonely = place === 0 || place === lines.length - 2;
    return { ...lineStrip(line, LEFT + indent, SIZE), withNext: lonely && place < lines.length - 1 };
  });
}

export const lineStrip = (line: Line, x: number, size: number): Strip => ({
  height: size * LEADING,
  draw: (sheet, y) => sheet.words(line, x, y + baseline(size), size),
});
