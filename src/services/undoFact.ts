import { type Clock, isoOf } from '../clock.ts';
import type { Db, Transaction } from '../store/database.ts';
import {
  endFacts,
  type FactKind,
  factsEndedAt,
  type FactSpan,
  factSpan,
  hasOpenFact,
  putFactBack,
} from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';

/** What is taken back: that the fact was noted, or that it was ended. */
export type FactChange = 'begun' | 'ended';

/** What the history called the change. */
const EVENTS: Record<FactKind, Record<FactChange, string>> = {
  promise: { begun: 'promise_recorded', ended: 'promise_ended' },
  dispute: { begun: 'dispute_opened', ended: 'dispute_lifted' },
  pause: { begun: 'paused', ended: 'resumed' },
};

/**
 * Takes back what was noted by mistake: a promise, dispute or pause ends and the one that it replaced is in force again,
 * or one that was ended is. False when it changed again meanwhile; then nothing happens.
 */
export async function undoFact(
  db: Db,
  { kind, id, change }: { kind: FactKind; id: number; change: FactChange },
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const fact = await factSpan(trx, kind, id);
    if (!fact) return false;
    const at = isoOf(clock());
    const done = change === 'begun' ? await unbegin(trx, kind, fact, at) : await unend(trx, kind, fact);
    if (!done) return false;
    const customerId = (await invoicesById(trx, [fact.invoiceId])).get(fact.invoiceId)?.customerId ?? null;
    const data = { what: EVENTS[kind][change] };
    await addHistory(trx, [{ at, kind: 'undone', customerId, invoiceId: fact.invoiceId, userId, data }]);
    return true;
  });
}

async function unbegin(trx: Transaction, kind: FactKind, fact: FactSpan, at: string): Promise<boolean> {
  if (fact.endedAt !== null) return false;
  await endFacts(trx, kind, [fact.id], at);
  const [replaced] = (await factsEndedAt(trx, kind, fact.invoiceId, fact.begunAt)).filter(({ id }) => id < fact.id);
  if (replaced) await putFactBack(trx, kind, replaced.id);
  return true;
}

async function unend(trx: Transaction, kind: FactKind, fact: FactSpan): Promise<boolean> {
  if (fact.endedAt === null || (await hasOpenFact(trx, kind, fact.invoiceId))) return false;
  await putFactBack(trx, kind, fact.id);
  return true;
}
