import { addDays, type Day, daysBetween, firstSendingDay, latest, type SendingCalendar } from './calendar.ts';
import type { Reason, StepDue, WaitReason } from './decision.ts';
import type { Invoice } from './invoice.ts';
import { type DatedStep, datedSteps, type EscalationPlan, type Step, triggerDay } from './plan.ts';
import type { Completion, InvoiceFacts } from './snapshot.ts';

/** Where an invoice stands on its plan: the step it has reached, and the next one with the day it leaves. */
export interface Standing {
  /** The last completed step, and its place in the plan. */
  reached: { step: Step; position: number } | null;
  next: {
    step: Step;
    position: number;
    due: StepDue;
    /** The sending day on which it leaves at the earliest. */
    leavesOn: Day;
    /** The last day on which it can leave: the eve of the due date for a step before it; null when its moment never passes. */
    lastOn: Day | null;
    /** What it waits for, the latest first; empty when it is due on the day. */
    waits: Reason<WaitReason>[];
  } | null;
}

/**
 * Where the invoice stands on the day (SPEC §2, rules 1–5): the next step is the first after the last completed one,
 * and it is due on the latest of its own date, the gap rule, the minimum days, the last payment deadline and the
 * minimum after receipt. A before-due step that could only leave when the invoice has come due is dropped.
 * The invoice must have a due date.
 */
export function standing(facts: InvoiceFacts, plan: EscalationPlan, day: Day, calendar: SendingCalendar): Standing {
  const steps = datedSteps(plan, facts.invoice);
  const lastIndex = steps.findLastIndex(({ step }) => facts.completions.has(step.id));
  const last = steps[lastIndex];
  const reached = last ? { step: last.step, position: last.position } : null;
  for (let index = lastIndex + 1; index < steps.length; index++) {
    const candidate = steps[index];
    if (!candidate || candidate.step.retired) continue;
    const { due, waits } = dueDay(candidate, last ?? null, facts, plan);
    const leavesOn = firstSendingDay(latest(due.dueOn, day), calendar);
    const lastOn = lastDay(candidate, facts);
    if (lastOn !== null && leavesOn > lastOn) continue;
    const reasons = waits.filter(({ until }) => until !== null && until >= day);
    if (reasons.length === 0 && leavesOn > day)
      reasons.push({ code: 'not_a_sending_day', until: addDays(leavesOn, -1) });
    const { step, position } = candidate;
    return { reached, next: { step, position, due, leavesOn, lastOn, waits: reasons } };
  }
  return { reached, next: null };
}

/** The standing of an invoice for which reasons were already found: nowhere when it has no due date or cannot be read. */
export function standingUnless(
  reasons: readonly Reason[],
  facts: InvoiceFacts,
  plan: EscalationPlan,
  day: Day,
  calendar: SendingCalendar,
): Standing {
  const unfit = reasons.some(({ code }) => code === 'unreadable' || code === 'no_due_date');
  return unfit ? { reached: null, next: null } : standing(facts, plan, day, calendar);
}

/** A step before the due date is dropped once it could only leave on the due date or later. */
function lastDay({ step, nominalOn }: DatedStep, { invoice }: InvoiceFacts): Day | null {
  const beforeDue = step.trigger.from === 'due' && step.trigger.days < 0;
  return beforeDue && invoice.dueOn !== null && nominalOn < invoice.dueOn ? addDays(invoice.dueOn, -1) : null;
}

function dueDay(
  candidate: DatedStep,
  last: DatedStep | null,
  { invoice, completions, covering }: InvoiceFacts,
  plan: EscalationPlan,
): { due: StepDue; waits: Reason<WaitReason>[] } {
  const { step, nominalOn } = candidate;
  const done = last ? (completions.get(last.step.id) ?? null) : null;
  const own = ownDate(candidate, invoice, plan, completions);
  const gap = gapDay(candidate, last, done, plan);
  const scheduledOn = gap ? latest(own, gap) : own;
  const floors: [WaitReason, Day | null][] = [
    ['step_date', own],
    ['gap', gap],
    ['minimum_days', covering && addDays(covering.lastOn, Math.max(1, plan.minimumDays))],
    ['payment_deadline', covering?.deadlineOn ? addDays(covering.deadlineOn, 1) : null],
    ['after_receipt', invoice.receivedOn && addDays(invoice.receivedOn, plan.minimumDaysAfterReceipt)],
  ];
  const waits: Reason<WaitReason>[] = [];
  let dueOn = scheduledOn;
  for (const [code, floor] of floors) {
    if (floor === null) continue;
    dueOn = latest(dueOn, floor);
    waits.push({ code, until: addDays(floor, -1) });
  }
  waits.sort((a, b) => ((a.until ?? '') < (b.until ?? '') ? 1 : -1));
  const refersOn = (step.trigger.from === 'issue' ? invoice.issuedOn : invoice.dueOn) ?? nominalOn;
  return { due: { stepId: step.id, stepName: step.name, refersOn, nominalOn, scheduledOn, dueOn }, waits };
}

/** A step's own date: what its trigger names, where "after the previous one" counts from the day that one was completed. */
function ownDate(
  candidate: DatedStep,
  invoice: Invoice,
  plan: EscalationPlan,
  completions: Map<number, Completion>,
): Day {
  const before = predecessor(candidate, plan);
  const done = before && completions.get(before.id);
  if (!done || done.countsFrom === null) return candidate.nominalOn;
  return triggerDay(candidate.step.trigger, invoice, done.completedOn);
}

/** The step that a step "after the previous one" follows; null for every other trigger. */
function predecessor({ step, position }: DatedStep, plan: EscalationPlan): Step | null {
  if (step.trigger.from !== 'previous') return null;
  return plan.steps.slice(0, position).findLast((one) => !one.retired) ?? null;
}

/**
 * The planned distance to the last completed step, measured from the day that step counts from. A step "after the
 * previous one" needs no such rule when that previous one is the last completed: its own date already counts from it.
 */
function gapDay(
  candidate: DatedStep,
  last: DatedStep | null,
  done: Completion | null,
  plan: EscalationPlan,
): Day | null {
  if (!last || !done || done.countsFrom === null) return null;
  if (predecessor(candidate, plan)?.id === last.step.id) return null;
  return addDays(done.countsFrom, daysBetween(last.nominalOn, candidate.nominalOn));
}

/**
 * The day a completed step counts from: its scheduled date when it left on the first sending day on or after the day
 * it was due, else the day it left (SPEC §2, rule 4).
 */
export function countsFrom(due: Pick<StepDue, 'scheduledOn' | 'dueOn'>, leftOn: Day, calendar: SendingCalendar): Day {
  const onTime = leftOn <= firstSendingDay(due.dueOn, calendar);
  return onTime && leftOn >= due.scheduledOn ? due.scheduledOn : leftOn;
}
