import { type Clock, isoOf } from '../clock.ts';
import type { Db, Transaction } from '../store/database.ts';
import { insertCompletions, linesOf, moveState, reminderById } from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { readSettings } from '../store/settings.ts';
import { localMoment } from '../domain/timetable.ts';
import { noteReminder } from './noteReminder.ts';

/**
 * Cancels a reminder that still waits, with the reason that a person gives. With `skip` its steps count as skipped, so
 * that the plan goes on with the next ones; without, the next run decides anew. False when it is no longer waiting.
 */
export async function cancelReminder(
  db: Db,
  id: number,
  { reason, skip, clock, userId }: { reason: string; skip: boolean; clock: Clock; userId: number | null },
): Promise<boolean> {
  const at = isoOf(clock());
  return db.transaction(async (trx) => {
    if (!(await moveState(trx, id, 'queued', 'cancelled', { settled_at: at, reason: inWords(reason) }))) return false;
    const reminder = await reminderById(trx, id);
    if (!reminder) return false;
    await noteReminder(trx, reminder, 'reminder_cancelled', { at, userId, reason: inWords(reason) });
    if (skip) await skipSteps(trx, id, { reason, clock });
    await closeRuns(trx, at);
    return true;
  });
}

/** A reason that the rules give is one lower-case word; what a person types is a sentence, and must not be read as one of those. */
export const inWords = (reason: string): string => reason.charAt(0).toLocaleUpperCase() + reason.slice(1);

/** A step that a person skips counts from that day (SPEC §2, rule 4). */
async function skipSteps(
  trx: Transaction,
  reminderId: number,
  { reason, clock }: { reason: string; clock: Clock },
): Promise<void> {
  const { day } = localMoment(clock(), (await readSettings(trx)).timeZone);
  const skipped = (await linesOf(trx, reminderId)).flatMap(({ invoice_id, step_id }) =>
    step_id === null
      ? []
      : [
          {
            invoiceId: invoice_id,
            stepId: step_id,
            kind: 'skipped' as const,
            completedOn: day,
            countsFrom: day,
            reason,
          },
        ],
  );
  await insertCompletions(trx, skipped);
}
