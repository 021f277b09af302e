import { type HeavyReason, heavyReasons, lineKey } from '../domain/bulk.ts';
import { type Weighed, weighByHand } from '../domain/byHand.ts';
import type { Day } from '../domain/calendar.ts';
import { addressees, type Contact, unreachable } from '../domain/customer.ts';
import type { BlockReason } from '../domain/decision.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Settings } from '../domain/settings.ts';
import { type ContactRow, contactsOf, type CustomerDetails, customersById } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { type InvoiceDetails, invoicesById } from '../store/ledger.ts';
import { loadPlans } from '../store/plans.ts';
import { sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { loadTemplates, type Template, versionFor } from '../store/templates.ts';
import type { HandChannel, Occasion } from './findOccasion.ts';
import { AS_PROPOSED, hasPostalAddress, writeByHand } from './writeByHand.ts';

/** What a bulk sending is about. */
export interface BulkQuestion {
  channel: HandChannel;
  invoiceIds: readonly number[];
  /** Null for the one that is proposed. */
  templateId: number | null;
}

/** Why a customer cannot be written to in this sending, whatever a person says. */
export type Obstacle = BlockReason | 'template_broken';

/** One message of a bulk sending: what it would be about, and what stands in its way. */
export interface BulkLine {
  /** Customer and currency. */
  key: string;
  customer: CustomerDetails;
  contacts: ContactRow[];
  currency: Currency;
  /** What it is about: the invoices that somebody still has to pay, the oldest first. */
  invoices: InvoiceDetails[];
  /** In the order of the invoices. */
  weighed: Weighed[];
  /** The invoices that were chosen and cannot be in any message: paid, cancelled, drafts. */
  dropped: InvoiceDetails[];
  recipients: Contact[];
  /** The language that it will be in. */
  language: string;
  total: Minor;
  /** Why a person should look before this one goes. */
  heavy: HeavyReason[];
  obstacle: Obstacle | null;
}

export interface PreparedBatch {
  /** The templates that can list several invoices; empty where there is none of the kind. */
  templates: Template[];
  template: Template | null;
  /** By the customer's name. */
  lines: BulkLine[];
}

/**
 * Finds out what a bulk sending can be: one line for each customer and currency, with one snapshot for all of them, so
 * that its cost follows the invoices and not the customers. Nothing is written.
 */
export async function prepareBatch(
  db: Db,
  { channel, invoiceIds, templateId }: BulkQuestion,
  settings: Settings,
  day: Day,
): Promise<PreparedBatch> {
  const templates = await groupedTemplates(db, channel);
  const template = templates.find(({ id }) => id === templateId) ?? templates[0] ?? null;
  const weighed = await weighAll(db, invoiceIds, settings, day);
  const lines = await linesOf(db, weighed, { channel, template, settings });
  if (template) await tryTemplate(db, lines, { channel, template, settings, day });
  return { templates, template, lines: lines.toSorted(byName) };
}

const byName = (a: BulkLine, b: BulkLine): number =>
  a.customer.name.localeCompare(b.customer.name) || a.key.localeCompare(b.key);

/** The templates for several invoices, those that no plan sends by itself first: they were made for this. */
async function groupedTemplates(db: Db, channel: HandChannel): Promise<Template[]> {
  const automatic = new Set(
    (await loadPlans(db)).flatMap((plan) =>
      plan.kind === 'recap' ? [plan.templateId] : plan.steps.map(({ templateId }) => templateId),
    ),
  );
  return [...(await loadTemplates(db)).values()]
    .filter(({ kind, scope }) => kind === channel && scope === 'grouped')
    .toSorted((a, b) => Number(automatic.has(a.id)) - Number(automatic.has(b.id)) || a.id - b.id);
}

type WeighedInvoice = { invoice: InvoiceDetails; weighed: Weighed };

async function weighAll(
  db: Db,
  invoiceIds: readonly number[],
  settings: Settings,
  day: Day,
): Promise<WeighedInvoice[]> {
  const invoices = [...(await invoicesById(db, [...new Set(invoiceIds)])).values()].toSorted(byAge);
  const customerIds = [...new Set(invoices.map(({ customerId }) => customerId))];
  if (customerIds.length === 0) return [];
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const snapshot = await loadSnapshot(db, calendar, { customerIds });
  const weighed = weighByHand(
    snapshot,
    invoices.map(({ id }) => id),
    day,
  );
  return invoices.flatMap((invoice, place) => {
    const one = weighed[place];
    return one ? [{ invoice, weighed: one }] : [];
  });
}

const byAge = (a: InvoiceDetails, b: InvoiceDetails): number =>
  (a.dueOn ?? '9999').localeCompare(b.dueOn ?? '9999') || a.id - b.id;

interface Manner {
  channel: HandChannel;
  template: Template | null;
  settings: Settings;
}

async function linesOf(db: Db, all: readonly WeighedInvoice[], manner: Manner): Promise<BulkLine[]> {
  const ids = [...new Set(all.map(({ invoice }) => invoice.customerId))];
  const customers = await customersById(db, ids);
  const contacts = await contactsOf(db, ids);
  const groups = Map.groupBy(all, ({ invoice }) => lineKey(invoice));
  return [...groups].flatMap(([key, members]) => {
    const customer = customers.get(members[0]?.invoice.customerId ?? 0);
    return customer ? [lineOf(key, members, customer, contacts.get(customer.id) ?? [], manner)] : [];
  });
}

function lineOf(
  key: string,
  members: readonly WeighedInvoice[],
  customer: CustomerDetails,
  contacts: ContactRow[],
  { channel, template, settings }: Manner,
): BulkLine {
  const open = members.filter(({ weighed }) => weighed.forbids.length === 0);
  const weighed = open.map((one) => one.weighed);
  const version = template && versionFor(template, customer.language, settings.language);
  const closed = members.find((one) => one.weighed.forbids.length > 0)?.weighed.forbids[0]?.code ?? 'settled';
  return {
    key,
    customer,
    contacts,
    currency: members[0]?.invoice.currency ?? '',
    invoices: open.map(({ invoice }) => invoice),
    weighed,
    dropped: members.filter((one) => !open.includes(one)).map(({ invoice }) => invoice),
    recipients: channel === 'email' ? addressees({ contacts }, []) : [],
    language: version?.language ?? customer.language,
    total: open.reduce((sum, { invoice }) => sum + invoice.outstanding, 0),
    heavy: heavyReasons(weighed),
    obstacle:
      open.length === 0 ? closed : (unreachableBy(channel, customer, contacts) ?? (version ? null : 'no_template')),
  };
}

function unreachableBy(channel: HandChannel, customer: CustomerDetails, contacts: ContactRow[]): Obstacle | null {
  if (channel === 'letter') return hasPostalAddress(customer) ? null : 'no_postal_address';
  return unreachable({ ...customer, pause: null, contacts, hasPostalAddress: false }, 'email');
}

/** Tries the template once in each language: to fill it in for everybody would take long, and fail for the same reason. */
async function tryTemplate(
  db: Db,
  lines: BulkLine[],
  { channel, template, settings, day }: Manner & { template: Template; day: Day },
): Promise<void> {
  const broken = new Map<string, boolean>();
  for (const line of lines) {
    if (line.obstacle !== null) continue;
    if (!broken.has(line.language)) {
      const occasion = occasionOf(line, channel, template);
      const written = await writeByHand(db, occasion, { ...AS_PROPOSED, templateId: template.id }, settings, day);
      broken.set(line.language, !written.ok && written.reason === 'template_broken');
    }
    if (broken.get(line.language)) line.obstacle = 'template_broken';
  }
}

const occasionOf = (line: BulkLine, channel: HandChannel, template: Template): Occasion => {
  const { customer, contacts, currency, invoices, weighed } = line;
  return { channel, customer, contacts, currency, invoices, weighed, templates: [template], documents: [] };
};
