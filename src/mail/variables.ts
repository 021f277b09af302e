import type { Day } from '../domain/calendar.ts';
import { daysBetween } from '../domain/calendar.ts';
import type { LetterContent, LetterRow } from '../domain/letter.ts';
import { type Currency, type Minor, totalsByCurrency } from '../domain/money.ts';
import { formatDay, formatDayFigures, formatList, formatMoney } from '../i18n/format.ts';
import { translator } from '../i18n/translate.ts';
import type { ComposedLine, MailContent } from './compose.ts';
import { paymentOf } from './payment.ts';

/** The variables of a template with their values: words and amounts in the customer's language. */
export function contextOf(content: MailContent): object {
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
    paymentReference: paymentOf(content).reference,
    // A subject has no room for a table, and none for a picture.
    invoiceTable: '',
    paymentCode: '',
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

/** What the table says. */
export function tableWords(content: MailContent): LetterContent['table'] {
  const { language, lines, credits, day } = content;
  const t = translator(language);
  const rows = [
    ...lines.map(({ number, issuedOn, dueOn, currency, outstanding }) => ({
      number,
      issuedOn: formatDayFigures(issuedOn, language),
      dueOn: dueOn ? formatDayFigures(dueOn, language) : '',
      daysLate: String(daysLate(dueOn, day) || ''),
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
  const labels: LetterRow = {
    number: t('mail.number'),
    issuedOn: t('mail.issuedOn'),
    dueOn: t('mail.dueOn'),
    daysLate: t('mail.daysLate'),
    amount: t('mail.amount'),
  };
  return { labels, rows, totals };
}
