import { isDay, type Day } from '../domain/calendar.ts';
import { currencyDigits, minorFromDecimal, type Currency, type Minor } from '../domain/money.ts';
import { currencyOf, isCurrencySign } from './currencies.ts';
import { monthOf } from './monthWords.ts';

/** What parts the whole from the fraction: 1,234.56 or 1.234,56. */
export type DecimalMark = '.' | ',';
export type AmountRefusal = 'unreadable_amount' | 'too_many_decimals' | 'currency_mismatch';
export type ParsedAmount = { ok: true; amount: Minor } | { ok: false; reason: AmountRefusal };
export type DayOrder = 'day_first' | 'month_first';

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

/** The day that a text names; null when it names none. Two-digit years are of this century; a time of day is left out. */
export function parseDay(text: string, order: DayOrder): Day | null {
  if (text.length > LONGEST) return null;
  const iso = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)(.*)$/s.exec(text);
  if (iso && (iso[2] || iso[3]!.length + iso[4]!.length === 4))
    return timed(iso[5]!) ? day(iso[1]!, iso[3]!, iso[4]!) : null;
  const numeric = numericDate(text);
  if (!numeric) return namedDate(text);
  const { first, second, year } = numeric;
  return order === 'day_first' ? day(year, second, first) : day(year, first, second);
}

function numericDate(text: string): { first: string; second: string; mark: string; year: string } | null {
  const match = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)$/s.exec(text);
  if (!match || !timed(match[5]!)) return null;
  return { first: match[1]!, mark: match[2]!, second: match[3]!, year: match[4]! };
}

/** Whether what follows a date is nothing or a time of day. */
const timed = (rest: string): boolean => rest.trim() === '' || /^[T\s,]+\d{1,2}[:.h]\d{2}/i.test(rest);

/** `Jan 28 2021`, `28 janv. 2021`, `28-Jan-21`, `28 de enero de 2021`, `1er mars 2021`. */
function namedDate(text: string): Day | null {
  const words = text.split(/[\s,/-]+/).filter((word) => word && !word.includes(':'));
  const month = words.map(monthOf).find((found) => found !== undefined);
  const [first, second, more] = words
    .map((word) => /^(\d+)(?:\.|er|st|nd|rd|th|º)?$/i.exec(word)?.[1])
    .filter((n) => n);
  if (month === undefined || !first || !second || more) return null;
  return first.length === 4 ? day(first, String(month), second) : day(second, String(month), first);
}

function day(year: string, month: string, date: string): Day | null {
  const found = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  return isDay(found) && found >= '1900' && found < '2200' ? found : null;
}

/** Whether days come first in a column; ambiguous when no value settles it and some could be read both ways. */
export function dayOrder(
  values: Iterable<string>,
  otherwise: DayOrder = 'day_first',
): { order: DayOrder; ambiguous: boolean; known: boolean } {
  const votes = { day_first: 0, month_first: 0, points: 0, open: 0 };
  for (const value of values) {
    const vote = orderIn(value);
    if (vote) votes[vote]++;
  }
  const known = votes.day_first + votes.month_first > 0;
  // only German and the like write points, and they put the day first
  if (!known && votes.points > 0) return { order: 'day_first', ambiguous: false, known: true };
  if (known)
    return { order: votes.month_first > votes.day_first ? 'month_first' : 'day_first', ambiguous: false, known };
  return { order: otherwise, ambiguous: votes.open > 0, known };
}

function orderIn(value: string): DayOrder | 'points' | 'open' | null {
  const date = value.length <= LONGEST ? numericDate(value) : null;
  if (!date) return null;
  const [first, second] = [Number(date.first), Number(date.second)];
  if (first > 12 || second > 12) return first > second ? 'day_first' : 'month_first';
  if (date.mark === '.') return 'points';
  return first === second ? null : 'open';
}
