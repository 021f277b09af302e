import type { Day } from './calendar.ts';
import type { Customer } from './customer.ts';
import { decide } from './decide.ts';
import { type BlockReason, type Decision, NEEDS_A_PERSON, type Subject } from './decision.ts';
import type { Invoice } from './invoice.ts';
import type { Currency } from './money.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** The reasons that make a to do of their own: an uncertain message is one by itself, whatever it blocks. */
export type TodoReason =
  | 'unreadable'
  | 'no_due_date'
  | 'over_ceiling'
  | 'no_recipient'
  | 'address_refused'
  | 'no_postal_address'
  | 'no_phone'
  | 'no_template';

/** What a dismissal is about: `item` names it for as long as the facts are the same. */
export interface TodoPart {
  item: string;
  customerId: number;
  invoiceId: number | null;
}

/** Reminders that nothing but a person can set free, for one reason: of one customer, or of one plan that lacks a template. */
export interface BlockedTodo {
  code: TodoReason;
  /** Null where the plan is what has to be mended. */
  customerId: number | null;
  /** The plan that lacks the template; null for every other reason. */
  planId: number | null;
  /** The oldest first. */
  invoices: Invoice[];
  recaps: { planId: number; customerId: number; currency: Currency }[];
  parts: TodoPart[];
}

/** What is to be done, and what somebody said need not be. */
export interface BlockedTodos {
  open: BlockedTodo[];
  dismissed: BlockedTodo[];
}

/**
 * The to-dos in some decisions (SPEC §1 "to do"): one for each customer and reason, one for each plan without a template,
 * the oldest first. Only what a person's mending would set free counts: an invoice that is disputed as well waits for
 * something else. Whatever `dismissed` names by its item is told apart.
 */
export function todosOf(
  decisions: readonly Decision[],
  snapshot: Snapshot,
  day: Day,
  dismissed: ReadonlySet<string> = new Set(),
): BlockedTodos {
  const register = registerOf(snapshot);
  const byHand = overCeilingToday(decisions, snapshot, day);
  const found: Found = { open: new Map(), dismissed: new Map(), items: new Set() };
  for (const decision of decisions) {
    if (decision.kind !== 'blocked') continue;
    const codes = decision.reasons.map(({ code }) => code);
    if (!codes.every(isTodoReason)) continue;
    for (const code of codes)
      if (code !== 'over_ceiling' || byHand.has(subjectKey(decision.subject)))
        note(found, code, decision.subject, register, dismissed);
  }
  return { open: sorted(found.open), dismissed: sorted(found.dismissed) };
}

const isTodoReason = (code: BlockReason): code is TodoReason => NEEDS_A_PERSON.has(code) && code !== 'uncertain';

/** What items and their names are made of, looked up once. */
interface Register {
  customers: Map<number, Customer>;
  invoices: Map<number, Invoice>;
  plans: Map<number, Plan>;
  escalations: Map<number, Plan>;
}

function registerOf({ customers, invoices, plans, enrolments }: Snapshot): Register {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const escalations = enrolments.flatMap(({ customerId, planId }): [number, Plan][] => {
    const plan = byId.get(planId);
    return plan?.kind === 'escalation' ? [[customerId, plan]] : [];
  });
  return {
    customers: new Map(customers.map((one) => [one.id, one])),
    invoices: new Map(invoices.map((one) => [one.id, one])),
    plans: byId,
    escalations: new Map(escalations),
  };
}

/**
 * What would leave now if there were no ceilings. An invoice above its plan's ceiling is a person's from the day on which
 * the plan would have written, and not from the day on which it was issued.
 */
function overCeilingToday(decisions: readonly Decision[], snapshot: Snapshot, day: Day): Set<string> {
  const above = decisions.filter(
    (one) => one.kind === 'blocked' && one.reasons.some(({ code }) => code === 'over_ceiling'),
  );
  if (above.length === 0) return new Set();
  const customerIds = new Set(above.map(({ subject }) => subject.customerId));
  const plans = snapshot.plans.map((plan) => ({
    ...plan,
    limits: plan.limits.map((limit) => ({ ...limit, ceiling: null })),
  }));
  const invoices = snapshot.invoices.filter(({ customerId }) => customerIds.has(customerId));
  const without = decide({ ...snapshot, plans, invoices }, day);
  return new Set(without.filter(isDue).map(({ subject }) => subjectKey(subject)));
}

/** Whether its moment has come, or only the next sending day has not; what else stands in its way is said beside. */
function isDue(decision: Decision): boolean {
  if (decision.kind === 'wait') return decision.reasons.every(({ code }) => code === 'not_a_sending_day');
  return decision.kind === 'send' || decision.reasons.every(({ code }) => isTodoReason(code));
}

const subjectKey = (subject: Subject): string =>
  subject.kind === 'invoice'
    ? `i${subject.invoiceId}`
    : `r${subject.planId}|c${subject.customerId}|${subject.currency}`;

interface Found {
  open: Map<string, BlockedTodo>;
  dismissed: Map<string, BlockedTodo>;
  items: Set<string>;
}

function note(
  found: Found,
  code: TodoReason,
  subject: Subject,
  register: Register,
  dismissed: ReadonlySet<string>,
): void {
  const part = partOf(code, subject, register);
  const planId = code === 'no_template' ? planOf(subject, register).id : null;
  const customerId = planId === null ? subject.customerId : null;
  const list = dismissed.has(part.item) ? found.dismissed : found.open;
  const key = `${code}|${customerId}|${planId}`;
  const todo = list.get(key) ?? { code, customerId, planId, invoices: [], recaps: [], parts: [] };
  list.set(key, todo);
  const invoice = subject.kind === 'invoice' ? register.invoices.get(subject.invoiceId) : undefined;
  if (invoice) todo.invoices.push(invoice);
  if (subject.kind === 'recap')
    todo.recaps.push({ planId: subject.planId, customerId: subject.customerId, currency: subject.currency });
  if (!found.items.has(part.item)) todo.parts.push(part);
  found.items.add(part.item);
}

function planOf(subject: Subject, { plans, escalations }: Register): Plan {
  const plan = subject.kind === 'recap' ? plans.get(subject.planId) : escalations.get(subject.customerId);
  if (!plan) throw new RangeError(`customer ${subject.customerId} is on no plan`);
  return plan;
}

/** The name of what is blocked, with the facts that block it: other facts make another item. */
function partOf(code: TodoReason, subject: Subject, register: Register): TodoPart {
  const { customerId } = subject;
  const part = (facts: string, invoiceId: number | null = null): TodoPart => ({
    item: `${code}|${facts}`,
    customerId,
    invoiceId,
  });
  if (code === 'no_template') {
    const plan = planOf(subject, register);
    return part(`c${customerId}|p${plan.id}|${withoutTemplate(plan).join(',')}`);
  }
  if (REACH.has(code)) return part(`c${customerId}|${reachOf(code, register.customers.get(customerId))}`);
  const invoice = subject.kind === 'invoice' ? register.invoices.get(subject.invoiceId) : undefined;
  if (!invoice) return part(subjectKey(subject));
  return part(code === 'over_ceiling' ? `i${invoice.id}|${invoice.outstanding}` : `i${invoice.id}`, invoice.id);
}

const REACH: ReadonlySet<string> = new Set(['no_recipient', 'address_refused', 'no_postal_address', 'no_phone']);

/** What is known of how to reach the customer over the channel that fails. */
function reachOf(code: TodoReason, customer: Customer | undefined): string {
  const contacts = customer?.contacts ?? [];
  if (code === 'no_postal_address') return '';
  if (code === 'no_phone') return contacts.map(({ id }) => id).join(',');
  return contacts.map(({ id, email, receives, refusedOn }) => [id, email, receives, refusedOn].join(':')).join(',');
}

const withoutTemplate = (plan: Plan): number[] =>
  plan.kind === 'recap'
    ? []
    : plan.steps.filter((one) => !one.retired && one.templateId === null && one.action !== 'call').map(({ id }) => id);

function sorted(todos: Map<string, BlockedTodo>): BlockedTodo[] {
  const age = ({ dueOn, issuedOn }: Invoice): string => dueOn ?? issuedOn;
  for (const { invoices } of todos.values()) invoices.sort((a, b) => compare(age(a), age(b)) || a.id - b.id);
  const oldest = ({ invoices: [first] }: BlockedTodo): string => (first ? age(first) : '9');
  return [...todos.values()].sort((a, b) => compare(oldest(a), oldest(b)) || (a.customerId ?? 0) - (b.customerId ?? 0));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
