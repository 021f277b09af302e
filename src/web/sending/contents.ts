import type { Weighed } from '../../domain/byHand.ts';
import { daysBetween } from '../../domain/calendar.ts';
import { formatMoney } from '../../i18n/format.ts';
import type { DocumentFile } from '../../store/documents.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import type { Visit } from '../visit.ts';
import type { OpenWindow } from './window.ts';

type Words = Pick<Visit, 't' | 'language' | 'today'>;

/** What the message is about and what goes with it: its invoices, documents and steps, each with its tick. */
export function contentsView(window: OpenWindow, words: Words): object {
  const { fields, whole, occasion } = window;
  return {
    invoices: whole.invoices.map((invoice) => invoiceView(invoice, fields.ids, words)),
    total: totalOf(occasion.invoices, occasion.currency, words),
    documents: occasion.documents.map((one) => documentView(one, fields.documents, words)),
    withoutPdf: withoutPdfView(window, words),
    tooLarge: tooLarge(window, words),
    steps: stepsView(window, words),
  };
}

function invoiceView(invoice: InvoiceDetails, ids: readonly number[], { t, language, today }: Words): object {
  const { id, number, outstanding, currency, dueOn } = invoice;
  const late = dueOn ? daysBetween(dueOn, today) : 0;
  return {
    id,
    number,
    ticked: ids.includes(id),
    amount: formatMoney(outstanding, currency, language),
    late: late > 0 ? t('invoices.daysLate', { count: late }) : '',
  };
}

const totalOf = (invoices: readonly InvoiceDetails[], currency: string, { language }: Words): string =>
  formatMoney(
    invoices.reduce((sum, { outstanding }) => sum + outstanding, 0),
    currency,
    language,
  );

const KB = 1024;
const MB = KB * KB;
/** Many mailboxes refuse what is larger. */
const LARGE = 10 * MB;

function sizeOf(bytes: number, { t, language }: Words): string {
  if (bytes < MB) return t('sending.kilobytes', { size: Math.max(1, Math.round(bytes / KB)) });
  return t('sending.megabytes', { size: (bytes / MB).toLocaleString(language, { maximumFractionDigits: 1 }) });
}

const documentView = ({ id, name, size }: DocumentFile, chosen: readonly number[], words: Words): object => ({
  id,
  name,
  size: size === 0 ? '' : sizeOf(size, words),
  ticked: chosen.includes(id),
});

function withoutPdfView({ channel, occasion }: OpenWindow, { t }: Words): string {
  if (channel === 'letter') return '';
  const filed = new Set(occasion.documents.map(({ invoiceId }) => invoiceId));
  const missing = occasion.invoices.filter(({ id }) => !filed.has(id)).map(({ number }) => number);
  return missing.length ? t('sending.noPdf', { count: missing.length, numbers: missing.join(', ') }) : '';
}

function tooLarge({ occasion, fields }: OpenWindow, words: Words): string {
  const chosen = occasion.documents.filter(({ id }) => fields.documents.includes(id));
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  return bytes > LARGE ? words.t('sending.tooLarge', { size: sizeOf(bytes, words) }) : '';
}

/** The tick that completes the due steps; null where no step is due. */
function stepsView({ channel, fields, occasion }: OpenWindow, { t }: Words): { text: string; ticked: boolean } | null {
  const due = occasion.weighed.flatMap(({ dueStep }) => dueStep ?? []);
  const [first] = due;
  if (!first) return null;
  const ticked = fields.completes ?? due.some((step) => step.channel === channel);
  if (due.length > 1) return { text: t('sending.completesSteps', { count: due.length }), ticked };
  return { text: stepText(first, occasion.weighed, occasion.invoices, t), ticked };
}

function stepText(
  { stepName }: StepName,
  weighed: readonly Weighed[],
  invoices: readonly InvoiceDetails[],
  t: Words['t'],
): string {
  if (invoices.length === 1) return t('sending.completesStep', { step: stepName });
  const of = invoices[weighed.findIndex(({ dueStep }) => dueStep !== null)];
  return t('sending.completesStepOf', { step: stepName, number: of?.number ?? '' });
}

type StepName = Pick<NonNullable<Weighed['dueStep']>, 'stepName'>;
