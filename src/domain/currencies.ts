import { isCurrency, type Currency } from './money.ts';

const CODES = new Set(Intl.supportedValuesOf('currency'));
/** Signs that mean one currency only: a bare `$` or `¥` says too little. */
const SIGNS: Record<string, Currency> = { '€': 'EUR', EURO: 'EUR', EUROS: 'EUR', '£': 'GBP', US$: 'USD', '₹': 'INR' };
const CURRENCY_SIGNS = /[\p{Sc}¤]/u;

/** The currency that a code or sign stands for; null when it is none, or could be several. */
export function currencyOf(text: string): Currency | null {
  const code = text.trim().toUpperCase();
  if (isCurrency(code) && CODES.has(code)) return code;
  return Object.hasOwn(SIGNS, code) ? SIGNS[code]! : null;
}

/** Whether the character is the sign of some currency; `¤` is where ISO-8859-15 has its euro sign. */
export const isCurrencySign = (char: string): boolean => CURRENCY_SIGNS.test(char);
