import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { setRunApproved, setWaiting } from '../store/outboxList.ts';
import { reminderById } from '../store/reminders.ts';
import { runOf } from '../store/runs.ts';
import { noteReminder } from './noteReminder.ts';
import { reasonToLeave, UNDO_TIME } from './releaseReminder.ts';

/** Lets a reminder go that waits for approval; false when it does not, or not any more. */
export async function approveReminder(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const hold_until = isoOf(clock() + UNDO_TIME);
    const reminder = await reminderById(trx, id);
    if (!reminder) return false;
    const free = { needs_approval: 0, reason: await reasonToLeave(trx, reminder), hold_until };
    if (!(await setWaiting(trx, id, { needs_approval: 1 }, free))) return false;
    await noteReminder(trx, reminder, 'reminder_approved', { at: isoOf(clock()), userId });
    return true;
  });
}

/** Lets everything of a day's run go that waits for approval, except what a person holds one by one; returns how many. */
export async function approveRun(
  db: Db,
  day: Day,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number> {
  return db.transaction(async (trx) => {
    const run = await runOf(trx, day);
    const approved = run ? await setRunApproved(trx, run.id, isoOf(clock() + UNDO_TIME)) : [];
    const at = isoOf(clock());
    for (const reminder of approved) await noteReminder(trx, reminder, 'reminder_approved', { at, userId });
    return approved.length;
  });
}
