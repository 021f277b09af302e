import { type Clock, isoOf } from '../clock.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Db } from '../store/database.ts';
import { moveState, reminderById } from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { readSettings } from '../store/settings.ts';
import { completeSteps } from './completeSteps.ts';
import { noteReminder } from './noteReminder.ts';

/** A person posted the letter or made the call: its steps are done today. False when it does not wait for that. */
export async function markDone(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  const at = isoOf(clock());
  const reminder = await reminderById(db, id);
  if (!reminder || reminder.channel === 'email' || reminder.needs_approval === 1) return false;
  const settings = await readSettings(db);
  const { day } = localMoment(clock(), settings.timeZone);
  return db.transaction(async (trx) => {
    const done = { settled_at: at, sent_on: day, transport: 'hand' } as const;
    if (!(await moveState(trx, id, 'queued', 'sent', done))) return false;
    await completeSteps(trx, reminder, settings, day);
    const kind = reminder.channel === 'letter' ? 'reminder_posted' : 'reminder_called';
    await noteReminder(trx, reminder, kind, { at, userId });
    await closeRuns(trx, at);
    return true;
  });
}
