import { fromZonedTime } from 'date-fns-tz/fromZonedTime';
import type { Day } from './domain/calendar.ts';

/** Milliseconds since 1970 UTC. The only way that time enters the product; tests and time travel pass their own. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

/** A clock that stands at `HH:MM` of a day in a zone: everything done under it is dated so. */
export function clockAt(day: Day, time: string, timeZone: string): Clock {
  const instant = fromZonedTime(`${day}T${time}:00`, timeZone).getTime();
  return () => instant;
}

/** The instant as it is stored: 2026-01-31T12:00:00.000Z. */
export const isoOf = (instant: number): string => new Date(instant).toISOString();
