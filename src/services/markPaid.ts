import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { claimable } from '../domain/invoice.ts';
import type { Db } from '../store/database.ts';
import { invoicesById } from '../store/ledger.ts';
import { bookPayment } from './recordPayment.ts';

/** Several invoices that were paid in full. */
export interface PaidTogether {
  receivedOn: Day;
  reference: string;
  formKey: string;
  clock: Clock;
  userId: number | null;
}

/**
 * Books a payment of its outstanding amount for each invoice. Those that are not to be paid drop out, and so do those
 * that the same form has booked before. Returns how many it booked.
 */
export async function markPaid(db: Db, invoiceIds: readonly number[], paid: PaidTogether): Promise<number> {
  return db.transaction(async (trx) => {
    const invoices = [...(await invoicesById(trx, [...new Set(invoiceIds)])).values()].filter(claimable);
    let booked = 0;
    for (const invoice of invoices) {
      const result = await bookPayment(trx, invoice, { ...paid, amount: invoice.outstanding });
      if (result.kind === 'recorded') booked += 1;
    }
    return booked;
  });
}
