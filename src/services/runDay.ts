import { type Clock, isoOf } from '../clock.ts';
import { addDays, type Day, firstSendingDay, isSendingDay } from '../domain/calendar.ts';
import { decide } from '../domain/decide.ts';
import { type Decision, messagesOf } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { lastRun, leaseRun, type Run, type RunProblem } from '../store/runs.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { composeRun } from './composeRun.ts';
import { weighRun } from './weighRun.ts';
import { writeRun } from './writeRun.ts';

/** What a run decided, with the snapshot that it decided on. */
export interface Plan {
  day: Day;
  settings: Settings;
  snapshot: Snapshot;
  decisions: Decision[];
}

/** The outcome of a run: `off` when automatic sending is off, `already_done` when the day had its run. */
export interface RunResult extends Plan {
  state: 'done' | 'off' | 'already_done';
  runId: number | null;
  queued: number;
  /** Why the messages wait for approval, when they do. */
  held: Run['held'];
  problems: RunProblem[];
}

/** Decides for a day and changes nothing: what the dry run, the forecast's first day and the why panel show. */
export async function planDay(db: Db, day: Day): Promise<Plan> {
  const settings = await readSettings(db);
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const snapshot = await db.transaction((trx) => loadSnapshot(trx, calendar));
  return { day, settings, snapshot, decisions: decide(snapshot, day) };
}

/**
 * The run of a day (SPEC §3): lease, snapshot, decide, compose, then one transaction with reminders, decisions and
 * history. Delivering is another matter, and another service. Needs the sender's lock.
 * Throws a Refusal for a day that is no sending day, or that lies before the last run.
 */
export async function runDay(
  db: Db,
  { day, clock, owner, lateBy = 0 }: { day: Day; clock: Clock; owner: string; lateBy?: number },
): Promise<RunResult> {
  const plan = await planDay(db, day);
  const nothing = { ...plan, runId: null, queued: 0, held: null, problems: [] };
  if (plan.settings.mode === 'off') return { ...nothing, state: 'off' };
  await refuseDay(db, plan);
  // Before the lease, so that the runs that are looked back on are those before this one.
  const held = await weighRun(db, plan, { now: clock() });
  const run = await leaseRun(db, { day, owner, startedAt: isoOf(clock()), lateBy });
  if (run.decided) return { ...nothing, runId: run.id, state: 'already_done' };
  const { settings, decisions } = plan;
  const composing = { settings, day, runId: run.id, held: held !== null, from: senderOf(settings), clock };
  const composed = await composeRun(db, messagesOf(decisions), composing);
  const at = isoOf(clock());
  const written = await db.transaction((trx) => writeRun(trx, { ...plan, ...composed, runId: run.id, held, at }));
  return { ...plan, ...written, state: 'done', runId: run.id, held: written.queued > 0 ? held : null };
}

async function refuseDay(db: Db, { day, snapshot: { calendar } }: Plan): Promise<void> {
  const last = await lastRun(db);
  if (last && day < last.day) throw new Refusal('run_day_past', { last: last.day, day });
  if (!isSendingDay(day, calendar))
    throw new Refusal('not_a_sending_day', { day, next: firstSendingDay(addDays(day, 1), calendar) });
}

/** The address that mail comes from: the connected mailbox, else the company's. */
export const senderOf = ({ mail, company }: Settings): string => mail.from || company.email || 'reminders@localhost';
