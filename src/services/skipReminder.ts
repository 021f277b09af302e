import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { reminderById } from '../store/reminders.ts';
import { cancelReminder } from './cancelReminder.ts';

/** What became of the wish to skip; `uncertain`: the message may have arrived, and that has to be said first. */
export type Skipping = 'skipped' | 'uncertain' | 'gone';

/**
 * Skips what waits for a person, with a reason: its steps count as done and the plan goes on with the next ones. A step
 * whose message is uncertain is never skipped (MW-18), or the customer might hear the same thing twice, or never.
 */
export async function skipReminder(
  db: Db,
  id: number,
  doing: { reason: string; clock: Clock; userId: number | null },
): Promise<Skipping> {
  if ((await reminderById(db, id))?.state === 'uncertain') return 'uncertain';
  return (await cancelReminder(db, id, { ...doing, skip: true })) ? 'skipped' : 'gone';
}
