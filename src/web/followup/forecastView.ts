import { addDays, type Day, isSendingDay, type SendingCalendar, weekdayOf } from '../../domain/calendar.ts';
import type { ForecastDay } from '../../domain/forecast.ts';
import { formatDay, formatDayMonth, formatDayShort } from '../../i18n/format.ts';
import type { Visit } from '../visit.ts';
import { countOf, type Names, totalsOf } from './messages.ts';

/** How many days the forecast looks ahead. */
export const DAYS = 30;
/** The dots of the calendar, in units of a box of 40 by 40. */
const RADIUS = { least: 4, most: 17 };
const NAMED = 3;

type Words = Pick<Visit, 't' | 'language' | 'today'>;

/** The calendar of dots: whole weeks that hold the next days. */
export function calendarView(days: readonly ForecastDay[], calendar: SendingCalendar, words: Words): object {
  const { t, language, today } = words;
  const byDay = new Map(days.map((one) => [one.day, one.messages]));
  const most = Math.max(1, ...days.map(({ messages }) => messages.length));
  const end = addDays(today, DAYS);
  const first = addDays(today, 1 - weekdayOf(today));
  const weeks: object[][] = [];
  for (let monday = first; monday < end; monday = addDays(monday, 7))
    weeks.push([0, 1, 2, 3, 4, 5, 6].map((n) => cell(addDays(monday, n))));
  return { weekdays: weekdaysView(first, language), weeks };

  function cell(day: Day): object {
    const messages = byDay.get(day) ?? [];
    const outside = day < today || day >= end;
    return {
      iso: day,
      label: Number(day.slice(8)) === 1 || day === first ? formatDayMonth(day, language) : String(Number(day.slice(8))),
      today: day === today,
      outside,
      closed: !isSendingDay(day, calendar),
      count: messages.length,
      // The area grows with the count, as the eye reads it.
      radius: RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(messages.length / most),
      url: messages.length && !outside ? `/forecast/${day}` : '',
      text: t('followup.dayWith', { day: formatDay(day, language), messages: countOf(messages, words) }),
    };
  }
}

const weekdaysView = (monday: Day, language: string): { short: string; long: string }[] =>
  [0, 1, 2, 3, 4, 5, 6].map((n) => ({
    short: weekdayName(addDays(monday, n), language, 'short'),
    long: weekdayName(addDays(monday, n), language, 'long'),
  }));

/** The name of a day's weekday. */
export const weekdayName = (day: Day, language: string, weekday: 'short' | 'long'): string =>
  new Intl.DateTimeFormat(language, { weekday, timeZone: 'UTC' }).format(Date.parse(day));

/** The same as a table: one line for each day on which something would leave. */
export const daysView = (days: readonly ForecastDay[], names: Names, words: Words): object[] =>
  days
    .filter(({ messages }) => messages.length > 0)
    .map(({ day, messages }) => ({
      iso: day,
      text: formatDayShort(day, words.language),
      url: `/forecast/${day}`,
      count: words.t('followup.messages', { count: messages.length }),
      customers: customersText([...new Set(messages.map(({ customerId }) => customerId))], names, words),
      total: totalsOf(messages, words.language),
    }));

function customersText(ids: readonly number[], { customers }: Names, { t }: Words): string {
  const named = ids
    .slice(0, NAMED)
    .map((id) => customers.get(id)?.name ?? '')
    .join(', ');
  return ids.length > NAMED ? t('followup.andOthers', { names: named, count: ids.length - NAMED }) : named;
}
