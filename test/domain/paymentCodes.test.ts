import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { creditorReference, isCreditorReference, printedReference } from '../../src/domain/creditorReference.ts';
import { inFours, isBic, isIban } from '../../src/domain/iban.ts';
import { minorFromDecimal } from '../../src/domain/money.ts';
import { type NoCode, paymentCode, remittanceOf, type Transfer } from '../../src/domain/paymentCode.ts';

const HEAD = ['BCD', '002', '1', 'SCT'];
const IBAN = 'FR76 3000 6000 0112 3456 7890 189';

/** 12.30 EUR to Anna's firm. */
const transfer = (differs: Partial<Transfer> = {}): Transfer => ({
  name: 'Meunier & Fils',
  iban: IBAN,
  bic: 'AGRIFRPP',
  amount: 1230,
  currency: 'EUR',
  reference: null,
  text: 'MARTIN FA-1',
  ...differs,
});

const textOf = (differs: Partial<Transfer> = {}): string => {
  const code = paymentCode(transfer(differs));
  return code.ok ? code.text : code.reason;
};
const linesOf = (differs: Partial<Transfer> = {}): string[] => textOf(differs).split('\n');

describe('an IBAN', () => {
  test.each([
    [IBAN, true],
    ['fr7630006000011234567890189', true],
    ['DE89 3704 0044 0532 0130 00', true],
    ['NO93 8601 1117 947', true],
    ['MT84 MALT 0110 0001 2345 MTLC AST0 01S', true],
    ['GB82 WEST 1234 5698 7654 32', true],
    ['FR76 3000 6000 0112 3456 7890 188', false],
    ['FR76 3000 6000 0112 3456 7890 18', false],
    // Right check digits, but no German account has so many places.
    ['DE36 0000 0000 0000 0000 0000', false],
    ['76 3000 6000 0112 3456 7890 189', false],
    ['', false],
  ])('%s: %s', (text, expected) => expect(isIban(text)).toBe(expected));

  test('is read in groups of four', () => expect(inFours('no9386011117947')).toBe('NO93 8601 1117 947'));

  test.each([
    ['AGRIFRPP', true],
    ['agri fr pp', true],
    ['BHBLDEHHXXX', true],
    ['AGRIFRP', false],
    ['AGRIFRPP1', false],
    ['', false],
  ])('goes with the BIC %s: %s', (text, expected) => expect(isBic(text)).toBe(expected));
});

describe('the creditor reference of an invoice number', () => {
  test.each([
    ['FA-2026-0001', 'RF26 FA20 2600 01'],
    ['fa 2026 0001', 'RF26 FA20 2600 01'],
    ['2023/131703/1', 'RF92 2023 1317 031'],
    ['0000001', 'RF74 0000 001'],
    // Its check digits begin with a nought.
    ['FT/2015/0006', 'RF05 FT20 1500 06'],
    ['facture n° 12', 'RF17 FACT UREN 12'],
    ['A'.repeat(21), `RF47 ${'AAAA '.repeat(5)}A`],
  ])('%s is %s', (number, printed) => {
    const reference = creditorReference(number) ?? '';
    expect(printedReference(reference)).toBe(printed);
    expect(isCreditorReference(reference)).toBe(true);
  });

  test.each(['A'.repeat(22), '---', '', 'FÄ-1', 'Ф-12', '請求-7'])('there is none for “%s”', (number) =>
    expect(creditorReference(number)).toBeNull(),
  );

  test.each([
    ['RF18 5390 0754 7034', true],
    ['rf18-5390-0754-7034', true],
    ['RF17 5390 0754 7034', false],
    ['RF18', false],
    ['RF18539007547034539007547034', false],
  ])('%s is one: %s', (text, expected) => expect(isCreditorReference(text)).toBe(expected));
});

describe('a payment code', () => {
  test('says who gets how much, and why, an element a line', () => {
    expect(linesOf({ reference: 'RF26FA20260001' })).toEqual([
      ...HEAD,
      'AGRIFRPP',
      'Meunier & Fils',
      'FR7630006000011234567890189',
      'EUR12.30',
      '',
      'RF26FA20260001',
    ]);
    expect(linesOf({ bic: '' })).toEqual([
      ...HEAD,
      '',
      'Meunier & Fils',
      'FR7630006000011234567890189',
      'EUR12.30',
      '',
      '',
      'MARTIN FA-1',
    ]);
  });

  test('carries a reference or a text, never both', () => {
    expect(linesOf({ reference: 'RF26 FA20 2600 01', text: 'Invoice' }).slice(9)).toEqual(['RF26FA20260001']);
  });

  test.each([
    [1, 'EUR0.01'],
    [100, 'EUR1.00'],
    [99_999_999_999, 'EUR999999999.99'],
  ])('writes %i cents as %s', (amount, written) => expect(linesOf({ amount })[7]).toBe(written));

  test.each<[string, Partial<Transfer>, NoCode]>([
    ['another currency', { currency: 'GBP' }, 'not_euro'],
    ['nothing to pay', { amount: 0 }, 'bad_amount'],
    ['a negative amount', { amount: -5 }, 'bad_amount'],
    ['more than a code can say', { amount: 100_000_000_000 }, 'bad_amount'],
    ['no account', { iban: '' }, 'bad_iban'],
    ['a mistyped account', { iban: IBAN.replace('189', '198') }, 'bad_iban'],
    ['nobody to pay', { name: ' \n' }, 'no_name'],
    ['a wrong reference', { reference: 'RF17539007547034' }, 'bad_reference'],
    ['more than 331 bytes', { name: 'Ж'.repeat(70), text: 'Ж'.repeat(140) }, 'too_long'],
  ])('there is none for %s', (_, differs, reason) => expect(textOf(differs)).toBe(reason));

  test('cuts a long name between two characters', () => {
    expect(linesOf({ name: 'x'.repeat(80) })[5]).toBe('x'.repeat(70));
    // An accent of its own, and a family of four people: each is one character for whoever reads it.
    expect(linesOf({ name: `${'x'.repeat(69)}q\u0308y` })[5]).toBe('x'.repeat(69));
    expect(linesOf({ name: `${'x'.repeat(66)}👨‍👩‍👧‍👦y` })[5]).toBe('x'.repeat(66));
  });

  test('keeps each element on its line, whatever was typed', () => {
    expect(linesOf({ name: 'A\nB\r\nC', text: 'x\ty' })).toHaveLength(11);
    expect(linesOf({ name: 'A\nB\r\nC' })[5]).toBe('A B C');
  });
});

describe('what a transfer is for', () => {
  test('one invoice has its reference, several have words', () => {
    expect(remittanceOf('MARTIN', ['FA-2026-0001'])).toEqual({
      reference: 'RF26FA20260001',
      text: 'MARTIN FA-2026-0001',
    });
    expect(remittanceOf('MARTIN', ['FA-1', 'FA-2'])).toEqual({ reference: null, text: 'MARTIN FA-1 FA-2' });
  });

  test('a number that makes no reference is said in words', () => {
    expect(remittanceOf('MARTIN', ['Ä-1'])).toEqual({ reference: null, text: 'MARTIN Ä-1' });
  });

  test('as many numbers as fit into 140 characters, each whole, and how many more there are', () => {
    const { text } = remittanceOf(
      'MARTIN',
      Array.from({ length: 40 }, (_, n) => `FA-2026-${1000 + n}`),
    );
    expect(text.length).toBeLessThanOrEqual(140);
    expect(text.split(' ').slice(1)).toEqual([...Array.from({ length: 10 }, (_, n) => `FA-2026-${1000 + n}`), '+30']);
    expect(remittanceOf('M', ['x'.repeat(200), 'y'])).toEqual({ reference: null, text: 'M' });
  });
});

// Beside the table above, all rows of the shared collection where this checkout has it beside itself.
const corpus = path.resolve(import.meta.dirname, '../../../shared/corpora/payment-codes');
const rowsOf = (file: string): Record<string, string>[] =>
  existsSync(corpus) ? parse(readFileSync(path.join(corpus, file)), { columns: true }) : [];
const withCorpus = existsSync(corpus) ? describe : describe.skip;
if (!existsSync(corpus)) process.stdout.write('No ../shared/corpora: the published payment codes are not compared.\n');

withCorpus('published examples', () => {
  const references = rowsOf('rf-creditor-reference.csv');

  test('are references, or are none, as published', () => {
    const rows = references.filter(({ kind }) => kind === 'validate');
    expect(rows.length).toBeGreaterThan(50);
    const judged = rows.map(({ input = '' }) => [input, isCreditorReference(input) ? 'valid' : 'invalid']);
    expect(judged).toEqual(rows.map(({ input, expected }) => [input, expected]));
  });

  test('come out of their invoice numbers', () => {
    const rows = references.filter(({ kind }) => kind === 'make');
    expect(rows.length).toBeGreaterThan(10);
    for (const { input = '', reference, print_format } of rows) {
      const made = creditorReference(input);
      expect([input, made ?? '']).toEqual([input, reference]);
      if (made) expect(printedReference(made)).toBe(print_format);
    }
  });

  test('are the same payment codes, but for the version that we write', () => {
    const rows = rowsOf('epc-qr.csv');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const { name = '', bic = '', iban = '', amount = '', structured_ref, text = '', information, purpose } = row;
      const made = paymentCode({
        name,
        bic,
        iban,
        text,
        currency: 'EUR',
        amount: minorFromDecimal(amount, 'EUR') ?? 0,
        reference: structured_ref || null,
        information: information ?? '',
        purpose: purpose ?? '',
      });
      // Version 1, which needs a BIC, was followed by version 2, which differs in nothing else.
      const published = (row.payload ?? '').replace(/^BCD\n001\n/, 'BCD\n002\n');
      expect(made).toEqual({ ok: true, text: published });
    }
  });
});
