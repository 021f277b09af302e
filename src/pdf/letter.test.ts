import {
  codeIn,
  complaintsAbout,
  pictureOfPage,
  type PlacedWord,
  testWith,
  textOfPdf,
  wordsOfPdf,
} from '../../test/support/pdfTools.ts';
import { PDFDocument } from 'pdf-lib';
import type { LetterBlock, LetterContent } from '../domain/letter.ts';
import { drawPdf } from './drawLetters.ts';
import { drawable } from './faces.ts';
import { lettersDocument } from './letters.ts';
import { SHEETINGS } from './paper.ts';

const CODE = 'BCD\n002\n1\nSCT\nAGRIFRPP\nMeunier & Fils\nFR7630006000011234567890189\nEUR12.30\n\nRF26FA20260001';

const paragraph = (text: string): LetterBlock => ({ kind: 'paragraph', runs: [{ text }] });
const rows = (n: number): LetterContent['table']['rows'] =>
  Array.from({ length: n }, (_, at) => ({
    number: `FA-${at + 1}`,
    issuedOn: '01/09/2026',
    dueOn: '01/10/2026',
    daysLate: '53',
    amount: '€12.30',
  }));

/** A letter of one page about one invoice. */
const letter = (differs: Partial<LetterContent> = {}): LetterContent => ({
  version: 1,
  language: 'en',
  window: 'left',
  day: '2026-11-23',
  sender: { name: 'Meunier & Fils', lines: ['12 rue des Lilas', '69003 Lyon'] },
  returnLine: 'Meunier & Fils · 12 rue des Lilas · 69003 Lyon',
  recipient: ['Boulangerie Martin', '3 place du Marché', '69001 Lyon'],
  facts: [{ label: 'Customer', value: 'MARTIN' }],
  subject: 'Invoice FA-1: payment reminder',
  body: [paragraph('Our invoice FA-1 is still open.')],
  table: {
    labels: { number: 'Number', issuedOn: 'Issued', dueOn: 'Falls', daysLate: 'Late', amount: 'Open' },
    rows: rows(1),
    totals: [{ label: 'Sum', amount: '€12.30' }],
  },
  payment: {
    title: 'How to pay',
    facts: [{ label: 'IBAN', value: 'FR76 3000 6000 0112 3456 7890 189' }],
    code: { text: CODE, caption: 'Payment code' },
  },
  pageLabel: 'Page {{n}} of {{total}}',
  foot: 'Meunier & Fils · 123 456 789',
  ...differs,
});

const many = (n: number, differs: Partial<LetterContent> = {}): LetterContent => ({
  ...letter(),
  body: [paragraph('These invoices are open.'), { kind: 'table' }, paragraph('Yours faithfully')],
  table: {
    ...letter().table,
    rows: rows(n),
    totals: [
      { label: 'Sum', amount: '€738.00' },
      { label: 'Sum', amount: '£20.00' },
    ],
  },
  ...differs,
});

const draw = async (...letters: LetterContent[]): Promise<Uint8Array> => lettersDocument(letters);
const pagesOf = async (pdf: Uint8Array): Promise<number> => (await PDFDocument.load(pdf)).getPageCount();

describe('the document', () => {
  test('is the same bytes for the same letters, in this process and in its own', async () => {
    const once = await draw(letter(), many(60));
    // Other characters in between must not name the glyphs that they share.
    await draw(letter({ subject: 'a\u00A0b\u202Fc Ω Ω μ µ' }));
    expect(Buffer.compare(once, await draw(letter(), many(60)))).toBe(0);
    expect(Buffer.compare(once, await drawPdf([letter(), many(60)]))).toBe(0);
  });

  test('says what it is, in which language, by whom, and of which day', async () => {
    const document = await PDFDocument.load(await draw(letter({ language: 'fr' })), { updateMetadata: false });
    expect(document.getTitle()).toBe('Invoice FA-1: payment reminder');
    expect(document.getAuthor()).toBe('Meunier & Fils');
    expect(document.getLanguage()).toBe('fr');
    expect(document.getCreationDate()?.toISOString().slice(0, 10)).toBe('2026-11-23');
  });

  test('begins each letter on a page of its own', async () => {
    expect(await pagesOf(await draw(letter()))).toBe(1);
    expect(await pagesOf(await draw(letter(), letter(), many(60)))).toBe(5);
  });

  test('no letter is an error, here and in its own process', async () => {
    await expect(drawPdf([])).rejects.toThrow('no letter');
    await expect(drawPdf([{ ...letter(), body: [{ kind: 'item' }] } as never])).rejects.toThrow('cannot be drawn');
    // The next one is drawn all the same.
    expect((await drawPdf([letter()])).subarray(0, 5).toString()).toBe('%PDF-');
  });

  testWith('qpdf')('is sound', async () => {
    expect(complaintsAbout(await draw(letter(), letter({ window: 'right' }), many(60)))).toBe('');
  });
});

const NAMES = [
  'Żółta Księgarnia „Gęś” sp. z o.o.',
  'Σωκράτης Παπαδόπουλος Α.Ε.',
  'ООО «Щедрый хлеб» Йошкар-Ола',
  'Élodie Œuvrard-Lefèvre',
  'Ștefănescu & Țîrlea SRL',
  'Þórður Guðmundsson ehf.',
];

describe('names and amounts', () => {
  testWith('pdftotext').each(NAMES)('%s is on the paper as it is written', async (name) => {
    const pdf = await draw(letter({ recipient: [name], body: [paragraph(`Dear ${name},`)] }));
    const text = textOfPdf(pdf);
    expect(text.split(name)).toHaveLength(3);
    expect(text).not.toContain('\uFFFD');
  });

  testWith('pdftotext')('accents that come on their own are put on their letters', async () => {
    expect(textOfPdf(await draw(letter({ recipient: ['Se\u0301ve\u0300re'] })))).toContain('Sévère');
  });

  testWith('pdftotext')('an amount keeps its narrow blank and its euro sign', async () => {
    const text = textOfPdf(await draw(letter({ body: [paragraph('1\u202f234,56\u00a0€ sont dus')] })));
    expect(text).toMatch(/1\s234,56\s€ sont dus/u);
  });

  test('each character that the font lacks is one visible mark, and no error', () => {
    expect(drawable('漢字 and 😀 and 👨‍👩‍👧 and مر')).toBe('\uFFFD\uFFFD and \uFFFD and \uFFFD and \uFFFD\uFFFD');
    expect(drawable('a\u0000b\tc\u200Ed\u00ADe')).toBe('a b cde');
  });
});

/** A page's words that touch the address field of its letter. */
const inField = (words: readonly PlacedWord[], side: 'left' | 'right'): PlacedWord[] => {
  const { address } = SHEETINGS[side];
  return words.filter(
    ({ left, top }) =>
      left > address.x - 2 &&
      left < address.x + address.width &&
      top > address.y - 1 &&
      top < address.y + address.height,
  );
};

/** The windows by the norms (DOMAIN §2), in millimetres. */
const WINDOWS = {
  left: { left: 20, top: 45, right: 105, bottom: 90 },
  right: { left: 110, top: 55, right: 195, bottom: 88 },
} as const;
const OUTSIDE = {
  'an ordinary address': letter().recipient,
  'six lines': ['Nordlicht GmbH', 'Attn Frau Dr. Schmidt', 'Hinterhaus', 'Große Straße 12', '10115 Berlin', 'GERMANY'],
  'a name of two hundred letters': ['Boulangerie Martin et Compagnie '.repeat(7).trim(), 'rue', '69001 Lyon', 'FRANCE'],
  'a name without a blank': ['x'.repeat(200), 'rue', '69001 Lyon'],
} as const;

describe.each(['left', 'right'] as const)('with the window on the %s', (side) => {
  testWith('pdftotext').each(Object.keys(OUTSIDE) as (keyof typeof OUTSIDE)[])('%s stands inside it', async (which) => {
    const recipient = [...OUTSIDE[which]];
    const pdf = await draw(letter({ window: side, recipient, subject: 'S', body: [paragraph('B')] }));
    const words = inField(wordsOfPdf(pdf, 1), side);
    const text = words.map((word) => word.text).join(' ');
    for (const line of recipient.slice(-2)) expect(text).toContain(line);
    expect(text).toContain('Meunier & Fils');
    const window = WINDOWS[side];
    const outside = words.filter(
      (word) =>
        word.left < window.left || word.right > window.right || word.top < window.top || word.bottom > window.bottom,
    );
    expect(outside).toEqual([]);
  });

  testWith('pdftotext')('nothing else shows through it', async () => {
    const facts = Array.from({ length: 15 }, (_, n) => ({ label: `Label ${n}`, value: 'a value that is rather long' }));
    const sender = { name: 'A sender with a very long name indeed '.repeat(4), lines: Array(9).fill('a line of its') };
    const pdf = await draw(letter({ window: side, recipient: ['R'], returnLine: '', facts, sender }));
    const window = WINDOWS[side];
    const shown = wordsOfPdf(pdf, 1).filter(
      ({ left, right, top, bottom }) =>
        right > window.left && left < window.right && bottom > window.top && top < window.bottom,
    );
    expect(shown.map(({ text }) => text)).toEqual(['R']);
    const below = wordsOfPdf(pdf, 1).filter(({ text, bottom }) => text === 'Label' && bottom > SHEETINGS[side].text);
    expect(below).toEqual([]);
  });
});

const textOfPages = async (pdf: Uint8Array): Promise<string[]> =>
  Array.from({ length: await pagesOf(pdf) }, (_, page) => textOfPdf(pdf, page + 1));

describe('many invoices', () => {
  testWith('pdftotext')(
    'stand under the head of their table on each page, each once, the total with the last',
    async () => {
      const pages = await textOfPages(await draw(many(60)));
      const numbers = pages.flatMap((page) => page.match(/FA-\d+(?=\s+01\/09)/g) ?? []);
      expect(numbers).toEqual(rows(60).map(({ number }) => number));
      for (const page of pages) if (/FA-\d+\s+01\/09/.test(page)) expect(page).toMatch(/Number\s+Issued\s+Falls/);
      const withTotals = pages.filter((page) => /Sum/.test(page));
      expect(withTotals).toHaveLength(1);
      expect(withTotals[0]).toContain('FA-60');
      expect(withTotals[0]).toMatch(/Sum\s+€738.00\n.*Sum\s+£20.00/);
    },
  );

  testWith('pdftotext')('however many there are, no page has the head of the table alone, or the totals', async () => {
    for (let n = 1; n <= 45; n++)
      for (const page of await textOfPages(await draw(many(n)))) {
        if (/Number\s+Issued/.test(page) || /Sum/.test(page))
          expect([n, page]).toEqual([n, expect.stringMatching(/FA-\d+\s+01/)]);
      }
  });

  testWith('pdftotext')('are numbered by page, and the others name sender, customer and subject', async () => {
    const pages = await textOfPages(await draw(letter(), many(60)));
    expect(pages.map((page) => /Page \d of \d/.exec(page)?.[0])).toEqual([
      'Page 1 of 1',
      'Page 1 of 3',
      'Page 2 of 3',
      'Page 3 of 3',
    ]);
    expect(pages[2]).toMatch(/^\s*Meunier & Fils · Boulangerie Martin\s+Invoice FA-1: payment reminder/);
  });

  testWith('pdftotext')('a number too long for its column is broken, and none of it is lost', async () => {
    const number = `A-${'1234567890'.repeat(8)}/END`;
    const table = { ...many(1).table, rows: rows(1).map((row) => ({ ...row, number })) };
    const words = wordsOfPdf(await draw(many(1, { table })), 1);
    const column = words.filter(({ left, right, top }) => left < 27 && right < 80 && top > 115).map(({ text }) => text);
    expect(column.join('')).toContain(number);
    expect(Math.max(...words.map(({ right }) => right))).toBeLessThanOrEqual(190.5);
  });
});

describe('words', () => {
  testWith('pdftotext')('stay inside the margins, however long', async () => {
    const body = [paragraph(`${'word '.repeat(60)}${'x'.repeat(300)}`), paragraph('www.example.org/'.repeat(20))];
    const words = wordsOfPdf(await draw(letter({ body })), 1).filter(({ top }) => top > 100);
    expect(Math.min(...words.map(({ left }) => left))).toBeGreaterThanOrEqual(24.9);
    expect(Math.max(...words.map(({ right }) => right))).toBeLessThanOrEqual(190.5);
    expect(words.map(({ text }) => text).join('')).toContain('x'.repeat(80));
  });

  testWith('pdftotext')('no line of a paragraph stands alone on a page', async () => {
    const long = (n: number): LetterBlock => paragraph(Array.from({ length: n * 14 }, (_, at) => `w${at}`).join(' '));
    for (const parts of [4, 5, 6])
      for (let filler = 15; filler < 22; filler++) {
        const body = [...Array.from({ length: filler }, () => paragraph('one line')), long(parts)];
        const pages = await textOfPages(await draw(letter({ body, payment: null })));
        const lines = pages.map((page) => page.match(/^.*\bw\d+.*$/gm)?.length ?? 0).filter((n) => n > 0);
        expect([parts, filler, lines.every((n) => n >= 2)]).toEqual([parts, filler, true]);
      }
  });

  testWith('pdftotext')('a heading never stands at the foot of a page', async () => {
    for (let filler = 12; filler < 26; filler++) {
      const heading: LetterBlock = { kind: 'heading', runs: [{ text: 'HEADING' }] };
      const body = [...Array.from({ length: filler }, () => paragraph('one line')), heading, paragraph('after it')];
      const pages = await textOfPages(await draw(letter({ body, payment: null })));
      expect([filler, pages.find((page) => page.includes('HEADING'))]).toEqual([
        filler,
        expect.stringContaining('after it'),
      ]);
    }
  });
});

describe('the payment block', () => {
  testWith('pdftoppm', 'zbarimg')('is read by a telephone, wherever the letter ends', async () => {
    expect(codeIn(pictureOfPage(await draw(letter()), 1))).toBe(CODE);
    expect(codeIn(pictureOfPage(await draw(many(60)), 3))).toBe(CODE);
  });

  testWith('pdftoppm', 'zbarimg')('even when the code is as large as it may be', async () => {
    const text = `BCD\n002\n1\nSCT\n\n${'Ж'.repeat(70)}\nFR7630006000011234567890189\nEUR999999999.99\n\n\n${'x'.repeat(120)}`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(310);
    const payment = { ...(letter().payment as object), code: { text, caption: '' } } as LetterContent['payment'];
    expect(codeIn(pictureOfPage(await draw(letter({ payment })), 1))).toBe(text);
  });

  testWith('pdftotext')('is never divided between two pages', async () => {
    for (let n = 1; n <= 30; n++) {
      const pages = await textOfPages(await draw(many(n)));
      const halves = pages.filter((page) => /How to pay|FR76 3000|Payment code/.test(page));
      expect([n, halves.length]).toEqual([n, 1]);
    }
  });

  testWith('pdftotext')('is missing where nothing can be paid', async () => {
    expect(textOfPdf(await draw(letter({ payment: null })))).not.toContain('IBAN');
  });
});
