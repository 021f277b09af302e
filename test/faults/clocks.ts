// F8–F18, F46: what the clock does, played to the tick of the daily job with a clock of our own, over a real database and a
// real connection to a real mail server. In this process, because no other way moves a clock by months in a minute.
import path from 'node:path';
import { addDays, type Day, isSendingDay, weekdayOf } from '../../src/domain/calendar.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { clockAt, isoOf } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { type DailyJob, tick } from '../../src/jobs/daily.ts';
import { SILENT } from '../../src/log.ts';
import { importArchive } from '../../src/services/archives.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { readSettings, sendingCalendar, writeSettings } from '../../src/store/settings.ts';
import { DAY, debtors, discard, firmOf, temporary } from './house.ts';
import type { Rule } from './rules.ts';
import { type FaultServer, startFaultServer } from './server.ts';
import { type Line, line } from './table.ts';

const PARIS = 'Europe/Paris';

/** A product that runs in this process, on a clock that is moved. */
interface Wall {
  db: Db;
  server: FaultServer;
  /** Moves the clock and looks at it. */
  at(day: Day, time: string): Promise<void>;
  /** Every so many minutes from one time to another, both included. */
  through(day: Day, from: string, to: string, minutes: number): Promise<void>;
  runs(): Promise<{ day: Day; late_by_minutes: number; held: string | null; started_at: string }[]>;
  states(): Promise<string[]>;
  close(): Promise<void>;
}

async function wall(archive: ArchiveInput, mail: object = {}, zone = PARIS): Promise<Wall> {
  const folder = temporary();
  const server = await startFaultServer(folder);
  const db = await openDatabase(path.join(folder, 'dunwell.db'));
  await importArchive(db, archive, { file: 'archive.json', clock: clockAt('2026-01-05', '12:00', zone) });
  const { mail: standard } = await readSettings(db);
  await writeSettings(db, {
    mail: { ...standard, from: 'box@meunier.example', host: '127.0.0.1', port: server.port, security: 'none', ...mail },
  });
  let now = 0;
  const job: DailyJob = {
    db,
    clock: () => now,
    owner: 'faults',
    lockFile: path.join(folder, 'sender.lock'),
    config: readConfig({ DUNWELL_DATA_DIR: folder }),
    log: SILENT,
    goOn: () => true,
  };
  const at = async (day: Day, time: string): Promise<void> => {
    now = clockAt(day, time, zone)();
    await tick(job);
  };
  return {
    db,
    server,
    at,
    async through(day, from, to, minutes) {
      for (let minute = minutesOf(from); minute <= minutesOf(to); minute += minutes) await at(day, timeOf(minute));
    },
    runs: () => db('runs').orderBy('id'),
    states: () => db('reminders').orderBy('id').pluck('state'),
    async close() {
      await db.destroy();
      await server.stop();
      discard(folder);
    },
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

async function on(into: Line, work: (note: (text: string) => void) => Promise<void>): Promise<Line> {
  try {
    await work((text) => void into.notes.push(text));
  } catch (error) {
    into.notes.push(String((error as Error).stack));
  }
  return into;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** How many messages the server has more than once. */
function repeats(server: FaultServer): number {
  const ids = server.accepted().map(({ messageId }) => messageId);
  return ids.length - new Set(ids).size;
}

/** F7: a look at the clock every minute of a day. */
const everyMinute = (): Promise<Line> =>
  on(line('F7', 'a look at the clock each minute of a day (1,440)', { tries: 1440 }), async (note) => {
    const one = await wall(firmOf(debtors(3)));
    await one.through(DAY, '00:00', '23:59', 1);
    if (one.server.accepted().length !== 3) note(`${one.server.accepted().length} messages left`);
    if ((await one.runs()).length !== 1) note('there was more than one run');
    await one.close();
  });

/** F8, F9: the hour was slept through. */
const sleptThrough = (): Promise<Line> =>
  on(line('F8, F9', 'asleep at 13:00; awake at 15:30, 17:59, 22:00', { tries: 3 }), async (note) => {
    for (const [time, day, late] of [
      ['15:30', DAY, 150],
      ['17:59', DAY, 299],
      ['22:00', addDays(DAY, 1), 0],
    ] as const) {
      const one = await wall(firmOf(debtors(2)));
      await one.at(DAY, '12:59');
      await one.at(DAY, time);
      await one.at(DAY, '23:00');
      await one.through(addDays(DAY, 1), '13:00', '13:02', 1);
      const [run] = await one.runs();
      if (run?.day !== day || run.late_by_minutes !== late)
        note(`awake at ${time}: ${run?.day}, ${run?.late_by_minutes} late`);
      if (one.server.accepted().length !== 2) note(`awake at ${time}: ${one.server.accepted().length} messages`);
      await one.close();
    }
  });

/** F10: the clock is set back after the run, by an hour and by a day. */
const setBack = (): Promise<Line> =>
  on(line('F10', 'the clock is set back after the run', { tries: 2 }), async (note) => {
    for (const [day, time] of [
      [DAY, '12:30'],
      [addDays(DAY, -3), '13:30'],
    ] as const) {
      const one = await wall(firmOf(debtors(3)));
      await one.through(DAY, '13:00', '13:01', 1);
      await one.through(day, time, timeOf(minutesOf(time) + 40), 5);
      await one.through(DAY, '13:00', '14:00', 10);
      await one.through(addDays(DAY, 1), '13:00', '13:20', 10);
      if (one.server.accepted().length !== 3 || repeats(one.server)) note(`${one.server.accepted().length} messages`);
      if ((await one.runs()).some(({ day: of }) => of < DAY)) note('a day before the last run had a run');
      await one.close();
    }
  });

/** F11: the clock jumps forward by a year, or comes from 1970. */
const jumpsForward = (): Promise<Line> =>
  on(line('F11', 'the clock jumps a year forward, or is at 1970', { tries: 2 }), async (note) => {
    const one = await wall(firmOf(debtors(3)));
    await one.through(addDays(DAY, -1), '10:00', '11:00', 10);
    await one.through(addDays(DAY, 365), '13:00', '15:00', 10);
    if (one.server.accepted().length) note('something left after a jump of a year');
    await one.through(DAY, '13:00', '14:00', 10);
    await one.close();
    const dead = await wall(firmOf(debtors(3)));
    await dead.through('1970-01-02', '13:00', '14:00', 10);
    if (dead.server.accepted().length || (await dead.runs()).length) note('something was done in 1970');
    await dead.close();
  });

/** F12–F14: the hour is that of the company's wall, on both days of the switch, whatever the machine's zone. */
async function summerTime(): Promise<Line> {
  return on(line('F12–F14', 'ten days around both switches, at 13:00 and at 02:30', { tries: 40 }), async (note) => {
    for (const time of ['13:00', '02:30'])
      for (const from of ['2026-03-25', '2026-10-21'] as Day[]) {
        const archive = firmOf(debtors(1));
        const always = { sendAt: time, sendUntil: '23:00', sendingDays: [1, 2, 3, 4, 5, 6, 7] };
        const one = await wall({ ...archive, settings: { ...archive.settings, ...always } } as ArchiveInput);
        const days = Array.from({ length: 10 }, (_, n) => addDays(from, n));
        for (const day of days) await quarters(one, day, time);
        const runs = await one.runs();
        if (
          !same(
            runs.map(({ day }) => day),
            days,
          )
        )
          note(`${time} from ${from}: ${runs.length} runs`);
        const odd = runs.filter(({ day, started_at }) => started_at !== isoOf(clockAt(day, time, PARIS)()));
        // 02:30 does not exist on the day on which the clock is put forward: the first look after it is meant.
        if (odd.some(({ day }) => !(time === '02:30' && day === '2026-03-29')))
          note(`${time}: run at ${odd[0]?.started_at}`);
        await one.close();
      }
  });
}

/** Looks around the hour, a quarter of an hour apart in real time, so that a switch of the clock is lived through. */
async function quarters(one: Wall, day: Day, time: string): Promise<void> {
  for (const minute of [-30, -15, 0, 15, 30, 60, 90]) await one.at(day, timeOf(minutesOf(time) + minute));
}

/** F15: weekends and holidays of four countries over three years. */
const holidays = (): Promise<Line> =>
  on(line('F15', 'weekends and holidays, 3 years × 4 countries', { tries: 4 * 365 * 3 }), async (note) => {
    for (const country of ['FR', 'IT', 'DE', 'GB']) {
      const archive = firmOf([]);
      const closed = { holidays: { country }, sendingDays: [1, 2, 3, 4, 5] };
      const one = await wall({ ...archive, settings: { ...archive.settings, ...closed } } as ArchiveInput);
      const calendar = sendingCalendar(await readSettings(one.db), 2027);
      for (let day: Day = '2026-01-01'; day < '2029-01-01'; day = addDays(day, 1)) await one.at(day, '13:00');
      const runs = await one.runs();
      const wrong = runs.filter(({ day }) => !isSendingDay(day, calendar) || weekdayOf(day) > 5);
      if (wrong.length) note(`${country}: a run on ${wrong[0]?.day}`);
      if (runs.some(({ day }) => day.endsWith('-05-01') && country !== 'GB')) note(`${country}: a run on 1 May`);
      if (runs.length < 700 || new Set(runs.map(({ day }) => day)).size !== runs.length)
        note(`${country}: ${runs.length} runs`);
      await one.close();
    }
  });

/** F16: the mail server is down for three days; one of those who wait pays meanwhile. */
const serverDown = (): Promise<Line> =>
  on(line('F16', 'the mail server is down for three days', { tries: 3 }), async (note) => {
    const one = await wall(firmOf(debtors(5)));
    await one.server.set([{ at: 'greeting', end: 'drop' }]);
    const days = [0, 1, 2].map((n) => addDays(DAY, n));
    for (const day of days) await one.through(day, '12:00', '19:00', 5);
    const { connections } = await one.server.seen();
    if (connections < 9 || connections > 40) note(`${connections} connections in three days`);
    const waiting = (await one.states()).filter((state) => state === 'queued').length;
    if (waiting < 4) note(`${waiting} of 5 still wait`);
    if ((await one.states()).length > 5) note('the queue grew');
    await one.db('invoices').where({ number: 'F-1' }).update({ outstanding_minor: 0, settled_elsewhere_minor: 10_000 });
    await one.server.set([]);
    await one.through(addDays(DAY, 3), '13:00', '18:00', 5);
    const ends = await one.states();
    if (ends.filter((state) => state === 'sent').length !== 4) note(`afterwards: ${ends.join(', ')}`);
    if (one.server.accepted().length !== 4 || repeats(one.server))
      note(`${one.server.accepted().length} messages left`);
    if (!(await one.db('reminders').where({ state: 'cancelled', reason: 'settled' })).length)
      note('who paid is still asked');
    await one.close();
  });

/** F18: put off for days on end, then given up; put off once, then sent. */
const greylisted = (): Promise<Line> =>
  on(line('F18', 'greylisted once; put off for five days', { tries: 2 }), async (note) => {
    const one = await wall(firmOf(['once@customer.example', 'always@customer.example']));
    const rules: Rule[] = [
      { at: 'rcpt', to: 'once', say: '451 4.7.1 greylisted', times: 1 },
      { at: 'rcpt', to: 'always', say: '450 4.2.1 busy' },
    ];
    await one.server.set(rules);
    for (let n = 0; n < 5; n++) await one.through(addDays(DAY, n), '13:00', '18:00', 5);
    const [once, always] = await one.db('reminders').orderBy('id').limit(2);
    if (once.state !== 'sent' || once.attempts !== 2) note(`greylisted once: ${once.state} after ${once.attempts}`);
    if (always.state !== 'failed' || always.attempts < 8)
      note(`always put off: ${always.state} after ${always.attempts}`);
    if (repeats(one.server)) note('something left twice');
    await one.close();
  });

/** F46: the account takes some messages an hour. */
const quota = (): Promise<Line> =>
  on(line('F46', 'an account that takes 4 messages an hour, 10 are due', { tries: 10 }), async (note) => {
    const one = await wall(firmOf(debtors(10)));
    for (let hour = 13; hour <= 15; hour++) {
      await one.server.set([{ at: 'mail', after: 4, say: '452 4.5.3 too many messages this hour' }]);
      await one.through(DAY, `${hour}:00`, `${hour}:59`, 5);
      const expected = Math.min(10, (hour - 12) * 4);
      if (one.server.accepted().length !== expected) note(`${one.server.accepted().length} by ${hour}:59`);
    }
    if (repeats(one.server)) note('something left twice');
    const { connections } = await one.server.seen();
    if (connections > 8) note(`${connections} connections`);
    await one.close();
    const paced = await wall(firmOf(debtors(10)), { perHour: 4 });
    await paced.through(DAY, '13:00', '13:59', 5);
    if (paced.server.accepted().length !== 4) note(`paced: ${paced.server.accepted().length} in the first hour`);
    await paced.through(DAY, '14:00', '15:59', 5);
    if (paced.server.accepted().length !== 10) note(`paced: ${paced.server.accepted().length} in three hours`);
    await paced.close();
  });

/** All of them; `short` leaves out what takes long. */
export async function clocks({ short = false } = {}): Promise<Line[]> {
  const all = [everyMinute, sleptThrough, setBack, jumpsForward, summerTime, holidays, serverDown, greylisted, quota];
  const slow = new Set([everyMinute, summerTime, holidays]);
  const lines: Line[] = [];
  for (const one of all) if (!short || !slow.has(one)) lines.push(await one());
  return lines;
}
