import { type Clock, isoOf } from '../clock.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Db } from '../store/database.ts';
import { SEND_AGAIN } from '../store/outboxList.ts';
import { moveState, type Reminder, reminderById } from '../store/reminders.ts';
import { readSettings } from '../store/settings.ts';
import { completeSteps } from './completeSteps.ts';
import { noteReminder } from './noteReminder.ts';
import { UNDO_TIME } from './releaseReminder.ts';

/** What a person found out about a message that may or may not have arrived. */
export const SETTLEMENTS = ['left', 'again', 'drop'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/**
 * Settles an uncertain reminder (RELIABILITY §2): it left, so its steps are done, on the day that it was handed over; the
 * same stored bytes leave again; or it is dropped and counts as never sent. False when it is uncertain no longer.
 */
export async function settleUncertain(
  db: Db,
  id: number,
  { settlement, clock, userId }: { settlement: Settlement; clock: Clock; userId: number | null },
): Promise<boolean> {
  const at = isoOf(clock());
  const reminder = await reminderById(db, id);
  if (!reminder) return false;
  const settings = await readSettings(db);
  const leftOn = localMoment(Date.parse(reminder.claimed_at ?? reminder.created_at), settings.timeZone).day;
  const { to, changes } = endOf(settlement, { at, leftOn, holdUntil: isoOf(clock() + UNDO_TIME) });
  return db.transaction(async (trx) => {
    if (!(await moveState(trx, id, 'uncertain', to, changes))) return false;
    if (settlement === 'left') await completeSteps(trx, reminder, settings, leftOn);
    await noteReminder(trx, reminder, EVENTS[settlement], { at, userId });
    return true;
  });
}

const EVENTS: Record<Settlement, string> = {
  left: 'reminder_confirmed',
  again: 'reminder_again',
  drop: 'reminder_dropped',
};

function endOf(
  settlement: Settlement,
  { at, leftOn, holdUntil }: { at: string; leftOn: Reminder['decided_on']; holdUntil: string },
): { to: Reminder['state']; changes: Partial<Omit<Reminder, 'id' | 'state'>> } {
  if (settlement === 'left') return { to: 'sent', changes: { sent_on: leftOn, settled_at: at, reason: 'confirmed' } };
  if (settlement === 'drop') return { to: 'cancelled', changes: { settled_at: at, reason: 'dropped' } };
  const changes = { settled_at: null, hold_until: holdUntil, next_attempt_at: null, reason: SEND_AGAIN };
  return { to: 'queued', changes };
}
