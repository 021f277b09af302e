import { randomBytes } from 'node:crypto';
import { compile } from 'html-to-text';
import type { Day } from '../domain/calendar.ts';
import { daysBetween } from '../domain/calendar.ts';
import { type Currency, type Minor, totalsByCurrency } from '../domain/money.ts';
import { formatDay, formatDayFigures, formatList, formatMoney } from '../i18n/format.ts';
import { translator } from '../i18n/translate.ts';
import { readResource } from '../resources.ts';
import { sanitise } from './sanitise.ts';
import { render, renderOwn } from './templates.ts';

/** One invoice in a message. */
export interface ComposedLine {
  number: string;
  issuedOn: Day;
  dueOn: Day | null;
  currency: Currency;
  total: Minor;
  outstanding: Minor;
}

/** Everything that a message says, as plain data. */
export interface MailContent {
  language: string;
  /** The day it is written for: what "days late" counts to. */
  day: Day;
  customer: { name: string; code: string };
  contactName: string;
  company: { name: string; email: string; phone: string; iban: string; bic: string };
  stepName: string | null;
  deadline: Day | null;
  lines: readonly ComposedLine[];
  credits: readonly { kind: 'credit_note' | 'payment'; number: string; currency: Currency; remaining: Minor }[];
  attachments: number;
}

/** A message in words: the subject, and the body both as a whole HTML page and as plain text. */
export interface ComposedMail {
  subject: string;
  html: string;
  text: string;
}

const resources = new Map<string, string>();

function resource(name: string): string {
  const text = resources.get(name) ?? readResource(`views/mail/${name}`)?.toString('utf8');
  if (text === undefined) throw new Error(`views/mail/${name} is missing`);
  resources.set(name, text);
  return text;
}

/** Fills a template version with the content. Throws, naming the variable, when the template asks for one that there is not. */
export function composeMail(template: { subject: string; body: string }, content: MailContent): ComposedMail {
  const { language } = content;
  const { subject, body } = fill(template, content);
  const html = renderOwn(resource('shell.hbs'), { language, subject, body });
  return { subject, html, text: textOf(body) };
}

/** The same words as a sheet of paper, for the screen: who writes to whom, the day, the subject and the body. */
export function composeSheet(template: { subject: string; body: string }, content: MailContent): ComposedMail {
  const { language, company, customer, day } = content;
  const { subject, body } = fill(template, content);
  const facts = { company: company.name, customer: customer.name, day: formatDay(day, language) };
  return { subject, html: renderOwn(resource('sheet.hbs'), { language, subject, body, ...facts }), text: textOf(body) };
}

/** Where the table of invoices goes: nobody can write this word, since it is made anew by every process. */
const TABLE_GOES_HERE = `dunwell-${randomBytes(12).toString('hex')}`;
const TABLE_PLACE = new RegExp(`<p>\\s*${TABLE_GOES_HERE}\\s*</p>|${TABLE_GOES_HERE}`, 'g');

/**
 * Subject and body with their variables filled in. What comes out of the template is sanitised as a whole, so that no
 * value can complete a tag or an address that the template began; the product's own table, which alone carries styles, is
 * put in afterwards, in the place that a random word kept for it.
 */
function fill(template: { subject: string; body: string }, content: MailContent): { subject: string; body: string } {
  const { language } = content;
  const context = contextOf(content);
  const subject = oneLine(render(template.subject, language, context, { html: false }));
  const words = sanitise(
    render(template.body, language, { ...context, invoiceTable: TABLE_GOES_HERE }, { html: true }),
  );
  return { subject, body: words.replace(TABLE_PLACE, () => tableOf(content)) };
}

/** The text part says the same as the HTML part: tables keep their columns, links show their address. */
const textOf = (html: string): string => `${toText(html)}\n`;

const toText = compile({
  wordwrap: 78,
  selectors: [
    {
      selector: 'table',
      format: 'dataTable',
      options: { uppercaseHeaderCells: false, colSpacing: 2, maxColumnWidth: 40 },
    },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
  ],
});

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

function contextOf(content: MailContent): object {
  const { language, lines, day, deadline, stepName, contactName, customer, company, credits, attachments } = content;
  const invoices = lines.map((line) => invoiceContext(line, content));
  const overdue = lines.filter(({ dueOn }) => dueOn !== null && dueOn < day);
  return {
    customer,
    company,
    contact: { name: contactName },
    step: { name: stepName ?? '' },
    today: formatDay(day, language),
    deadline: deadline && formatDay(deadline, language),
    invoice: invoices.length === 1 ? invoices[0] : undefined,
    invoices,
    invoiceCount: invoices.length,
    total: totalsInWords(amountsOf(content), language),
    overdueTotal: totalsInWords(
      overdue.map(({ currency, outstanding }) => ({ currency, amount: outstanding })),
      language,
    ),
    credits: credits.map(({ number, currency, remaining }) => ({
      number,
      amount: formatMoney(-remaining, currency, language),
    })),
    attachments,
    // A subject has no room for a table.
    invoiceTable: '',
  };
}

function invoiceContext(line: ComposedLine, { language, day }: MailContent): object {
  const { number, issuedOn, dueOn, currency, total, outstanding } = line;
  return {
    number,
    issuedOn: formatDay(issuedOn, language),
    dueOn: dueOn ? formatDay(dueOn, language) : '',
    total: formatMoney(total, currency, language),
    outstanding: formatMoney(outstanding, currency, language),
    paidSoFar: formatMoney(total - outstanding, currency, language),
    partlyPaid: outstanding < total,
    daysLate: daysLate(dueOn, day),
    overdue: daysLate(dueOn, day) > 0,
  };
}

const daysLate = (dueOn: Day | null, day: Day): number => (dueOn ? Math.max(0, daysBetween(dueOn, day)) : 0);

const amountsOf = ({ lines, credits }: MailContent): { currency: Currency; amount: Minor }[] => [
  ...lines.map(({ currency, outstanding }) => ({ currency, amount: outstanding })),
  ...credits.map(({ currency, remaining }) => ({ currency, amount: -remaining })),
];

/** One total for each currency; amounts of different currencies are never added. */
function totalsInWords(amounts: { currency: Currency; amount: Minor }[], language: string): string {
  const totals = [...totalsByCurrency(amounts)].map(([currency, total]) => formatMoney(total, currency, language));
  return formatList(totals, language);
}

/** The table of the invoices, with credits in their own rows and one total row for each currency. */
function tableOf(content: MailContent): string {
  const { language, lines, credits, day } = content;
  const t = translator(language);
  const rows = [
    ...lines.map(({ number, issuedOn, dueOn, currency, outstanding }) => ({
      number,
      issuedOn: formatDayFigures(issuedOn, language),
      dueOn: dueOn ? formatDayFigures(dueOn, language) : '',
      daysLate: daysLate(dueOn, day) || '',
      amount: formatMoney(outstanding, currency, language),
    })),
    ...credits.map(({ kind, number, currency, remaining }) => ({
      number: t(kind === 'credit_note' ? 'mail.creditNote' : 'mail.payment', { number }),
      issuedOn: '',
      dueOn: '',
      daysLate: '',
      amount: formatMoney(-remaining, currency, language),
    })),
  ];
  const totals = [...totalsByCurrency(amountsOf(content))].map(([currency, total]) => ({
    label: t('mail.total'),
    amount: formatMoney(total, currency, language),
  }));
  const labels = {
    number: t('mail.number'),
    issuedOn: t('mail.issuedOn'),
    dueOn: t('mail.dueOn'),
    daysLate: t('mail.daysLate'),
    amount: t('mail.amount'),
  };
  return renderOwn(resource('invoiceTable.hbs'), { labels, rows, totals });
}
