import { type Weighed, weighByHand } from '../domain/byHand.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { type ContactRow, contactsOf, type CustomerDetails, customersById } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { type DocumentFile, invoiceFiles } from '../store/documents.ts';
import { type InvoiceDetails, invoicesById, openInvoicesOf } from '../store/ledger.ts';
import { loadPlans } from '../store/plans.ts';
import { sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { loadTemplates, type Template } from '../store/templates.ts';

export type HandChannel = 'email' | 'letter';

/** What a message by hand can be about: invoices of one customer in one currency, and what the rules say about each. */
export interface Occasion {
  channel: HandChannel;
  customer: CustomerDetails;
  contacts: ContactRow[];
  currency: string;
  invoices: InvoiceDetails[];
  /** In the order of the invoices. */
  weighed: Weighed[];
  /** Templates that can say it, the fitting one first; never empty. */
  templates: Template[];
  /** PDFs of the invoices; a letter carries none. */
  documents: DocumentFile[];
}

/** Why there can be no message at all, and the numbers or names that it is about; where it is invoices, their ids. */
export interface NoOccasion {
  reason: 'no_invoice' | 'several_customers' | 'several_currencies' | 'settled' | 'no_template';
  about: string[];
  ids: number[];
}

export type Found = { ok: true; occasion: Occasion } | ({ ok: false } & NoOccasion);

const none = (reason: NoOccasion['reason'], about: string[] = [], ids: number[] = []): Found => ({
  ok: false,
  reason,
  about,
  ids,
});

/** Finds out what a message by hand about some invoices can be, in the order given. Nothing is written. */
export async function findOccasion(
  db: Db,
  { channel, invoiceIds }: { channel: HandChannel; invoiceIds: readonly number[] },
  settings: Settings,
  day: Day,
): Promise<Found> {
  const known = await invoicesById(db, invoiceIds);
  const invoices = [...new Set(invoiceIds)].flatMap((id) => known.get(id) ?? []);
  const customerIds = [...new Set(invoices.map(({ customerId }) => customerId))];
  const customers = [...(await customersById(db, customerIds)).values()];
  const [customer] = customers;
  if (!customer) return none('no_invoice');
  if (customers.length > 1)
    return none(
      'several_customers',
      customers.map(({ name }) => name),
    );
  const currencies = [...new Set(invoices.map(({ currency }) => currency))];
  const [currency = ''] = currencies;
  if (currencies.length > 1) return none('several_currencies', currencies);
  const weighed = await weigh(db, customer.id, invoices, settings, day);
  const forbidden = invoices.filter((_, place) => weighed[place]?.forbids.length !== 0);
  if (forbidden.length > 0)
    return none(
      'settled',
      forbidden.map(({ number }) => number),
      forbidden.map(({ id }) => id),
    );
  const templates = await fittingTemplates(db, channel, weighed);
  if (templates.length === 0) return none('no_template');
  const contacts = (await contactsOf(db, [customer.id])).get(customer.id) ?? [];
  const documents = channel === 'email' ? await filesOf(db, invoices) : [];
  return { ok: true, occasion: { channel, customer, contacts, currency, invoices, weighed, templates, documents } };
}

async function weigh(
  db: Db,
  customerId: number,
  invoices: readonly InvoiceDetails[],
  settings: Settings,
  day: Day,
): Promise<Weighed[]> {
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const snapshot = await loadSnapshot(db, calendar, { customerIds: [customerId] });
  return weighByHand(
    snapshot,
    invoices.map(({ id }) => id),
    day,
  );
}

const filesOf = (db: Db, invoices: readonly InvoiceDetails[]): Promise<DocumentFile[]> =>
  invoiceFiles(
    db,
    invoices.map(({ id }) => id),
  );

/**
 * The templates that can say it, the one to begin with first: that of the highest next step, as the plan would send it;
 * else one that no plan sends by itself. A template for one invoice cannot list several.
 */
async function fittingTemplates(db: Db, channel: HandChannel, weighed: readonly Weighed[]): Promise<Template[]> {
  const wanted = weighed.length === 1 ? 'single' : 'grouped';
  const usable = [...(await loadTemplates(db)).values()].filter(
    ({ kind, scope }) => kind === channel && (scope === 'grouped' || scope === wanted),
  );
  const nexts = weighed.flatMap(({ next }) => (next?.channel === channel ? [next] : []));
  const highest = nexts.toSorted((a, b) => b.position - a.position)[0];
  const automatic = new Set(
    (await loadPlans(db)).flatMap((plan) =>
      plan.kind === 'recap' ? [plan.templateId] : plan.steps.map((step) => step.templateId),
    ),
  );
  const rank = ({ id, scope }: Template): number =>
    id === highest?.templateId ? 0 : (scope === wanted ? 1 : 3) + (automatic.has(id) ? 1 : 0);
  return usable.toSorted((a, b) => rank(a) - rank(b));
}

/** The invoices that a customer's summary is about, by currency: what is overdue, or all that is open where nothing is. */
export async function summaryInvoices(db: Db, customerId: number, day: Day): Promise<Map<string, InvoiceDetails[]>> {
  const open = (await openInvoicesOf(db, [customerId])).get(customerId) ?? [];
  const overdue = open.filter(({ dueOn }) => dueOn !== null && dueOn < day);
  return Map.groupBy(overdue.length > 0 ? overdue : open, ({ currency }) => currency);
}
