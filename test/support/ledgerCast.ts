import type { Archive, ArchiveInput } from '../../src/domain/archive.ts';
import { addDays, type Day } from '../../src/domain/calendar.ts';

/** What the ledger's customers go through: the file knows nobody's address, disputes or payments. */
export type Part = 'ordinary' | 'paid' | 'disputed' | 'promised' | 'paused' | 'unreachable';

export const PLANS = {
  each: 'Standard follow-up',
  together: 'All due invoices together',
  recap: 'Monthly statement',
} as const;

export const WALK_IN = 'Walk-in customers';
export const SENDER = 'accounts@wholesaler.example';

const PARTS: Record<number, Part> = {
  0: 'disputed',
  1: 'promised',
  2: 'paused',
  3: 'unreachable',
  4: 'paid',
  5: 'paid',
};

/** The customer's part, by his number; whoever has none bought at the counter and left no address. */
export function partOf(code: string): Part {
  const number = Number(code);
  return Number.isNaN(number) ? 'unreachable' : (PARTS[number % 40] ?? 'ordinary');
}

/** A third of the customers on each plan. */
export const planOf = (code: string): string =>
  [PLANS.each, PLANS.together, PLANS.recap][Number(code) % 3] ?? PLANS.each;

export const addressOf = (code: string): string => `${code.toLowerCase()}@customers.example`;

/** The mail server, and the day on which sending begins. */
export interface Setting {
  host: string;
  port: number;
  since: Day;
}

/** What turns the imported ledger into a firm that sends reminders: settings, addresses, plans, and what the customers did. */
export function castArchive(imported: Archive, { host, port, since }: Setting): ArchiveInput {
  const invoicesOf = (part: Part): Archive['invoices'] =>
    imported.invoices.filter(({ customer }) => partOf(customer) === part);
  return {
    format: 'dunwell-archive',
    version: 1,
    settings: settingsOf(host, port),
    // The first statements leave on the first day.
    plans: imported.plans.map((plan) => (plan.kind === 'recap' ? { ...plan, startOn: since } : plan)),
    customers: imported.customers.map((customer) => ({
      ...customer,
      contacts: partOf(customer.code) === 'unreachable' ? [] : [{ email: addressOf(customer.code) }],
      ...(partOf(customer.code) === 'paused' ? { pause: { reason: 'a new shop' } } : {}),
    })),
    enrolments: imported.customers.map(({ code }) => ({ customer: code, plan: planOf(code), since })),
    invoices: [
      ...invoicesOf('disputed').map((invoice) => ({
        ...invoice,
        disputes: [{ reason: 'wrong_goods', openedAt: `${since}T08:00:00.000Z` }],
      })),
      ...invoicesOf('promised').map((invoice) => ({
        ...invoice,
        promises: [{ until: addDays(since, 14), madeAt: `${since}T08:00:00.000Z` }],
      })),
    ],
    payments: invoicesOf('paid')
      .filter(({ total }) => Number(total) > 0)
      .map(({ customer, number, currency, total }) => ({
        key: `bank-${number}`,
        customer,
        receivedOn: since,
        currency,
        amount: total,
        applied: [{ invoice: number, amount: total, on: since }],
      })),
  };
}

const settingsOf = (host: string, port: number): ArchiveInput['settings'] => ({
  company: { name: 'The Wholesaler', email: SENDER, country: 'GB' },
  language: 'en',
  currency: 'GBP',
  timeZone: 'Europe/London',
  holidays: { country: 'GB', region: 'ENG' },
  mode: 'automatic',
  brakes: { maxMessages: 1_000_000, maxTimesMedian: 1_000_000 },
  mail: { host, port, security: 'none', from: SENDER },
});
