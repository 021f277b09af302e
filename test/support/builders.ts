import { addDays, type Day, type SendingCalendar } from '../../src/domain/calendar.ts';
import type { Contact, Customer } from '../../src/domain/customer.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { Action, EscalationPlan, Plan, RecapPlan, Step, Trigger } from '../../src/domain/plan.ts';
import type { Completion, Credit, Snapshot } from '../../src/domain/snapshot.ts';

export const everyDay: SendingCalendar = { weekdays: [1, 2, 3, 4, 5, 6, 7], holidays: new Set() };
export const weekdays: SendingCalendar = { weekdays: [1, 2, 3, 4, 5], holidays: new Set() };
export const weekdaysBut = (...holidays: Day[]): SendingCalendar => ({ ...weekdays, holidays: new Set(holidays) });

export const contact = (differs: Partial<Contact> = {}): Contact => ({
  id: 1,
  name: 'Anne Martin',
  role: '',
  email: 'anne@example.org',
  phone: '+33 1 23 45 67 89',
  receives: 'to',
  refusedOn: null,
  ...differs,
});

export const customer = (differs: Partial<Customer> = {}): Customer => ({
  id: 1,
  name: 'Boulangerie Martin',
  language: 'fr',
  pause: null,
  contacts: [contact()],
  hasPostalAddress: true,
  ...differs,
});

/** An issued invoice of 100.00 EUR, 30 days before its due date. */
export function invoice(differs: Partial<Invoice> = {}): Invoice {
  const id = differs.id ?? 1;
  const dueOn = differs.dueOn === undefined ? '2026-01-01' : differs.dueOn;
  const outstanding = differs.outstanding ?? differs.total ?? 10_000;
  return {
    id,
    customerId: 1,
    number: `F-${id}`,
    issuedOn: addDays(dueOn ?? '2026-01-01', -30),
    dueOn,
    receivedOn: null,
    currency: 'EUR',
    total: outstanding,
    outstanding,
    state: 'issued',
    followUpEnabled: true,
    disputed: false,
    promisedUntil: null,
    pause: null,
    ...differs,
  };
}

const NOTATION = /^(issue|prev)?([+-]\d+)( eom)?( letter| call| approval)?(?: pay(\d+))?$/;
const ACTIONS: Record<string, Action> = { ' letter': 'letter', ' call': 'call', ' approval': 'email_approval' };

/** Steps 1, 2, 3 … from a short notation: `+5`, `-3`, `issue+10`, `prev+7`, then ` eom`, ` letter|call|approval`, ` pay10`. */
export const steps = (...texts: string[]): Step[] => texts.map((text, index) => stepOf(text, index + 1));

function stepOf(text: string, id: number): Step {
  const match = NOTATION.exec(text);
  if (!match) throw new Error(`not a step: ${text}`);
  const [, base, days, monthEnd, action = '', deadline] = match;
  const from: Trigger['from'] = base === 'prev' ? 'previous' : base === 'issue' ? 'issue' : 'due';
  return {
    id,
    name: `step ${id}`,
    trigger: { from, days: Number(days), monthEnd: Boolean(monthEnd) },
    action: ACTIONS[action] ?? 'email',
    templateId: 1,
    deadlineDays: deadline ? Number(deadline) : null,
    retired: false,
  };
}

const stepsFrom = (given: readonly (string | Step)[]): Step[] =>
  given.map((one, index) => (typeof one === 'string' ? stepOf(one, index + 1) : one));

/** A plan per invoice. */
export const plan = (given: readonly (string | Step)[], differs: Partial<EscalationPlan> = {}): EscalationPlan => ({
  id: 1,
  name: 'Standard',
  kind: 'escalation',
  pause: null,
  limits: [],
  roles: [],
  together: false,
  minimumDays: 1,
  minimumDaysAfterReceipt: 0,
  includeNotDue: false,
  steps: stepsFrom(given),
  ...differs,
});

/** A plan for all due invoices of a customer together, at least 7 days apart. */
export const together = (given: readonly (string | Step)[], differs: Partial<EscalationPlan> = {}): EscalationPlan =>
  plan(given, { together: true, minimumDays: 7, ...differs });

/** A monthly recap of what is overdue. */
export const recap = (differs: Partial<RecapPlan> = {}): RecapPlan => ({
  id: 9,
  name: 'Statement',
  kind: 'recap',
  pause: null,
  limits: [],
  roles: [],
  startOn: '2026-01-31',
  every: { n: 1, unit: 'month' },
  scope: 'overdue',
  withCreditNotes: false,
  action: 'email',
  templateId: 1,
  ...differs,
});

/** An open credit note of 20.00 EUR. */
export const credit = (differs: Partial<Credit> = {}): Credit => ({
  customerId: 1,
  kind: 'credit_note',
  id: 1,
  number: `A-${differs.id ?? 1}`,
  issuedOn: '2025-12-01',
  currency: 'EUR',
  remaining: 2_000,
  ...differs,
});

/** A step that an invoice is through with: sent, and counting from that day. */
export const completion = (differs: Partial<Completion> & { completedOn: Day }): Completion => ({
  invoiceId: 1,
  stepId: 1,
  kind: 'sent',
  countsFrom: differs.completedOn,
  ...differs,
});

/** A snapshot in which every customer has long been on every plan, unless enrolments are given. */
export function snapshot(differs: Partial<Snapshot> = {}): Snapshot {
  const customers = differs.customers ?? [customer()];
  const plans: readonly Plan[] = differs.plans ?? [];
  return {
    calendar: everyDay,
    customers,
    plans,
    enrolments: plans.flatMap(({ id }) =>
      customers.map((one) => ({ customerId: one.id, planId: id, since: '2000-01-01' })),
    ),
    invoices: [],
    credits: [],
    completions: [],
    coverings: [],
    underWay: [],
    planMessages: [],
    recaps: [],
    ...differs,
  };
}
