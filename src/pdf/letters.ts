import { PDFDocument } from 'pdf-lib';
import type { LetterContent } from '../domain/letter.ts';
import { embedFonts } from './faces.ts';
import { drawLetter } from './letter.ts';

/** Letters one after the other in one document, each beginning on a page of its own. The same letters give the same bytes. */
export async function lettersDocument(letters: readonly LetterContent[]): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const fonts = await embedFonts(document);
  for (const letter of letters) drawLetter(document, fonts, letter);
  describe(document, letters);
  return document.save();
}

/** What the document says about itself: title, language, author, and its own date instead of the clock's. */
function describe(document: PDFDocument, letters: readonly LetterContent[]): void {
  const [first] = letters;
  if (!first) throw new RangeError('no letter to draw');
  const { sender, subject, day, language } = first;
  document.setTitle(letters.length === 1 ? subject : `${sender.name} ${day}`, { showInWindowTitleBar: true });
  document.setAuthor(sender.name);
  document.setProducer('Dunwell');
  if (letters.every((letter) => letter.language === language)) document.setLanguage(language);
  const date = new Date(`${day}T12:00:00Z`);
  document.setCreationDate(date);
  document.setModificationDate(date);
}
