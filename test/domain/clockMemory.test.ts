import { type ClockMemory, lookAt } from '../../src/domain/clockMemory.ts';
import type { Timetable } from '../../src/domain/timetable.ts';
import { weekdays, weekdaysBut } from '../support/builders.ts';

const paris: Timetable = { timeZone: 'Europe/Paris', hour: 780, latestHour: 1080, calendar: weekdays };
const seen = (seenAt: string | null, differs: Partial<ClockMemory> = {}): ClockMemory => ({
  seenAt,
  back: null,
  doubt: null,
  ...differs,
});
const MONDAY = '2026-02-09T12:00:00.000Z';
const FRIDAY_EVENING = '2026-02-06T17:00:00.000Z';
const look = (memory: ClockMemory | null, now: string, timetable = paris): ClockMemory =>
  lookAt(memory, Date.parse(now), timetable);

describe('a look at the clock', () => {
  test.each<[string, string, string, 'fine' | 'doubt' | 'back']>([
    ['a moment later', MONDAY, '2026-02-09T12:00:15.000Z', 'fine'],
    ['after a night', MONDAY, '2026-02-10T08:00:00.000Z', 'fine'],
    ['after 48 hours', MONDAY, '2026-02-11T12:00:00.000Z', 'fine'],
    ['after more than 48 hours on working days', MONDAY, '2026-02-11T12:00:15.000Z', 'doubt'],
    ['after a weekend', FRIDAY_EVENING, '2026-02-09T08:00:00.000Z', 'fine'],
    ['after a weekend and two days', FRIDAY_EVENING, '2026-02-11T18:00:00.000Z', 'doubt'],
    ['a year ahead', MONDAY, '2027-02-09T12:00:00.000Z', 'doubt'],
    ['a century ahead', MONDAY, '2126-02-09T12:00:00.000Z', 'doubt'],
    ['in 1970, with an empty battery', MONDAY, '1970-01-01T00:00:10.000Z', 'doubt'],
    ['on the last day of 2023', MONDAY, '2023-12-31T23:59:59.000Z', 'doubt'],
    ['a minute back', MONDAY, '2026-02-09T11:59:00.000Z', 'fine'],
    ['an hour back', MONDAY, '2026-02-09T11:00:00.000Z', 'back'],
    ['a day back', MONDAY, '2026-02-08T12:00:00.000Z', 'back'],
    ['two years back', MONDAY, '2024-02-09T12:00:00.000Z', 'back'],
  ])('%s', (_, before, now, expected) => {
    const { doubt, back } = look(seen(before), now);
    expect(doubt ? 'doubt' : back ? 'back' : 'fine').toBe(expected);
  });

  test('holidays do not count either', () => {
    const easter = { ...paris, calendar: weekdaysBut('2026-04-03', '2026-04-06') };
    expect(look(seen('2026-04-02T17:00:00.000Z'), '2026-04-07T08:00:00.000Z', easter).doubt).toBeNull();
    expect(look(seen('2026-04-02T17:00:00.000Z'), '2026-04-07T08:00:00.000Z').doubt).not.toBeNull();
  });

  test('the first one is believed, unless no clock can be right that shows it', () => {
    expect(look(null, MONDAY)).toEqual(seen(MONDAY));
    expect(look(null, '1999-12-31T00:00:00.000Z')).toEqual(
      seen(null, { doubt: { from: null, to: '1999-12-31T00:00:00.000Z' } }),
    );
  });

  test('the doubt stays until the clock is put right, and then goes by itself', () => {
    const doubtful = look(seen(MONDAY), '2027-02-09T12:00:00.000Z');
    const still = look(doubtful, '2027-02-09T12:00:15.000Z');
    expect(still).toEqual(doubtful);
    expect(look(still, '2026-02-09T13:00:00.000Z')).toEqual(seen('2026-02-09T13:00:00.000Z'));
  });

  test('a battery that was empty is forgotten as soon as the time server has answered', () => {
    const wrong = look(seen(MONDAY), '1970-01-01T00:00:10.000Z');
    expect(look(wrong, '2026-02-09T12:05:00.000Z')).toEqual(seen('2026-02-09T12:05:00.000Z'));
  });

  test('that it was set back is told until it has passed the old time again', () => {
    const back = look(seen(MONDAY), '2026-02-08T12:00:00.000Z');
    expect(back.back).toEqual({ from: MONDAY, to: '2026-02-08T12:00:00.000Z' });
    const later = look(back, '2026-02-09T11:59:59.000Z');
    expect(later.back).toEqual(back.back);
    expect(look(later, '2026-02-09T12:00:01.000Z').back).toBeNull();
  });
});
