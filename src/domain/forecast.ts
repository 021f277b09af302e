import { addDays, type Day, firstSendingDay, isSendingDay, latest, type SendingCalendar } from './calendar.ts';
import { decideUnit } from './decide.ts';
import { type BlockReason, type Decision, type Message, messagesOf } from './decision.ts';
import { countsFrom } from './escalation.ts';
import { type InvoiceFacts, type Snapshot, type Unit, unitsOf } from './snapshot.ts';

/** Reasons that concern the step about to be sent, not the invoice. */
const OF_THE_STEP: ReadonlySet<string> = new Set<BlockReason>([
  'no_recipient',
  'address_refused',
  'no_postal_address',
  'no_phone',
  'no_template',
]);

/** What would leave on one sending day. */
export interface ForecastDay {
  day: Day;
  messages: Message[];
}

/**
 * What would leave on each sending day of the `days` days from `from` on, if nobody paid and everything that is decided
 * is sent on its day. Each unit is decided anew only on the days on which its decision can change, so the whole is one
 * pass over the ledger plus one decision for every message.
 */
export function forecast(snapshot: Snapshot, from: Day, days: number): ForecastDay[] {
  const { calendar } = snapshot;
  const units = unitsOf(snapshot);
  const facts = factsById(units);
  const owner = unitByInvoice(units);
  const agenda = new Map<Day, Set<number>>();
  const order = new Map(units.map((unit, index) => [unit, index]));
  const end = addDays(from, days);
  const review = (unit: Unit, on: Day): void => {
    const day = firstSendingDay(on, calendar);
    if (day >= end) return;
    const due = agenda.get(day) ?? new Set();
    agenda.set(day, due.add(order.get(unit) ?? 0));
  };
  for (const unit of units) review(unit, from);
  const result: ForecastDay[] = [];
  for (let day = from; day < end; day = addDays(day, 1)) {
    if (!isSendingDay(day, calendar)) continue;
    const due = [...(agenda.get(day) ?? [])].sort((a, b) => a - b).map((index) => units[index] as Unit);
    const decided = due.map((unit) => ({ unit, decisions: decideUnit(unit, day, calendar) }));
    const messages = decided.flatMap(({ unit, decisions }) => {
      const leaving = messagesOf(decisions);
      for (const message of leaving) recordAsSent(message, unit, facts, day, calendar);
      return leaving;
    });
    // A recap is now the last message about its invoices: the payment deadline of an earlier one holds them no longer.
    for (const message of messages)
      for (const { invoiceId } of message.lines) {
        const unit = owner.get(invoiceId);
        if (unit) review(unit, addDays(day, 1));
      }
    for (const { unit, decisions } of decided) {
      const next = reviewDay(unit, decisions, day);
      if (next) review(unit, next);
    }
    result.push({ day, messages });
  }
  return result;
}

/** Writes into the facts what the confirmed sending of a message on the day changes for the next decision. */
export function recordAsSent(
  message: Message,
  unit: Unit,
  facts: ReadonlyMap<number, InvoiceFacts>,
  day: Day,
  calendar: SendingCalendar,
): void {
  const deadlineOn = message.deadlineDays === null ? null : addDays(day, message.deadlineDays);
  for (const { invoiceId, completes } of message.lines) {
    const one = facts.get(invoiceId);
    if (!one) continue;
    one.covering = { invoiceId, lastOn: day, deadlineOn };
    if (!completes) continue;
    const counted = countsFrom(completes, day, calendar);
    one.completions.set(completes.stepId, {
      invoiceId,
      stepId: completes.stepId,
      kind: 'sent',
      completedOn: day,
      countsFrom: counted,
    });
  }
  if (unit.kind === 'group') unit.facts.lastOn = day;
  if (unit.kind === 'recap' && message.occurrenceOn) unit.facts.records.set(message.occurrenceOn, 'sent');
}

/** The next day on which the unit's decision can differ; null when none of it changes by itself. */
function reviewDay(unit: Unit, decisions: Decision[], day: Day): Day | null {
  if (unit.kind === 'recap') return nextRecapReview(decisions, day);
  if (unit.kind === 'group' && decisions.some(isUnreachable)) return addDays(day, 1);
  let next: Day | null = null;
  for (const decision of decisions) {
    const until = decision.kind === 'send' ? addDays(day, 1) : decision.until;
    if (until !== null && (next === null || until < next)) next = until;
  }
  return next && latest(next, addDays(day, 1));
}

/** The step whose tone the group has may be another tomorrow, and go another way. */
const isUnreachable = (decision: Decision): boolean =>
  decision.kind === 'blocked' && decision.reasons.some(({ code }) => OF_THE_STEP.has(code));

/** A recap lists other invoices every day, so only one that waits for its next occurrence can be left alone until then. */
function nextRecapReview(decisions: Decision[], day: Day): Day {
  const [decision] = decisions;
  const rests = decision?.kind === 'wait' && decision.reasons[0]?.code === 'next_occurrence';
  return rests ? latest(decision.until, addDays(day, 1)) : addDays(day, 1);
}

function unitByInvoice(units: readonly Unit[]): Map<number, Unit> {
  const result = new Map<number, Unit>();
  for (const unit of units) {
    if (unit.kind === 'single') result.set(unit.facts.invoice.id, unit);
    if (unit.kind === 'group') for (const { invoice } of unit.facts.invoices) result.set(invoice.id, unit);
  }
  return result;
}

function factsById(units: readonly Unit[]): Map<number, InvoiceFacts> {
  const result = new Map<number, InvoiceFacts>();
  for (const unit of units) {
    const invoices = unit.kind === 'single' ? [unit.facts] : unit.facts.invoices;
    for (const one of invoices) result.set(one.invoice.id, one);
  }
  return result;
}
