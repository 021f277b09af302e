import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Day } from '../domain/calendar.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Log } from '../log.ts';
import { backupsIn, keepNewest, lockBackups, makeBackupFolder, placeCopy } from '../store/backupFolder.ts';
import { type Db, fileOf } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';

/** From this minute of the company's day on: nobody works then, and nothing is sent. */
const QUIET_HOUR = 3 * 60;
const TRY_AGAIN = 3_600_000;

const failedAt = new Map<string, number>();

/**
 * Makes the copy of the day, `backups/daily-2026-11-23.db`, once the quiet hour has come, and lets the oldest go. One that
 * fails is said in the log and tried again an hour later; `check` and the settings show the age of the last good one.
 */
export async function backUpDaily(
  db: Db,
  { config: { dataDir }, clock, log }: { config: Pick<Config, 'dataDir'>; clock: Clock; log: Log },
): Promise<void> {
  if (clock() - (failedAt.get(dataDir) ?? -Infinity) < TRY_AGAIN) return;
  try {
    const day = await copyOfTheDay(db, dataDir, clock);
    if (day !== null) log.info('backup_made', 'The backup of the day is made.', { day });
  } catch (error) {
    failedAt.set(dataDir, clock());
    log.error('backup_failed', 'The backup of the day could not be made; it is tried again in an hour.', {}, error);
  }
}

/** Returns the day of the copy; null when none was to be made. */
async function copyOfTheDay(db: Db, dataDir: string, clock: Clock): Promise<Day | null> {
  const { backups, timeZone } = await readSettings(db);
  const { day, minute } = localMoment(clock(), timeZone);
  const target = path.join(backupsIn(dataDir), `daily-${day}.db`);
  const source = await fileOf(db);
  if (!backups.daily || source === '' || minute < QUIET_HOUR || existsSync(target)) return null;
  const lock = lockBackups(dataDir);
  // Another process is at it.
  if (!lock) return null;
  try {
    const folder = makeBackupFolder(dataDir);
    await placeCopy({ source, target, at: isoOf(clock()) });
    keepNewest(folder, { kind: 'daily-', count: backups.keep, made: target });
    return day;
  } finally {
    lock.release();
  }
}
