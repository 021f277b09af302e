import fc from 'fast-check';
import { decimalFromMinor } from '../../src/domain/money.ts';
import { decimalMark, type DecimalMark, parseAmount } from '../../src/domain/amountText.ts';

describe('an amount', () => {
  test.each<[string, DecimalMark, number]>([
    ['1 234,56', ',', 123456],
    ['1\u00a0234,56', ',', 123456],
    ['1\u202f234\u202f567,8', ',', 123456780],
    ['1,234.56', '.', 123456],
    ['1.234,56', ',', 123456],
    ["1'234.56", '.', 123456],
    ['1’234.5', '.', 123450],
    ['12,34,567.00', '.', 123456700],
    ['(1,234.50)', '.', -123450],
    ['-12', '.', -1200],
    ['12-', '.', -1200],
    ['−12,5', ',', -1250],
    ['+12', '.', 1200],
    ['.50', '.', 50],
    ['12.', '.', 1200],
    ['€ 1.234,50', ',', 123450],
    ['1.234,50 €', ',', 123450],
    ['-€12.00', '.', -1200],
    ['€-12.00', '.', -1200],
    ['12,00 EUR', ',', 1200],
    ['EUR 12', '.', 1200],
    ['EUR12', '.', 1200],
    ['$12.00', '.', 1200],
    ['12,00 ¤', ',', 1200],
    ['Rs.500', '.', 50000],
    ["1'234.–", '.', 123400],
    ['- €', ',', 0],
    ['-', ',', 0],
    ['139.1200', '.', 13912],
    ['0', ',', 0],
    ['-0.00', '.', 0],
  ])('%j, with %s as the mark, is read', (text, mark, amount) => {
    expect(parseAmount(text, 'EUR', mark)).toEqual({ ok: true, amount });
  });

  test.each<[string, DecimalMark, string]>([
    ['twelve', '.', 'unreadable_amount'],
    ['', '.', 'unreadable_amount'],
    ['1,23', '.', 'unreadable_amount'],
    ['1.23', ',', 'unreadable_amount'],
    ['1 23', '.', 'unreadable_amount'],
    ['1,2345', '.', 'unreadable_amount'],
    ['1,234 567', '.', 'unreadable_amount'],
    ['1.2.3', '.', 'unreadable_amount'],
    ['12%', '.', 'unreadable_amount'],
    ['12 pcs', '.', 'unreadable_amount'],
    ['1-2', '.', 'unreadable_amount'],
    ['2025-01-02', '.', 'unreadable_amount'],
    ['1e5', '.', 'unreadable_amount'],
    ['99999999999999999', '.', 'unreadable_amount'],
    [`${' '.repeat(70)}1`, '.', 'unreadable_amount'],
    ['12.345', '.', 'too_many_decimals'],
    ['0.001', '.', 'too_many_decimals'],
    ['£12.00', '.', 'currency_mismatch'],
    ['USD 12', '.', 'currency_mismatch'],
  ])('%j, with %s as the mark, is refused', (text, mark, reason) => {
    expect(parseAmount(text, 'EUR', mark)).toEqual({ ok: false, reason });
  });

  test('has the decimals of its currency', () => {
    expect(parseAmount('1500', 'JPY', '.')).toEqual({ ok: true, amount: 1500 });
    expect(parseAmount('1.5', 'JPY', '.')).toEqual({ ok: false, reason: 'too_many_decimals' });
    expect(parseAmount('1.234', 'TND', '.')).toEqual({ ok: true, amount: 1234 });
  });

  test('survives being written in any format', () => {
    const format = fc.record({
      mark: fc.constantFrom<DecimalMark>('.', ','),
      group: fc.constantFrom('', ' ', '\u00a0', '\u202f', "'", 'other'),
      sign: fc.constantFrom('before', 'after', 'parentheses'),
      money: fc.constantFrom('', '€ ', 'EUR ', 'after'),
    });
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), format, (amount, { mark, group, sign, money }) => {
        const [whole = '', cents = ''] = decimalFromMinor(Math.abs(amount), 'EUR').split('.');
        const thousands = group === 'other' ? (mark === '.' ? ',' : '.') : group;
        const plain = `${whole.replace(/\B(?=(\d{3})+$)/g, thousands)}${mark}${cents}`;
        const signed =
          amount >= 0 ? plain : { before: `-${plain}`, after: `${plain}-`, parentheses: `(${plain})` }[sign];
        const text = money === 'after' ? `${signed} €` : money + signed;
        expect(parseAmount(text, 'EUR', mark)).toEqual({ ok: true, amount: amount === 0 ? 0 : amount });
        expect(decimalMark([text]).mark).toBe(mark);
      }),
    );
  });

  test('never makes the reader throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom<DecimalMark>('.', ','),
        (text, mark) => void parseAmount(text, 'EUR', mark),
      ),
    );
  });
});

describe('the decimal mark of a column', () => {
  test.each<[string, string[], DecimalMark]>([
    ['both marks: the last one', ['1.234,56', '1.000'], ','],
    ['a fraction of two digits', ['1,234', '12.50'], '.'],
    ['a mark that comes twice parts thousands', ['1.234.567'], ','],
    ['a fraction of one digit', ['12,5'], ','],
    ['a nought before it', ['0,125'], ','],
    ['four digits before it', ['1234,567'], ','],
    ['a space before the last group', ['1 234,567'], ','],
    ['whole numbers', ['12', '950'], '.'],
    ['the majority', ['1,50', '2,50', '3.50'], ','],
  ])('%s', (_, values, mark) => {
    expect(decimalMark(values)).toMatchObject({ mark, ambiguous: false });
  });

  test.each<[string, string[], number, DecimalMark]>([
    ['thousands, where so many decimals are impossible', ['1,234', '950'], 2, '.'],
    ['thousands, with points', ['1.234', '950'], 2, ','],
    ['decimals, where three are possible', ['1.234', '5.678'], 3, '.'],
  ])('is a guess at %s', (_, values, decimals, mark) => {
    expect(decimalMark(values, decimals)).toEqual({ mark, ambiguous: true, known: false });
  });
});
