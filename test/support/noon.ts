import type { Day } from '../../src/domain/calendar.ts';
import { localMoment } from '../../src/domain/timetable.ts';

/** Four hours apart, round the earth. */
const ZONES = [
  'Pacific/Honolulu',
  'America/Denver',
  'America/Sao_Paulo',
  'Europe/Paris',
  'Asia/Karachi',
  'Asia/Tokyo',
  'Pacific/Auckland',
];

const fromNoon = (zone: string): number => Math.abs(localMoment(Date.now(), zone).minute - 12 * 60);

/** Where it is about noon: a program under the real clock that lives there runs into no midnight while a test looks at it. */
export const NOON_ZONE = ZONES.reduce((best, zone) => (fromNoon(zone) < fromNoon(best) ? zone : best));

/** The day there. */
export const dayAtNoon = (): Day => localMoment(Date.now(), NOON_ZONE).day;
