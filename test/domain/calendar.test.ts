import {
  addDays,
  addMonths,
  type Day,
  daysBetween,
  endOfMonth,
  firstSendingDay,
  isDay,
  isSendingDay,
  latest,
  weekdayOf,
} from '../../src/domain/calendar.ts';
import { occurrence } from '../../src/domain/plan.ts';
import { latestOccurrence } from '../../src/domain/recap.ts';
import { everyDay, recap, weekdays, weekdaysBut } from '../support/builders.ts';

test.each<[string, boolean]>([
  ['2026-02-28', true],
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-02-30', false],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['2026-1-01', false],
  ['26-01-01', false],
  ['2026-01-01T00:00', false],
  [' 2026-01-01', false],
  ['', false],
])('%p is a day: %p', (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test.each<[Day, number, Day]>([
  ['2026-01-01', 5, '2026-01-06'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-02-28', 1, '2026-03-01'],
  ['2024-02-28', 1, '2024-02-29'],
  ['2026-03-28', 2, '2026-03-30'],
  ['2026-01-01', 365, '2027-01-01'],
])('%s and %i days is %s', (from, n, to) => {
  expect(addDays(from, n)).toBe(to);
  expect(daysBetween(from, to)).toBe(n);
});

test.each<[Day, number, Day]>([
  ['2026-01-31', 1, '2026-02-28'],
  ['2024-01-31', 1, '2024-02-29'],
  ['2026-01-31', 2, '2026-03-31'],
  ['2026-01-31', 13, '2027-02-28'],
  ['2026-03-31', -1, '2026-02-28'],
  ['2026-01-15', -1, '2025-12-15'],
  ['2026-12-15', 1, '2027-01-15'],
  ['2000-01-31', 1, '2000-02-29'],
  ['2100-01-31', 1, '2100-02-28'],
])('%s and %i months is %s', (from, n, to) => {
  expect(addMonths(from, n)).toBe(to);
});

test.each<[Day, Day]>([
  ['2026-01-01', '2026-01-31'],
  ['2026-02-10', '2026-02-28'],
  ['2024-02-10', '2024-02-29'],
  ['2026-04-30', '2026-04-30'],
  ['2026-12-05', '2026-12-31'],
])('the month of %s ends on %s', (day, end) => {
  expect(endOfMonth(day)).toBe(end);
});

test.each<[Day, number]>([
  ['2026-01-05', 1],
  ['2026-01-10', 6],
  ['2026-01-11', 7],
  ['1969-12-29', 1],
  ['1969-12-28', 7],
])('%s is weekday %i', (day, weekday) => {
  expect(weekdayOf(day)).toBe(weekday);
});

test('a text that is no day is refused, not counted with', () => {
  expect(() => addDays('soon' as Day, 1)).toThrow('not a day: soon');
});

test('the latest of some days', () => {
  expect(latest('2026-01-02', '2026-01-10', '2026-01-09')).toBe('2026-01-10');
  expect(latest('2026-01-02')).toBe('2026-01-02');
});

test.each<[Day, Day]>([
  ['2026-01-09', '2026-01-09'],
  ['2026-01-10', '2026-01-13'],
  ['2026-01-12', '2026-01-13'],
])('with Monday 12 January a holiday, the first sending day from %s is %s', (from, expected) => {
  const calendar = weekdaysBut('2026-01-12');
  expect(firstSendingDay(from, calendar)).toBe(expected);
  expect(isSendingDay(expected, calendar)).toBe(true);
});

test('a calendar without sending days is refused rather than searched for ever', () => {
  expect(() => firstSendingDay('2026-01-01', { weekdays: [], holidays: new Set() })).toThrow(RangeError);
  expect(firstSendingDay('2026-01-10', everyDay)).toBe('2026-01-10');
  expect(firstSendingDay('2026-01-10', weekdays)).toBe('2026-01-12');
});

test.each<[Parameters<typeof recap>[0], Day[]]>([
  [{ startOn: '2026-01-31' }, ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
  [{ startOn: '2026-01-30', every: { n: 1, unit: 'month' } }, ['2026-01-30', '2026-02-28', '2026-03-30', '2026-04-30']],
  [{ startOn: '2025-11-30', every: { n: 3, unit: 'month' } }, ['2025-11-30', '2026-02-28', '2026-05-30', '2026-08-30']],
  [{ startOn: '2026-02-14', every: { n: 1, unit: 'week' } }, ['2026-02-14', '2026-02-21', '2026-02-28', '2026-03-07']],
  [{ startOn: '2026-01-01', every: { n: 10, unit: 'day' } }, ['2026-01-01', '2026-01-11', '2026-01-21', '2026-01-31']],
])('the occurrences of %j', (differs, expected) => {
  const one = recap(differs);
  expect(expected.map((_, k) => occurrence(one, k))).toEqual(expected);
  for (const [k, day] of expected.entries()) {
    expect(latestOccurrence(one, day)).toBe(k);
    expect(latestOccurrence(one, addDays(day, -1))).toBe(k === 0 ? null : k - 1);
  }
});
