import { newReasons } from '../../domain/bulk.ts';
import { currencyDigits, totalsByCurrency } from '../../domain/money.ts';
import { formatList, formatMoment, formatMoney } from '../../i18n/format.ts';
import type { BulkLine, PreparedBatch } from '../../services/prepareBatch.ts';
import type { BulkOrder } from '../../services/startBatch.ts';
import { languageName } from '../customers/countries.ts';
import type { Visit } from '../visit.ts';
import { type Choice, seenText } from './choice.ts';
import { listOf, warningsOf } from './warnings.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings' | 'user'>;

interface BulkParts {
  choice: Choice;
  prepared: PreparedBatch;
  /** Customers who were chosen and owe nothing. */
  without: readonly { name: string }[];
  earlier: readonly { id: number; createdAt: string; count: number }[];
  error: string;
}

/** The page of a bulk sending: what it is about, how it is sent, and a line for each message. */
export function bulkView({ choice, prepared, without, earlier, error }: BulkParts, words: Words): object {
  const { t } = words;
  const { content } = choice;
  const { lines, template } = prepared;
  const rows = lines.map((line) => rowView(line, choice, template?.id ?? 0, words));
  const possible = rows.filter(({ obstacle }) => obstacle === '');
  const ticked = lines.filter(({ key }) => possible.some((row) => row.key === key && row.ticked));
  return {
    nothing: content.invoiceIds.length + content.withoutAny.length === 0,
    error,
    lead: leadOf(choice, lines, words),
    channel: content.channel,
    fields: fieldsOf(choice),
    formKey: choice.key,
    seen: seenText(Object.fromEntries(lines.filter(isPossible).map(({ key, heavy }) => [key, heavy]))),
    channels: (['email', 'letter'] as const).map((value) => ({
      value,
      text: t(`channel.${value}`),
      chosen: value === content.channel,
    })),
    templates: prepared.templates.map(({ id, name }) => ({ id, name, chosen: id === template?.id })),
    copy: { chosen: content.copy, address: words.user?.email ?? '' },
    completes: { chosen: content.completes, count: dueStepsOf(lines, content.channel) },
    sections: sectionsOf(possible, t),
    excluded: rows.filter(({ obstacle }) => obstacle !== ''),
    without: without.length ? t('bulk.oweNothing', { count: without.length, names: listOf(names(without), 8) }) : '',
    foot: footOf(ticked, content.channel, words),
    earlier: earlier.map(({ id, createdAt, count }) => ({
      url: `/sending/batches/${id}`,
      when: formatMoment(createdAt, words.settings.timeZone, words.language),
      text: t('bulk.messages', { count }),
    })),
  };
}

const isPossible = ({ obstacle }: BulkLine): boolean => obstacle === null;

const names = (customers: readonly { name: string }[]): string[] => customers.map(({ name }) => name);

/** A bulk sending as its form asks for it; the copy goes to whoever sends. */
export const orderOf = ({ key, content }: Choice, ownAddress: string): BulkOrder => ({
  key,
  channel: content.channel,
  invoiceIds: content.invoiceIds,
  templateId: content.templateId,
  lines: new Map((content.ticked ?? []).map((line) => [line, content.seen[line] ?? []])),
  copyTo: content.copy && content.channel === 'email' ? ownAddress : '',
  completes: content.completes,
});

function leadOf({ content }: Choice, lines: readonly BulkLine[], { t }: Words): string {
  const customers = new Set(lines.map(({ customer }) => customer.id)).size;
  if (content.ofCustomers) return t('bulk.leadCustomers', { count: customers });
  const invoices = t('bulk.invoices', { count: content.invoiceIds.length });
  if (customers === 1) return t(lines.length > 1 ? 'bulk.leadCurrencies' : 'bulk.leadOne', { invoices });
  return t('bulk.lead', { count: customers, invoices });
}

/** What the form carries so that its answer is about the same choice. */
const fieldsOf = ({ id, key, content }: Choice): { name: string; value: string | number }[] =>
  id !== null
    ? [{ name: 'choice', value: id }]
    : [
        { name: 'formKey', value: key },
        { name: 'ids', value: content.invoiceIds.join(',') },
        { name: 'without', value: content.withoutAny.join(',') },
      ];

const dueStepsOf = (lines: readonly BulkLine[], channel: string): number =>
  lines
    .filter(isPossible)
    .reduce((sum, { weighed }) => sum + weighed.filter(({ dueStep }) => dueStep?.channel === channel).length, 0);

interface RowView {
  key: string;
  ticked: boolean;
  heavy: boolean;
  obstacle: string;
  [more: string]: unknown;
}

function rowView(line: BulkLine, { content }: Choice, templateId: number, words: Words): RowView {
  const { t, language } = words;
  const { key, customer, currency, invoices, dropped, heavy, obstacle, total } = line;
  const query = new URLSearchParams({
    channel: content.channel,
    template: String(templateId),
    ids: invoices.map(({ id }) => id).join(','),
  });
  return {
    key,
    ticked: obstacle === null && isTicked(line, content),
    heavy: heavy.length > 0,
    obstacle: obstacle === null ? '' : obstacleText(line, words),
    customer: customer.name,
    customerUrl: `/customers/${customer.id}`,
    recipients: recipientsOf(line, content.channel, words),
    count: t('bulk.invoices', { count: invoices.length || dropped.length }),
    numbers: listOf((invoices.length ? invoices : dropped).map(({ number }) => number)),
    total: formatMoney(total, currency, language),
    minor: total,
    currency,
    digits: currencyDigits(currency),
    language: languageName(line.language, language),
    warnings: obstacle === null ? warningsOf(line, words) : [],
    messageUrl: obstacle === null ? `/sending/bulk/message?${query.toString()}` : '',
  };
}

/** As a person left it, unless something has come up that he has not seen; by itself a line goes when nothing speaks against it. */
function isTicked({ key, heavy }: BulkLine, { ticked, seen }: Choice['content']): boolean {
  const known = seen[key];
  if (ticked === null || !known) return heavy.length === 0;
  return ticked.includes(key) && newReasons(heavy, known).length === 0;
}

function obstacleText({ obstacle }: BulkLine, { t }: Words): string {
  return obstacle === 'template_broken' ? t('bulk.templateBroken') : t(`reason.${obstacle as 'settled'}`);
}

function recipientsOf({ customer, recipients }: BulkLine, channel: string, { t }: Words): string[] {
  if (channel === 'letter')
    return [[customer.street, `${customer.postcode} ${customer.city}`.trim()].filter(Boolean).join(', ')];
  return recipients.map(({ email, receives }) =>
    receives === 'cc' ? `${t('outbox.cc')} ${email ?? ''}` : (email ?? ''),
  );
}

const sectionsOf = (rows: readonly RowView[], t: Words['t']): object[] =>
  [
    { name: 'look', title: t('bulk.look'), text: t('bulk.lookText'), rows: rows.filter(({ heavy }) => heavy) },
    { name: 'ready', title: t('bulk.ready'), text: '', rows: rows.filter(({ heavy }) => !heavy) },
  ].filter((section) => section.rows.length > 0);

/** What the button will do, in the forms that the page needs to say it for any number. */
function footOf(ticked: readonly BulkLine[], channel: 'email' | 'letter', { t, language }: Words): object {
  const count = '{count}';
  const labels =
    channel === 'email'
      ? [t('bulk.send_one', { count }), t('bulk.send_other', { count })]
      : [t('bulk.print_one', { count }), t('bulk.print_other', { count })];
  const totals = totalsByCurrency(ticked.map(({ currency, total }) => ({ currency, amount: total })));
  return {
    one: labels[0],
    other: labels[1],
    neutral: t(channel === 'email' ? 'bulk.sendTicked' : 'bulk.printTicked'),
    current: t(channel === 'email' ? 'bulk.send' : 'bulk.print', { count: ticked.length }),
    nothing: t('bulk.nothingTicked'),
    totals: formatList(
      [...totals].map(([currency, amount]) => formatMoney(amount, currency, language)),
      language,
    ),
  };
}
