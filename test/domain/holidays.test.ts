import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { weekdayOf } from '../../src/domain/calendar.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { publicHolidays } from '../../src/domain/holidays.ts';

const YEARS = [2024, 2026, 2028];
const fixture = readFileSync(join(import.meta.dirname, '../fixtures/holidays/public-holidays.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',') as [string, Day, string, string]);

const onWeekdays = (days: readonly Day[]): Day[] => [...new Set(days)].filter((day) => weekdayOf(day) <= 5).toSorted();

test.each([...new Set(fixture.map(([region]) => region))])(
  'the holidays of %s on weekdays are those of the other source',
  (region) => {
    const [country = '', part = null] = region.split('-');
    const theirs = fixture.filter(([one]) => one === region).map(([, day]) => day);
    const ours = YEARS.flatMap((year) => publicHolidays(country, part, year, year).map(({ day }) => day));
    expect(theirs.length).toBeGreaterThan(20);
    expect(onWeekdays(ours)).toEqual(onWeekdays(theirs));
  },
);

const germanDays = (region: string | null): Day[] => publicHolidays('DE', region, 2026, 2026).map(({ day }) => day);
const bastilleDay = (language: string): string | undefined =>
  publicHolidays('FR', null, 2026, 2026, language).find(({ day }) => day === '2026-07-14')?.name;

test('a region may have more than its country', () => {
  expect(germanDays('BY')).toContain('2026-01-06');
  expect(germanDays(null)).not.toContain('2026-01-06');
});

test('names come in the language asked for', () => {
  expect(bastilleDay('fr')).toBe('Fête Nationale de la France');
  expect(bastilleDay('en')).not.toBe(bastilleDay('fr'));
});

test('some years at once are those years, and no other', () => {
  const years = new Set(publicHolidays('IT', null, 2025, 2027).map(({ day }) => day.slice(0, 4)));
  expect([...years].toSorted()).toEqual(['2025', '2026', '2027']);
});

test('an unknown country has no holidays', () => {
  expect(publicHolidays('XX', null, 2026, 2026)).toEqual([]);
});
