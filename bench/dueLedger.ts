import type { ArchiveInput } from '../src/domain/archive.ts';
import type { Day } from '../src/domain/calendar.ts';

/** A firm whose customers each have one invoice with a reminder due on a day, and a mail server without a login. */
export function dueLedger({ count, server, dates, settings = {} }: DueLedger): ArchiveInput {
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  return {
    format: 'dunwell-archive',
    version: 1,
    settings: {
      company: { name: 'Meunier & Fils', email: 'anna@meunier.example' },
      holidays: null,
      mode: 'automatic',
      holdMinutes: 0,
      brakes: { maxMessages: 100_000 },
      mail: { ...server, security: 'none' },
      ...settings,
    },
    templates: [
      {
        name: 'Reminder',
        versions: {
          en: { subject: 'Invoice {{invoice.number}}', body: '<p>{{invoice.outstanding}}</p>{{{invoiceTable}}}' },
        },
      },
    ],
    plans: [{ kind: 'escalation', name: 'Standard', steps: [{ name: 'First', days: 7, template: 'Reminder' }] }],
    customers: numbers.map((n) => ({
      code: `C${n}`,
      name: `Customer ${n} Ltd`,
      contacts: [{ name: 'Accounts', email: `c${n}@customer.example` }],
    })),
    enrolments: numbers.map((n) => ({ customer: `C${n}`, plan: 'Standard', since: dates.since })),
    invoices: numbers.map((n) => ({
      customer: `C${n}`,
      number: `INV-${n}`,
      ...dates.invoice,
      currency: 'EUR',
      total: '100.00',
    })),
  };
}

interface DueLedger {
  count: number;
  server: { host: string; port: number };
  /** Since when the customers are on the plan, and the days of every invoice; the step is due seven days after `dueOn`. */
  dates: { since: Day; invoice: { issuedOn: Day; dueOn: Day } };
  settings?: Partial<NonNullable<ArchiveInput['settings']>>;
}
