import { addDays, type Day, firstSendingDay, isSendingDay, type SendingCalendar } from './calendar.ts';
import type { Message } from './decision.ts';
import type { Settings } from './settings.ts';

/** Why the messages of a run wait for a person. */
export const HOLD_REASONS = ['review', 'stale_data', 'not_seen', 'backlog', 'too_many', 'unusually_many'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** What the brakes look at. */
export interface RunFacts {
  mode: Settings['mode'];
  brakes: Settings['brakes'];
  /** How many messages the run would send. */
  messages: number;
  /** Of these, how many should have left on an earlier sending day. */
  overdue: number;
  /** Sending days that went by without a run since the last one, or since sending was turned on. */
  missedDays: number;
  /** How many messages each of the last runs had, those without any left out. */
  sizes: readonly number[];
  /** Days since payments or invoices were last imported, as a fraction; null when they never were. */
  dataAgeDays: number | null;
  /** Of the first run after sending was turned on: how many messages the owner had not seen then; else 0. */
  unseen: number;
}

/** Up to this many messages nobody would call a burst, however quiet the days before were. */
const FEW = 10;
/** A run that comes after more missed sending days than this asks first (RELIABILITY §2 "Staleness rule"). */
const PATIENT_DAYS = 3;

/** Why a run waits before anything leaves, or null when it may go on (SPEC §3 "Brakes"). */
export function holdReason(facts: RunFacts): HoldReason | null {
  const { mode, brakes, messages, sizes } = facts;
  if (messages === 0) return null;
  if (mode === 'review') return 'review';
  if (isStale(facts)) return 'stale_data';
  if (facts.unseen > FEW) return 'not_seen';
  if (facts.overdue > 0 && facts.missedDays > PATIENT_DAYS) return 'backlog';
  if (messages > brakes.maxMessages) return 'too_many';
  const usual = median(sizes);
  return usual !== null && messages > brakes.maxTimesMedian * usual && messages > FEW ? 'unusually_many' : null;
}

function isStale({ brakes: { maxDataAgeDays }, dataAgeDays }: RunFacts): boolean {
  if (maxDataAgeDays === null) return false;
  return dataAgeDays === null || dataAgeDays > maxDataAgeDays;
}

function median(sizes: readonly number[]): number | null {
  const sorted = sizes.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** How many sending days lie between two days, neither of them counted. */
export function sendingDaysBetween(from: Day, to: Day, calendar: SendingCalendar): number {
  let count = 0;
  for (let day = addDays(from, 1); day < to; day = addDays(day, 1)) if (isSendingDay(day, calendar)) count++;
  return count;
}

/** Whether a message should have left on a sending day before the day. */
export function isOverdueMessage({ occurrenceOn, lines }: Message, day: Day, calendar: SendingCalendar): boolean {
  const dueOn = [occurrenceOn, ...lines.map(({ completes }) => completes?.dueOn)];
  return dueOn.some((due) => due && firstSendingDay(due, calendar) < day);
}
