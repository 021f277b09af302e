import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { setNoticeChoice } from '../store/notices.ts';

/** Keeps which notices an owner wants: the morning one at HH:MM or not at all, and that after a run with problems. */
export async function chooseNotices(
  db: Db,
  choice: { morningAt: string | null; problems: boolean },
  { clock, userId }: { clock: Clock; userId: number },
): Promise<void> {
  await db.transaction(async (trx) => {
    await setNoticeChoice(trx, userId, choice);
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'notices_chosen', userId, data: { ...choice } }]);
  });
}
