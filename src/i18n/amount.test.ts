import fc from 'fast-check';
import { LANGUAGES } from './translate.ts';
import { amountForField, readAmount } from './amount.ts';

describe('an amount that a person typed', () => {
  test.each<[string, string, string, number]>([
    ['1 234,56', 'EUR', 'fr', 123_456],
    ['1\u202f234,56 €', 'EUR', 'fr', 123_456],
    ['1,234.56', 'EUR', 'en', 123_456],
    ['1,234.56', 'EUR', 'fr', 123_456],
    ['1234.5', 'EUR', 'en', 123_450],
    ['1234.5', 'EUR', 'it', 123_450],
    ['1234,5', 'EUR', 'en', 123_450],
    ['1.234,56 €', 'EUR', 'it', 123_456],
    ['€ 1.234,56', 'EUR', 'en', 123_456],
    ['EUR 80', 'EUR', 'en', 8_000],
    ['80', 'EUR', 'fr', 8_000],
    [' 0,01 ', 'EUR', 'it', 1],
    ["1'234.50", 'CHF', 'fr', 123_450],
    // Where the figures leave it open, the language says it.
    ['1,234', 'EUR', 'en', 123_400],
    ['1.234', 'EUR', 'fr', 123_400],
    ['1.234', 'EUR', 'it', 123_400],
    ['1,234', 'JPY', 'en', 1_234],
    ['1.234', 'JPY', 'it', 1_234],
    ['1.234', 'TND', 'en', 1_234],
    ['1,234', 'TND', 'fr', 1_234],
    ['-12,50', 'EUR', 'fr', -1_250],
  ])('%s (%s, %s)', (text, currency, language, amount) => {
    expect(readAmount(text, currency, language)).toEqual({ ok: true, amount });
  });

  test.each([
    ['', 'EUR', 'en', 'unreadable_amount'],
    ['ten', 'EUR', 'en', 'unreadable_amount'],
    ['1.2.3', 'EUR', 'en', 'unreadable_amount'],
    ['12 €  34', 'EUR', 'fr', 'unreadable_amount'],
    ['1,234', 'EUR', 'fr', 'too_many_decimals'],
    ['1.234', 'EUR', 'en', 'too_many_decimals'],
    ['1.5', 'JPY', 'en', 'too_many_decimals'],
    ['10 USD', 'EUR', 'en', 'currency_mismatch'],
    ['£10', 'EUR', 'en', 'currency_mismatch'],
    ['99999999999999999999', 'EUR', 'en', 'unreadable_amount'],
  ])('%s (%s, %s) is refused: %s', (text, currency, language, reason) => {
    expect(readAmount(text, currency, language)).toEqual({ ok: false, reason });
  });

  test('what a field shows is read as the same amount, in every language and currency', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 13 }),
        fc.constantFrom('EUR', 'JPY', 'TND', 'CLF'),
        fc.constantFrom(...LANGUAGES),
        (amount, currency, language) =>
          expect(readAmount(amountForField(amount, currency, language), currency, language)).toEqual({
            ok: true,
            amount,
          }),
      ),
    );
  });
});
