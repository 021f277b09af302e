import { begunDraft } from '../../services/saveDraft.ts';
import { type HandChannel, summaryInvoices } from '../../services/findOccasion.ts';
import type { DraftOf } from '../../store/drafts.ts';
import { customersById } from '../../store/customers.ts';
import { invoicesById } from '../../store/ledger.ts';
import type { Key } from '../../i18n/translate.ts';
import { keep } from '../templates/kept.ts';
import type { Visit, Web } from '../visit.ts';
import { aboutCustomer, aboutInvoices, askedIds, type Fields, freshFields, MOST, withDraft } from './fields.ts';
import { type Around, windowView } from './view.ts';
import type { NoWindow, OpenWindow } from './window.ts';

/** Whether the address asks for a letter or for an e-mail. */
export const channelOf = ({ request }: Visit): HandChannel =>
  request.path.startsWith('/sending/letter') ? 'letter' : 'email';

type Asked = { ok: true; fields: Fields } | { ok: false; none: NoWindow };

/** Said before the window opens: a message about only some of what was asked for would be another one. */
export const TOO_MANY: NoWindow = { reason: 'too_many', about: [], ids: [] };

/** What an address asks for: some invoices, or all that a customer owes in a currency. */
export async function whatIsAsked(visit: Visit, { db }: Web): Promise<Asked> {
  const ids = askedIds(visit);
  if (ids.length > MOST) return { ok: false, none: TOO_MANY };
  if (ids.length > 0) return { ok: true, fields: freshFields(aboutInvoices(ids), ids) };
  const customerId = Number(visit.field('customer')) || 0;
  const customer = (await customersById(db, [customerId])).get(customerId);
  if (!customer) return { ok: false, none: { reason: 'no_invoice', about: [], ids: [] } };
  const groups = await summaryInvoices(db, customerId, visit.today);
  const currency = groups.has(visit.field('currency')) ? visit.field('currency') : [...groups.keys()][0];
  const invoices = groups.get(currency ?? '');
  if (!currency || !invoices) return { ok: false, none: { reason: 'settled', about: [customer.name], ids: [] } };
  if (invoices.length > MOST) return { ok: false, none: TOO_MANY };
  return {
    ok: true,
    fields: freshFields(
      aboutCustomer(customerId, currency),
      invoices.map(({ id }) => id),
    ),
  };
}

/** Whose draft it is, and about what; nobody's where nobody is signed in. */
export const draftKey = (visit: Visit, { about }: Pick<Fields, 'about'>): DraftOf | null =>
  visit.user ? { userId: visit.user.id, channel: channelOf(visit), about } : null;

/** The window with what its user began, and since when. */
export async function restored(visit: Visit, { db }: Web, fresh: Fields): Promise<{ fields: Fields; begunAt: string }> {
  const of = draftKey(visit, fresh);
  const begun = of && (await begunDraft(db, of));
  return begun ? { fields: withDraft(fresh, begun.content), begunAt: begun.savedAt } : { fields: fresh, begunAt: '' };
}

const AROUND: Omit<Around, 'previewUrl' | 'pdfUrl' | 'currencies'> = {
  begunAt: '',
  errors: {},
  templateName: '',
  savedAs: '',
  live: false,
};

/** Answers with the window, or while it is open with the parts that follow from what was changed. */
export async function show(
  visit: Visit,
  { db }: Web,
  window: OpenWindow,
  { status = 200, ...more }: Partial<Around> & { status?: number } = {},
): Promise<void> {
  const { shown, channel, fields, occasion } = window;
  const userId = visit.user?.id ?? 0;
  const letter = shown.ok ? shown.content.letter : null;
  const around: Around = {
    ...AROUND,
    previewUrl: shown.ok ? `/sending/previews/${keep(userId, shown.html)}` : '',
    pdfUrl: letter ? `/sending/previews/${keep(userId, Buffer.from(JSON.stringify(letter)))}/letter.pdf` : '',
    currencies: fields.about.startsWith('customer:')
      ? [...(await summaryInvoices(db, occasion.customer.id, visit.today)).keys()]
      : [],
    ...more,
  };
  const view = { ...windowView(window, around, visit), back: addressOf(channel, fields), inDialog: visit.partial };
  if (around.live) return visit.fragment('sending/parts.njk', view, status);
  return visit.page('sending/window.njk', view, status);
}

/** The address that opens the same window. */
function addressOf(channel: HandChannel, { about, offered }: Fields): string {
  const [, customer, currency] = /^customer:(\d+):([A-Z]{3})$/.exec(about) ?? [];
  const params = customer
    ? new URLSearchParams({ customer, currency: currency ?? '' })
    : new URLSearchParams(offered.map((id): [string, string] => ['ids', String(id)]));
  return `/sending/${channel}?${params.toString()}`;
}

const REFUSALS: Record<NoWindow['reason'], Key> = {
  no_invoice: 'sending.noInvoice',
  too_many: 'sending.tooManyInvoices',
  several_customers: 'sending.severalCustomers',
  several_currencies: 'sending.severalCurrencies',
  settled: 'sending.settled',
  no_template: 'sending.noTemplate',
  no_postal_address: 'sending.noPostalAddress',
};

/** Says in one sentence why there can be no such message, and leads to what can be done. */
export async function refuse(visit: Visit, { db }: Web, none: NoWindow): Promise<void> {
  const { t } = visit;
  const about = new Intl.ListFormat(visit.language).format(none.about);
  const text = t(REFUSALS[none.reason], { about, most: MOST });
  const links =
    none.reason === 'no_template'
      ? [{ url: '/templates', text: t('nav.templates') }]
      : await waysOut(visit, db, none.reason);
  return visit.page(
    'sending/refused.njk',
    { title: t('sending.notPossible'), text, links, inDialog: visit.partial },
    422,
  );
}

/** Several customers get a message each; several currencies too. */
async function waysOut(visit: Visit, db: Web['db'], reason: string): Promise<{ url: string; text: string }[]> {
  const ids = askedIds(visit);
  const params = (some: readonly number[]): string =>
    new URLSearchParams(some.map((id): [string, string] => ['ids', String(id)])).toString();
  const customer = visit.field('customer');
  if (reason === 'too_many' && ids.length === 0)
    return [{ url: `/sending/bulk?of=customers&ids=${Number(customer) || 0}`, text: visit.t('sending.toBulk') }];
  if (reason === 'several_customers' || reason === 'too_many')
    return [{ url: `/sending/bulk?${params(ids)}`, text: visit.t('sending.toBulk') }];
  if (reason !== 'several_currencies') return [];
  const invoices = [...(await invoicesById(db, ids)).values()];
  return [...Map.groupBy(invoices, ({ currency }) => currency)].map(([currency, some]) => ({
    url: `/sending/${channelOf(visit)}?${params(some.map(({ id }) => id))}`,
    text: visit.t('sending.onlyCurrency', { currency, count: some.length }),
  }));
}
