import { addDays, type Day, daysBetween, firstSendingDay, type SendingCalendar } from './calendar.ts';
import { unreachable } from './customer.ts';
import type { BlockReason, Decision, Message, Reason, Subject, WaitReason } from './decision.ts';
import { lapsesOn, reasonsOfInvoice, reasonsOfPlan } from './eligibility.ts';
import { isOverdue } from './invoice.ts';
import { channelOf, occurrence, type RecapPlan } from './plan.ts';
import { type InvoiceFacts, messageKey, type RecapFacts } from './snapshot.ts';

/** Reasons of an invoice that concern its escalation, or the whole customer: a statement of account lists it all the same. */
const NOT_OF_THE_LINE: ReadonlySet<string> = new Set([
  'under_way',
  'uncertain',
  'customer_paused',
  'covered_by_credit',
]);

/**
 * The decision about one customer's recap in one currency (SPEC §2 "Recap"): the latest occurrence on or before the day,
 * not before the enrolment, is due unless a recap for it was confirmed. An occurrence on whose own sending day there
 * was nothing to list has passed.
 */
export function decideRecap(facts: RecapFacts, day: Day, calendar: SendingCalendar): Decision {
  const { plan, since, records } = facts;
  const subject: Subject = { kind: 'recap', planId: plan.id, customerId: facts.customer.id, currency: facts.currency };
  const k = latestOccurrence(plan, day);
  const on = k === null ? null : occurrence(plan, k);
  const wait = (reasons: Reason<WaitReason>[], until = nextOccurrence(plan, k, since, calendar)): Decision => ({
    kind: 'wait',
    subject,
    until,
    reasons: reasons.map((reason) => ({ ...reason, until: addDays(until, -1) })),
    next: { stepId: null, name: null, action: plan.action },
  });
  if (on === null || on < since || records.get(on) === 'sent') return wait([{ code: 'next_occurrence', until: null }]);
  const record = records.get(on);
  if (record === 'under_way' || record === 'uncertain') return block([{ code: record, until: null }]);
  const leavesOn = firstSendingDay(day, calendar);
  if (leavesOn > day) return wait([{ code: 'not_a_sending_day', until: null }], leavesOn);

  const lines = facts.invoices.filter((one) => isListed(one, plan, day));
  const anchor = firstSendingDay(on, calendar);
  if (!lines.some((one) => isListed(one, plan, anchor))) return wait([{ code: 'nothing_to_list', until: null }]);
  const message = messageOf(facts, lines, on);
  const reasons = reasonsOf(facts, message, day);
  return reasons.length ? block(reasons) : { kind: 'send', subject, message };

  function block(reasons: Reason<BlockReason>[]): Decision {
    return { kind: 'blocked', subject, reasons, until: lapsesOn(reasons, day, calendar) };
  }
}

function isListed(one: InvoiceFacts, plan: RecapPlan, day: Day): boolean {
  if (reasonsOfInvoice(one, day).some(({ code }) => !NOT_OF_THE_LINE.has(code))) return false;
  return plan.scope === 'overdue' ? isOverdue(one.invoice, day) : one.invoice.issuedOn <= day;
}

function reasonsOf({ plan, customer, invoices }: RecapFacts, message: Message, day: Day): Reason<BlockReason>[] {
  const reasons: Reason<BlockReason>[] = [];
  const { pause } = customer;
  if (pause && (pause.until === null || day <= pause.until))
    reasons.push({ code: 'customer_paused', until: pause.until });
  if (invoices.some((one) => one.coveredByCredit)) reasons.push({ code: 'covered_by_credit', until: null });
  if (message.total <= 0) reasons.push({ code: 'net_not_positive', until: null });
  reasons.push(...reasonsOfPlan(plan, message.total, message.currency, day));
  const obstacle = unreachable(customer, channelOf(plan.action), plan.roles);
  if (obstacle) reasons.push({ code: obstacle, until: null });
  if (plan.templateId === null) reasons.push({ code: 'no_template', until: null });
  return reasons;
}

function messageOf({ plan, customer, currency, credits }: RecapFacts, lines: InvoiceFacts[], on: Day): Message {
  const shown = plan.withCreditNotes ? credits : [];
  const owed = lines.reduce((sum, { invoice }) => sum + invoice.outstanding, 0);
  return {
    key: `recap|${messageKey({ planId: plan.id, customerId: customer.id, currency })}|${on}`,
    customerId: customer.id,
    planId: plan.id,
    currency,
    action: plan.action,
    templateId: plan.templateId,
    roles: plan.roles,
    stepId: null,
    stepName: null,
    deadlineDays: null,
    occurrenceOn: on,
    lines: lines.map(({ invoice }) => ({
      invoiceId: invoice.id,
      number: invoice.number,
      outstanding: invoice.outstanding,
      completes: null,
    })),
    credits: shown.map(({ kind, id, number, remaining }) => ({ kind, id, number, remaining })),
    total: owed - shown.reduce((sum, credit) => sum + credit.remaining, 0),
  };
}

/** The number of the latest occurrence on or before the day; null before the start. */
export function latestOccurrence(plan: Pick<RecapPlan, 'startOn' | 'every'>, day: Day): number | null {
  if (day < plan.startOn) return null;
  const { n, unit } = plan.every;
  if (unit !== 'month') return Math.floor(daysBetween(plan.startOn, day) / (n * (unit === 'week' ? 7 : 1)));
  const months = (of: Day): number => Number(of.slice(0, 4)) * 12 + Number(of.slice(5, 7));
  const k = Math.floor((months(day) - months(plan.startOn)) / n);
  return occurrence(plan, k) <= day ? k : k - 1;
}

/** The sending day of the first occurrence after the k-th that is not before the enrolment. */
function nextOccurrence(plan: RecapPlan, k: number | null, since: Day, calendar: SendingCalendar): Day {
  let next = Math.max(k === null ? 0 : k + 1, latestOccurrence(plan, since) ?? 0);
  while (occurrence(plan, next) < since) next++;
  return firstSendingDay(occurrence(plan, next), calendar);
}
