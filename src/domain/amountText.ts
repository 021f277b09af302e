import { currencyDigits, minorFromDecimal, type Currency, type Minor } from './money.ts';
import { currencyOf, isCurrencySign } from './currencies.ts';

/** What parts the whole from the fraction: 1,234.56 or 1.234,56. */
export type DecimalMark = '.' | ',';
export type AmountRefusal = 'unreadable_amount' | 'too_many_decimals' | 'currency_mismatch';
export type ParsedAmount = { ok: true; amount: Minor } | { ok: false; reason: AmountRefusal };

const LONGEST = 60;
const PLAIN = /^-?\d+(?:\.\d+)?$/;
/** Spaces of all widths, as thousands marks. */
const SPACES = /[\s\u00a0\u2000-\u200a\u202f\u2060\ufeff]/g;
const MINUS = /[-\u2010-\u2015\u2212]/;
const LOCAL_SIGNS = new Set(['kr', 'fr', 'sfr', 'zl', 'zł', 'kc', 'kč', 'lei', 'ft', 'rs']);

/** Minor units of an amount as people and programs write it; the column's decimal mark says what 1.234 means. */
export function parseAmount(text: string, currency: Currency, mark: DecimalMark): ParsedAmount {
  const plain = plainDecimal(text, mark);
  if (!plain) return { ok: false, reason: 'unreadable_amount' };
  if (plain.currency && plain.currency !== currency) return { ok: false, reason: 'currency_mismatch' };
  const amount = minorFromDecimal(plain.text, currency);
  if (amount !== null) return { ok: true, amount };
  const decimals = plain.text.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  return { ok: false, reason: decimals > currencyDigits(currency) ? 'too_many_decimals' : 'unreadable_amount' };
}

/** The amount as `-1234.5`, with the currency if its code or sign stands beside it. */
export function plainDecimal(text: string, mark: DecimalMark): { text: string; currency: Currency | null } | null {
  if (text.length > LONGEST) return null;
  if (mark === '.' && PLAIN.test(text)) return { text, currency: null };
  const core = /(?:(?<!\p{L})[.,])?\d(?:.*\d)?/su.exec(text);
  if (!core) return dashForZero(text);
  const before = text.slice(0, core.index);
  // Swiss prices end in a dash for "no cents": 1'234.–
  const after = text.slice(core.index + core[0].length).replace(/^[.,]\s*[-–—]*/, '');
  const currency = currencyBeside(before, after);
  const digits = digitsOf(core[0], mark);
  if (currency === undefined || digits === null) return null;
  return { text: (isNegative(before, after) ? '-' : '') + digits, currency };
}

/** Spreadsheets in accounting style show nothing at all as a dash: `- €`. */
function dashForZero(text: string): { text: string; currency: Currency | null } | null {
  const currency = MINUS.test(text) ? currencyBeside(text, '') : undefined;
  return currency === undefined ? null : { text: '0', currency };
}

const isNegative = (before: string, after: string): boolean =>
  MINUS.test(before) || MINUS.test(after) || (before.includes('(') && after.includes(')'));

/** The currency written before or after; null for none or one that could be several ($), undefined for any other word. */
function currencyBeside(before: string, after: string): Currency | null | undefined {
  const words = [before, after].map((side) => side.replace(SPACES, '').replace(/[-\u2010-\u2015\u2212+().]/g, ''));
  const [word = '', other = ''] = words.filter((side) => side !== '');
  if (word === '') return null;
  if (other !== '') return undefined;
  const known = currencyOf(word);
  if (known) return known;
  return isCurrencySign(word.at(-1)!) || LOCAL_SIGNS.has(word.toLowerCase()) ? null : undefined;
}

/** The digits with a point as the mark; null where the marks do not stand where a number has them. */
function digitsOf(core: string, mark: DecimalMark): string | null {
  const [whole = '', fraction, more] = core.split(mark);
  if (more !== undefined || (fraction !== undefined && !/^\d+$/.test(fraction))) return null;
  const digits = ungrouped(whole.replace(SPACES, ' '), mark);
  if (digits === null) return null;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** Thousands in threes, or the Indian 12,34,567, all with the same mark. */
function ungrouped(whole: string, mark: DecimalMark): string | null {
  if (/^\d*$/.test(whole)) return whole || '0';
  const thousands = /[^\d]/.exec(whole)![0];
  const [first = '', ...groups] = whole.split(thousands);
  if (thousands === mark || !" '’´`.,".includes(thousands) || !/^\d{1,3}$/.test(first)) return null;
  const last = groups.pop()!;
  const even = groups.every((group) => group.length === 3) || (first.length < 3 && groups.every((g) => g.length === 2));
  return even && last.length === 3 && [...groups, last].every((group) => /^\d+$/.test(group))
    ? first + groups.join('') + last
    : null;
}

/**
 * The decimal mark of a column. Where every value is like 1.234, that is a guess: three decimals if the column may have
 * so many (`decimals` above 2), else thousands.
 */
export function decimalMark(
  values: Iterable<string>,
  decimals = 2,
): { mark: DecimalMark; ambiguous: boolean; known: boolean } {
  const votes = { '.': 0, ',': 0, '?.': 0, '?,': 0 };
  for (const value of values) {
    const vote = markIn(value);
    if (vote) votes[vote]++;
  }
  if (votes['.'] || votes[',']) return { mark: votes[','] > votes['.'] ? ',' : '.', ambiguous: false, known: true };
  const guessed: DecimalMark = votes['?,'] > votes['?.'] ? ',' : '.';
  if (votes['?,'] === 0 && votes['?.'] === 0) return { mark: '.', ambiguous: false, known: false };
  const mark = decimals > 2 ? guessed : guessed === '.' ? ',' : '.';
  return { mark, ambiguous: true, known: false };
}

/** What one value tells about the decimal mark; with a question mark when 1.234 could be either. */
function markIn(value: string): DecimalMark | `?${DecimalMark}` | null {
  const dot = value.lastIndexOf('.');
  const comma = value.lastIndexOf(',');
  if (dot < 0 && comma < 0) return null;
  if (value.length > LONGEST) return null;
  if (dot >= 0 && comma >= 0) return dot > comma ? '.' : ',';
  const [mark, other]: [DecimalMark, DecimalMark] = dot >= 0 ? ['.', ','] : [',', '.'];
  const at = Math.max(dot, comma);
  if (value.indexOf(mark) !== at) return other;
  const after = /^\d*/.exec(value.slice(at + 1))![0].length;
  const before = /[\d\s\u00a0\u2009\u202f'’]*$/.exec(value.slice(0, at))![0].trim();
  if (after === 0) return null;
  return after === 3 && /^[1-9]\d{0,2}$/.test(before) ? `?${mark}` : mark;
}
