import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { setFollowUp } from '../store/invoiceList.ts';

/** Switches automatic follow-up of some invoices on or off, and says so in their history; returns how many it changed. */
export async function switchFollowUp(
  db: Db,
  invoiceIds: readonly number[],
  { enabled, clock, userId }: { enabled: boolean; clock: Clock; userId: number | null },
): Promise<number> {
  return db.transaction(async (trx) => {
    const changed = await setFollowUp(trx, invoiceIds, enabled);
    const kind = enabled ? 'follow_up_on' : 'follow_up_off';
    const at = isoOf(clock());
    await addHistory(
      trx,
      changed.map(({ id, customer_id }) => ({ at, kind, customerId: customer_id, invoiceId: id, userId })),
    );
    return changed.length;
  });
}
