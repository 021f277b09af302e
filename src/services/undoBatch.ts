import { type Clock, isoOf } from '../clock.ts';
import { batchById, queuedOf, stopBatch } from '../store/batches.ts';
import type { Db } from '../store/database.ts';
import { cancelReminder } from './cancelReminder.ts';
import { UNDO_TIME } from './releaseReminder.ts';

/** What was taken back: messages that had not left, and lines that were not written yet. */
export type Undone =
  | { kind: 'undone'; cancelled: number; stopped: number }
  | { kind: 'too_late' | 'already' | 'unknown' };

/** For the way of the click to us. */
const GRACE = 2_000;

/** Whether a bulk sending can still be taken back at an instant: while it is being written, and ten seconds more. */
export const canUndo = (batch: { finishedAt: string | null; undoneAt: string | null }, now: number): boolean =>
  batch.undoneAt === null && (batch.finishedAt === null || now < Date.parse(batch.finishedAt) + UNDO_TIME + GRACE);

/** Takes back a bulk sending: its messages that have not left are cancelled, what was not written yet is stopped. */
export async function undoBatch(
  db: Db,
  id: number,
  { reason, clock, userId }: { reason: string; clock: Clock; userId: number | null },
): Promise<Undone> {
  return db.transaction(async (trx) => {
    const batch = await batchById(trx, id);
    if (!batch) return { kind: 'unknown' };
    if (batch.undoneAt !== null) return { kind: 'already' };
    if (!canUndo(batch, clock())) return { kind: 'too_late' };
    const stopped = await stopBatch(trx, id, isoOf(clock()));
    if (stopped === null) return { kind: 'already' };
    let cancelled = 0;
    for (const reminderId of await queuedOf(trx, id))
      if (await cancelReminder(trx, reminderId, { reason, skip: false, clock, userId })) cancelled += 1;
    return { kind: 'undone', cancelled, stopped };
  });
}
