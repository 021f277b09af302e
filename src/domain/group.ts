import { addDays, type Day, firstSendingDay, latest, type SendingCalendar } from './calendar.ts';
import type { BlockReason, Decision, Message, Reason, StepDue } from './decision.ts';
import { reasonsOfInvoice, reasonsOfPlan } from './eligibility.ts';
import { type Standing, standingUnless } from './escalation.ts';
import { isOverdue } from './invoice.ts';
import type { Step } from './plan.ts';
import { blocked, enrolmentBegins, nextOf, reasonsOfStep, subjectOf } from './single.ts';
import { type GroupFacts, type InvoiceFacts, messageKey } from './snapshot.ts';

interface Member {
  facts: InvoiceFacts;
  reasons: Reason<BlockReason>[];
  place: Standing;
}

/**
 * The decisions about all due invoices of a customer together (SPEC §2): when any of them has a step due and the plan's
 * minimum days have passed since its last message, one message lists all overdue eligible invoices. Its tone is the
 * highest step that a listed invoice stands at; each invoice completes its own due step only.
 */
export function decideGroup(group: GroupFacts, day: Day, calendar: SendingCalendar): Decision[] {
  const members = group.invoices.map((facts) => memberOf(facts, group, day, calendar));
  const floor = group.lastOn && addDays(group.lastOn, Math.max(1, group.plan.minimumDays));
  const open = floor === null || floor <= day;
  const listed = open ? listedOf(members, group, day) : [];
  const tone = toneOf(listed, day);
  const obstacles = tone ? reasonsOfStep(group, group.plan, tone.step, tone.lastOn) : [];
  const message = tone && obstacles.length === 0 ? messageOf(group, listed, tone.step, floor, day) : null;
  return members.map((member): Decision => {
    const subject = subjectOf(member.facts);
    if (message && listed.includes(member)) return { kind: 'send', subject, message };
    const reasons = listed.includes(member) ? [...obstacles] : reasonsWhenAlone(member, group);
    if (reasons.length) return blocked(subject, reasons, member.place.next, day, calendar);
    return waitOf(member, floor, day, calendar);
  });
}

function memberOf(facts: InvoiceFacts, group: GroupFacts, day: Day, calendar: SendingCalendar): Member {
  const { invoice } = facts;
  const reasons = [
    ...reasonsOfInvoice(facts, day),
    ...reasonsOfPlan(group.plan, invoice.outstanding, invoice.currency, day),
  ];
  if (group.underWay && facts.underWay === 'no') reasons.push({ code: 'under_way', until: null });
  const begins = latest(day, facts.since ?? day);
  return { facts, reasons, place: standingUnless(reasons, facts, group.plan, begins, calendar) };
}

/** Whether the member's own step leaves on the day: what makes the group's message go. */
const triggers = ({ reasons, place }: Member, day: Day): boolean =>
  reasons.length === 0 && place.next !== null && place.next.leavesOn <= day;

function listedOf(members: Member[], { plan }: GroupFacts, day: Day): Member[] {
  if (!members.some((member) => triggers(member, day))) return [];
  return members.filter(
    (member) =>
      member.reasons.length === 0 &&
      (plan.includeNotDue || isOverdue(member.facts.invoice, day) || triggers(member, day)),
  );
}

/** The highest step that a listed invoice stands at: the one due now, or the last completed. */
function toneOf(listed: Member[], day: Day): { step: Step; position: number; lastOn: Day | null } | null {
  let tone: { step: Step; position: number; lastOn: Day | null } | null = null;
  for (const member of listed) {
    const { next, reached } = member.place;
    const at = triggers(member, day) ? next : reached && { ...reached, lastOn: null };
    if (at && !at.step.retired && (!tone || at.position > tone.position)) tone = at;
  }
  return tone;
}

function messageOf(group: GroupFacts, listed: Member[], tone: Step, floor: Day | null, day: Day): Message {
  const { plan, customer, currency } = group;
  return {
    key: `group|${messageKey({ planId: plan.id, customerId: customer.id, currency })}|${day}`,
    customerId: customer.id,
    planId: plan.id,
    currency,
    action: tone.action,
    templateId: tone.templateId,
    roles: plan.roles,
    stepId: tone.id,
    stepName: tone.name,
    deadlineDays: tone.deadlineDays,
    occurrenceOn: null,
    lines: listed.map((member) => ({
      invoiceId: member.facts.invoice.id,
      number: member.facts.invoice.number,
      outstanding: member.facts.invoice.outstanding,
      completes: triggers(member, day) ? dueAfter(member.place.next?.due ?? null, floor) : null,
    })),
    credits: [],
    total: listed.reduce((sum, { facts }) => sum + facts.invoice.outstanding, 0),
  };
}

/** A wait for the customer's minimum days is on time, as a wait for the invoice's own would be (SPEC §2, rule 4). */
const dueAfter = (due: StepDue | null, floor: Day | null): StepDue | null =>
  due && { ...due, dueOn: latest(due.dueOn, floor ?? due.dueOn) };

/** What stands in the way of a member that no message lists today. */
function reasonsWhenAlone({ facts, reasons, place }: Member, { plan }: GroupFacts): Reason<BlockReason>[] {
  if (!place.next) return reasons.length ? reasons : [{ code: 'plan_finished', until: null }];
  return [...reasons, ...reasonsOfStep(facts, plan, place.next.step, place.next.lastOn)];
}

function waitOf({ facts, place }: Member, floor: Day | null, day: Day, calendar: SendingCalendar): Decision {
  const { next } = place;
  if (!next) throw new RangeError(`invoice ${facts.invoice.number} waits for no step`);
  const since = facts.since ?? day;
  const until = firstSendingDay(latest(next.leavesOn, floor ?? day, since), calendar);
  const reasons = [...next.waits];
  if (since > day) reasons.push(enrolmentBegins(since));
  if (floor !== null && floor > day) reasons.push({ code: 'minimum_days', until: addDays(floor, -1) });
  if (reasons.length === 0) reasons.push({ code: 'not_a_sending_day', until: addDays(until, -1) });
  return { kind: 'wait', subject: subjectOf(facts), until, reasons, next: nextOf(next.step) };
}
