import { addDays, type Day, isSendingDay } from './calendar.ts';
import { localMoment, type Timetable } from './timetable.ts';

/** A step that the machine's clock made: from what it was last seen to show, to what it shows. Instants. */
export interface ClockMove {
  from: string | null;
  to: string;
}

/** What is remembered about the machine's clock. */
export interface ClockMemory {
  /** When it was last looked at and believed; null when it never was. */
  seenAt: string | null;
  /** It was set back; told until it has passed the old time again, or a person has read it. */
  back: ClockMove | null;
  /** It jumped ahead, or is plainly wrong: nothing leaves until a person says that the date is right. */
  doubt: ClockMove | null;
}

const HOUR = 3_600_000;
/** How far a clock may be set back without a word: time servers correct a little. */
const BACK = 5 * 60_000;
/** A computer that was off for longer, weekends and holidays not counted, may have a wrong date (RELIABILITY F11). */
const AHEAD = 48 * HOUR;
/** No clock that shows less is right: a battery is empty. */
const EARLIEST = Date.UTC(2024, 0, 1);

/** The memory after a look at the clock, which shows `now` (milliseconds since 1970, UTC; RELIABILITY F10, F11). */
export function lookAt(memory: ClockMemory | null, now: number, timetable: Timetable): ClockMemory {
  const { seenAt, back, doubt } = memory ?? { seenAt: null, back: null, doubt: null };
  const to = new Date(now).toISOString();
  if (isImpossible(now)) return { seenAt, back, doubt: doubt ?? { from: seenAt, to } };
  if (seenAt === null) return { seenAt: to, back: null, doubt: null };
  const seen = Date.parse(seenAt);
  if (now < seen - BACK) return { seenAt: to, back: { from: laterOf(seenAt, back?.from), to }, doubt: null };
  if (openHours(seen, now, timetable) > AHEAD) return { seenAt, back, doubt: doubt ?? { from: seenAt, to } };
  return { seenAt: to, back: back?.from && to < back.from ? back : null, doubt: null };
}

/** Whether no clock that shows this can be right. */
export const isImpossible = (now: number): boolean => now < EARLIEST;

const laterOf = (one: string, other: string | null | undefined): string => (other && other > one ? other : one);

/** The time between two instants, less the whole closed days between: an office computer rests at the weekend. */
function openHours(from: number, to: number, { timeZone, calendar }: Timetable): number {
  // Counting the weekends of decades would change nothing.
  if (to - from <= AHEAD || to - from > 400 * 24 * HOUR) return to - from;
  const last: Day = localMoment(to, timeZone).day;
  let closed = 0;
  for (let day = addDays(localMoment(from, timeZone).day, 1); day < last; day = addDays(day, 1))
    if (!isSendingDay(day, calendar)) closed++;
  return to - from - closed * 24 * HOUR;
}
