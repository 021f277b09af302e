import type { LetterRun } from '../domain/letter.ts';
import { drawable, type Style, widthOf } from './faces.ts';

/** Words in one style, placed on their line: `x` and `width` in points. */
export interface Piece {
  text: string;
  style: Style;
  underline: boolean;
  strike: boolean;
  x: number;
  width: number;
}

export interface Line {
  pieces: Piece[];
  width: number;
}

/** A part of a word in one style. */
type Part = Omit<Piece, 'x'>;
type Word = Part[];

const BLANKS = /[ \u2002-\u2006\u2008-\u200A\u205F\u3000]+/;

/** Runs of words broken into lines of at most a width, in points. A word that is wider than a line is broken too. */
export function breakLines(runs: readonly LetterRun[], { width, size }: { width: number; size: number }): Line[] {
  return hardLines(runs).flatMap((line) => {
    const lines: Line[] = [];
    let current: Word[] = [];
    let used = 0;
    const end = (): void => {
      lines.push(lineOf(current, size));
      current = [];
      used = 0;
    };
    for (const word of wordsOf(line, size).flatMap((one) => (wide(one) > width ? broken(one, width, size) : [one]))) {
      const gap = current.length > 0 ? blankBefore(word, size) : 0;
      if (current.length > 0 && used + gap + wide(word) > width + TOLERANCE) end();
      used += (current.length > 0 ? gap : 0) + wide(word);
      current.push(word);
    }
    if (current.length > 0 || lines.length === 0) end();
    return lines;
  });
}

/** Widths are sums of fractions. */
const TOLERANCE = 0.001;

/** A plain text as lines of one style. */
export const plainLines = (text: string, measure: { width: number; size: number; bold?: boolean }): Line[] =>
  breakLines([{ text, bold: measure.bold ?? false }], measure);

/** The runs of each line that whoever wrote them began anew. */
function hardLines(runs: readonly LetterRun[]): LetterRun[][] {
  const lines: LetterRun[][] = [[]];
  for (const run of runs) {
    const [first = '', ...others] = drawable(run.text).split('\n');
    lines.at(-1)?.push({ ...run, text: first });
    for (const text of others) lines.push([{ ...run, text }]);
  }
  return lines;
}

function wordsOf(runs: readonly LetterRun[], size: number): Word[] {
  const words: Word[] = [];
  let open = false;
  for (const run of runs) {
    for (const [place, text] of run.text.split(BLANKS).entries()) {
      if (place > 0) open = false;
      if (text === '') continue;
      const part = partOf(text, run, size);
      if (open) words.at(-1)?.push(part);
      else words.push([part]);
      open = true;
    }
  }
  return words;
}

function partOf(text: string, { bold, italic, underline = false, strike = false }: LetterRun, size: number): Part {
  const style = bold ? 'bold' : italic ? 'italic' : 'regular';
  return { text, style, underline, strike, width: widthOf(text, style, size) };
}

const wide = (word: Word): number => word.reduce((sum, { width }) => sum + width, 0);
const blankBefore = ([first]: Word, size: number): number => widthOf(' ', first?.style ?? 'regular', size);

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A word in parts that fit: after a hyphen, a slash or the like where one stands in the last third, else anywhere. */
function broken(word: Word, width: number, size: number): Word[] {
  const words: Word[] = [];
  let current: Part[] = [];
  const full = (text: string, part: Part): boolean =>
    wide(current) + widthOf(text, part.style, size) > width + TOLERANCE && (current.length > 0 || text !== '');
  const put = (text: string, part: Part): void => {
    if (text) current.push({ ...part, text, width: widthOf(text, part.style, size) });
  };
  for (const part of word) {
    let text = '';
    for (const { segment } of characters.segment(part.text)) {
      if (full(text + segment, part) && (text || current.length > 0)) {
        const cut = text.search(/[-/_.@,;:][^-/_.@,;:]*$/) + 1;
        const at = cut > (text.length * 2) / 3 ? cut : text.length;
        put(text.slice(0, at), part);
        words.push(current);
        current = [];
        text = text.slice(at);
      }
      text += segment;
    }
    put(text, part);
  }
  return current.length > 0 ? [...words, current] : words;
}

/** Words side by side; neighbours of the same style are one piece. */
function lineOf(words: readonly Word[], size: number): Line {
  const pieces: Piece[] = [];
  for (const [place, word] of words.entries()) {
    for (const [at, part] of word.entries()) {
      const last = pieces.at(-1);
      const blank = place > 0 && at === 0;
      if (last && alike(last, part)) {
        grow(last, `${blank ? ' ' : ''}${part.text}`, size);
        continue;
      }
      // The blank between two styles carries no line where one of them has none.
      const before = blank && last && !last.underline && !last.strike;
      if (before) grow(last, ' ', size);
      const text = blank && !before ? ` ${part.text}` : part.text;
      const x = last ? last.x + last.width : 0;
      pieces.push({ ...part, text, x, width: widthOf(text, part.style, size) });
    }
  }
  const last = pieces.at(-1);
  return { pieces, width: last ? last.x + last.width : 0 };
}

function grow(piece: Piece, text: string, size: number): void {
  piece.text += text;
  piece.width = widthOf(piece.text, piece.style, size);
}

const alike = (a: Part, b: Part): boolean =>
  a.style === b.style && a.underline === b.underline && a.strike === b.strike;
