import fc from 'fast-check';
import { decimalFromMinor } from '../domain/money.ts';
import { dayOrder, decimalMark, parseAmount, parseDay, type DecimalMark } from './values.ts';

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

describe('a day', () => {
  test.each([
    ['2025-01-28', '2025-01-28'],
    ['2025/1/8', '2025-01-08'],
    ['20250128', '2025-01-28'],
    ['2010-12-01 08:26:00', '2010-12-01'],
    ['2025-01-28T23:30:00Z', '2025-01-28'],
    ['28/01/2025', '2025-01-28'],
    ['28/01/2025 10:15', '2025-01-28'],
    ['1.2.2025', '2025-02-01'],
    ['28.01.25', '2025-01-28'],
    ['28-01-2025', '2025-01-28'],
    ['Jan 28 2025', '2025-01-28'],
    ['January 28, 2025', '2025-01-28'],
    ['28-Jan-25', '2025-01-28'],
    ['28 janv. 2025', '2025-01-28'],
    ['1er août 2025', '2025-08-01'],
    ['3 févr. 2025', '2025-02-03'],
    ['28 gennaio 2025', '2025-01-28'],
    ['28. März 2025', '2025-03-28'],
    ['5 Dez 2025', '2025-12-05'],
    ['28 de enero de 2025', '2025-01-28'],
    ['Tue Jan 28 2025', '2025-01-28'],
    ['2025 Jan 28', '2025-01-28'],
  ])('%s is read', (text, day) => {
    expect(parseDay(text, 'day_first')).toBe(day);
  });

  test.each([
    '',
    'soon',
    '2025-02-30',
    '31/04/2025',
    '13/13/2025',
    '2025',
    '2802',
    '28/01',
    '28/01-2025',
    '0000-00-00',
    '01/01/0001',
    '28012025',
    'Jan 2025',
    '28 Foo 2025',
    '2025-01-281',
    '2025-01-28 junk',
    '28 Jan 2025 5',
    `2025-01-28${' '.repeat(80)}`,
  ])('%j is none', (text) => {
    expect(parseDay(text, 'day_first')).toBeNull();
  });

  test('with the month first', () => {
    expect(parseDay('01/28/2025', 'month_first')).toBe('2025-01-28');
    expect(parseDay('02/03/2025', 'month_first')).toBe('2025-02-03');
    expect(parseDay('28/01/2025', 'month_first')).toBeNull();
  });

  test('never makes the reader throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0129 /-.:Tjanvér') }),
        (text) => void parseDay(text, 'day_first'),
      ),
    );
  });
});

describe('the order of a column of days', () => {
  test.each([
    ['a day above twelve first', ['03/04/2025', '28/01/2025'], 'day_first', false],
    ['a day above twelve second', ['03/04/2025', '01/28/2025'], 'month_first', false],
    ['points', ['03.04.2025'], 'day_first', false],
    ['points with the month first after all', ['03.04.2025', '01.28.2025'], 'month_first', false],
    ['nothing settles it', ['03/04/2025', '05/06/2025'], 'day_first', true],
    ['both readings are the same', ['03/03/2025'], 'day_first', false],
    ['ISO days need no order', ['2025-01-02'], 'day_first', false],
  ])('%s', (_, values, order, ambiguous) => {
    expect(dayOrder(values)).toMatchObject({ order, ambiguous });
  });

  test('is the owner’s where nothing settles it', () => {
    expect(dayOrder(['03/04/2025'], 'month_first')).toMatchObject({ order: 'month_first', ambiguous: true });
  });
});
