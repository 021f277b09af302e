import { PDFDocument, type PDFFont, StandardFonts } from 'pdf-lib';

/** What the example company's invoices show. All texts must fit Latin-1. */
export interface DemoInvoice {
  seller: string[];
  buyer: string[];
  title: string;
  facts: [label: string, value: string][];
  /** Fixed, so that the same invoice gives the same bytes. */
  date: Date;
}

/** A plain one-page invoice, drawn for the example company so that its reminders have something to attach. */
export async function drawDemoInvoice({ seller, buyer, title, facts, date }: DemoInvoice): Promise<Buffer> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setTitle(title);
  document.setCreationDate(date);
  document.setModificationDate(date);
  const regular = await document.embedFont(StandardFonts.Helvetica);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const page = document.addPage([595.28, 841.89]);
  const write = (text: string, x: number, y: number, font: PDFFont, size = 11): void =>
    page.drawText(latin(text), { x, y, font, size });
  for (const [row, line] of seller.entries()) write(line, 56, 780 - row * 15, row === 0 ? bold : regular);
  for (const [row, line] of buyer.entries()) write(line, 320, 690 - row * 15, row === 0 ? bold : regular);
  write(title, 56, 560, bold, 18);
  for (const [row, [label, value]] of facts.entries()) {
    write(label, 56, 520 - row * 22, regular);
    write(value, 320, 520 - row * 22, bold);
  }
  return Buffer.from(await document.save({ useObjectStreams: false }));
}

/** The standard fonts know Latin-1 only, and Intl writes narrow spaces. */
const latin = (text: string): string => text.replace(/[\u00A0\u202F]/g, ' ').replace(/[^\u0020-\u00FF€]/g, '?');
