import type { Transaction } from '../store/database.ts';
import { endFacts, factsEndedAt, factsOfSettled, hasOpenFact, putFactBack } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';

const CLOSED = ['promise', 'pause'] as const;

/**
 * What is paid needs no promise and no pause any more: they end with the payment (MW-30), in the caller's transaction and
 * after the balances. A dispute stays, because money given back would reopen it.
 */
export async function closeSettled(
  trx: Transaction,
  invoiceIds: readonly number[] | 'all',
  { at, userId }: { at: string; userId: number | null },
): Promise<void> {
  for (const fact of CLOSED) {
    const over = await factsOfSettled(trx, fact, invoiceIds);
    await endFacts(
      trx,
      fact,
      over.map(({ id }) => id),
      at,
    );
    const kind = fact === 'promise' ? 'promise_kept' : 'pause_over';
    const data = fact === 'promise' ? {} : { reason: 'settled' };
    await addHistory(
      trx,
      over.map(({ invoiceId, customerId }) => ({ at, kind, customerId, invoiceId, userId, data })),
    );
  }
}

/** The other way: what ended because of a payment is in force again when that payment is taken back. */
export async function reopenUnsettled(trx: Transaction, invoiceIds: readonly number[], paidAt: string): Promise<void> {
  for (const invoiceId of invoiceIds)
    for (const kind of CLOSED) {
      const [ended] = await factsEndedAt(trx, kind, invoiceId, paidAt);
      if (ended && !(await hasOpenFact(trx, kind, invoiceId))) await putFactBack(trx, kind, ended.id);
    }
}
