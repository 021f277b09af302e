import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { openInvoicesOf } from '../store/ledger.ts';

/** The invoices that summaries of some customers are about: what each has overdue, or all that is open where nothing is. */
export async function summariesOf(
  db: Db,
  customerIds: readonly number[],
  day: Day,
): Promise<{ invoiceIds: number[]; withoutAny: number[] }> {
  const open = await openInvoicesOf(db, [...new Set(customerIds)]);
  const invoiceIds = [...open.values()].flatMap((invoices) => {
    const overdue = invoices.filter(({ dueOn }) => dueOn !== null && dueOn < day);
    return (overdue.length > 0 ? overdue : invoices).map(({ id }) => id);
  });
  return { invoiceIds, withoutAny: [...new Set(customerIds)].filter((id) => !open.has(id)) };
}
