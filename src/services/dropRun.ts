import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { cancelWaitingOfRun, closeRuns, runOf } from '../store/runs.ts';
import { noteReminder } from './noteReminder.ts';

/** What a reminder has for a reason that was dropped with its whole run. */
const DROPPED = 'run_dropped';

/**
 * Cancels what waits for approval of a day's run, with the reason why the run was held in the history; no step counts as
 * skipped, so the next run decides anew. Returns how many messages that were.
 */
export async function dropRun(
  db: Db,
  day: Day,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number> {
  const at = isoOf(clock());
  return db.transaction(async (trx) => {
    const run = await runOf(trx, day);
    if (!run) return 0;
    const dropped = await cancelWaitingOfRun(trx, run.id, { at, reason: DROPPED });
    const data = { reason: DROPPED, held: run.held };
    for (const reminder of dropped) await noteReminder(trx, reminder, 'reminder_cancelled', { at, userId, ...data });
    await closeRuns(trx, at);
    return dropped.length;
  });
}
