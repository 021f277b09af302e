import { type Day, latest, type SendingCalendar } from './calendar.ts';
import type { StepDue, WaitReason } from './decision.ts';
import { standing } from './escalation.ts';
import { type EscalationPlan, occurrence, type RecapPlan } from './plan.ts';
import { latestOccurrence } from './recap.ts';
import type { InvoiceFacts } from './snapshot.ts';

/** Whether a step that was decided is still the one to leave; `superseded` when the invoice has gone past it. */
export type Turn = { kind: 'due'; due: StepDue } | { kind: 'not'; reason: WaitReason | 'superseded' };

/**
 * Whether a step that waits in the outbox still has its turn on the day (SPEC §4, RELIABILITY §2): it is the invoice's
 * next one, and everything that it has to wait for is over. A later step that was completed or skipped, a moment that has
 * passed and a plan that was edited overtake it; a message in the meantime, or a due date that was moved, makes it wait.
 */
export function turnOf(
  facts: InvoiceFacts,
  plan: EscalationPlan,
  stepId: number,
  day: Day,
  calendar: SendingCalendar,
): Turn {
  const { next } = standing(facts, plan, latest(day, facts.since ?? day), calendar);
  if (next?.step.id !== stepId) return { kind: 'not', reason: 'superseded' };
  if (next.due.dueOn <= day) return { kind: 'due', due: next.due };
  return { kind: 'not', reason: next.waits[0]?.code ?? 'step_date' };
}

/** Whether a later occurrence of the recap has come by the day, so that it lists what this one would. */
export function isOvertaken(plan: Pick<RecapPlan, 'startOn' | 'every'>, occurrenceOn: Day, day: Day): boolean {
  const k = latestOccurrence(plan, day);
  return k !== null && occurrence(plan, k) > occurrenceOn;
}
