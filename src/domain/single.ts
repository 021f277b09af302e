import { addDays, type Day, latest, type SendingCalendar } from './calendar.ts';
import { unreachable } from './customer.ts';
import type { BlockReason, Decision, Reason, Subject, WaitReason } from './decision.ts';
import { lapsesOn, reasonsOfInvoice, reasonsOfPlan } from './eligibility.ts';
import { type Standing, standingUnless } from './escalation.ts';
import { channelOf, type EscalationPlan, type Step } from './plan.ts';
import type { InvoiceFacts } from './snapshot.ts';

/** The decision about one invoice on its own: on a plan per invoice, or on none. */
export function decideSingle(facts: InvoiceFacts, day: Day, calendar: SendingCalendar): Decision {
  const { invoice, plan, since } = facts;
  const subject = subjectOf(facts);
  const reasons = [...reasonsOfInvoice(facts, day), ...reasonsOfPlan(plan, invoice.outstanding, invoice.currency, day)];
  const begins = latest(day, since ?? day);
  const next = plan ? standingUnless(reasons, facts, plan, begins, calendar).next : null;
  if (reasons.length === 0 && !next) reasons.push({ code: 'plan_finished', until: null });
  if (plan && next) reasons.push(...reasonsOfStep(facts, plan, next.step, next.lastOn));
  if (reasons.length || !plan || !next) return blocked(subject, reasons, next, day, calendar);
  const waits = begins > day ? [enrolmentBegins(begins)] : next.waits;
  if (next.leavesOn > day)
    return { kind: 'wait', subject, until: next.leavesOn, reasons: waits, next: nextOf(next.step) };
  return {
    kind: 'send',
    subject,
    message: {
      key: `step|${invoice.id}|${next.step.id}|${next.due.refersOn}`,
      customerId: facts.customer.id,
      planId: plan.id,
      currency: invoice.currency,
      action: next.step.action,
      templateId: next.step.templateId,
      roles: plan.roles,
      stepId: next.step.id,
      stepName: next.step.name,
      deadlineDays: next.step.deadlineDays,
      occurrenceOn: null,
      lines: [{ invoiceId: invoice.id, number: invoice.number, outstanding: invoice.outstanding, completes: next.due }],
      credits: [],
      total: invoice.outstanding,
    },
  };
}

/** Why the step's message could not reach anybody, or has nothing to say; of no more weight once its moment has passed. */
export function reasonsOfStep(
  { customer }: Pick<InvoiceFacts, 'customer'>,
  plan: EscalationPlan,
  step: Pick<Step, 'action' | 'templateId'>,
  until: Day | null,
): Reason<BlockReason>[] {
  const reasons: Reason<BlockReason>[] = [];
  const obstacle = unreachable(customer, channelOf(step.action), plan.roles);
  if (obstacle) reasons.push({ code: obstacle, until });
  if (step.templateId === null && step.action !== 'call') reasons.push({ code: 'no_template', until });
  return reasons;
}

export const subjectOf = ({ invoice }: InvoiceFacts): Subject => ({
  kind: 'invoice',
  invoiceId: invoice.id,
  customerId: invoice.customerId,
  number: invoice.number,
});

export const nextOf = (step: Step): { stepId: number; name: string; action: Step['action'] } => ({
  stepId: step.id,
  name: step.name,
  action: step.action,
});

/** Blocked, until the sending day on which the reasons have lapsed and the step is due. */
export function blocked(
  subject: Subject,
  reasons: Reason<BlockReason>[],
  next: Standing['next'],
  day: Day,
  calendar: SendingCalendar,
): Decision {
  const lapse = lapsesOn(reasons, day, calendar);
  return { kind: 'blocked', subject, reasons, until: lapse && next ? latest(lapse, next.leavesOn) : null };
}

/** The customer is not on the plan before the day. */
export const enrolmentBegins = (since: Day): Reason<WaitReason> => ({
  code: 'enrolment_begins',
  until: addDays(since, -1),
});
