import { addDays, type Day, daysBetween, isSendingDay } from '../../src/domain/calendar.ts';
import { isTimeZone, localMoment, nextRunDay, runDue, type Timetable } from '../../src/domain/timetable.ts';
import { weekdays, weekdaysBut } from '../support/builders.ts';

const HOUR = 3_600_000;
const paris: Timetable = { timeZone: 'Europe/Paris', hour: 780, latestHour: 1080, calendar: weekdays };
const open = (): boolean => false;

/** What a wall clock of the zone shows, asked of another formatter than the code uses. */
function wallClock(instant: number, timeZone: string): { day: string; minute: number } {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
  const [day = '', time = ''] = text.split(' ');
  return { day, minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) };
}

interface Run {
  day: Day;
  instant: number;
}

/** Runs whenever one is due at a tick, and closes it. */
function runsOf(timetable: Timetable, instants: Iterable<number>): Run[] {
  const runs: Run[] = [];
  const closed = new Set<Day>();
  for (const instant of instants) {
    const due = runDue(instant, timetable, (day) => closed.has(day));
    if (!due) continue;
    closed.add(due.day);
    runs.push({ day: due.day, instant });
  }
  return runs;
}

/** Every 150 minutes: five ticks out of six miss the full hour. */
function* ticks(from: Day, to: Day, every = 2.5 * HOUR): Iterable<number> {
  for (let at = Date.parse(`${from}T00:00Z`); at < Date.parse(`${to}T00:00Z`); at += every) yield at;
}

const sendingDays = (from: Day, to: Day, { calendar }: Timetable): Day[] => {
  const result: Day[] = [];
  for (let day = from; day < to; day = addDays(day, 1)) if (isSendingDay(day, calendar)) result.push(day);
  return result;
};

/** A tick before the first local midnight, or after the last, belongs to a day that the decade holds only in part. */
const whole = (day: Day): boolean => day > '2016-01-01' && day < '2025-12-31';

describe('ten years', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'];
  test.each(zones)('in %s: one run on every sending day, none on others, never outside the hours', (timeZone) => {
    const calendar = weekdaysBut('2016-05-16', '2019-11-01', '2024-12-25');
    const timetable = { ...paris, timeZone, calendar };
    const runs = runsOf(timetable, ticks('2016-01-01', '2026-01-01'));
    expect(runs.map(({ day }) => day).filter(whole)).toEqual(
      sendingDays('2016-01-01', '2026-01-01', timetable).filter(whole),
    );
    for (const { day, instant } of runs) {
      const clock = wallClock(instant, timeZone);
      expect(clock.day).toBe(day);
      expect(clock.minute >= timetable.hour && clock.minute <= timetable.latestHour).toBe(true);
    }
  });

  test.each([
    ['Europe/Paris', '2026-03-29', '2026-10-25'],
    ['America/New_York', '2026-03-08', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-10-04', '2026-04-05'],
  ] as const)(
    'in %s the hour 02:30 happens once on both days on which the clocks change',
    (timeZone, spring, autumn) => {
      const everyDay = { weekdays: [1, 2, 3, 4, 5, 6, 7], holidays: new Set<string>() } as const;
      const timetable = { ...paris, timeZone, hour: 150, calendar: everyDay };
      for (const day of [spring, autumn]) {
        const around = ticks(addDays(day, -2), addDays(day, 3), HOUR / 6);
        const runs = runsOf(timetable, around).filter((run) => Math.abs(daysBetween(day, run.day)) <= 1);
        expect(runs.map((run) => run.day)).toEqual([addDays(day, -1), day, addDays(day, 1)]);
        const clock = wallClock(runs[1]!.instant, timeZone);
        expect(clock.day).toBe(day);
        expect(clock.minute >= 150 && clock.minute <= 180).toBe(true);
      }
    },
  );

  test('where the clocks change at midnight, the day still has its run', () => {
    const timetable = { ...paris, timeZone: 'Africa/Cairo', hour: 0, latestHour: 120 };
    const runs = runsOf(timetable, ticks('2026-04-20', '2026-05-04', HOUR / 2));
    const switched = runs.filter(({ day }) => day === '2026-04-24');
    expect(switched.map(({ instant }) => wallClock(instant, 'Africa/Cairo'))).toEqual([
      { day: '2026-04-24', minute: 60 },
    ]);
  });
});

describe('the wall clock', () => {
  test.each([
    ['2026-01-15T12:00Z', 'Europe/Paris', '2026-01-15', 780],
    ['2026-07-15T11:00Z', 'Europe/Paris', '2026-07-15', 780],
    ['2026-01-14T23:30Z', 'Europe/Paris', '2026-01-15', 30],
    ['2026-01-15T03:30Z', 'America/New_York', '2026-01-14', 1350],
    ['2026-01-15T18:29Z', 'Asia/Kolkata', '2026-01-15', 1439],
    ['2026-01-15T18:30Z', 'Asia/Kolkata', '2026-01-16', 0],
    ['2026-01-15T00:00Z', 'Australia/Lord_Howe', '2026-01-15', 660],
    ['2026-06-15T00:00Z', 'Australia/Lord_Howe', '2026-06-15', 630],
  ] as const)('%s in %s', (instant, timeZone, day, minute) => {
    expect(localMoment(Date.parse(instant), timeZone)).toEqual({ day, minute });
    expect(wallClock(Date.parse(instant), timeZone)).toEqual({ day, minute });
  });

  test.each([
    ['Europe/Paris', true],
    ['UTC', true],
    ['Europe/Lutetia', false],
    ['', false],
  ])('%p is a time zone: %p', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});

const inParis = (local: string, closed: (day: Day) => boolean = open): { day: Day; lateBy: number } | null =>
  runDue(Date.parse(`${local}+01:00`), paris, closed);

describe('when a run is due (Paris, 13:00 to 18:00, weekdays)', () => {
  test.each<[string, string, number | null]>([
    ['before the hour', '2026-01-15T12:59', null],
    ['on the hour', '2026-01-15T13:00', 0],
    ['a machine that wakes at 16:00', '2026-01-15T16:00', 180],
    ['at the latest hour', '2026-01-15T18:00', 300],
    ['after the latest hour', '2026-01-15T18:01', null],
    ['a machine that wakes at 22:00', '2026-01-15T22:00', null],
    ['on a Saturday', '2026-01-17T13:00', null],
    ['on a Sunday', '2026-01-18T16:00', null],
  ])('%s', (_, local, lateBy) => {
    expect(inParis(local)).toEqual(lateBy === null ? null : { day: local.slice(0, 10), lateBy });
  });

  test('not when the day’s run is closed; that of another day changes nothing', () => {
    expect(inParis('2026-01-15T16:00', (day) => day === '2026-01-15')).toBeNull();
    expect(inParis('2026-01-15T16:00', (day) => day === '2026-01-14')).toEqual({ day: '2026-01-15', lateBy: 180 });
  });

  test('not on a holiday', () => {
    const timetable = { ...paris, calendar: weekdaysBut('2026-01-15') };
    expect(runDue(Date.parse('2026-01-15T13:00+01:00'), timetable, open)).toBeNull();
  });

  test('13:00 follows summer time', () => {
    expect(runDue(Date.parse('2026-07-15T11:00Z'), paris, open)).toEqual({ day: '2026-07-15', lateBy: 0 });
    expect(runDue(Date.parse('2026-07-15T10:59Z'), paris, open)).toBeNull();
  });
});

describe('the next run', () => {
  test.each<[string, string, Day | null, Day]>([
    ['in the morning it is today', '2026-01-15T09:00', null, '2026-01-15'],
    ['at 16:00 it is still today', '2026-01-15T16:00', null, '2026-01-15'],
    ['at 22:00 it is the next sending day', '2026-01-15T22:00', null, '2026-01-16'],
    ['once today’s is closed it is the next sending day', '2026-01-15T14:00', '2026-01-15', '2026-01-16'],
    ['on Friday evening it is Monday', '2026-01-16T22:00', null, '2026-01-19'],
    ['on Saturday it is Monday', '2026-01-17T10:00', null, '2026-01-19'],
  ])('%s', (_, local, closed, expected) => {
    expect(nextRunDay(Date.parse(`${local}+01:00`), paris, (day) => day === closed)).toBe(expected);
  });
});
