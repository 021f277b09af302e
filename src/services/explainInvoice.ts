import type { Day } from '../domain/calendar.ts';
import type { Decision } from '../domain/decision.ts';
import { decide } from '../domain/decide.ts';
import { Refusal } from '../refusal.ts';
import { type CustomerDetails, customersById } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { type InvoiceDetails, invoicesByNumber } from '../store/ledger.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';

/** An invoice with the decision about it on a day. */
export interface Explanation {
  invoice: InvoiceDetails;
  customer: CustomerDetails;
  /** Null for an invoice that nothing is decided about any more: it is paid. */
  decision: Decision | null;
}

/** Why an invoice is followed up on the day, or is not: one answer for each customer that has an invoice of this number. */
export async function explainInvoice(db: Db, number: string, day: Day): Promise<Explanation[]> {
  const invoices = await invoicesByNumber(db, number);
  if (invoices.length === 0) throw new Refusal('unknown_invoice', { number });
  const calendar = sendingCalendar(await readSettings(db), Number(day.slice(0, 4)));
  const customerIds = invoices.map(({ customerId }) => customerId);
  const customers = await customersById(db, customerIds);
  const decisions = decide(await loadSnapshot(db, calendar, { customerIds }), day);
  return invoices.map((invoice) => {
    const customer = customers.get(invoice.customerId);
    if (!customer) throw new RangeError(`invoice ${number} belongs to no customer`);
    const own = decisions.find(({ subject }) => subject.kind === 'invoice' && subject.invoiceId === invoice.id);
    return { invoice, customer, decision: own ?? null };
  });
}
