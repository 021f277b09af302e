import { type Clock, isoOf } from '../clock.ts';
import { localMoment } from '../domain/timetable.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { readSettings, timetableOf } from '../store/settings.ts';
import { isDiskFull, type SpaceReader } from './diskSpace.ts';
import { confirmClock, watchClock } from './watchClock.ts';

/**
 * Refuses to run while the disk is full or the clock is in doubt, as the daily job does (RELIABILITY F11, F37). Whoever
 * `named` today's day has said that the date is right.
 */
export async function refuseUnsafe(
  db: Db,
  { clock, folder, named, freeSpace }: { clock: Clock; folder: string; named: boolean; freeSpace?: SpaceReader },
): Promise<void> {
  if (isDiskFull(folder, freeSpace)) throw new Refusal('disk_full', { folder });
  const settings = await readSettings(db);
  const { day } = localMoment(clock(), settings.timeZone);
  const { doubt } = await watchClock(db, clock, timetableOf(settings, Number(day.slice(0, 4))));
  if (!doubt) return;
  if (named && (await confirmClock(db, { clock, userId: null }))) return;
  throw new Refusal('clock_moved', { before: doubt.from ?? '', now: isoOf(clock()), day });
}
