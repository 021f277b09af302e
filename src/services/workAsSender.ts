import { type Clock, isoOf } from '../clock.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { readHeld } from '../store/held.ts';
import { takeLock } from '../store/lock.ts';
import { recoverReminders } from '../store/reminders.ts';

/**
 * Does the work as the only process that runs and sends, after putting right what a crash left. Null, and nothing done,
 * while another process is the one. Refused while sending is held: the database may not know what has left.
 */
export async function workAsSender<T>(
  db: Db,
  { lockFile, clock }: { lockFile: string; clock: Clock },
  work: () => Promise<T>,
): Promise<T | null> {
  const lock = takeLock(lockFile);
  if (!lock) return null;
  try {
    if (await readHeld(db)) throw new Refusal('held');
    await recoverReminders(db, isoOf(clock()));
    return await work();
  } finally {
    lock.release();
  }
}
