import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { approveReminder } from './approveReminder.ts';
import { holdReminder } from './holdReminder.ts';

interface Doing {
  clock: Clock;
  userId: number | null;
}

/** Lets some reminders go that wait for approval, each by itself; returns those that did. */
export async function approveReminders(db: Db, ids: readonly number[], doing: Doing): Promise<number[]> {
  const approved: number[] = [];
  for (const id of new Set(ids)) if (await approveReminder(db, id, doing)) approved.push(id);
  return approved;
}

/** Takes approvals back while the messages have not left; returns how many it could. */
export async function holdReminders(db: Db, ids: readonly number[], doing: Doing): Promise<number> {
  let held = 0;
  for (const id of new Set(ids)) if (await holdReminder(db, id, doing)) held += 1;
  return held;
}
