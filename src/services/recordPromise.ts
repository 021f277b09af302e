import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { claimable } from '../domain/invoice.ts';
import { decimalFromMinor, type Minor } from '../domain/money.ts';
import type { Db } from '../store/database.ts';
import { endFacts, insertPromises, openPromises } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { type InvoiceDetails, invoicesById } from '../store/ledger.ts';

/** What was promised. Several invoices share the amount (one currency), the oldest first; null promises all of it. */
export interface Promised {
  until: Day;
  amount: Minor | null;
  note: string;
  clock: Clock;
  userId: number | null;
}

/**
 * Records a promise to pay: nothing leaves about these invoices until that day inclusive, then the plan goes on by
 * itself (SPEC §7). A promise in force gives way to the new one, unless it says the same. Returns how many invoices
 * changed; those that are not to be paid drop out.
 */
export async function recordPromise(
  db: Db,
  invoiceIds: readonly number[],
  { until, amount, note, clock, userId }: Promised,
): Promise<number> {
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    const invoices = [...(await invoicesById(trx, [...new Set(invoiceIds)])).values()].filter(claimable);
    const shares = sharesOf(invoices, amount);
    const open = await openPromises(
      trx,
      invoices.map(({ id }) => id),
    );
    const changed = invoices.filter(({ id }) => {
      const known = open.get(id);
      return known?.until !== until || known.amount !== (shares.get(id) ?? null) || known.note !== note;
    });
    const replaced = changed.flatMap(({ id }) => open.get(id)?.id ?? []);
    await endFacts(trx, 'promise', replaced, at);
    const promised = changed.map(({ id }) => ({ invoiceId: id, until, amount: shares.get(id) ?? null, note }));
    await insertPromises(trx, promised, at);
    await addHistory(
      trx,
      changed.map(({ id, customerId, currency }) => {
        const share = shares.get(id);
        const data = { until, note, currency, ...(share ? { amount: decimalFromMinor(share, currency) } : {}) };
        return { at, kind: 'promise_recorded', customerId, invoiceId: id, userId, data };
      }),
    );
    return changed.length;
  });
}

/** A promised amount spread over the invoices, the oldest first and none beyond what is outstanding. */
function sharesOf(invoices: readonly InvoiceDetails[], amount: Minor | null): Map<number, Minor> {
  if (amount === null) return new Map();
  let left = amount;
  const oldestFirst = [...invoices].sort((a, b) => (a.dueOn ?? '').localeCompare(b.dueOn ?? '') || a.id - b.id);
  return new Map(
    oldestFirst.map(({ id, outstanding }) => {
      const share = Math.min(left, outstanding);
      left -= share;
      return [id, share];
    }),
  );
}
