/**
 * How long a thousand letters in one PDF take, how much memory, and how large they are: `npm run bench:letters [-- COUNT]`.
 * The floor is the same number of blank pages with the same three fonts embedded, in the same minute. Each is drawn in a
 * process of its own, as the product does it; the last line is the product's own way, bytes handed over and all.
 */
import path from 'node:path';
import { runNode } from '../test/support/childProcess.ts';
import { PDFDocument } from 'pdf-lib';
import type { LetterContent } from '../src/domain/letter.ts';
import { drawPdf } from '../src/pdf/drawLetters.ts';
import { embedFonts } from '../src/pdf/faces.ts';
import { lettersDocument } from '../src/pdf/letters.ts';

const [first = '1000', job = ''] = process.argv.slice(2);
const count = Number(first);

const AMOUNT = '1 234,56 €';
const WORDS =
  'Sauf erreur de notre part, la facture indiquée ci-dessous reste en attente de règlement. Nous vous remercions de bien ' +
  'vouloir procéder au paiement dans les prochains jours, ou de nous dire ce qui le retarde.';

/** A letter as they usually are: a page, three paragraphs, every third with a table of five invoices, a code of its own. */
function letterOf(n: number): LetterContent {
  const number = `FA-2026-${String(n).padStart(5, '0')}`;
  const row = { number, issuedOn: '01/09/2026', dueOn: '01/10/2026', daysLate: '53', amount: AMOUNT };
  const paragraph = (text: string) => ({ kind: 'paragraph' as const, runs: [{ text }] });
  const iban = 'FR76 3000 6000 0112 3456 7890 189';
  return {
    version: 1,
    language: 'fr',
    window: 'right',
    day: '2026-11-23',
    sender: { name: 'Meunier & Fils', lines: ['12 rue des Lilas', '69003 Lyon'] },
    returnLine: 'Meunier & Fils · 12 rue des Lilas · 69003 Lyon',
    recipient: [`Client numéro ${n}`, `${n} rue de l’Église`, '69001 Lyon'],
    facts: [
      { label: 'Date', value: '23 novembre 2026' },
      { label: 'Facture', value: number },
    ],
    subject: `Facture ${number} : rappel de paiement`,
    body: [
      paragraph('Madame, Monsieur,'),
      paragraph(WORDS),
      ...(n % 3 === 0 ? [{ kind: 'table' as const }] : []),
      paragraph('Nous vous prions d’agréer, Madame, Monsieur, l’expression de nos salutations distinguées.'),
    ],
    table: {
      labels: { number: 'Facture', issuedOn: 'Date', dueOn: 'Échéance', daysLate: 'Jours de retard', amount: 'Reste' },
      rows: Array.from({ length: 5 }, () => row),
      totals: [{ label: 'Total', amount: AMOUNT }],
    },
    payment: {
      title: 'Pour régler',
      facts: [
        { label: 'IBAN', value: iban },
        { label: 'Montant', value: AMOUNT },
      ],
      code: {
        text: `BCD\n002\n1\nSCT\n\nMeunier & Fils\n${iban.replaceAll(' ', '')}\nEUR1234.56\n\n\n${number}`,
        caption: 'Code de paiement pour votre application bancaire',
      },
    },
    pageLabel: 'Page {{n}} sur {{total}}',
    foot: 'Meunier & Fils · 123 456 789',
  };
}

const letters = (): LetterContent[] => Array.from({ length: count }, (_, n) => letterOf(n + 1));

/** The least that such a document could cost: its pages, and the fonts with what French needs of them. */
async function blankPages(): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const fonts = await embedFonts(document);
  for (const font of Object.values(fonts)) font.encodeText(`${WORDS}0123456789€·&`);
  for (let page = 0; page < count; page++) document.addPage([595.28, 841.89]);
  return document.save();
}

async function main(): Promise<void> {
  const self = path.join(import.meta.dirname, 'letters.ts');
  const line = (...cells: string[]): void =>
    void process.stdout.write(`${cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(34))).join('')}\n`);
  line('', 'seconds', 'peak MB', 'size KB');
  const measured = new Map<string, { seconds: number; peakMegabytes: number; bytes: number }>();
  for (const name of ['blank', 'letters']) {
    const { code, stdout, stderr, seconds, peakMegabytes } = await runNode([self, first, name]);
    if (code !== 0) throw new Error(stderr);
    const bytes = Number(stdout);
    measured.set(name, { seconds, peakMegabytes, bytes });
    const title = name === 'blank' ? `${count} blank pages` : `${count} letters`;
    line(title, seconds.toFixed(1), peakMegabytes.toFixed(0), (bytes / 1024).toFixed(0));
  }
  const floor = measured.get('blank');
  const real = measured.get('letters');
  if (floor && real)
    line(
      'ratio',
      (real.seconds / floor.seconds).toFixed(1),
      (real.peakMegabytes / floor.peakMegabytes).toFixed(1),
      (real.bytes / floor.bytes).toFixed(1),
    );
  const begun = performance.now();
  const pdf = await drawPdf(letters());
  line('drawPdf, from the app', ((performance.now() - begun) / 1000).toFixed(1), '', (pdf.length / 1024).toFixed(0));
  if (pdf.length !== real?.bytes) throw new Error('the same letters gave another document');
}

if (job === '') await main();
else process.stdout.write(String((job === 'blank' ? await blankPages() : await lettersDocument(letters())).length));
process.exit(0);
