import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decimalFromMinor } from '../domain/money.ts';
import { creditNoteById, endCreditNote } from '../store/creditNotes.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { recomputeBalances } from '../store/ledger.ts';
import { appliedOf, insertApplications } from '../store/settling.ts';
import { reopenUnsettled } from './closeSettled.ts';

/**
 * Cancels a credit note: it comes off every invoice that it was applied to, and those are open again where they stood
 * (EN-05). With `undo` it was a slip, so what it ended is in force again. False when it was cancelled already.
 */
export async function cancelCreditNote(
  db: Db,
  creditNoteId: number,
  { on, undo, clock, userId }: { on: Day; undo: boolean; clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const note = await creditNoteById(trx, creditNoteId);
    if (!note || !(await endCreditNote(trx, creditNoteId))) return false;
    const applied = await appliedOf(trx, 'credit_note', creditNoteId);
    const invoices = applied.map(({ invoiceId }) => invoiceId);
    await insertApplications(
      trx,
      applied.map(({ invoiceId, amount }) => ({
        invoiceId,
        kind: 'credit_note',
        id: creditNoteId,
        amount: -amount,
        on,
      })),
    );
    await recomputeBalances(trx, { invoices, credit_notes: [creditNoteId] });
    const at = isoOf(clock());
    const { customerId, number, currency, total } = note;
    const data = { number, amount: decimalFromMinor(total, currency), currency };
    const said = undo
      ? { kind: 'undone', data: { ...data, what: 'credit_note_recorded' } }
      : { kind: 'credit_note_cancelled', data };
    await addHistory(
      trx,
      (invoices.length ? invoices : [null]).map((invoiceId) => ({ at, ...said, customerId, invoiceId, userId })),
    );
    if (undo) await reopenUnsettled(trx, invoices, note.createdAt);
    return true;
  });
}
