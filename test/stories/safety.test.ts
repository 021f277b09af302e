import path from 'node:path';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../migrations/index.ts';
import { clockAt } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { messagesOf } from '../../src/domain/decision.ts';
import { type DailyJob, tick } from '../../src/jobs/daily.ts';
import { approveRun } from '../../src/services/approveReminder.ts';
import { chooseNotices } from '../../src/services/chooseNotices.ts';
import { countNextRun, countRun } from '../../src/services/countNextRun.ts';
import { dropRun } from '../../src/services/dropRun.ts';
import { planDay } from '../../src/services/runDay.ts';
import { refuseUnsafe } from '../../src/services/refuseUnsafe.ts';
import { turnOffSending } from '../../src/services/turnOffSending.ts';
import { announcementOf, turnOnSending } from '../../src/services/turnOnSending.ts';
import { confirmClock } from '../../src/services/watchClock.ts';
import type { Db } from '../../src/store/database.ts';
import { readSettings, writeSettings } from '../../src/store/settings.ts';
import { insertUser } from '../../src/store/users.ts';
import {
  add,
  addition,
  at,
  customer,
  database,
  deliverOn,
  firm,
  instantOf,
  invoice,
  mailServer,
  movableClock,
  payment,
  plan,
  runOn,
  settings,
  step,
  temporaryFolder,
  ZONE,
} from '../support/installation.ts';
import { runNode } from '../support/childProcess.ts';
import { recordedLog } from '../support/recordedLog.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtpSink.ts';

const MONDAY: Day = '2026-02-09';
const TUESDAY: Day = '2026-02-10';
const ANNA = { clock: at(MONDAY), userId: null };

const many = (count: number, differs: object = {}) =>
  Array.from({ length: count }, (_, n) => invoice('MARTIN', `F-${n + 1}`, differs));
const states = (db: Db) => db('reminders').orderBy('id').select('state', 'reason', 'needs_approval');
const runs = (db: Db) => db('runs').orderBy('day').select('day', 'held', 'state');

interface House {
  db: Db;
  job: DailyJob;
  said(): string[];
  tickAt(day: Day, ...times: string[]): Promise<void>;
  sentOn(): Promise<string[]>;
}

/** A firm whose server is running; `free` says how much room its disk has. */
async function house(
  differs: Partial<ArchiveInput> = {},
  { free = (): number => 1e12, file = ':memory:' } = {},
): Promise<House> {
  const folder = temporaryFolder();
  const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')], ...differs }), file);
  const time = movableClock(MONDAY, '00:00');
  const { log, events } = recordedLog();
  const job: DailyJob = {
    db,
    clock: time.clock,
    owner: 'server',
    lockFile: path.join(folder, 'sender.lock'),
    config: readConfig({ DUNWELL_DATA_DIR: folder, DUNWELL_BASE_URL: 'https://dunwell.example' }),
    log,
    goOn: () => true,
    freeSpace: free,
  };
  return {
    db,
    job,
    said: events,
    async tickAt(day, ...times) {
      for (const clockTime of times) {
        time.set(day, clockTime);
        await tick(job);
      }
    },
    sentOn: () => db('reminders').where({ state: 'sent' }).orderBy('id').pluck('sent_on'),
  };
}

describe('after days without a run', () => {
  const off = async (): Promise<Db> => {
    const db = await database(firm({ customers: [customer('MARTIN'), customer('ROSSI')] }));
    await runOn(db, '2026-02-02');
    // Due on Tuesday the 3rd; the machine comes back on Monday the 9th.
    await add(
      db,
      addition({
        invoices: [invoice('MARTIN', 'F-1', { dueOn: '2026-01-27' }), invoice('ROSSI', 'F-2', { dueOn: '2026-01-27' })],
      }),
    );
    return db;
  };

  test('the backlog waits, and one word releases it; what was paid meanwhile does not leave', async () => {
    const db = await off();
    expect(await runOn(db, MONDAY)).toMatchObject({ queued: 2, held: 'backlog' });
    expect(await deliverOn(db, MONDAY)).toMatchObject({ sent: 0 });
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00')] }));
    expect(await approveRun(db, MONDAY, ANNA)).toBe(2);
    const server = mailServer();
    expect(await deliverOn(db, TUESDAY, server)).toMatchObject({ sent: 1, cancelled: 1 });
    expect(server.addressees()).toEqual(['rossi@customer.example']);
    expect(await states(db)).toEqual([
      expect.objectContaining({ state: 'cancelled', reason: 'settled' }),
      expect.objectContaining({ state: 'sent' }),
    ]);
  });

  test('or one word drops the whole run, with the reason kept, and the next run decides anew', async () => {
    const db = await off();
    await runOn(db, MONDAY);
    expect(await dropRun(db, MONDAY, ANNA)).toBe(2);
    expect(await dropRun(db, MONDAY, ANNA)).toBe(0);
    expect((await states(db)).map(({ state, reason }) => [state, reason])).toEqual([
      ['cancelled', 'run_dropped'],
      ['cancelled', 'run_dropped'],
    ]);
    const history = await db('history').where({ kind: 'reminder_cancelled' });
    expect(history.map(({ data }) => JSON.parse(data as string))).toEqual([
      { reason: 'run_dropped', held: 'backlog' },
      { reason: 'run_dropped', held: 'backlog' },
    ]);
    expect(await runs(db)).toContainEqual({ day: MONDAY, held: 'backlog', state: 'closed' });
    expect(await runOn(db, TUESDAY)).toMatchObject({ queued: 2, held: null });
  });

  test('a run that misses nothing goes as usual, and so does one after a weekend', async () => {
    const db = await off();
    await db('runs').where({ day: '2026-02-02' }).update({ day: '2026-02-03' });
    expect(await runOn(db, MONDAY)).toMatchObject({ queued: 2, held: null });
  });
});

describe('turning sending on', () => {
  const turnOn = async (db: Db): Promise<string> => {
    const seen = announcementOf(MONDAY, messagesOf((await planDay(db, MONDAY)).decisions));
    return turnOnSending(db, { mode: 'automatic', day: MONDAY, seen, clock: at(MONDAY, '09:00'), userId: null });
  };
  const quiet = { settings: settings({ mode: 'off', brakes: { maxMessages: 1000, maxTimesMedian: 3 } }) };

  test('shows exactly what the next run sends', async () => {
    const db = await database(firm({ ...quiet, invoices: many(30) }));
    const shown = messagesOf((await planDay(db, MONDAY)).decisions);
    expect(await turnOn(db)).toBe('done');
    expect(await runOn(db, MONDAY)).toMatchObject({ queued: 30, held: null });
    const rows: { key: string; total_minor: number }[] = await db('reminders')
      .orderBy('id')
      .select('key', 'total_minor');
    expect(rows.map(({ key, total_minor }) => [key, total_minor])).toEqual(shown.map(({ key, total }) => [key, total]));
  });

  test('and the first run asks when it has many messages that were not shown', async () => {
    const db = await database(firm({ ...quiet, invoices: many(2) }));
    await turnOn(db);
    await add(db, addition({ invoices: Array.from({ length: 11 }, (_, n) => invoice('MARTIN', `N-${n}`)) }));
    expect(await runOn(db, MONDAY)).toMatchObject({ queued: 13, held: 'not_seen' });
    expect(await deliverOn(db, MONDAY)).toMatchObject({ sent: 0 });
  });

  test('weeks after it was off is no backlog: the owner has just seen it all', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1', { dueOn: '2026-01-27' })] }));
    await runOn(db, '2026-01-05');
    await turnOffSending(db, { mode: 'off', ...ANNA });
    expect(await turnOn(db)).toBe('done');
    expect(await runOn(db, MONDAY)).toMatchObject({ queued: 1, held: null });
  });
});

test('what the next run would send is counted alike here and, for a large ledger, in a process of its own', async () => {
  const file = path.join(temporaryFolder(), 'dunwell.db');
  const db = await database(firm({ invoices: many(2001) }), file);
  const expected = { messages: 2001, customers: 1 };
  expect(await countRun(db, MONDAY)).toEqual(expected);
  expect(await countNextRun(db, MONDAY)).toEqual(expected);
});

describe('a clock', () => {
  test('that jumps a year ahead sends nothing until a person says that the date is right (F11)', async () => {
    const { db, said, tickAt, sentOn } = await house();
    await tickAt('2026-02-06', '12:00');
    await tickAt('2027-02-08', '13:00', '13:15', '14:00');
    expect(await runs(db)).toEqual([]);
    expect(said()).toEqual(['clock_doubted']);
    expect(await confirmClock(db, { clock: clockAt('2027-02-08', '14:01', ZONE), userId: null })).toBe(true);
    await tickAt('2027-02-08', '14:02');
    expect(await sentOn()).toEqual(['2027-02-08']);
    expect(await db('history').whereIn('kind', ['clock_moved', 'clock_confirmed']).orderBy('id').pluck('kind')).toEqual(
      ['clock_moved', 'clock_confirmed'],
    );
  });

  test('that jumps ahead keeps back what waits as well, and goes on by itself once it is put right (F11)', async () => {
    const { db, tickAt, sentOn } = await house({ settings: settings({ holdMinutes: 10 }) });
    await tickAt(MONDAY, '13:00');
    await tickAt('2027-02-09', '13:30');
    expect(await sentOn()).toEqual([]);
    await tickAt(MONDAY, '13:31');
    expect(await sentOn()).toEqual([MONDAY]);
    expect(await runs(db)).toHaveLength(1);
  });

  test('of a computer that starts in 1970 is no clock, and nobody can say that it is right (F11)', async () => {
    const { db, tickAt, sentOn } = await house();
    await tickAt('1970-01-01', '13:00');
    expect(await confirmClock(db, { clock: () => 43_200_000, userId: null })).toBe(false);
    await tickAt('1970-01-01', '14:00');
    expect(await runs(db)).toEqual([]);
    await tickAt(MONDAY, '13:00');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('of a computer that is off at the weekend asks nothing', async () => {
    const { tickAt, sentOn } = await house();
    await tickAt('2026-02-06', '17:30');
    await tickAt(MONDAY, '13:00');
    expect(await sentOn()).toEqual([MONDAY]);
  });

  test('that is set back after the run makes no second one (F10)', async () => {
    const { db, tickAt, sentOn } = await house();
    await tickAt(TUESDAY, '12:59', '13:00', '14:00', '13:00', '13:01');
    await tickAt(MONDAY, '13:00', '14:00');
    await tickAt(TUESDAY, '13:00', '14:30');
    expect(await sentOn()).toEqual([TUESDAY]);
    expect(await runs(db)).toHaveLength(1);
    expect(await db('history').where({ kind: 'clock_moved' })).not.toEqual([]);
  });
});

test('a disk that is almost full holds the run until there is room, and is looked at again at each tick (F37)', async () => {
  let free = 99 * 1024 * 1024;
  const { db, said, tickAt, sentOn } = await house({}, { free: () => free });
  await tickAt(MONDAY, '13:00', '13:01', '13:02');
  expect(await runs(db)).toEqual([]);
  expect(said()).toEqual(['disk_almost_full']);
  free = 100 * 1024 * 1024;
  await tickAt(MONDAY, '13:03');
  expect(await sentOn()).toEqual([MONDAY]);
  expect(said()).toEqual(['disk_almost_full', 'sending_resumed', 'run_done', 'delivery_done']);
});

describe('the command line', () => {
  const time = movableClock(MONDAY, '12:00');
  const unsafe = async (db: Db, day: Day, named: boolean, free = 1e12): Promise<unknown> => {
    time.set(day, '13:00');
    return refuseUnsafe(db, { clock: time.clock, folder: '/data', named, freeSpace: () => free }).catch(
      ({ code }: { code: string }) => code,
    );
  };

  test('refuses a doubtful date until somebody names the day, and a full disk', async () => {
    const db = await database(firm());
    expect(await unsafe(db, MONDAY, false)).toBeUndefined();
    expect(await unsafe(db, '2027-02-09', false)).toBe('clock_moved');
    expect(await unsafe(db, '2027-02-09', true)).toBeUndefined();
    expect(await unsafe(db, '2027-02-10', false)).toBeUndefined();
    expect(await unsafe(db, '1999-02-10', true)).toBe('clock_moved');
    expect(await unsafe(db, '2027-02-10', true, 1e6)).toBe('disk_full');
  });
});

// Notices.

const owner = (db: Db, name = 'Anna', language = 'en'): Promise<number | null> =>
  insertUser(db, {
    name,
    email: `${name.toLowerCase()}@meunier.example`,
    role: 'owner',
    language,
    passwordHash: null,
    createdAt: instantOf(MONDAY, '08:00'),
  });
const wants = (db: Db, userId: number | null, morningAt: string | null, problems: boolean): Promise<void> =>
  chooseNotices(db, { morningAt, problems }, { clock: at(MONDAY, '07:00'), userId: userId ?? 0 });
const notices = (db: Db) =>
  db('notices').orderBy('id').select('kind', 'day', 'user_id', 'state', 'attempts', 'transport');

let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
});
afterAll(() => sink.stop());

/** The mail account of the firm: the sink, or a port where nobody listens. */
async function connect(db: Db, port = sink.port): Promise<void> {
  const { mail } = await readSettings(db);
  await writeSettings(db, { mail: { ...mail, host: '127.0.0.1', port, security: 'none' } });
}

const noticesAt = async (address: string): Promise<string[]> =>
  (await sink.messages()).filter(({ to }) => to.includes(address)).map(({ raw }) => raw.toString());

describe('the morning notice', () => {
  test('says once what leaves today, to the owner who wants it and in his language', async () => {
    const { db, tickAt } = await house({
      customers: [customer('MARTIN'), customer('ROSSI')],
      invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
    });
    await connect(db);
    await wants(db, await owner(db, 'Carla', 'it'), '08:00', true);
    await wants(db, await owner(db, 'Denise', 'fr'), '09:30', true);
    await wants(db, await owner(db, 'Erik'), null, true);
    await tickAt(MONDAY, '07:59');
    expect(await notices(db)).toEqual([]);
    await tickAt(MONDAY, '08:00', '08:01', '09:30', '10:00', '12:59', '13:00', '17:00');
    const [first = ''] = await noticesAt('carla@meunier.example');
    expect(await noticesAt('carla@meunier.example')).toHaveLength(1);
    expect(await noticesAt('denise@meunier.example')).toHaveLength(1);
    expect(await noticesAt('erik@meunier.example')).toEqual([]);
    expect(first).toContain('Auto-Submitted: auto-generated');
    expect(first).toContain('Content-Type: text/plain');
    const { subject, text } = await db('notices').where({ user_id: 1 }).first();
    expect(subject).toBe('lun 9 feb alle 13:00: 2 messaggi a 2 clienti');
    for (const words of ['MARTIN Ltd', 'ROSSI Ltd', 'F-1 (100,00', '200,00', 'https://dunwell.example/forecast'])
      expect(text).toContain(words);
  });

  test.each<[string, Partial<ArchiveInput>, Day, string]>([
    ['on a Sunday', {}, '2026-02-08', '08:00'],
    ['once the hour of the run has come', {}, MONDAY, '13:00'],
    ['while sending is off', { settings: settings({ mode: 'off' }) }, MONDAY, '08:00'],
  ])('is not written %s', async (_, differs, day, time) => {
    const { db, tickAt } = await house(differs);
    await wants(db, await owner(db), '08:00', false);
    await tickAt(day, time);
    expect(await notices(db)).toEqual([]);
  });

  test('stays in the letterbox where no mail account is connected, and says when nothing leaves', async () => {
    const { db, tickAt } = await house({ invoices: [] });
    await wants(db, await owner(db), '08:00', false);
    await tickAt(MONDAY, '08:00');
    expect(await notices(db)).toEqual([
      { kind: 'morning', day: MONDAY, user_id: 1, state: 'sent', attempts: 1, transport: 'letterbox' },
    ]);
    expect((await db('notices').first()).text).toContain('Nothing leaves today.');
  });

  test('comes once although three processes look at the same moment', async () => {
    const folder = temporaryFolder();
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }), path.join(folder, 'dunwell.db'));
    await connect(db);
    await wants(db, await owner(db, 'Fiona'), '08:00', false);
    const processes = Array.from({ length: 3 }, () =>
      runNode(['test/support/tickProcess.ts', folder, MONDAY, '08:00', '5']),
    );
    for (const { code, stderr } of await Promise.all(processes)) expect([code, stderr]).toEqual([0, '']);
    expect(await noticesAt('fiona@meunier.example')).toHaveLength(1);
    expect(await notices(db)).toHaveLength(1);
  });

  test.each([
    ['before the hand-over goes out, once', 'sending', 'sent', 1],
    ['after the hand-over is never sent again', 'handover', 'uncertain', 0],
  ])('that a crash caught %s', async (_, left, ends, arrived) => {
    const name = `Crash${left}`;
    const { db, tickAt } = await house();
    await wants(db, await owner(db, name), '08:00', false);
    await tickAt(MONDAY, '08:00');
    await connect(db);
    await db('notices').update({ state: left, settled_at: null, transport: null });
    await tickAt(MONDAY, '08:01', '08:02', '12:00');
    expect((await notices(db)).map(({ state }) => state)).toEqual([ends]);
    expect(await noticesAt(`${name.toLowerCase()}@meunier.example`)).toHaveLength(arrived);
  });
});

describe('the problem notice', () => {
  const broken = `CREATE TRIGGER broken BEFORE INSERT ON reminder_invoices WHEN NEW.invoice_id = 1
    BEGIN SELECT RAISE(ABORT, 'no room'); END`;

  test('comes once after a run with problems, with its number and what went wrong (MW-15)', async () => {
    const { db, tickAt, sentOn } = await house({ invoices: many(2) });
    await connect(db);
    await owner(db, 'Gina');
    await db.raw(broken);
    await tickAt(MONDAY, '13:00', '13:01', '15:00', '18:00', '19:00');
    expect(await sentOn()).toEqual([MONDAY]);
    expect(await noticesAt('gina@meunier.example')).toHaveLength(1);
    const { subject, text } = await db('notices').first();
    expect(subject).toBe('The run of Mon 9 Feb needs you');
    const [{ id }] = await db('runs');
    expect(text).toContain(`(number ${id})`);
    expect(text).toContain('- MARTIN, F-1: it could not be written to the outbox (no room)');
    expect(text).toContain(`https://dunwell.example/runs/${MONDAY}`);
  });

  test('does not come after a run without problems (MW-16), nor when every run is reviewed', async () => {
    for (const mode of ['automatic', 'review'] as const) {
      const { db, tickAt } = await house({ settings: settings({ mode }) });
      await wants(db, await owner(db, 'Hanna'), null, true);
      await tickAt(MONDAY, '13:00', '13:01', '19:00');
      expect(await notices(db)).toEqual([]);
    }
  });

  test('waits until every message had its turn, and then names what the server refused', async () => {
    const bad = customer('ROSSI', { contacts: [{ name: '', email: 'rcpt550@rossi.example' }] });
    const { db, tickAt } = await house({
      settings: settings({ holdMinutes: 10 }),
      customers: [customer('MARTIN'), bad],
      invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
    });
    await connect(db);
    await owner(db, 'Ines');
    // Known from the first moment on, and no reason to write before the rest is known.
    await db.raw(broken);
    await tickAt(MONDAY, '13:00', '13:05');
    expect(await notices(db)).toEqual([]);
    await tickAt(MONDAY, '13:10', '13:11');
    expect((await notices(db)).map(({ state }) => state)).toEqual(['sent']);
    expect((await db('notices').first()).text).toMatch(/ROSSI Ltd, F-2: 550/);
  });

  test('says that a run is held, and why', async () => {
    const { db, tickAt } = await house({ settings: settings({ brakes: { maxMessages: 2 } }), invoices: many(3) });
    await wants(db, await owner(db, 'Jana'), null, true);
    await tickAt(MONDAY, '13:00', '13:01');
    expect(await notices(db)).toHaveLength(1);
    expect((await db('notices').first()).text).toContain(
      '3 messages wait for your approval. More messages than your limit for one run.',
    );
  });

  test('about a mail server that is down is tried a few times and no more, and keeps nothing else waiting', async () => {
    const { db, tickAt } = await house({ plans: [plan({ steps: [step(7)] })] });
    await connect(db, 1);
    await owner(db, 'Karla');
    for (let minute = 0; minute < 11 * 60; minute += 5)
      await tickAt(
        MONDAY,
        `${String(13 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
      );
    expect(await notices(db)).toEqual([
      { kind: 'problems', day: MONDAY, user_id: 1, state: 'failed', attempts: 4, transport: 'smtp' },
    ]);
    expect((await db('notices').first()).text).toContain('The mail server could not be used');
    expect((await states(db)).map(({ state }) => state)).toEqual(['queued']);
    await connect(db);
    await tickAt(TUESDAY, '13:00');
    expect((await states(db)).map(({ state }) => state)).toEqual(['sent']);
  });

  test('is for those who did not switch it off, once a mail account is connected', async () => {
    const { db, tickAt } = await house({ invoices: many(2) });
    await owner(db, 'Lena');
    await wants(db, await owner(db, 'Mona'), null, false);
    await db.raw(broken);
    await tickAt(MONDAY, '13:00');
    expect(await notices(db)).toEqual([]);
    await connect(db);
    await tickAt(MONDAY, '13:01');
    expect((await notices(db)).map(({ user_id }) => user_id)).toEqual([1]);
  });

  test('never goes to a customer', async () => {
    const addresses = (await sink.messages())
      .filter(({ raw }) => /^Subject: The run of/m.test(raw.toString()))
      .flatMap(({ to }) => to);
    expect(addresses.filter((address) => !address.endsWith('@meunier.example'))).toEqual([]);
    expect(addresses.length).toBeGreaterThan(1);
  });
});

test('the migration keeps why earlier runs were held, both ways', async () => {
  const db = knex({
    client: 'better-sqlite3',
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const upTo = (name: string) => ({
    migrationSource: {
      ...migrationSource,
      getMigrations: async () =>
        (await migrationSource.getMigrations([])).filter(
          (one) => migrationNames.indexOf(one.name) <= migrationNames.indexOf(name),
        ),
    },
  });
  await db.migrate.latest(upTo('0006_by_hand'));
  const rows = ['review', 'stale_data', 'too_many', 'unusually_many', null].map((held, n) => ({
    day: `2026-02-0${n + 2}`,
    state: 'closed',
    lease_owner: 'x',
    started_at: instantOf(MONDAY),
    held,
  }));
  await db('runs').insert(rows);
  await db.migrate.latest(upTo('0007_run_safety'));
  expect(await db('runs').orderBy('id').pluck('held')).toEqual(rows.map(({ held }) => held));
  await db('runs').insert({ ...rows[0], day: MONDAY, held: 'backlog' });
  await expect(db('runs').insert({ ...rows[0], day: TUESDAY, held: 'moon' })).rejects.toThrow('CHECK');
  await db.migrate.down(upTo('0007_run_safety'));
  expect(await db('runs').orderBy('id').pluck('held')).toEqual([...rows.map(({ held }) => held), 'too_many']);
  await db.destroy();
});
