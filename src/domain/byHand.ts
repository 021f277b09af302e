import { addDays, type Day } from './calendar.ts';
import type { Channel } from './customer.ts';
import type { BlockReason, Decision, Reason, StepDue } from './decision.ts';
import { decideUnit } from './decide.ts';
import { reasonsOfInvoice, reasonsOfPlan } from './eligibility.ts';
import { type Standing, standingUnless } from './escalation.ts';
import { channelOf, type Step } from './plan.ts';
import { type InvoiceFacts, type Snapshot, type Unit, unitsOf } from './snapshot.ts';

/** What the rules say about writing by hand about one invoice: what forbids it, and what the writer should know. */
export interface Weighed {
  invoiceId: number;
  /** Nobody may be reminded of it any more, also not by hand (SPEC §5). */
  forbids: Reason<BlockReason>[];
  /** Known, and not forbidden: disputed, promised, paused, already in the outbox … */
  warnings: Reason<BlockReason>[];
  /** When a reminder last went out, where that is less than a week, or than the plan's minimum, ago. */
  remindedOn: Day | null;
  /** The e-mail that would leave by itself, today or within three days. */
  automatic: { name: string; on: Day } | null;
  /** The step that is due, which a message by hand may complete; null when none is, or its message is under way. */
  dueStep: (StepDue & { channel: Channel }) | null;
  /** The step that comes next, whenever: its template is the one that fits. */
  next: { templateId: number | null; channel: Channel; position: number } | null;
}

/** The key of the reminder that a form makes: however often the form comes, it is one reminder. */
export const handKey = (formKey: string): string => `manual|${formKey}`;

const FORBIDS: ReadonlySet<BlockReason> = new Set(['settled', 'not_issued', 'cancelled', 'written_off', 'unreadable']);
/** Reasons against automatic messages that mean nothing to a person who writes himself. */
const NO_MATTER: ReadonlySet<BlockReason> = new Set([
  'no_due_date',
  'follow_up_off',
  'no_plan',
  'below_minimum',
  'over_ceiling',
]);
const RECENT = 7;
const SOON = 3;

/**
 * Weighs invoices for a message by hand, in the order of the ids. An invoice that the snapshot does not hold has nothing
 * outstanding.
 */
export function weighByHand(snapshot: Snapshot, invoiceIds: readonly number[], day: Day): Weighed[] {
  const known = new Map<number, { facts: InvoiceFacts; unit: Unit }>();
  for (const unit of unitsOf(snapshot)) {
    if (unit.kind === 'recap') continue;
    const members = unit.kind === 'single' ? [unit.facts] : unit.facts.invoices;
    for (const facts of members) known.set(facts.invoice.id, { facts, unit });
  }
  const decided = new Map<Unit, Map<number, Decision>>();
  return invoiceIds.map((id) => {
    const one = known.get(id);
    if (!one) return settled(id);
    // Once for a unit: that of a large customer holds thousands of invoices.
    const decisions = decided.get(one.unit) ?? decisionsOf(one.unit, snapshot.calendar, day);
    decided.set(one.unit, decisions);
    return weigh(one.facts, decisions.get(id), snapshot, day);
  });
}

const settled = (invoiceId: number): Weighed => ({
  invoiceId,
  forbids: [{ code: 'settled', until: null }],
  warnings: [],
  remindedOn: null,
  automatic: null,
  dueStep: null,
  next: null,
});

function weigh(facts: InvoiceFacts, decision: Decision | undefined, { calendar }: Snapshot, day: Day): Weighed {
  const { invoice, plan, since, covering } = facts;
  const reasons = reasonsOfInvoice(facts, day);
  const all = plan ? [...reasons, ...reasonsOfPlan(plan, invoice.outstanding, invoice.currency, day)] : reasons;
  const begun = plan !== null && (since === null || since <= day);
  const place = begun ? standingUnless(reasons, facts, plan, day, calendar) : null;
  return {
    invoiceId: invoice.id,
    forbids: all.filter(({ code }) => FORBIDS.has(code)),
    warnings: all.filter(({ code }) => !FORBIDS.has(code) && !NO_MATTER.has(code)),
    remindedOn: covering && covering.lastOn > addDays(day, -recentDays(plan)) ? covering.lastOn : null,
    automatic: automaticOf(decision, day),
    dueStep: facts.underWay === 'no' ? dueStepOf(place, day) : null,
    next: place?.next ? nextOf(place.next) : null,
  };
}

const recentDays = (plan: InvoiceFacts['plan']): number => Math.max(RECENT, plan?.minimumDays ?? 0);

function decisionsOf(unit: Unit, calendar: Snapshot['calendar'], day: Day): Map<number, Decision> {
  const decisions = new Map<number, Decision>();
  for (const decision of decideUnit(unit, day, calendar))
    if (decision.subject.kind === 'invoice') decisions.set(decision.subject.invoiceId, decision);
  return decisions;
}

function automaticOf(decision: Decision | undefined, day: Day): Weighed['automatic'] {
  // Letters, calls and what must be approved wait for a person anyway.
  if (decision?.kind === 'send')
    return decision.message.action === 'email' ? { name: decision.message.stepName ?? '', on: day } : null;
  if (decision?.kind !== 'wait' || decision.until > addDays(day, SOON)) return null;
  return decision.next?.action === 'email' ? { name: decision.next.name ?? '', on: decision.until } : null;
}

/** Due is a step whose waits are over, also on a day on which nothing leaves by itself. */
function dueStepOf(place: Standing | null, day: Day): Weighed['dueStep'] {
  const next = place?.next;
  return next && next.due.dueOn <= day ? { ...next.due, channel: channelOf(next.step.action) } : null;
}

const nextOf = ({ step, position }: { step: Step; position: number }): Weighed['next'] => ({
  templateId: step.templateId,
  channel: channelOf(step.action),
  position,
});
