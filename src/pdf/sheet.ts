import { type PDFDocument, PDFName, type PDFPage } from 'pdf-lib';
import type { Fonts, Style } from './faces.ts';
import { MM, PAPER } from './paper.ts';
import type { Line } from './typeset.ts';

/** Shades of ink, from black to the white of the paper. */
export const INK = 0.1;
export const GREY = 0.38;
export const HAIR = 0.7;

const KEYS: Record<Style, string> = { regular: 'R', bold: 'B', italic: 'I' };

/** A page to draw on: lengths in points, from the top left corner. */
export interface Sheet {
  /** A line of words; `y` is its baseline. */
  words(line: Line, x: number, y: number, size: number, ink?: number): void;
  /** A stroke between two points. */
  stroke(from: [x: number, y: number], to: [x: number, y: number], thickness?: number, ink?: number): void;
  /** Black rectangles, all in one go. */
  fill(boxes: readonly [x: number, y: number, width: number, height: number][]): void;
  /** Writes what was drawn into the document; nothing can be drawn afterwards. */
  finish(): void;
}

const WIDTH = PAPER.width * MM;
const HEIGHT = PAPER.height * MM;

/** Adds an empty page. */
export function addSheet(document: PDFDocument, fonts: Fonts): Sheet {
  const page = document.addPage([round(WIDTH), round(HEIGHT)]);
  for (const [style, key] of Object.entries(KEYS) as [Style, string][])
    page.node.setFontDictionary(PDFName.of(key), fonts[style].ref);
  return sheetOn(page, fonts);
}

/**
 * The page's operators (ISO 32000-1, annex A) as text: as objects of the library those of a thousand letters would take
 * half a gigabyte.
 */
function sheetOn(page: PDFPage, fonts: Fonts): Sheet {
  const drawn: string[] = [];
  const put = (...parts: (number | string)[]): void =>
    void drawn.push(parts.map((part) => (typeof part === 'number' ? round(part) : part)).join(' '));
  const up = (y: number): number => HEIGHT - y;
  const sheet: Sheet = {
    words(line, x, y, size, ink = INK) {
      for (const { text, style, x: from, width, underline, strike } of line.pieces) {
        const glyphs = fonts[style].encodeText(text).toString();
        put(ink, 'g BT', `/${KEYS[style]}`, size, 'Tf', x + from, up(y), 'Td', glyphs, 'Tj ET');
        if (underline) sheet.stroke([x + from, y + size * 0.12], [x + from + width, y + size * 0.12], size * 0.06, ink);
        if (strike) sheet.stroke([x + from, y - size * 0.3], [x + from + width, y - size * 0.3], size * 0.06, ink);
      }
    },
    stroke: ([x1, y1], [x2, y2], thickness = 0.5, ink = HAIR) =>
      put(ink, 'G', thickness, 'w', x1, up(y1), 'm', x2, up(y2), 'l S'),
    fill(boxes) {
      put('0 g');
      for (const [x, y, width, height] of boxes) put(x, up(y + height), width, height, 're');
      put('f');
    },
    finish() {
      const { context } = page.doc;
      page.node.set(PDFName.of('Contents'), context.register(context.flateStream(drawn.join('\n'))));
      drawn.length = 0;
    },
  };
  return sheet;
}

const round = (value: number): number => Math.round(value * 100) / 100;
