import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { reminderById } from '../store/reminders.ts';
import { cancelReminder } from './cancelReminder.ts';

/** Takes back a message that a person sent and that has not left; false when it has, or when nobody wrote it by hand. */
export async function undoByHand(
  db: Db,
  id: number,
  { reason, clock, userId }: { reason: string; clock: Clock; userId: number | null },
): Promise<boolean> {
  const reminder = await reminderById(db, id);
  if (reminder?.origin !== 'manual') return false;
  return cancelReminder(db, id, { reason, skip: false, clock, userId });
}
