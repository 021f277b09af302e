import { schedule } from 'node-cron';
import { type Clock, isoOf } from '../clock.ts';
import { isSendingDay } from '../domain/calendar.ts';
import { localMoment, runDue, type Timetable } from '../domain/timetable.ts';
import { deliverOutbox } from '../services/deliverOutbox.ts';
import { runDay } from '../services/runDay.ts';
import { type PasswordHome, readSmtpPassword } from '../services/smtpPassword.ts';
import { transportFor } from '../services/transportFor.ts';
import { workAsSender } from '../services/workAsSender.ts';
import type { Db } from '../store/database.ts';
import { hasInterrupted, nextQueued } from '../store/reminders.ts';
import { lastRun } from '../store/runs.ts';
import { readSettings, timetableOf } from '../store/settings.ts';

/** What the daily job works with. */
export interface DailyJob {
  db: Db;
  clock: Clock;
  owner: string;
  lockFile: string;
  config: PasswordHome;
  log: (line: string) => void;
  /** False once the process is asked to stop: the message in flight is finished, no other begun. */
  goOn: () => boolean;
}

/**
 * One look at the clock: runs the day if the timetable says that it is due, then sends whatever has its turn. Another
 * process that runs or sends at this moment is left to it.
 */
export async function tick(job: DailyJob): Promise<void> {
  const { db, clock } = job;
  const settings = await readSettings(db);
  const now = clock();
  const { day, minute } = localMoment(now, settings.timeZone);
  const timetable = timetableOf(settings, Number(day.slice(0, 4)));
  const last = await lastRun(db);
  // A run of a later day is there when the clock was set back: what was due by then is decided.
  const due = settings.mode === 'off' ? null : runDue(now, timetable, (of) => last !== undefined && last.day >= of);
  const onlyManual = !isOpen(day, minute, timetable);
  const idle = !due && last?.day !== day && !(await nextQueued(db, isoOf(now), { onlyManual }));
  if (idle && !(await hasInterrupted(db))) return;
  await workAsSender(db, job, async () => {
    if (due) {
      const { queued, problems } = await runDay(db, { ...job, ...due });
      job.log(`run of ${day}: ${queued} queued, ${problems.length} problems`);
    }
    const delivery = await deliverOutbox(db, {
      ...job,
      transport: transportFor(settings, await readSmtpPassword(db, job.config)),
      onlyManual,
    });
    if (delivery.sent + delivery.failed + delivery.uncertain + delivery.cancelled > 0 || delivery.stopped !== null)
      job.log(`delivery: ${JSON.stringify(delivery)}`);
  });
}

const isOpen = (
  day: Parameters<typeof isSendingDay>[0],
  minute: number,
  { calendar, hour, latestHour }: Timetable,
): boolean => isSendingDay(day, calendar) && minute >= hour && minute <= latestHour;

/**
 * Looks every 15 seconds. node-cron only ticks: it would skip a daily job when the machine slept through its second
 * (RELIABILITY §0.5), so what is due is the timetable's business.
 */
export function startDaily(job: DailyJob): { stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const task = schedule('*/15 * * * * *', () => {
    if (busy || !job.goOn()) return;
    busy = true;
    running = tick(job)
      .catch((error: Error) => job.log(`daily run: ${error.message}`))
      .finally(() => {
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
