import { getTimezoneOffset } from 'date-fns-tz/getTimezoneOffset';

/** The time zones of a country (ISO 3166 alpha-2) as this runtime's data have them; empty where they name none. */
export const zonesOf = (country: string): string[] =>
  (new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones?(): string[] }).getTimeZones?.() ?? [];

const MONTH = 30 * 86_400_000;

/** Whether clocks show the same in two zones, all through the year that follows the instant. */
export function keepSameTime(one: string, other: string, from: number): boolean {
  const offset = (zone: string, month: number): number => getTimezoneOffset(zone, new Date(from + month * MONTH));
  return Array.from({ length: 13 }, (_, month) => month).every((month) => offset(one, month) === offset(other, month));
}
