import { create, type Font } from '@cantoo/fontkit';
import { type PDFDocument, type PDFFont } from 'pdf-lib';
import { readResource } from '../resources.ts';

export type Style = 'regular' | 'bold' | 'italic';

/** One family for everything: Latin with all its accents, Greek and Cyrillic. */
const FILES: Record<Style, string> = {
  regular: '400Regular/NotoSans_400Regular',
  bold: '700Bold/NotoSans_700Bold',
  italic: '400Regular_Italic/NotoSans_400Regular_Italic',
};
const STYLES = Object.keys(FILES) as Style[];
const fileOf = (style: Style): string => `node_modules/@expo-google-fonts/noto-sans/${FILES[style]}.ttf`;

/** The files of the fonts, for the binary to carry. */
export const FONT_FILES: readonly string[] = STYLES.map(fileOf);

interface Face {
  bytes: Buffer;
  font: Font;
  widths: Map<number, number>;
}

const faces = new Map<Style, Face>();

/** Reading a font takes longer than drawing a page, so each is read once. */
function face(style: Style): Face {
  const known = faces.get(style);
  if (known) return known;
  const bytes = readResource(fileOf(style));
  if (!bytes) throw new Error(`the font ${FILES[style]} is missing`);
  const read = { bytes, font: plainly(create(bytes) as Font), widths: new Map<number, number>() };
  faces.set(style, read);
  return read;
}

/**
 * The font with a glyph for each character and nothing else: our scripts need no shaping once accents are composed, widths
 * then add up, and what is copied out of the document is what was written. All glyphs are named at once, in the font's
 * order: one that serves two characters must not be named after whichever was drawn first, or the same letter would have
 * other bytes on another day.
 */
function plainly(font: Font): Font {
  for (const codePoint of font.characterSet) font.glyphForCodePoint(codePoint);
  const layout = (text: string): object => ({
    glyphs: [...text].map((char) => font.glyphForCodePoint(char.codePointAt(0) ?? 0)),
  });
  return Object.assign(font, { layout });
}

/** The fonts as a document holds them: only what is used of each is written into it. */
export type Fonts = Record<Style, PDFFont>;

export async function embedFonts(document: PDFDocument): Promise<Fonts> {
  const known = new Map<Uint8Array, Font>(STYLES.map((style) => [face(style).bytes, face(style).font]));
  document.registerFontkit({ create: (bytes) => (known.get(bytes) ?? create(bytes)) as never });
  const embedded = STYLES.map(async (style) => {
    // Six letters and a plus sign mark a part of a font (ISO 32000-1, 9.6.4); they are fixed, so that the bytes are.
    const customName = `DUNWEL+${face(style).font.postscriptName ?? 'NotoSans'}`;
    return [style, await document.embedFont(face(style).bytes, { subset: true, customName })];
  });
  return Object.fromEntries(await Promise.all(embedded)) as Fonts;
}

/** How wide a text is, in points. */
export function widthOf(text: string, style: Style, size: number): number {
  const { font, widths } = face(style);
  let width = 0;
  for (const char of text) {
    const codePoint = char.codePointAt(0) ?? 0;
    let advance = widths.get(codePoint);
    if (advance === undefined) {
      advance = (font.glyphForCodePoint(codePoint)?.advanceWidth ?? 0) / font.unitsPerEm;
      widths.set(codePoint, advance);
    }
    width += advance;
  }
  return width * size;
}

/** What stands on the paper for a character that the fonts do not have. */
export const UNKNOWN = '\uFFFD';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const drawn = (text: string): boolean =>
  [...text].every((char) => STYLES.every((style) => face(style).font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0)));

/** Soft hyphens, joiners, and what chooses a direction or a variant. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const EVERY_INVISIBLE = new RegExp(INVISIBLE, 'gu');

/**
 * A text as the fonts can draw it: composed, without control characters and without what directs other scripts. Each
 * character that they lack (Chinese, Arabic, an emoji) becomes one � , so that the reader sees that something is missing.
 */
export function drawable(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/(?!\n)[\t\v\f\p{Cc}]/gu, ' ');
  // Nearly every text is: the slow way is for the others.
  if (!INVISIBLE.test(plain) && drawn(plain.replaceAll('\n', ''))) return plain;
  return Array.from(characters.segment(plain), ({ segment }) => {
    const visible = segment.replaceAll(EVERY_INVISIBLE, '');
    return visible === '\n' ? visible : ([visible, visible.normalize('NFD')].find(drawn) ?? UNKNOWN);
  }).join('');
}
