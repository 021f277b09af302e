import path from 'node:path';
import { readConfig } from '../../src/config.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { addDays, type Day } from '../../src/domain/calendar.ts';
import { type DailyJob, tick } from '../../src/jobs/daily.ts';
import { SILENT } from '../../src/log.ts';
import { takeLock } from '../../src/store/lock.ts';
import type { Db } from '../../src/store/database.ts';
import {
  database,
  firm,
  instantOf,
  invoice,
  movableClock,
  plan,
  settings,
  step,
  temporaryFolder,
} from '../support/installation.ts';

const MONDAY: Day = '2026-02-09';

interface House {
  db: Db;
  job: DailyJob;
  /** Moves the clock of the company's wall and looks at it once. */
  tickAt(day: Day, ...times: string[]): Promise<void>;
  sentOn(): Promise<string[]>;
}

/** A firm whose server is running, with one invoice whose steps are due on three Mondays. */
async function house(differs: Partial<ArchiveInput> = {}, zone?: string): Promise<House> {
  const folder = temporaryFolder();
  const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')], ...differs }));
  const time = movableClock(MONDAY, '00:00', zone);
  const config = readConfig({ DUNWELL_DATA_DIR: folder });
  const job: DailyJob = {
    db,
    clock: time.clock,
    owner: 'server',
    lockFile: path.join(folder, 'sender.lock'),
    config,
    log: SILENT,
    goOn: () => true,
  };
  return {
    db,
    job,
    async tickAt(day, ...times) {
      for (const clockTime of times) {
        time.set(day, clockTime);
        await tick(job);
      }
    },
    sentOn: () => db('reminders').where({ state: 'sent' }).orderBy('id').pluck('sent_on'),
  };
}

const runs = (db: Db) => db('runs').orderBy('day').select('day', 'late_by_minutes', 'state');

describe('the daily run', () => {
  test('waits for its hour, runs then, and runs once', async () => {
    const { db, tickAt, sentOn } = await house();
    await tickAt(MONDAY, '00:00', '09:00', '12:59');
    expect(await runs(db)).toEqual([]);
    await tickAt(MONDAY, '13:00', '13:01', '17:59');
    expect(await runs(db)).toEqual([{ day: MONDAY, late_by_minutes: 0, state: 'closed' }]);
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('of a machine that slept until four happens then, and says how late it is (F8, TZ-3)', async () => {
    const { db, tickAt, sentOn } = await house();
    await tickAt(MONDAY, '12:00', '16:00', '17:00');
    expect(await runs(db)).toEqual([{ day: MONDAY, late_by_minutes: 180, state: 'closed' }]);
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('of a machine that wakes in the evening waits for the next sending day, which covers what was missed', async () => {
    const { db, tickAt, sentOn } = await house();
    await tickAt(MONDAY, '22:00', '23:59');
    await tickAt('2026-02-10', '00:00', '12:59');
    expect(await runs(db)).toEqual([]);
    await tickAt('2026-02-10', '13:00');
    expect(await runs(db)).toEqual([{ day: '2026-02-10', late_by_minutes: 0, state: 'closed' }]);
    expect(await sentOn()).toEqual(['2026-02-10']);
  });

  test('still happens at the latest hour, and no longer a minute after it', async () => {
    const inTime = await house();
    await inTime.tickAt(MONDAY, '18:00');
    expect(await inTime.sentOn()).toEqual([MONDAY]);
    const tooLate = await house();
    await tooLate.tickAt(MONDAY, '18:01');
    expect(await runs(tooLate.db)).toEqual([]);
  });

  test('does not happen at the weekend, nor on a holiday', async () => {
    const { db, tickAt, sentOn } = await house({
      settings: settings({ holidays: { country: 'FR', extra: ['2026-02-10'] } }),
      invoices: [invoice('MARTIN', 'F-1', { dueOn: '2026-01-31' })],
    });
    await tickAt('2026-02-07', '13:00', '16:00');
    await tickAt('2026-02-08', '13:00', '16:00');
    expect(await runs(db)).toEqual([]);
    await tickAt(MONDAY, '13:00');
    expect(await sentOn()).toEqual([MONDAY]);
    await tickAt('2026-02-10', '13:00');
    expect(await runs(db)).toHaveLength(1);
  });

  test('looked for every minute of a day sends one mail (F7)', async () => {
    const { db, tickAt, sentOn } = await house();
    for (let minute = 0; minute < 1440; minute++)
      await tickAt(
        MONDAY,
        `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
      );
    expect(await sentOn()).toEqual([MONDAY]);
    expect(await db('reminders')).toHaveLength(1);
    expect(await runs(db)).toHaveLength(1);
  });

  test('of five weeks, looked for five times a day, sends each step once', async () => {
    const { tickAt, sentOn } = await house();
    for (let n = -7; n < 35; n++) await tickAt(addDays(MONDAY, n), '08:00', '13:00', '13:01', '17:00', '21:00');
    expect(await sentOn()).toEqual([MONDAY, '2026-02-16', '2026-03-02']);
  });

  test('is off while automatic sending is off', async () => {
    const { db, tickAt } = await house({ settings: settings({ mode: 'off' }) });
    await tickAt(MONDAY, '13:00', '15:00');
    expect(await runs(db)).toEqual([]);
    expect(await db('reminders')).toEqual([]);
  });

  test('is left to the process that runs already', async () => {
    const { db, job, tickAt, sentOn } = await house();
    const other = takeLock(job.lockFile);
    await tickAt(MONDAY, '13:00');
    expect(await runs(db)).toEqual([]);
    other?.release();
    await tickAt(MONDAY, '13:01');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('that a crash left open is taken up again', async () => {
    const { db, tickAt, sentOn } = await house();
    await db('runs').insert({ day: MONDAY, state: 'open', lease_owner: 'dead', started_at: instantOf(MONDAY) });
    await tickAt(MONDAY, '13:05');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('is not done again when the clock is set back, and what waits still leaves (F10)', async () => {
    const { db, tickAt, sentOn } = await house({ settings: settings({ holdMinutes: 10 }) });
    await tickAt('2026-02-10', '13:00');
    await tickAt(MONDAY, '13:00', '14:00');
    await tickAt('2026-02-10', '12:00', '13:20');
    expect(await runs(db)).toHaveLength(1);
    expect(await sentOn()).toEqual(['2026-02-10']);
  });

  test.each([
    ['winter', '2026-03-27', '12:00', '11:59'],
    ['the first day of summer time', '2026-03-30', '11:00', '10:59'],
    ['summer', '2026-07-15', '11:00', '10:59'],
    ['the first day of winter time', '2026-10-26', '12:00', '11:59'],
  ] as [string, Day, string, string][])(
    'keeps the hour of the company’s wall: %s (F12)',
    async (_, day, utc, before) => {
      const { db, tickAt, sentOn } = await house({}, 'UTC');
      await tickAt(day, before);
      expect(await runs(db)).toEqual([]);
      await tickAt(day, utc);
      expect(await sentOn()).toEqual([day]);
    },
  );

  test.each(['2026-03-29', '2026-10-25'] as Day[])(
    'at an hour that the switch of %s skips or repeats happens once (F13)',
    async (day) => {
      const { db, tickAt } = await house(
        { settings: settings({ sendAt: '02:30', sendUntil: '05:00', sendingDays: [7] }) },
        'UTC',
      );
      for (let minute = 0; minute < 300; minute += 15)
        await tickAt(
          day,
          `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
        );
      expect(await runs(db)).toEqual([expect.objectContaining({ day, state: 'closed' })]);
      expect(await db('reminders')).toHaveLength(1);
    },
  );
});

describe('what the run queued', () => {
  test('lies in its hold window, where it can be cancelled, and then leaves', async () => {
    const { db, tickAt, sentOn } = await house({ settings: settings({ holdMinutes: 10 }) });
    await tickAt(MONDAY, '13:00', '13:09');
    expect(await db('reminders').pluck('state')).toEqual(['queued']);
    await tickAt(MONDAY, '13:10');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('after the latest hour waits for the next sending day, and goes once', async () => {
    const { db, tickAt, sentOn } = await house({ settings: settings({ holdMinutes: 10 }) });
    await tickAt(MONDAY, '17:55', '18:05', '20:00');
    expect(await db('reminders').pluck('state')).toEqual(['queued']);
    await tickAt('2026-02-10', '09:00');
    expect(await sentOn()).toEqual([]);
    await tickAt('2026-02-10', '13:00', '13:15');
    expect(await sentOn()).toEqual(['2026-02-10']);
  });

  test('needs its approval in review mode, however long it takes', async () => {
    const { db, tickAt, sentOn } = await house({ settings: settings({ mode: 'review' }) });
    await tickAt(MONDAY, '13:00', '14:00');
    await tickAt('2026-02-10', '13:00', '14:00');
    expect(await sentOn()).toEqual([]);
    await db('reminders').update({ needs_approval: 0 });
    await tickAt('2026-02-11', '13:00');
    expect(await sentOn()).toEqual(['2026-02-11']);
  });

  test('and a crash left half-way is put right by the next look', async () => {
    const { db, tickAt, sentOn } = await house({
      settings: settings({ holdMinutes: 10 }),
      plans: [plan({ steps: [step(7)] })],
    });
    await tickAt(MONDAY, '13:00');
    await db('reminders').update({ state: 'sending' });
    await tickAt(MONDAY, '13:11');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('and a crash left in doubt is shown as uncertain, even on a day without a run', async () => {
    const { db, tickAt } = await house({ settings: settings({ holdMinutes: 10 }) });
    await tickAt(MONDAY, '13:00');
    await db('reminders').update({ state: 'handover' });
    await tickAt('2026-02-14', '09:00');
    expect(await db('reminders').select('state', 'reason')).toEqual([{ state: 'uncertain', reason: 'interrupted' }]);
  });
});
