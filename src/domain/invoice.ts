import type { Day } from './calendar.ts';
import type { Pause } from './customer.ts';
import type { Currency, Minor } from './money.ts';

export type InvoiceState = 'draft' | 'issued' | 'cancelled' | 'written_off';

/** A claim on a customer, with what bears on its follow-up. */
export interface Invoice {
  id: number;
  customerId: number;
  number: string;
  issuedOn: Day;
  dueOn: Day | null;
  /** When the customer first received it, where known. */
  receivedOn: Day | null;
  currency: Currency;
  total: Minor;
  /** What is still to be paid: the total less payments and credit notes applied. */
  outstanding: Minor;
  state: InvoiceState;
  followUpEnabled: boolean;
  disputed: boolean;
  /** The last day covered by a promise to pay. */
  promisedUntil: Day | null;
  pause: Pause | null;
}

/** Overdue begins the day after the due date. */
export const isOverdue = (invoice: Invoice, day: Day): boolean => invoice.dueOn !== null && invoice.dueOn < day;

/** True for what somebody still has to pay: issued, and not settled. */
export const claimable = ({ state, outstanding }: Pick<Invoice, 'state' | 'outstanding'>): boolean =>
  state === 'issued' && outstanding > 0;
