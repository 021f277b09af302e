import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { setQueueHeld } from '../store/outboxList.ts';
import { writeSettings } from '../store/settings.ts';
import { noteReminder } from './noteReminder.ts';

/**
 * Stops the daily run, or lets it only prepare messages for review. Off means that nothing leaves by itself, so what
 * still waits in the outbox is held; returns how many messages that were.
 */
export async function turnOffSending(
  db: Db,
  { mode, clock, userId }: { mode: 'off' | 'review'; clock: Clock; userId: number | null },
): Promise<number> {
  const at = isoOf(clock());
  return db.transaction(async (trx) => {
    await writeSettings(trx, { mode });
    const held = mode === 'off' ? await setQueueHeld(trx) : [];
    for (const reminder of held) await noteReminder(trx, reminder, 'reminder_held', { at, userId });
    await addHistory(trx, [{ at, kind: mode === 'off' ? 'sending_off' : 'sending_review', userId, data: {} }]);
    return held.length;
  });
}
