import { isDay, type Day } from '../domain/calendar.ts';
import { monthOf } from './monthWords.ts';

export type DayOrder = 'day_first' | 'month_first';

const LONGEST = 60;

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
