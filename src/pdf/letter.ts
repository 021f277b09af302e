import type { PDFDocument } from 'pdf-lib';
import type { LetterContent } from '../domain/letter.ts';
import { blockStrips, gap, headingStrips, LEFT, TEXT_WIDTH } from './blocks.ts';
import type { Fonts } from './faces.ts';
import { flow, type Strip } from './flow.ts';
import { FOLLOWING, MARKS_FROM, MM, PAPER, type Place, SHEETINGS } from './paper.ts';
import { paymentStrip } from './payment.ts';
import { addSheet, GREY, INK, type Sheet } from './sheet.ts';
import { tableStrips } from './table.ts';
import { plainLines } from './typeset.ts';

/** Draws a letter on new pages at the end of a document, which may hold others already. */
export function drawLetter(document: PDFDocument, fonts: Fonts, letter: LetterContent): void {
  const sheets: Sheet[] = [];
  flow(stripsOf(letter), {
    first: SHEETINGS[letter.window].text * MM,
    following: FOLLOWING.text * MM,
    bottom: (PAPER.height - PAPER.bottom) * MM,
    next: () => {
      const sheet = addSheet(document, fonts);
      if (sheets.push(sheet) === 1) drawFirst(sheet, letter);
      else drawHead(sheet, letter);
      return sheet;
    },
  });
  for (const [place, sheet] of sheets.entries()) {
    drawFoot(sheet, letter, place + 1, sheets.length);
    sheet.finish();
  }
}

function stripsOf({ subject, body, table, payment }: LetterContent): Strip[] {
  return [
    ...headingStrips([{ text: subject }]),
    gap(6),
    ...body.flatMap((block, place) =>
      block.kind === 'table' ? tableStrips(table) : blockStrips(block, body[place + 1]),
    ),
    ...(payment ? [gap(8), paymentStrip(payment)] : []),
  ];
}

/** Everything that a first page shows besides the text. */
function drawFirst(sheet: Sheet, { window, sender, returnLine, recipient, facts }: LetterContent): void {
  const sheeting = SHEETINGS[window];
  const { marks, address } = sheeting;
  for (const { y, length } of marks)
    sheet.stroke([MARKS_FROM * MM, y * MM], [(MARKS_FROM + length) * MM, y * MM], 0.4, GREY);
  const after = drawLines(sheet, [sender.name], sheeting.sender, { size: 12, bold: true });
  const rest = { ...sheeting.sender, y: after, height: sheeting.sender.height - (after - sheeting.sender.y) };
  drawLines(sheet, sender.lines, rest, { size: 8.5, ink: GREY });
  drawAddress(sheet, returnLine, recipient, address);
  drawFacts(sheet, facts, sheeting.facts);
}

/** The return line and the address, both inside the window: what is too wide is broken, what does not fit is left out. */
function drawAddress(sheet: Sheet, returnLine: string, recipient: readonly string[], place: Place): void {
  const x = place.x * MM;
  const size = RETURN.find((one) => plainLines(returnLine, { width: place.width * MM, size: one }).length === 1) ?? 5;
  const [back] = plainLines(returnLine, { width: place.width * MM, size });
  const below = place.y * MM + RETURN[0] * 1.2 + 3;
  if (back) {
    sheet.words(back, x, place.y * MM + RETURN[0], size, GREY);
    sheet.stroke([x, below - 2.5], [x + back.width, below - 2.5], 0.3);
  }
  const lines = recipient.flatMap((text) => plainLines(text, { width: place.width * MM, size: ADDRESS }));
  // Town and country are what the post reads first, so a name of many lines gives way.
  const kept = lines.length > ADDRESS_LINES ? [...lines.slice(0, 2), ...lines.slice(2 - ADDRESS_LINES)] : lines;
  const height = (place.y + place.height) * MM - below;
  for (const [row, line] of kept.entries())
    sheet.words(line, x, below + (row + 0.8) * (height / ADDRESS_LINES), ADDRESS);
}

/** The largest size at which the return line is one line. */
const RETURN = [6.5, 5.8, 5.2] as const;
const ADDRESS = 10;
const ADDRESS_LINES = 6;

/** Labels and values side by side. */
function drawFacts(sheet: Sheet, facts: LetterContent['facts'], place: Place): void {
  const size = 8.5;
  const label = 27 * MM;
  let y = place.y * MM;
  for (const fact of facts) {
    const labels = plainLines(fact.label, { width: label - 4, size });
    const values = plainLines(fact.value, { width: place.width * MM - label, size });
    for (const [row, line] of labels.entries()) sheet.words(line, place.x * MM, y + (row + 1) * size * 1.4, size, GREY);
    for (const [row, line] of values.entries())
      sheet.words(line, place.x * MM + label, y + (row + 1) * size * 1.4, size, INK);
    y += Math.max(labels.length, values.length) * size * 1.4 + 1.5;
    if (y > (place.y + place.height) * MM) return;
  }
}

/** Lines one below the other inside a place; returns where the next would begin, in millimetres. */
function drawLines(
  sheet: Sheet,
  texts: readonly string[],
  place: Place,
  { size, bold = false, ink = INK }: { size: number; bold?: boolean; ink?: number },
): number {
  const bottom = (place.y + place.height) * MM;
  let y = place.y * MM;
  for (const line of texts.flatMap((text) => plainLines(text, { width: place.width * MM, size, bold }))) {
    if (y + size * 1.4 > bottom) break;
    sheet.words(line, place.x * MM, y + size, size, ink);
    y += size * 1.4;
  }
  return y / MM;
}

/** The short head of a following page: who writes to whom, about what. */
function drawHead(sheet: Sheet, { sender, recipient, subject }: LetterContent): void {
  const size = 8.5;
  const [line] = plainLines([sender.name, recipient[0]].filter(Boolean).join(' · '), { width: TEXT_WIDTH, size });
  const [about] = plainLines(subject, { width: TEXT_WIDTH, size });
  const y = FOLLOWING.head * MM;
  if (line) sheet.words(line, LEFT, y + size, size, GREY);
  if (about) sheet.words(about, LEFT, y + size * 2.4, size, GREY);
  sheet.stroke([LEFT, y + size * 3.3], [LEFT + TEXT_WIDTH, y + size * 3.3]);
}

function drawFoot(sheet: Sheet, { foot, pageLabel }: LetterContent, n: number, total: number): void {
  const size = 7.5;
  const y = PAPER.foot * MM;
  const label = pageLabel.replace('{{n}}', String(n)).replace('{{total}}', String(total));
  const [page] = plainLines(label, { width: TEXT_WIDTH / 3, size });
  const [line] = plainLines(foot, { width: (TEXT_WIDTH * 2) / 3 - 10, size });
  if (line) sheet.words(line, LEFT, y, size, GREY);
  if (page) sheet.words(page, LEFT + TEXT_WIDTH - page.width, y, size, GREY);
}
