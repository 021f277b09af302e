import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { localMoment } from '../domain/timetable.ts';
import { withoutData } from '../refusal.ts';
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
  { config: { dataDir }, clock, log }: { config: Pick<Config, 'dataDir'>; clock: Clock; log: (line: string) => void },
): Promise<void> {
  if (clock() - (failedAt.get(dataDir) ?? -Infinity) < TRY_AGAIN) return;
  try {
    await copyOfTheDay(db, dataDir, clock);
  } catch (error) {
    failedAt.set(dataDir, clock());
    log(`daily backup: ${withoutData(error).split('\n')[0]}`);
  }
}

async function copyOfTheDay(db: Db, dataDir: string, clock: Clock): Promise<void> {
  const { backups, timeZone } = await readSettings(db);
  const { day, minute } = localMoment(clock(), timeZone);
  const target = path.join(backupsIn(dataDir), `daily-${day}.db`);
  const source = await fileOf(db);
  if (!backups.daily || source === '' || minute < QUIET_HOUR || existsSync(target)) return;
  const lock = lockBackups(dataDir);
  // Another process is at it.
  if (!lock) return;
  try {
    const folder = makeBackupFolder(dataDir);
    await placeCopy({ source, target, at: isoOf(clock()) });
    keepNewest(folder, 'daily-', backups.keep);
  } finally {
    lock.release();
  }
}
