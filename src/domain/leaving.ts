import { addDays, firstSendingDay, isSendingDay } from './calendar.ts';
import { type LocalMoment, localMoment, type Timetable } from './timetable.ts';

/**
 * When a message of the daily run leaves that may leave from an instant on (milliseconds since 1970, UTC): then, if it
 * falls into the sending hours of a sending day, else when the next sending hours begin.
 */
export function leavesAt(instant: number, { timeZone, hour, latestHour, calendar }: Timetable): LocalMoment {
  const { day, minute } = localMoment(instant, timeZone);
  if (isSendingDay(day, calendar) && minute <= latestHour) return { day, minute: Math.max(minute, hour) };
  return { day: firstSendingDay(addDays(day, 1), calendar), minute: hour };
}
