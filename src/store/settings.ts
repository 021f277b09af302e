import { publicHolidays } from '../domain/holidays.ts';
import type { SendingCalendar, Weekday } from '../domain/calendar.ts';
import { type Settings, type SettingsPatch, settingsSchema } from '../domain/settings.ts';
import type { Timetable } from '../domain/timetable.ts';
import type { Db } from './database.ts';

/** The settings, with the standard value for whatever was never set. */
export async function readSettings(db: Db): Promise<Settings> {
  const rows: { name: string; value: string }[] = await db('settings');
  const own = rows.filter(({ name }) => !name.startsWith('_'));
  return settingsSchema.parse(Object.fromEntries(own.map(({ name, value }) => [name, JSON.parse(value)])));
}

/** Sets the named settings and leaves the others. */
export async function writeSettings(db: Db, patch: SettingsPatch): Promise<void> {
  for (const [name, value] of Object.entries(patch)) if (value !== undefined) await writeValue(db, name, value);
}

/** A value of the installation itself (not of the company), under a name that begins with `_`; null when not set. */
export async function readValue(db: Db, name: `_${string}`): Promise<unknown> {
  const row: { value: string } | undefined = await db('settings').where({ name }).first();
  return row ? JSON.parse(row.value) : null;
}

export async function writeValue(db: Db, name: string, value: unknown): Promise<void> {
  await db('settings')
    .insert({ name, value: JSON.stringify(value) })
    .onConflict('name')
    .merge();
}

export async function removeValue(db: Db, name: `_${string}`): Promise<void> {
  await db('settings').where({ name }).delete();
}

/** How many years on either side of the present are asked for holidays. */
const YEARS = { before: 3, after: 6 };

const calendars = new Map<string, SendingCalendar>();

/** The sending days that the settings describe, around a year. Computing holidays is slow, so the last answers are kept. */
export function sendingCalendar({ sendingDays, holidays }: Settings, year: number): SendingCalendar {
  const key = JSON.stringify([sendingDays, holidays, year]);
  const known = calendars.get(key);
  if (known) return known;
  const closed = new Set<string>(holidays?.extra);
  if (holidays) {
    const { country, region, working } = holidays;
    for (const { day } of publicHolidays(country, region, year - YEARS.before, year + YEARS.after)) closed.add(day);
    for (const day of working) closed.delete(day);
  }
  const calendar = { weekdays: sendingDays as Weekday[], holidays: closed };
  if (calendars.size > 20) calendars.clear();
  calendars.set(key, calendar);
  return calendar;
}

/** When runs happen by these settings. */
export function timetableOf(settings: Settings, year: number): Timetable {
  return {
    timeZone: settings.timeZone,
    hour: minutesOf(settings.sendAt),
    latestHour: minutesOf(settings.sendUntil),
    calendar: sendingCalendar(settings, year),
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
