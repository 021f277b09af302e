/** An amount in minor units of its currency (cents, pence, yen): always an integer. */
export type Minor = number;
/** ISO 4217 code, three capitals. */
export type Currency = string;

/** Decimal places of the currencies that do not have two (ISO 4217, table A.1). */
const DIGITS: Record<string, number> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** How many decimal places the currency has: 2 unless ISO 4217 says otherwise. */
export const currencyDigits = (currency: Currency): number => DIGITS[currency] ?? 2;

/** True for three capital letters. */
export const isCurrency = (text: string): boolean => /^[A-Z]{3}$/.test(text);

/**
 * Minor units of a plain decimal text such as `-1234.5`; null when it is not one, has more decimals than the
 * currency, or does not fit an exact integer. Works on the digits, so no amount passes through binary fractions.
 */
export function minorFromDecimal(text: string, currency: Currency): Minor | null {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) return null;
  const digits = currencyDigits(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const minor = Number(match[2] + fraction.padEnd(digits, '0'));
  if (!Number.isSafeInteger(minor)) return null;
  return match[1] === '-' && minor !== 0 ? -minor : minor;
}

/** The amount as a plain decimal text with the currency's decimals: 123450 EUR is `1234.50`. */
export function decimalFromMinor(minor: Minor, currency: Currency): string {
  const digits = currencyDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Adds amounts per currency: different currencies are never added to one another. */
export function totalsByCurrency(amounts: Iterable<{ currency: Currency; amount: Minor }>): Map<Currency, Minor> {
  const totals = new Map<Currency, Minor>();
  for (const { currency, amount } of amounts) totals.set(currency, (totals.get(currency) ?? 0) + amount);
  return totals;
}
