import { addDays, addMonths, type Day, endOfMonth } from './calendar.ts';
import type { Channel } from './customer.ts';
import type { Invoice } from './invoice.ts';
import type { Currency, Minor } from './money.ts';

/** When a step falls: days are signed around the due date, and count forward from the issue date or the previous step. */
export interface Trigger {
  from: 'due' | 'issue' | 'previous';
  days: number;
  /** Moves the date to the end of its month. */
  monthEnd: boolean;
}

/** What a step does: mails by itself, mails after approval, or leaves a letter or a call to a person. */
export type Action = 'email' | 'email_approval' | 'letter' | 'call';

/** One rung of an escalation. */
export interface Step {
  id: number;
  name: string;
  trigger: Trigger;
  action: Action;
  templateId: number | null;
  /** "Pay within n days": the message names the day, and the next step waits for the day after it. */
  deadlineDays: number | null;
  /** Taken out of the plan; kept because invoices may have completed it. */
  retired: boolean;
}

/** From what amount a plan follows up, and up to which, in one currency (inclusive at both ends). */
export interface PlanLimit {
  currency: Currency;
  minimum: Minor | null;
  ceiling: Minor | null;
}

interface PlanBase {
  id: number;
  name: string;
  pause: { until: Day | null } | null;
  limits: readonly PlanLimit[];
  /** Contacts by role; empty means the customer's reminder contacts. */
  roles: readonly string[];
}

/** Steps per invoice, or for all due invoices of a customer together. */
export interface EscalationPlan extends PlanBase {
  kind: 'escalation';
  together: boolean;
  /** Least days between two reminders: for one invoice, or (together) for one customer. */
  minimumDays: number;
  /** Least days after the customer first received the invoice. */
  minimumDaysAfterReceipt: number;
  /** Together only: list invoices that are not yet due, too. */
  includeNotDue: boolean;
  /** In the order of the plan; an invoice goes through them in the order of their dates. */
  steps: readonly Step[];
}

/** A statement of what is open, at fixed intervals. */
export interface RecapPlan extends PlanBase {
  kind: 'recap';
  startOn: Day;
  every: { n: number; unit: 'day' | 'week' | 'month' };
  scope: 'overdue' | 'open';
  withCreditNotes: boolean;
  action: Exclude<Action, 'call'>;
  templateId: number | null;
}

export type Plan = EscalationPlan | RecapPlan;

/** A customer is on a plan, since a day. */
export interface Enrolment {
  customerId: number;
  planId: number;
  since: Day;
}

/** The way a step's message goes. */
export const channelOf = (action: Action): Channel => (action === 'email_approval' ? 'email' : action);

/** A step with its nominal date for one invoice: where it stands in the order, whatever happened since. */
export interface DatedStep {
  step: Step;
  position: number;
  nominalOn: Day;
}

/** The steps of the plan with their nominal dates for the invoice, in the order of those dates. The invoice must have a due date. */
export function datedSteps(plan: EscalationPlan, invoice: Invoice): DatedStep[] {
  const dated: DatedStep[] = [];
  let previous: Day | null = null;
  for (const [position, step] of plan.steps.entries()) {
    const nominalOn = triggerDay(step.trigger, invoice, previous);
    if (!step.retired) previous = nominalOn;
    dated.push({ step, position, nominalOn });
  }
  return dated.sort((a, b) =>
    a.nominalOn === b.nominalOn ? a.position - b.position : a.nominalOn < b.nominalOn ? -1 : 1,
  );
}

/** The day a trigger names. A step after the previous one counts from the given day; where none is left, from the due date. */
export function triggerDay(trigger: Trigger, invoice: Invoice, previous: Day | null): Day {
  const afterPrevious = trigger.from === 'previous' ? previous : null;
  const base = trigger.from === 'issue' ? invoice.issuedOn : (afterPrevious ?? invoice.dueOn);
  if (base === null) throw new RangeError(`invoice ${invoice.number}: the step has no day to count from`);
  const day = addDays(base, trigger.days);
  return trigger.monthEnd ? endOfMonth(day) : day;
}

/** The recap's k-th occurrence. The 31st becomes a shorter month's last day and comes back: each is counted from the start. */
export function occurrence(plan: Pick<RecapPlan, 'startOn' | 'every'>, k: number): Day {
  const { n, unit } = plan.every;
  if (unit === 'month') return addMonths(plan.startOn, k * n);
  return addDays(plan.startOn, k * n * (unit === 'week' ? 7 : 1));
}
