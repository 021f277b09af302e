import { demoArchive } from '../../seeds/demo.ts';
import { isoOf, type Clock } from '../clock.ts';
import { type Archive, archiveSchema } from '../domain/archive.ts';
import { addDays, type Day, daysBetween, isDay } from '../domain/calendar.ts';
import { minorFromDecimal } from '../domain/money.ts';
import { localMoment } from '../domain/timetable.ts';
import { formatDay, formatMoney } from '../i18n/format.ts';
import { isLanguage } from '../i18n/translate.ts';
import { Refusal } from '../refusal.ts';
import { allCustomers } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { importArchive } from './archives.ts';

/** Loads the example company into an empty database, moved so that its invoices are as late today as they were made to be. */
export async function loadDemo(db: Db, { clock, language }: { clock: Clock; language: string }): Promise<Archive> {
  if ((await allCustomers(db)).length > 0) throw new Refusal('not_empty');
  const demo = archiveSchema.parse(demoArchive(isLanguage(language) ? language : 'en'));
  const today = localMoment(clock(), demo.settings?.timeZone ?? 'Europe/Paris').day;
  const moved = shiftDays(demo, weeksBetween(demo.asOf ?? today, today) * 7);
  moved.invoices = await Promise.all(moved.invoices.map((invoice) => withPdf(invoice, moved, clock)));
  await importArchive(db, moved, { file: 'demo', clock });
  return moved;
}

/** Whole weeks, so that every day keeps its weekday. */
const weeksBetween = (from: Day, to: Day): number => Math.round(daysBetween(from, to) / 7);

/** The archive with every day and instant moved by n days. */
export function shiftDays(archive: Archive, n: number): Archive {
  return JSON.parse(JSON.stringify(archive), (key, value: unknown) => {
    if (typeof value !== 'string' || key === 'number' || key === 'key') return value;
    if (isDay(value)) return addDays(value, n);
    const [day = '', time] = value.split('T');
    return isDay(day) && time?.endsWith('Z') ? `${addDays(day, n)}T${time}` : value;
  }) as Archive;
}

const WORDS: Record<string, [invoice: string, issued: string, due: string, total: string]> = {
  en: ['Invoice', 'Date', 'Payment due', 'Total'],
  fr: ['Facture', 'Date', 'Échéance', 'Total'],
  it: ['Fattura', 'Data', 'Scadenza', 'Totale'],
};

async function withPdf(
  invoice: Archive['invoices'][number],
  { settings, customers }: Archive,
  clock: Clock,
): Promise<Archive['invoices'][number]> {
  const customer = customers.find(({ code }) => code === invoice.customer);
  const { number, currency, issuedOn, dueOn, total } = invoice;
  if (!customer || invoice.state === 'draft') return invoice;
  const { language } = customer;
  const words = WORDS[language] ?? WORDS.en ?? ['', '', '', ''];
  const company = settings?.company;
  // What draws is large, and nothing else in this process needs it: whoever does not draw starts sooner.
  const { drawDemoInvoice } = await import('../pdf/demoInvoice.ts');
  const content = await drawDemoInvoice({
    seller: [company?.name ?? '', company?.street ?? '', `${company?.postcode ?? ''} ${company?.city ?? ''}`],
    buyer: [customer.name, customer.street, `${customer.postcode} ${customer.city}`],
    title: `${words[0]} ${number}`,
    facts: [
      [words[1], formatDay(issuedOn, language)],
      ...(dueOn ? [[words[2], formatDay(dueOn, language)] as [string, string]] : []),
      [words[3], formatMoney(minorFromDecimal(total, currency) ?? 0, currency, language)],
    ],
    date: new Date(`${issuedOn}T12:00:00Z`),
  });
  const document = {
    name: `${number}.pdf`,
    kind: 'invoice' as const,
    mediaType: 'application/pdf',
    content: content.toString('base64'),
    addedAt: isoOf(clock()),
  };
  return { ...invoice, documents: [document] };
}
