import type { Clock } from '../clock.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment, nextRunDay } from '../domain/timetable.ts';
import { keepSameTime, zonesOf } from '../domain/zones.ts';
import type { Db } from '../store/database.ts';
import { lastRun } from '../store/runs.ts';
import { timetableOf } from '../store/settings.ts';
import { attention, fine, type Finding } from './finding.ts';

/** Countries change their clocks by law: data of more years ago may not know it. */
const OLD_YEARS = 2;

/**
 * Checks that the company's time zone fits its country, and that the data about it are of these years; says what time it is
 * there, and when the next run is. A zone that is unknown here is a setting that cannot be read (checkInstallation.ts).
 */
export async function checkZone(db: Db, settings: Settings, clock: Clock): Promise<Finding> {
  const { timeZone, company } = settings;
  const { day, minute } = localMoment(clock(), timeZone);
  const there = `${timeZone}, where it is ${weekdayOf(day)} ${day}, ${timeOf(minute)}`;
  const detail = `${there}; ${await nextRun(db, settings, clock)}`;
  const known = process.versions.tz ?? '';
  if (Number(day.slice(0, 4)) - Number.parseInt(known, 10) > OLD_YEARS)
    return attention(
      'zone',
      `${detail}; the time zone data are of ${known}`,
      'Install a newer Dunwell, which brings newer ones.',
    );
  const zones = zonesOf(company.country);
  if (zones.length === 0 || zones.some((zone) => keepSameTime(zone, timeZone, clock()))) return fine('zone', detail);
  return attention(
    'zone',
    `${detail}; clocks in ${company.country} show another time`,
    `If the company is in ${company.country}, choose ${zones[0]} in Settings → Sending; else correct its country.`,
  );
}

async function nextRun(db: Db, settings: Settings, clock: Clock): Promise<string> {
  if (settings.mode === 'off') return 'automatic sending is off';
  const run = await lastRun(db);
  const year = Number(localMoment(clock(), settings.timeZone).day.slice(0, 4));
  const day = nextRunDay(clock(), timetableOf(settings, year), (of) => run !== undefined && run.day >= of);
  return `the next run is on ${weekdayOf(day)} ${day} at ${settings.sendAt}`;
}

const weekdayOf = (day: string): string =>
  new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`));

const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
