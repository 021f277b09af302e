import { type Clock, isoOf } from '../clock.ts';
import { claimable } from '../domain/invoice.ts';
import type { Db } from '../store/database.ts';
import { type DisputeRow, insertDisputes, noteDispute, openDisputes } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { invoicesById } from '../store/ledger.ts';

/** What the customer objects to, in the words of whoever took it down. */
export interface Disputed {
  reason: string;
  note: string;
  clock: Clock;
  userId: number | null;
}

/**
 * Opens a dispute: nothing leaves about these invoices until it is lifted (SPEC §7). One that is open already keeps its
 * reason and day, and the new words are added to its note. Returns how many invoices changed; those that are not to be
 * paid drop out.
 */
export async function openDispute(
  db: Db,
  invoiceIds: readonly number[],
  { reason, note, clock, userId }: Disputed,
): Promise<number> {
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    const invoices = [...(await invoicesById(trx, [...new Set(invoiceIds)])).values()].filter(claimable);
    const open = await openDisputes(
      trx,
      invoices.map(({ id }) => id),
    );
    const fresh = invoices.filter(({ id }) => !open.has(id));
    const added = [...open.values()].flatMap((dispute) => {
      const words = wordsToAdd(dispute, { reason, note });
      return words ? [{ ...dispute, note: [dispute.note, words].filter(Boolean).join('\n') }] : [];
    });
    await insertDisputes(
      trx,
      fresh.map(({ id }) => ({ invoiceId: id, reason, note })),
      at,
    );
    for (const { id, note: longer } of added) await noteDispute(trx, id, longer);
    const touched = new Set(added.map(({ invoiceId }) => invoiceId));
    const changed = invoices.filter(({ id }) => !open.has(id) || touched.has(id));
    await addHistory(
      trx,
      changed.map(({ id, customerId }) => {
        const kind = touched.has(id) ? 'dispute_noted' : 'dispute_opened';
        return { at, kind, customerId, invoiceId: id, userId, data: { reason, note } };
      }),
    );
    return changed.length;
  });
}

/** What the open dispute does not say yet; empty when there is nothing new. */
function wordsToAdd(dispute: DisputeRow, { reason, note }: Pick<Disputed, 'reason' | 'note'>): string {
  const known = `${dispute.reason}\n${dispute.note}`;
  return [reason, note].filter((words) => words !== '' && !known.includes(words)).join(': ');
}
