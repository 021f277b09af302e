import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { hasHappened } from '../store/history.ts';
import { HELD, SEND_AGAIN, setWaiting } from '../store/outboxList.ts';
import { type Reminder, reminderById } from '../store/reminders.ts';
import { noteReminder } from './noteReminder.ts';

/** How long a released message stays, so that "Undo" still finds it: in milliseconds. */
export const UNDO_TIME = 10_000;

/**
 * Ends whatever an e-mail waits for, the hold window, the next attempt or a person: it leaves as soon as the sending
 * hours allow. False when it is no longer waiting, or waits for approval, which is another question.
 */
export async function releaseReminder(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  const reminder = await reminderById(db, id);
  if (!reminder || (reminder.needs_approval === 1 && reminder.reason !== HELD)) return false;
  const { needs_approval } = reminder;
  const hold_until = isoOf(clock() + UNDO_TIME);
  return db.transaction(async (trx) => {
    const reason = await reasonToLeave(trx, reminder);
    const free = { needs_approval: 0, reason, hold_until, next_attempt_at: null };
    if (!(await setWaiting(trx, id, { channel: 'email', needs_approval }, free))) return false;
    await noteReminder(trx, reminder, 'reminder_released', { at: isoOf(clock()), userId });
    return true;
  });
}

/** What may have arrived already leaves as the very bytes that it had, also when somebody held it in between. */
export const reasonToLeave = async (db: Db, reminder: Reminder): Promise<string> =>
  (await hasHappened(db, 'reminder_again', reminder)) ? SEND_AGAIN : '';
