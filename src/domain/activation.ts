import type { Day } from './calendar.ts';
import { reasonsOfInvoice } from './eligibility.ts';
import { isOverdue } from './invoice.ts';
import { datedSteps, type Step } from './plan.ts';
import { type InvoiceFacts, type Snapshot, unitsOf } from './snapshot.ts';

/** What to do with invoices that are already late when their customer comes on a plan, or a plan resumes (SPEC §2). */
export type ActivationChoice = 'gently' | 'by_age' | 'leave';

/** A late invoice and what each choice would do with it. */
export interface Backlog {
  invoiceId: number;
  customerId: number;
  /** The step that comes first when starting gently: the first not yet completed. */
  gentle: Step;
  /** The step that its age calls for: the last whose date has come. */
  byAge: Step;
  /** The steps that "start where the age is" leaves out. */
  skips: Step[];
}

/** What a choice changes before the first run. */
export interface Activation {
  skips: { invoiceId: number; stepId: number }[];
  /** Invoices whose follow-up is switched off. */
  leave: number[];
}

/**
 * The late invoices of the customers as the plan would meet them on the day: those that are overdue, that nothing but
 * time holds back for good, and of which at least one step's date has come. The snapshot must hold the enrolment that is asked about.
 */
export function backlog(snapshot: Snapshot, planId: number, customerIds: ReadonlySet<number>, day: Day): Backlog[] {
  const facts = unitsOf(snapshot).flatMap((unit) =>
    unit.kind === 'single' ? [unit.facts] : unit.kind === 'group' ? unit.facts.invoices : [],
  );
  return facts
    .filter((one) => one.plan?.id === planId && customerIds.has(one.customer.id) && isOverdue(one.invoice, day))
    .filter((one) => reasonsOfInvoice(one, day).every(({ until }) => until !== null))
    .flatMap((one) => backlogOf(one, day) ?? []);
}

function backlogOf({ invoice, plan, completions }: InvoiceFacts, day: Day): Backlog | null {
  if (!plan) return null;
  const steps = datedSteps(plan, invoice);
  const last = steps.findLastIndex(({ step }) => completions.has(step.id));
  const ahead = steps
    .slice(last + 1)
    .filter(({ step }) => !step.retired && !(step.trigger.from === 'due' && step.trigger.days < 0));
  const passed = ahead.filter(({ nominalOn }) => nominalOn <= day).map(({ step }) => step);
  const [gentle, byAge] = [passed[0], passed.at(-1)];
  if (!gentle || !byAge) return null;
  return { invoiceId: invoice.id, customerId: invoice.customerId, gentle, byAge, skips: passed.slice(0, -1) };
}

/** What the owner's choice does with a backlog. */
export function activate(late: readonly Backlog[], choice: ActivationChoice): Activation {
  if (choice === 'gently') return { skips: [], leave: [] };
  if (choice === 'leave') return { skips: [], leave: late.map(({ invoiceId }) => invoiceId) };
  return {
    leave: [],
    skips: late.flatMap(({ invoiceId, skips }) => skips.map(({ id }) => ({ invoiceId, stepId: id }))),
  };
}
