import Handlebars from 'handlebars';
import { demoArchive } from '../../seeds/demo.ts';
import { type SeedLanguage, starterArchive } from '../../seeds/starter.ts';
import { type Archive, type ArchiveInput, archiveSchema } from '../../src/domain/archive.ts';
import { isCurrency, minorFromDecimal } from '../../src/domain/money.ts';
import { composeMail, type MailContent } from '../../src/mail/compose.ts';
import { checkTemplate } from '../../src/mail/templates.ts';

const LANGUAGES: readonly SeedLanguage[] = ['en', 'fr', 'it'];
const starter = archiveSchema.parse(starterArchive('en'));
const templates = starter.templates.map((template) => ({ ...template, title: template.name }));
const versions = templates.flatMap(({ name, scope, versions: all }) =>
  Object.entries(all).map(([language, version]) => ({ name, scope, language, ...version })),
);

/** Whom a letter greets differs by custom: in Italian the firm where no person is known, in French nobody by name. */
const GREETING = new Set(['contact.name', 'customer.name']);

const line = {
  number: 'FA-2026-0901',
  issuedOn: '2026-09-01',
  dueOn: '2026-10-01',
  currency: 'EUR',
  total: 125_456,
  outstanding: 25_456,
} as const;
const full: MailContent = {
  language: 'en',
  day: '2026-11-20',
  customer: { name: 'Boulangerie Martin', code: 'MARTIN' },
  contactName: 'Claire Martin',
  company: { name: 'Meunier & Fils', email: 'anna@example.org', phone: '+33 4 00', iban: 'FR76 3000', bic: 'BNKX' },
  stepName: 'Reminder 1',
  deadline: '2026-11-27',
  lines: [line],
  credits: [],
  attachments: 1,
};
const several = {
  lines: [line, { ...line, number: 'FA-2026-0902', currency: 'GBP' }],
  credits: [{ kind: 'credit_note', number: 'AV-1', currency: 'EUR', remaining: 2_000 }],
  attachments: 2,
} satisfies Partial<MailContent>;
const bare = {
  contactName: '',
  company: { name: '', email: '', phone: '', iban: '', bic: '' },
  stepName: null,
  deadline: null,
  attachments: 0,
} satisfies Partial<MailContent>;
const unpaid = { ...line, outstanding: line.total };

const OCCASIONS: Record<'single' | 'grouped', Record<string, Partial<MailContent>>> = {
  single: {
    'with everything known': {},
    'with nothing optional known': { ...bare, lines: [unpaid] },
    'on the day it falls due': { day: line.dueOn, lines: [unpaid] },
  },
  grouped: {
    'one invoice, everything known': {},
    'several invoices and currencies': several,
    'with nothing optional known': { ...several, ...bare, credits: [] },
  },
};

test.each(versions)('$name ($language) is a template that can be saved', ({ subject, body, scope }) => {
  expect([...checkTemplate(subject, scope), ...checkTemplate(body, scope)]).toEqual([]);
});

test.each(versions)('$name ($language) says whole sentences on every occasion', (version) => {
  for (const [occasion, differs] of Object.entries(OCCASIONS[version.scope])) {
    const { subject, text } = composeMail(version, { ...full, language: version.language, ...differs });
    const holes = `${subject}\n${text}`.match(/undefined|null|NaN|\{\{|\[object|\(\s*\)|[^\S\n] [,.;]|,,|!/g);
    expect({ occasion, holes }).toEqual({ occasion, holes: null });
    expect({ occasion, empty: subject === '' || text.trim().length < 80 }).toEqual({ occasion, empty: false });
    expect({ occasion, ends: /[–:,-]\s*$/.test(subject) }).toEqual({ occasion, ends: false });
  }
});

test.each(templates)('$title says the same in each language', ({ versions: all }) => {
  expect(Object.keys(all).toSorted()).toEqual([...LANGUAGES]);
  const used = Object.entries(all).map(([, { subject, body }]) =>
    [...variablesIn(subject), ...variablesIn(body)].filter((name) => !GREETING.has(name)),
  );
  const [first, ...others] = used.map((names) => [...new Set(names)].toSorted());
  for (const other of others) expect(other).toEqual(first);
});

function variablesIn(source: string): string[] {
  const names: string[] = [];
  class Names extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      names.push(path.original);
    }
  }
  new Names().accept(Handlebars.parse(source));
  return names;
}

test.each(LANGUAGES)('the first plans in %s name templates of theirs', (language) => {
  expect(danglingIn(archiveSchema.parse(starterArchive(language)))).toEqual([]);
});

describe.each(LANGUAGES)('the example company in %s', (language) => {
  const demo: ArchiveInput = demoArchive(language);

  test('is an archive in which every name leads somewhere', () => {
    expect(danglingIn(archiveSchema.parse(demo))).toEqual([]);
  });

  test('names each thing once, and every amount fits its currency', () => {
    const archive = archiveSchema.parse(demo);
    const keys = [
      ...archive.templates.map(({ name }) => `template ${name}`),
      ...archive.plans.map(({ name }) => `plan ${name}`),
      ...archive.customers.map(({ code }) => `customer ${code}`),
      ...archive.invoices.map(({ customer, number }) => `invoice ${customer} ${number}`),
      ...archive.creditNotes.map(({ customer, number }) => `credit note ${customer} ${number}`),
      ...archive.payments.map(({ key }) => `payment ${key}`),
    ];
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
    const amounts = [
      ...[...archive.invoices, ...archive.creditNotes].map(({ total, currency }) => ({ amount: total, currency })),
      ...archive.payments.map(({ amount, currency }) => ({ amount, currency })),
    ];
    const odd = amounts.filter(
      ({ amount, currency }) => !isCurrency(currency) || minorFromDecimal(amount, currency) === null,
    );
    expect(odd).toEqual([]);
  });
});

/** Every reference of an archive to something that it does not hold. */
function danglingIn(archive: Archive): string[] {
  const customers = new Set(archive.customers.map(({ code }) => code));
  const plans = new Map(archive.plans.map((plan) => [plan.name, plan.kind === 'escalation' ? plan.steps.length : 0]));
  const templateNames = new Set(archive.templates.map(({ name }) => name));
  const invoices = new Set(archive.invoices.map(({ customer, number }) => `${customer} ${number}`));
  const payments = new Set(archive.payments.map(({ key }) => key));
  const reminders = new Set(archive.reminders.map(({ messageId }) => messageId));
  const runs = new Set(archive.runs.map(({ day }) => day));
  const missing: string[] = [];
  const want = (known: { has(name: string): boolean }, name: string | undefined, where: string): void => {
    if (name !== undefined && !known.has(name)) missing.push(`${where}: ${name}`);
  };
  for (const plan of archive.plans)
    for (const { template } of plan.kind === 'escalation' ? plan.steps : [plan])
      want(templateNames, template, `plan ${plan.name}`);
  for (const { customer, plan } of archive.enrolments) {
    want(customers, customer, 'enrolment');
    want(plans, plan, `enrolment of ${customer}`);
  }
  for (const { customer, number } of archive.invoices) want(customers, customer, `invoice ${number}`);
  for (const one of [...archive.creditNotes, ...archive.payments]) {
    want(customers, one.customer, 'credit note or payment');
    for (const { invoice } of one.applied) want(invoices, `${one.customer} ${invoice}`, 'application');
  }
  for (const { key, reverses } of archive.payments) want(payments, reverses, `payment ${key}`);
  for (const { messageId, customer, plan, run, template, lines } of archive.reminders) {
    want(customers, customer, messageId);
    want(plans, plan, messageId);
    want(runs, run, messageId);
    want(templateNames, template, messageId);
    for (const { invoice } of lines) want(invoices, `${customer} ${invoice}`, messageId);
  }
  for (const { customer, invoice, plan, step, reminder } of archive.completions) {
    want(invoices, `${customer} ${invoice}`, 'completion');
    want(plans, plan, 'completion');
    if (step >= (plans.get(plan) ?? 0)) missing.push(`completion: step ${step} of ${plan}`);
    want(reminders, reminder, 'completion');
  }
  return missing;
}
