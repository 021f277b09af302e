import { type Clock, clockAt, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment, nextRunDay } from '../domain/timetable.ts';
import type { Pulse } from '../pulse.ts';
import type { Db } from '../store/database.ts';
import {
  countEnded,
  countQueue,
  countSettled,
  type End,
  ledgerSize,
  oldestQueuedAt,
  type Outcome,
  type Queue,
} from '../store/figures.ts';
import { type Held, readHeld } from '../store/held.ts';
import { lastEntry } from '../store/history.ts';
import { countOpenInvoices } from '../store/runList.ts';
import { lastRun, type Run } from '../store/runs.ts';
import { readSettings, timetableOf } from '../store/settings.ts';
import { VERSION } from '../version.ts';
import { countTodos } from './listTodos.ts';
import { measureStorage, type Storage, type StorageHome } from './measureStorage.ts';
import { clockMemory } from './watchClock.ts';

/**
 * How the product does at one instant: figures without anybody's name or address, but for what a mail server said. Instants
 * are milliseconds since 1970, sizes are bytes.
 */
export interface Measure {
  at: number;
  version: string;
  /** What the daily job of this process does; null where none runs. */
  pulse: Pulse | null;
  /** Of this process, what the system keeps in memory for it. */
  memory: number;
  mode: Settings['mode'];
  /** What stands against all sending. */
  held: Held['reason'] | null;
  clockInDoubt: boolean;
  lastRun: { day: Day; at: number; queued: number; problems: number; held: Run['held'] } | null;
  /** When the next run begins; null while automatic sending is off. */
  nextRun: number | null;
  queue: Queue;
  /** When the oldest e-mail of `queue.waiting` was written. */
  oldestQueued: number | null;
  today: Record<Outcome, number>;
  /** Ever, by how it ended. */
  total: Record<End, number>;
  mail: Mail;
  todos: number;
  /** Whether a copy is made every night. */
  nightly: boolean;
  storage: Storage;
  ledger: { invoices: number; open: number; customers: number };
}

export interface Mail {
  /** False: messages go into the letterbox. */
  connected: boolean;
  lastSentAt: number | null;
  /** Messages of the last 24 hours that failed, or of which nobody knows whether they arrived. */
  failures: number;
  /** Since when the mail server cannot be used, while something waits for it; `reply` is what it, or the network, said. */
  stopped: { at: number; reply: string } | null;
}

/** What is measured, and by what. */
export interface Measured extends StorageHome {
  clock: Clock;
  pulse?: Pulse | undefined;
}

const DAY_MS = 86_400_000;

/** Gathers the figures; quick with any number of invoices, and nothing is written. */
export async function measure(db: Db, about: Measured): Promise<Measure> {
  const { clock, pulse } = about;
  const settings = await readSettings(db);
  const { day } = localMoment(clock(), settings.timeZone);
  const queue = await countQueue(db);
  const oldest = await oldestQueuedAt(db);
  return {
    at: clock(),
    version: VERSION,
    pulse: pulse ? { ...pulse } : null,
    memory: process.memoryUsage.rss(),
    mode: settings.mode,
    held: (await readHeld(db))?.reason ?? null,
    clockInDoubt: Boolean((await clockMemory(db))?.doubt),
    ...(await runsOf(db, settings, day, clock)),
    queue,
    oldestQueued: oldest === null ? null : Date.parse(oldest),
    today: await countSettled(db, isoOf(clockAt(day, '00:00', settings.timeZone)())),
    total: await countEnded(db),
    mail: await mailOf(db, settings, queue, clock()),
    todos: queue.uncertain + queue.approval + queue.person + (await countTodos(db, settings, day, clock)),
    nightly: settings.backups.daily,
    storage: await measureStorage(db, about),
    ledger: { ...(await ledgerSize(db)), open: await countOpenInvoices(db) },
  };
}

async function runsOf(
  db: Db,
  settings: Settings,
  day: Day,
  clock: Clock,
): Promise<Pick<Measure, 'lastRun' | 'nextRun'>> {
  const run = await lastRun(db);
  const timetable = timetableOf(settings, Number(day.slice(0, 4)));
  const next = nextRunDay(clock(), timetable, (of) => run !== undefined && run.day >= of);
  return {
    lastRun: run ? factsOf(run) : null,
    nextRun: settings.mode === 'off' ? null : clockAt(next, settings.sendAt, settings.timeZone)(),
  };
}

const factsOf = ({ day, started_at, counts, problems, held }: Run): Measure['lastRun'] => ({
  day,
  at: Date.parse(started_at),
  queued: (JSON.parse(counts) as { queued?: number }).queued ?? 0,
  problems: (JSON.parse(problems) as unknown[]).length,
  held,
});

async function mailOf(db: Db, { mail }: Settings, { waiting, sending }: Queue, now: number): Promise<Mail> {
  const sent = await lastEntry(db, 'reminder_sent');
  const stop = await lastEntry(db, 'delivery_stopped');
  const { failed, uncertain } = await countSettled(db, isoOf(now - DAY_MS));
  const isStopped = stop !== null && waiting + sending > 0 && (sent === null || sent.at < stop.at);
  return {
    connected: mail.host !== '',
    lastSentAt: sent ? Date.parse(sent.at) : null,
    failures: failed + uncertain,
    stopped: isStopped ? { at: Date.parse(stop.at), reply: String(stop.data.reply ?? '') } : null,
  };
}
