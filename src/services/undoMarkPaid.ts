import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { appliedOf, paymentsOfForm } from '../store/settling.ts';
import { giveBack } from './reversePayment.ts';

/** Takes back every payment that one form booked; returns how many there were to take back. */
export async function undoMarkPaid(
  db: Db,
  formKey: string,
  { today, clock, userId }: { today: Day; clock: Clock; userId: number | null },
): Promise<number> {
  return db.transaction(async (trx) => {
    let undone = 0;
    for (const id of await paymentsOfForm(trx, formKey)) {
      const [applied] = await appliedOf(trx, 'payment', id);
      if (!applied) continue;
      const { invoiceId } = applied;
      if (await giveBack(trx, id, { invoiceId, on: today, undo: true, clock, userId })) undone += 1;
    }
    return undone;
  });
}
