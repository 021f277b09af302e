import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { HELD, setRunWaiting, setWaiting } from '../store/outboxList.ts';
import { reminderById } from '../store/reminders.ts';
import { runOf } from '../store/runs.ts';
import type { Day } from '../domain/calendar.ts';
import { noteReminder } from './noteReminder.ts';

/** Takes a waiting e-mail out of the queue until a person releases it; false when it has left, or is held already. */
export async function holdReminder(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    if (!(await setWaiting(trx, id, { needs_approval: 0, channel: 'email' }, { needs_approval: 1, reason: HELD })))
      return false;
    const reminder = await reminderById(trx, id);
    if (reminder) await noteReminder(trx, reminder, 'reminder_held', { at: isoOf(clock()), userId });
    return true;
  });
}

/** Makes everything of a day's run that has not left wait for approval; returns how many that were. */
export async function holdRun(
  db: Db,
  day: Day,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number> {
  return db.transaction(async (trx) => {
    const run = await runOf(trx, day);
    const held = run ? await setRunWaiting(trx, run.id) : [];
    for (const reminder of held) await noteReminder(trx, reminder, 'reminder_held', { at: isoOf(clock()), userId });
    return held.length;
  });
}
