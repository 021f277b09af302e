/** A calendar day, `YYYY-MM-DD`, in the company's time zone. Days compare as strings. */
export type Day = `${number}-${number}-${number}`;
/** ISO weekday: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The days on which reminders may leave: some weekdays, less the holidays. */
export interface SendingCalendar {
  weekdays: readonly Weekday[];
  holidays: ReadonlySet<string>;
}

const MS_PER_DAY = 86_400_000;
const numbers = new Map<string, number>();
const days = new Map<number, Day>();

/** Days since 1970-01-01. The distinct days of a ledger are few, so both directions are remembered. */
function toNumber(day: Day): number {
  const known = numbers.get(day);
  if (known !== undefined) return known;
  const number = Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY;
  if (!Number.isInteger(number)) throw new RangeError(`not a day: ${day}`);
  numbers.set(day, number);
  return number;
}

function toDay(number: number): Day {
  const known = days.get(number);
  if (known) return known;
  const day = new Date(number * MS_PER_DAY).toISOString().slice(0, 10) as Day;
  days.set(number, day);
  return day;
}

/** True for a real day of the calendar written `YYYY-MM-DD` (so not for 2026-02-30). */
export function isDay(text: string): text is Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The day n days later (earlier when n is negative). */
export const addDays = (day: Day, n: number): Day => toDay(toNumber(day) + n);

/** How many days from one day to another; negative when `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number => toNumber(to) - toNumber(from);

/** The ISO weekday: Monday 1 … Sunday 7. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): Weekday => (((((toNumber(day) + 3) % 7) + 7) % 7) + 1) as Weekday;

/** The last day of the month that holds the day. */
export function endOfMonth(day: Day): Day {
  return addDays(addMonths(`${day.slice(0, 8)}01` as Day, 1), -1);
}

/** The same date n months later; the 31st becomes the last day of a shorter month. */
export function addMonths(day: Day, n: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const index = year * 12 + (month - 1) + n;
  const [toYear, toMonth] = [Math.floor(index / 12), (index % 12) + 1];
  const last = [31, isLeap(toYear) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][toMonth - 1] ?? 31;
  return `${toYear}-${pad(toMonth)}-${pad(Math.min(date, last))}` as Day;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const pad = (n: number): string => String(n).padStart(2, '0');

/** The later of some days. */
export function latest(first: Day, ...others: readonly Day[]): Day {
  let result = first;
  for (const day of others) if (day > result) result = day;
  return result;
}

/** Whether reminders may leave on the day. */
export const isSendingDay = (day: Day, calendar: SendingCalendar): boolean =>
  calendar.weekdays.includes(weekdayOf(day)) && !calendar.holidays.has(day);

/** The first sending day on or after the day. Throws when no such day comes within two years (no weekday is a sending day). */
export function firstSendingDay(from: Day, calendar: SendingCalendar): Day {
  let day = from;
  for (let tries = 0; tries < 731; tries++) {
    if (isSendingDay(day, calendar)) return day;
    day = addDays(day, 1);
  }
  throw new RangeError('no weekday is a sending day');
}
