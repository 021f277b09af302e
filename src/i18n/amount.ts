import { type DecimalMark, decimalMark, parseAmount, type ParsedAmount } from '../domain/amountText.ts';
import { type Currency, currencyDigits, decimalFromMinor, type Minor } from '../domain/money.ts';

/** How a language writes the decimal mark: `1234.50` in English, `1234,50` in French. */
const markOf = (language: string): DecimalMark => (language === 'en' ? '.' : ',');

/**
 * An amount that a person typed, in minor units: `1 234,56`, `1,234.56`, `1234.5`, `1.234,56 €`. Where the figures leave
 * it open what 1.234 means, the language says it.
 */
export function readAmount(text: string, currency: Currency, language: string): ParsedAmount {
  const typed = text.trim();
  const { mark, ambiguous, known } = decimalMark([typed], currencyDigits(currency));
  return parseAmount(typed, currency, known && !ambiguous ? mark : markOf(language));
}

/** An amount as a field shows it, ready to be changed: the language's decimal mark, no thousands, no currency. */
export const amountForField = (minor: Minor, currency: Currency, language: string): string =>
  decimalFromMinor(minor, currency).replace('.', markOf(language));
