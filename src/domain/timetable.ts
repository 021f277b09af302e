import { toZonedTime } from 'date-fns-tz/toZonedTime';
import { addDays, type Day, firstSendingDay, isSendingDay, type SendingCalendar } from './calendar.ts';

/** Minutes after local midnight: 13:00 is 780. */
export type MinuteOfDay = number;

/** When runs happen: at `hour` of the company's zone on a sending day, and at `latestHour` at the latest. */
export interface Timetable {
  /** IANA name, such as Europe/Paris: summer time is its business. */
  timeZone: string;
  hour: MinuteOfDay;
  latestHour: MinuteOfDay;
  calendar: SendingCalendar;
}

/** The day and the minute that a clock on the company's wall shows. */
export interface LocalMoment {
  day: Day;
  minute: MinuteOfDay;
}

/** The local moment of an instant (milliseconds since 1970, UTC). The process must run in UTC, which `main.ts` sees to. */
export function localMoment(instant: number, timeZone: string): LocalMoment {
  const local = toZonedTime(instant, timeZone).toISOString();
  if (!local) throw new RangeError(`no such time zone: ${timeZone}`);
  return { day: local.slice(0, 10) as Day, minute: Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16)) };
}

/**
 * The run that is due at the instant, or null: on a sending day that has no closed run, from the hour on and until the
 * latest hour (SPEC §3). `lateBy` is in minutes. A day that was missed is not made up for on its own: the next run
 * covers it, because a decision asks what is due by then.
 */
export function runDue(
  instant: number,
  timetable: Timetable,
  isClosed: (day: Day) => boolean,
): { day: Day; lateBy: number } | null {
  const { day, minute } = localMoment(instant, timetable.timeZone);
  if (!isSendingDay(day, timetable.calendar) || isClosed(day)) return null;
  if (minute < timetable.hour || minute > timetable.latestHour) return null;
  return { day, lateBy: minute - timetable.hour };
}

/** The day of the next run: today while it can still happen, else the next sending day. */
export function nextRunDay(instant: number, timetable: Timetable, isClosed: (day: Day) => boolean): Day {
  const { day, minute } = localMoment(instant, timetable.timeZone);
  const today = isSendingDay(day, timetable.calendar) && !isClosed(day) && minute <= timetable.latestHour;
  return today ? day : firstSendingDay(addDays(day, 1), timetable.calendar);
}

/** True for a zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    zones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** Zones that were found to exist: settings are read for every message, and asking takes long. */
const zones = new Set<string>();
