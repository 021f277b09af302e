import type { Day } from '../domain/calendar.ts';
import { forecast, type ForecastDay } from '../domain/forecast.ts';
import type { Db } from '../store/database.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';

/** What would leave on each sending day of the next `days` days, if nobody paid (SPEC §9). */
export async function forecastDays(db: Db, from: Day, days: number): Promise<ForecastDay[]> {
  const calendar = sendingCalendar(await readSettings(db), Number(from.slice(0, 4)));
  const snapshot = await db.transaction((trx) => loadSnapshot(trx, calendar));
  return forecast(snapshot, from, days);
}
