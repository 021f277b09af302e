import fc from 'fast-check';
import {
  currencyDigits,
  decimalFromMinor,
  isCurrency,
  minorFromDecimal,
  totalsByCurrency,
} from '../../src/domain/money.ts';

test.each<[string, string, number | null]>([
  ['1234.50', 'EUR', 123_450],
  ['1234.5', 'EUR', 123_450],
  ['1234.', 'EUR', 123_400],
  ['0.29', 'EUR', 29],
  ['1.10', 'EUR', 110],
  ['-12.34', 'EUR', -1_234],
  ['+12.34', 'EUR', 1_234],
  ['-0', 'EUR', 0],
  ['007', 'EUR', 700],
  ['12.345', 'EUR', null],
  ['12.340', 'EUR', 1_234],
  ['1,50', 'EUR', null],
  ['1e3', 'EUR', null],
  ['', 'EUR', null],
  ['.', 'EUR', null],
  ['.5', 'EUR', null],
  ['12 ', 'EUR', null],
  ['NaN', 'EUR', null],
  ['1500', 'JPY', 1_500],
  ['1500.0', 'JPY', 1_500],
  ['1500.5', 'JPY', null],
  ['1.234', 'KWD', 1_234],
  ['1.2345', 'CLF', 12_345],
  ['90071992547409.91', 'EUR', Number.MAX_SAFE_INTEGER],
  ['90071992547409.92', 'EUR', null],
])('%p %s is %p', (text, currency, expected) => {
  expect(minorFromDecimal(text, currency)).toBe(expected);
});

test.each<[number, string, string]>([
  [123_450, 'EUR', '1234.50'],
  [5, 'EUR', '0.05'],
  [0, 'EUR', '0.00'],
  [-5, 'EUR', '-0.05'],
  [-123_450, 'EUR', '-1234.50'],
  [1_500, 'JPY', '1500'],
  [-1_500, 'JPY', '-1500'],
  [1_234, 'KWD', '1.234'],
  [12, 'CLF', '0.0012'],
])('%i %s reads %s', (minor, currency, expected) => {
  expect(decimalFromMinor(minor, currency)).toBe(expected);
});

test('what is written reads back as the same amount', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'USD'), (minor, currency) => {
      expect(minorFromDecimal(decimalFromMinor(minor, currency), currency)).toBe(minor === 0 ? 0 : minor);
    }),
    { seed: 20_260_202, numRuns: 500 },
  );
});

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['TND', 3],
  ['CLF', 4],
])('%s has %i decimals', (currency, digits) => {
  expect(currencyDigits(currency)).toBe(digits);
});

test.each([
  ['EUR', true],
  ['eur', false],
  ['EURO', false],
  ['€', false],
  ['', false],
])('%p is a currency: %p', (text, expected) => {
  expect(isCurrency(text)).toBe(expected);
});

test('amounts of different currencies are never added', () => {
  const totals = totalsByCurrency([
    { currency: 'EUR', amount: 100 },
    { currency: 'USD', amount: 100 },
    { currency: 'EUR', amount: -30 },
  ]);
  expect([...totals]).toEqual([
    ['EUR', 70],
    ['USD', 100],
  ]);
});
