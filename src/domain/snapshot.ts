import type { Day, SendingCalendar } from './calendar.ts';
import type { Customer } from './customer.ts';
import type { Invoice } from './invoice.ts';
import type { Currency, Minor } from './money.ts';
import type { Enrolment, EscalationPlan, Plan, RecapPlan } from './plan.ts';

/** A step that an invoice is through with. */
export interface Completion {
  invoiceId: number;
  stepId: number;
  /** `sent`: confirmed sent, posted or called · `skipped`: by a person, with a reason · `activation`: left out when the plan began. */
  kind: 'sent' | 'skipped' | 'activation';
  completedOn: Day;
  /** The day from which the distance to the next step is measured; null sets no distance (skipped at activation). */
  countsFrom: Day | null;
}

/** Reminders that covered an invoice, manual ones included: the last day, and the last payment deadline named. */
export interface Covering {
  invoiceId: number;
  lastOn: Day;
  deadlineOn: Day | null;
}

/** A reminder that is decided and not yet settled. */
export interface UnderWay {
  invoiceId: number;
  planId: number | null;
  uncertain: boolean;
}

/** The last message that a plan sent to a customer in a currency. */
export interface PlanMessage {
  planId: number;
  customerId: number;
  currency: Currency;
  lastOn: Day;
}

/** A recap that was confirmed sent, or is still under way, for an occurrence. */
export interface RecapRecord {
  planId: number;
  customerId: number;
  currency: Currency;
  occurrenceOn: Day;
  state: 'sent' | 'under_way' | 'uncertain';
}

/** Money of the customer that is not yet set against an invoice: an open credit note or an unapplied payment. */
export interface Credit {
  customerId: number;
  kind: 'credit_note' | 'payment';
  id: number;
  number: string;
  issuedOn: Day;
  currency: Currency;
  /** Positive: what is still open of it. */
  remaining: Minor;
}

/** Everything that the decision depends on, as plain arrays in any order. */
export interface Snapshot {
  calendar: SendingCalendar;
  customers: readonly Customer[];
  invoices: readonly Invoice[];
  credits: readonly Credit[];
  plans: readonly Plan[];
  enrolments: readonly Enrolment[];
  completions: readonly Completion[];
  coverings: readonly Covering[];
  underWay: readonly UnderWay[];
  planMessages: readonly PlanMessage[];
  recaps: readonly RecapRecord[];
}

/** One invoice with all that is known about it, gathered once so that deciding never searches. */
export interface InvoiceFacts {
  invoice: Invoice;
  customer: Customer;
  plan: EscalationPlan | null;
  since: Day | null;
  completions: Map<number, Completion>;
  covering: Covering | null;
  underWay: 'no' | 'open' | 'uncertain';
  coveredByCredit: boolean;
}

/** One customer on a recap, in one currency. */
export interface RecapFacts {
  plan: RecapPlan;
  customer: Customer;
  since: Day;
  currency: Currency;
  invoices: InvoiceFacts[];
  credits: Credit[];
  records: Map<Day, RecapRecord['state']>;
}

/** One customer on a plan for all due invoices together, in one currency. */
export interface GroupFacts {
  plan: EscalationPlan;
  customer: Customer;
  currency: Currency;
  invoices: InvoiceFacts[];
  lastOn: Day | null;
  underWay: boolean;
}

/** What is decided as one: a single invoice, a group, or a recap. */
export type Unit =
  | { kind: 'single'; facts: InvoiceFacts }
  | { kind: 'group'; facts: GroupFacts }
  | { kind: 'recap'; facts: RecapFacts };

/** Sorts a snapshot into units, in one pass over each array; the units come in the order of customer, due date and number. */
export function unitsOf(snapshot: Snapshot): Unit[] {
  const customers = new Map(snapshot.customers.map((customer) => [customer.id, customer]));
  const plans = new Map(snapshot.plans.map((plan) => [plan.id, plan]));
  const enrolments = enrolmentsByCustomer(snapshot, plans);
  const facts = invoiceFacts(snapshot, customers, enrolments);
  return [...invoiceUnits(facts, snapshot), ...recapUnits(facts, snapshot, customers, enrolments)];
}

interface Enrolled {
  escalation: { plan: EscalationPlan; since: Day } | null;
  recap: { plan: RecapPlan; since: Day } | null;
}

function enrolmentsByCustomer(snapshot: Snapshot, plans: Map<number, Plan>): Map<number, Enrolled> {
  const result = new Map<number, Enrolled>();
  for (const { customerId, planId, since } of snapshot.enrolments) {
    const plan = plans.get(planId);
    if (!plan) continue;
    const enrolled = result.get(customerId) ?? { escalation: null, recap: null };
    if (plan.kind === 'escalation') enrolled.escalation = { plan, since };
    else enrolled.recap = { plan, since };
    result.set(customerId, enrolled);
  }
  return result;
}

function invoiceFacts(
  snapshot: Snapshot,
  customers: Map<number, Customer>,
  enrolments: Map<number, Enrolled>,
): InvoiceFacts[] {
  const coverings = new Map(snapshot.coverings.map((covering) => [covering.invoiceId, covering]));
  const completions = Map.groupBy(snapshot.completions, (completion) => completion.invoiceId);
  const underWay = underWayByInvoice(snapshot);
  const covered = coveredByCredit(snapshot);
  const sorted = [...snapshot.invoices].sort(
    (a, b) =>
      a.customerId - b.customerId ||
      compare(a.dueOn ?? '', b.dueOn ?? '') ||
      compare(a.number, b.number) ||
      a.id - b.id,
  );
  return sorted.map((invoice) => {
    const customer = customers.get(invoice.customerId);
    if (!customer) throw new RangeError(`invoice ${invoice.number} belongs to no customer`);
    const enrolled = enrolments.get(invoice.customerId)?.escalation ?? null;
    return {
      invoice,
      customer,
      plan: enrolled?.plan ?? null,
      since: enrolled?.since ?? null,
      completions: new Map((completions.get(invoice.id) ?? []).map((completion) => [completion.stepId, completion])),
      covering: coverings.get(invoice.id) ?? null,
      underWay: underWay.get(invoice.id) ?? 'no',
      coveredByCredit: covered.has(accountKey(invoice.customerId, invoice.currency)),
    };
  });
}

function underWayByInvoice(snapshot: Snapshot): Map<number, 'open' | 'uncertain'> {
  const result = new Map<number, 'open' | 'uncertain'>();
  for (const { invoiceId, uncertain } of snapshot.underWay) {
    if (uncertain) result.set(invoiceId, 'uncertain');
    else if (!result.has(invoiceId)) result.set(invoiceId, 'open');
  }
  return result;
}

/** The accounts (customer and currency) whose open credits are at least what is owed. */
function coveredByCredit(snapshot: Snapshot): Set<string> {
  const balance = new Map<string, { owed: Minor; credit: Minor }>();
  const account = (key: string): { owed: Minor; credit: Minor } => {
    const found = balance.get(key) ?? { owed: 0, credit: 0 };
    balance.set(key, found);
    return found;
  };
  for (const credit of snapshot.credits)
    account(accountKey(credit.customerId, credit.currency)).credit += credit.remaining;
  for (const invoice of snapshot.invoices)
    if (invoice.state === 'issued' && invoice.outstanding > 0)
      account(accountKey(invoice.customerId, invoice.currency)).owed += invoice.outstanding;
  const covered = [...balance].filter(([, { owed, credit }]) => credit > 0 && credit >= owed);
  return new Set(covered.map(([key]) => key));
}

function invoiceUnits(facts: InvoiceFacts[], snapshot: Snapshot): Unit[] {
  const units: Unit[] = [];
  const groups = new Map<string, GroupFacts>();
  const messages = new Map<string, Day>();
  for (const message of snapshot.planMessages) messages.set(messageKey(message), message.lastOn);
  for (const one of facts) {
    if (!one.plan?.together) {
      units.push({ kind: 'single', facts: one });
      continue;
    }
    const { plan, customer } = one;
    const { currency } = one.invoice;
    const key = messageKey({ planId: plan.id, customerId: customer.id, currency });
    let group = groups.get(key);
    if (!group) {
      group = { plan, customer, currency, invoices: [], lastOn: messages.get(key) ?? null, underWay: false };
      groups.set(key, group);
      units.push({ kind: 'group', facts: group });
    }
    group.invoices.push(one);
    if (one.underWay !== 'no') group.underWay = true;
  }
  return units;
}

function recapUnits(
  facts: InvoiceFacts[],
  snapshot: Snapshot,
  customers: Map<number, Customer>,
  enrolments: Map<number, Enrolled>,
): Unit[] {
  const onRecap = (customerId: number): boolean => Boolean(enrolments.get(customerId)?.recap);
  const records = Map.groupBy(snapshot.recaps, messageKey);
  const units = new Map<string, RecapFacts>();
  const unit = (customerId: number, currency: Currency): RecapFacts | null => {
    const enrolled = enrolments.get(customerId)?.recap;
    const customer = customers.get(customerId);
    if (!enrolled || !customer) return null;
    const key = messageKey({ planId: enrolled.plan.id, customerId, currency });
    const found = units.get(key);
    if (found) return found;
    const known = (records.get(key) ?? []).map((record) => [record.occurrenceOn, record.state] as const);
    const made: RecapFacts = { ...enrolled, customer, currency, invoices: [], credits: [], records: new Map(known) };
    units.set(key, made);
    return made;
  };
  for (const one of facts)
    if (onRecap(one.customer.id)) unit(one.customer.id, one.invoice.currency)?.invoices.push(one);
  for (const credit of [...snapshot.credits].sort(
    (a, b) => compare(a.issuedOn, b.issuedOn) || compare(a.number, b.number) || compare(a.kind, b.kind) || a.id - b.id,
  ))
    if (onRecap(credit.customerId)) unit(credit.customerId, credit.currency)?.credits.push(credit);
  return [...units.values()]
    .sort((a, b) => a.customer.id - b.customer.id || compare(a.currency, b.currency))
    .map((one) => ({ kind: 'recap', facts: one }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const accountKey = (customerId: number, currency: Currency): string => `${customerId}|${currency}`;

/** The identity of what one plan says to one customer in one currency. */
export const messageKey = (of: { planId: number; customerId: number; currency: Currency }): string =>
  `${of.planId}|${of.customerId}|${of.currency}`;
