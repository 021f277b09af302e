import Holidays from 'date-holidays';
import { addDays, type Day } from './calendar.ts';

/** A public holiday, named in the language asked for where the data know it. */
export interface Holiday {
  day: Day;
  name: string;
}

/**
 * The public holidays of a country (ISO 3166 alpha-2) and optionally a region of it, of the years from–to inclusive,
 * as `date-holidays` computes them; only its type `public` closes a day. An unknown country has none.
 */
export function publicHolidays(
  country: string,
  region: string | null,
  from: number,
  to: number,
  language = 'en',
): Holiday[] {
  if (!new Holidays().getCountries()[country]) return [];
  const source = region ? new Holidays(country, region) : new Holidays(country);
  const result: Holiday[] = [];
  for (let year = from; year <= to; year++)
    for (const holiday of source.getHolidays(year, language)) {
      if (holiday.type !== 'public') continue;
      const first = holiday.date.slice(0, 10) as Day;
      const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / 86_400_000));
      for (let n = 0; n < length; n++) result.push({ day: addDays(first, n), name: holiday.name });
    }
  return result;
}
