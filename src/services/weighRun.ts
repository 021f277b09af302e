import { createHash } from 'node:crypto';
import { type HoldReason, holdReason, isOverdueMessage, sendingDaysBetween } from '../domain/brakes.ts';
import type { Day } from '../domain/calendar.ts';
import { type Decision, type Message, messagesOf } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Db } from '../store/database.ts';
import { lastEntry } from '../store/history.ts';
import { lastRun, recentRuns } from '../store/runs.ts';

/** A run before it is written. */
export interface Weighed {
  day: Day;
  settings: Settings;
  snapshot: Snapshot;
  decisions: readonly Decision[];
}

const DAY = 86_400_000;
/** How many earlier runs say what is usual. */
const RUNS = 10;

/**
 * Why the messages of a run would wait for a person, or null when they would leave by themselves (SPEC §3 "Brakes").
 * `now` in milliseconds; `mode` where another one is being considered than the one that is set.
 */
export async function weighRun(
  db: Db,
  { day, settings, snapshot: { calendar }, decisions }: Weighed,
  { now, mode = settings.mode }: { now: number; mode?: Settings['mode'] },
): Promise<HoldReason | null> {
  const messages = messagesOf(decisions);
  const turnedOn = await lastEntry(db, 'sending_on');
  const last = await lastRun(db);
  const since = latestOf(last?.day, turnedOn && localMoment(Date.parse(turnedOn.at), settings.timeZone).day);
  const sizes = (await recentRuns(db, RUNS)).map(
    ({ counts }) => (JSON.parse(counts) as { queued?: number }).queued ?? 0,
  );
  const imported = await lastEntry(db, 'imported');
  return holdReason({
    mode,
    brakes: settings.brakes,
    messages: messages.length,
    overdue: messages.filter((message) => isOverdueMessage(message, day, calendar)).length,
    missedDays: since ? sendingDaysBetween(since, day, calendar) : 0,
    sizes: sizes.filter((size) => size > 0),
    dataAgeDays: imported ? (now - Date.parse(imported.at)) / DAY : null,
    unseen: turnedOn && turnedOn.at > (last?.decided_at ?? '') ? unseen(messages, turnedOn.data) : 0,
  });
}

const latestOf = (one: Day | undefined, other: Day | null): Day | null =>
  one && (!other || one > other) ? one : other;

/** Names each message, so that a later run can say whether its owner has seen it. */
export const namesOf = (messages: readonly Message[]): string[] =>
  messages.map(({ key }) => createHash('sha256').update(key).digest('base64url').slice(0, 12));

/** How many messages were not in the list that a person confirmed; none, where no list was kept. */
function unseen(messages: readonly Message[], { seen }: Record<string, unknown>): number {
  if (!Array.isArray(seen)) return 0;
  const known = new Set<unknown>(seen);
  return namesOf(messages).filter((name) => !known.has(name)).length;
}
