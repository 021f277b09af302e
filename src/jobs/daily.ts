import { schedule } from 'node-cron';
import { type Clock, isoOf } from '../clock.ts';
import { isSendingDay } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment, runDue, type Timetable } from '../domain/timetable.ts';
import type { Log } from '../log.ts';
import type { Pulse } from '../pulse.ts';
import { backUpDaily } from '../services/backUpDaily.ts';
import { deliverOutbox } from '../services/deliverOutbox.ts';
import { isDiskFull, type SpaceReader } from '../services/diskSpace.ts';
import { journalTransport } from '../services/journalTransport.ts';
import { runDay } from '../services/runDay.ts';
import { readSmtpPassword } from '../services/smtpPassword.ts';
import { hasNoticeDue, type JobHome, tellOwners } from '../services/tellOwners.ts';
import { transportFor } from '../services/transportFor.ts';
import { watchClock } from '../services/watchClock.ts';
import { workBatches } from '../services/workBatches.ts';
import { workAsSender } from '../services/workAsSender.ts';
import { noteStopped } from '../services/writeNotices.ts';
import { openBatches } from '../store/batches.ts';
import { type Db, isDiskError } from '../store/database.ts';
import { readHeld } from '../store/held.ts';
import { hasInterrupted, nextQueued } from '../store/reminders.ts';
import { lastRun } from '../store/runs.ts';
import { readSettings, timetableOf } from '../store/settings.ts';
import { type Obstacle, sayDelivery, type Saying, sayingOf, sayRun } from './saying.ts';

/** What the daily job works with. */
export interface DailyJob {
  db: Db;
  clock: Clock;
  owner: string;
  lockFile: string;
  config: JobHome;
  log: Log;
  /** Where each look is noted. */
  pulse?: Pulse;
  /** False once the process is asked to stop: the message in flight is finished, no other begun. */
  goOn: () => boolean;
  /** Told when the disk fails: nothing may be tried again in this process (RELIABILITY F38). */
  diskFailed?: () => void;
  /** How the free space of the data folder is read; tests read another. */
  freeSpace?: SpaceReader;
}

/**
 * One look at the clock: runs the day if the timetable says that it is due, then sends whatever has its turn, then tells
 * the owners. Another process that runs or sends at this moment is left to it. Nothing is done while the clock is in doubt
 * or the disk is full; the strip says so, and the next look tries again.
 */
export async function tick(job: DailyJob): Promise<void> {
  const { db, clock } = job;
  const settings = await readSettings(db);
  const now = clock();
  const { day, minute } = localMoment(now, settings.timeZone);
  const timetable = timetableOf(settings, Number(day.slice(0, 4)));
  const obstacle = await obstacleOf(job, timetable);
  sayingIn(job).obstacle(obstacle);
  if (obstacle) {
    // What a crash left is put right and shown all the same; in a held database nobody knows that it was a crash.
    if (obstacle !== 'held' && (await hasInterrupted(db))) await workAsSender(db, job, () => Promise.resolve());
    return;
  }
  await takeUpBatches(job);
  const last = await lastRun(db);
  // A run of a later day is there when the clock was set back: what was due by then is decided.
  const due = settings.mode === 'off' ? null : runDue(now, timetable, (of) => last !== undefined && last.day >= of);
  const onlyManual = !isOpen(day, minute, timetable);
  const notices = { ...job, settings, timetable, baseUrl: job.config.baseUrl };
  const idle = !due && last?.day !== day && !(await nextQueued(db, isoOf(now), { onlyManual }));
  if (idle && !(await hasInterrupted(db)) && !(await hasNoticeDue(db, notices))) return;
  await workAsSender(db, job, async () => {
    if (due) sayRun(job.log, await runDay(db, { ...job, ...due }), due.lateBy);
    await deliver(job, settings, onlyManual);
    const trouble = await tellOwners(db, notices);
    if (trouble !== null) failed(job, trouble, 'notices_failed', 'The owners could not be told.');
  });
}

/** Why nothing may be sent at this moment: a clock that nobody has confirmed, or a disk on which nothing can be written down. */
async function obstacleOf({ db, clock, config, freeSpace }: DailyJob, timetable: Timetable): Promise<Obstacle | null> {
  const held = await readHeld(db);
  // Whoever decides about a restored database decides on this date.
  const { doubt } = await watchClock(db, clock, timetable, { trust: held !== null });
  if (held) return 'held';
  if (doubt) return 'clock';
  return isDiskFull(config.dataDir, freeSpace) ? 'disk' : null;
}

const sayings = new WeakMap<DailyJob, Saying>();

function sayingIn(job: DailyJob): Saying {
  const known = sayings.get(job) ?? sayingOf(job.log, job.clock);
  sayings.set(job, known);
  return known;
}

/** Says what failed and lets the rest go on, unless it was the disk: then nothing goes on (RELIABILITY F38). */
function failed(job: DailyJob, error: unknown, event: string, words: string): void {
  if (isDiskError(error)) throw error;
  sayingIn(job).failure(event, words, error);
}

async function deliver(job: DailyJob, settings: Settings, onlyManual: boolean): Promise<void> {
  const { db } = job;
  const transport = journalTransport(transportFor(settings, await readSmtpPassword(db, job.config)), job);
  const delivery = await deliverOutbox(db, { ...job, transport, onlyManual });
  sayDelivery(job.log, delivery, transport.kind);
  if (delivery.stopped !== null) await noteStopped(db, delivery.stopped, job.clock);
}

/** Goes on with bulk sendings that a stop or a crash has left; one that cannot go on never keeps the run from its work. */
async function takeUpBatches(job: DailyJob): Promise<void> {
  const { db, clock, goOn } = job;
  if ((await openBatches(db)).length === 0) return;
  await workBatches(db, { clock, goOn }).catch((error: unknown) =>
    failed(job, error, 'bulk_failed', 'A bulk sending cannot go on; the next look tries again.'),
  );
}

const isOpen = (
  day: Parameters<typeof isSendingDay>[0],
  minute: number,
  { calendar, hour, latestHour }: Timetable,
): boolean => isSendingDay(day, calendar) && minute >= hour && minute <= latestHour;

/** The job with a pulse that beats before each message, so that a long delivery is seen to go on. */
export function beating(job: DailyJob): DailyJob {
  const { pulse, clock } = job;
  const goOn = (): boolean => {
    if (pulse) pulse.workingSince = clock();
    return job.goOn();
  };
  return { ...job, goOn };
}

/**
 * One look and the backup of the day, noted in the pulse. What goes wrong with the look is said, and the next one tries again;
 * it does not count as one that was made.
 */
export async function look(job: DailyJob): Promise<void> {
  const pulse = job.pulse ?? { startedAt: 0, lookedAt: null, workingSince: null };
  pulse.workingSince = job.clock();
  try {
    await tick(job);
    pulse.lookedAt = job.clock();
  } catch (error) {
    sayingIn(job).failure('look_failed', 'A look at the clock ended early; the next one tries again.', error);
    if (isDiskError(error)) job.diskFailed?.();
  }
  try {
    await backUpDaily(job.db, job);
  } finally {
    pulse.workingSince = null;
  }
}

/**
 * Looks every five seconds, so that what a person sends leaves when its ten seconds are over. node-cron only ticks: it
 * would skip a daily job when the machine slept through its second (RELIABILITY §0.5), so what is due is the timetable's
 * business.
 */
export function startDaily(job: DailyJob): { stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const watched = beating(job);
  const task = schedule('*/5 * * * * *', () => {
    if (busy || !job.goOn()) return;
    busy = true;
    running = look(watched).finally(() => {
      busy = false;
    });
  });
  return {
    async stop() {
      await task.stop();
      await running;
    },
  };
}
