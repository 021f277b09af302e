import { addDays, type Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Settings } from '../domain/settings.ts';
import type { ComposedMail, MailContent } from '../mail/compose.ts';
import { type FieldProblem, renderTemplate } from '../mail/renderTemplate.ts';
import { sampleContent } from '../mail/sampleContent.ts';
import { contactsOf, customersById } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { type DocumentInfo, invoiceDocuments } from '../store/documents.ts';
import { type InvoiceDetails, listInvoices } from '../store/ledger.ts';
import type { Template } from '../store/templates.ts';

/** Something of one's own to look at a template with: an invoice, or for grouped templates a customer's invoices in one currency. */
export interface Occasion {
  /** Names it in a form. */
  value: string;
  customerName: string;
  number: string;
  count: number;
  total: Minor;
  currency: Currency;
  invoices: readonly InvoiceDetails[];
}

export interface PreviewInput {
  template: Pick<Template, 'name' | 'kind' | 'scope'>;
  words: { language: string; subject: string; body: string };
  /** What to show it on; the first one where it is not there, an example where there is none at all. */
  on: string;
  today: Day;
  settings: Settings;
}

export type Preview =
  | { ok: true; mail: ComposedMail; occasion: Occasion | null; documents: DocumentInfo[] }
  | { ok: false; problems: readonly FieldProblem[] };

/** How many open invoices are looked through, the longest overdue first. */
const LOOKED_AT = 300;
const SHOWN = 25;

/** What a template of the scope can be looked at with: open invoices, or customers, those with several invoices first. */
export async function previewOccasions(db: Db, scope: Template['scope']): Promise<Occasion[]> {
  const open = (await listInvoices(db, LOOKED_AT)).filter(({ state }) => state === 'issued');
  if (scope === 'single') return open.slice(0, SHOWN).map((invoice) => occasionOf(String(invoice.id), [invoice]));
  const groups = Map.groupBy(open, ({ customerId, currency }) => `${customerId}-${currency}`);
  return [...groups]
    .map(([value, invoices]) => occasionOf(value, invoices))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, SHOWN);
}

function occasionOf(value: string, invoices: readonly (InvoiceDetails & { customerName: string })[]): Occasion {
  const [first] = invoices;
  return {
    value,
    customerName: first?.customerName ?? '',
    number: first?.number ?? '',
    count: invoices.length,
    total: invoices.reduce((sum, { outstanding }) => sum + outstanding, 0),
    currency: first?.currency ?? 'EUR',
    invoices,
  };
}

/** A template, saved or not, filled with something of one's own as it would leave today, or what keeps it from being filled. */
export async function previewTemplate(db: Db, input: PreviewInput): Promise<Preview> {
  const { template, words, on } = input;
  const occasions = await previewOccasions(db, template.scope);
  const occasion = occasions.find(({ value }) => value === on) ?? occasions[0] ?? null;
  const documents = occasion && template.kind === 'email' ? await documentsOf(db, occasion) : [];
  const content = { ...(await contentOf(db, occasion, input)), attachments: documents.length };
  const { scope, kind } = template;
  const rendering = await renderTemplate({ template: words, scope, kind, contents: [content] });
  if (!rendering.ok) return rendering;
  const [mail] = rendering.mails;
  if (!mail) throw new Error('nothing was rendered');
  return { ok: true, mail, occasion, documents };
}

async function documentsOf(db: Db, { invoices }: Occasion): Promise<DocumentInfo[]> {
  const ids = invoices.map(({ id }) => id);
  const documents = await invoiceDocuments(db, ids);
  return ids.flatMap((id) => documents.get(id) ?? []);
}

/** Days that the example's payment deadline lies ahead. */
const DEADLINE = 8;

async function contentOf(
  db: Db,
  occasion: Occasion | null,
  { template, words, today, settings }: PreviewInput,
): Promise<MailContent> {
  const { name, email, phone, iban, bic } = settings.company;
  const sample = sampleContent(words.language, template.scope);
  const company = { name, email, phone, iban, bic };
  const base = { ...sample, company, stepName: template.name };
  const customerId = occasion?.invoices[0]?.customerId;
  if (!occasion || customerId === undefined) return base;
  const customer = (await customersById(db, [customerId])).get(customerId);
  const contacts = (await contactsOf(db, [customerId])).get(customerId) ?? [];
  return {
    ...base,
    day: today,
    deadline: addDays(today, DEADLINE),
    customer: { name: customer?.name ?? '', code: customer?.code ?? '' },
    contactName: contacts.find(({ receives }) => receives === 'to')?.name ?? '',
    lines: occasion.invoices,
  };
}
