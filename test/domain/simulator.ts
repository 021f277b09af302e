import { addDays, type Day } from '../../src/domain/calendar.ts';
import { decide } from '../../src/domain/decide.ts';
import { type Decision, type Message, messagesOf, type StepDue } from '../../src/domain/decision.ts';
import { countsFrom } from '../../src/domain/escalation.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';

/** Something that happens to the ledger in the morning of a day. */
export type Change = (snapshot: Snapshot) => Snapshot;
/** What becomes of a message that is decided: confirmed, refused by the server, or left waiting in the outbox. */
export type Outcome = 'sent' | 'failed' | 'under_way';

export interface Sent {
  day: Day;
  message: Message;
  /** The ledger on which it was decided. */
  ledger: Snapshot;
}

export interface Course {
  events?: Partial<Record<Day, Change | readonly Change[]>>;
  onSend?: (message: Message, day: Day) => Outcome;
  /** Whether the machine is on that day; always, unless given. */
  runs?: (day: Day) => boolean;
}

/** Runs the decision day by day, first and last day included, and writes what left into new snapshots. */
export function simulate(
  start: Snapshot,
  from: Day,
  to: Day,
  { events = {}, onSend = () => 'sent', runs = () => true }: Course = {},
): { sent: Sent[]; ledger: Snapshot } {
  const sent: Sent[] = [];
  let ledger = start;
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const change of [events[day] ?? []].flat()) ledger = change(ledger);
    if (!runs(day)) continue;
    const decidedOn = ledger;
    for (const message of messagesOf(decide(decidedOn, day))) {
      const outcome = onSend(message, day);
      if (outcome === 'sent') ledger = confirm(ledger, message, day);
      if (outcome === 'under_way') ledger = putInOutbox(ledger, message);
      if (outcome !== 'failed') sent.push({ day, message, ledger: decidedOn });
    }
  }
  return { sent, ledger };
}

/** One line for each message: `2026-01-06 step 1 [F-1, F-2]`. */
export const timeline = (start: Snapshot, from: Day, to: Day, course?: Course): string[] =>
  simulate(start, from, to, course).sent.map(({ day, message }) => told(day, message));

export const told = (day: Day, { stepName, lines }: Message): string =>
  `${day} ${stepName ?? 'recap'} [${lines.map(({ number }) => number).join(', ')}]`;

/** The ledger after the server took the message on the day. */
export function confirm(ledger: Snapshot, message: Message, day: Day): Snapshot {
  const { customerId, planId, currency, lines, occurrenceOn, deadlineDays } = message;
  const covered = new Set(lines.map(({ invoiceId }) => invoiceId));
  const deadlineOn = deadlineDays === null ? null : addDays(day, deadlineDays);
  const sameAccount = (one: { planId: number; customerId: number; currency: string }): boolean =>
    one.planId === planId && one.customerId === customerId && one.currency === currency;
  return {
    ...ledger,
    completions: [
      ...ledger.completions,
      ...lines.flatMap(({ invoiceId, completes }) => (completes ? completed(invoiceId, completes, day, ledger) : [])),
    ],
    coverings: [
      ...ledger.coverings.filter(({ invoiceId }) => !covered.has(invoiceId)),
      ...[...covered].map((invoiceId) => ({ invoiceId, lastOn: day, deadlineOn })),
    ],
    planMessages: [
      ...ledger.planMessages.filter((one) => !sameAccount(one)),
      { planId, customerId, currency, lastOn: day },
    ],
    recaps: occurrenceOn
      ? [...ledger.recaps, { planId, customerId, currency, occurrenceOn, state: 'sent' }]
      : ledger.recaps,
  };
}

function completed(invoiceId: number, due: StepDue, day: Day, { calendar }: Snapshot): Snapshot['completions'] {
  return [
    { invoiceId, stepId: due.stepId, kind: 'sent', completedOn: day, countsFrom: countsFrom(due, day, calendar) },
  ];
}

function putInOutbox(ledger: Snapshot, { planId, lines }: Message): Snapshot {
  const waiting = lines.map(({ invoiceId }) => ({ invoiceId, planId, uncertain: false }));
  return { ...ledger, underWay: [...ledger.underWay, ...waiting] };
}

/** The decision about an invoice. */
export function decisionOn(ledger: Snapshot, day: Day, number = 'F-1'): Decision {
  const decision = decide(ledger, day).find(({ subject }) => subject.kind === 'invoice' && subject.number === number);
  if (!decision) throw new Error(`no decision about ${number}`);
  return decision;
}

/** In few words: `send step 1`, `wait until 2026-01-06: step_date`, `blocked: disputed, promised`. */
export function inWords(decision: Decision): string {
  if (decision.kind === 'send') return `send ${decision.message.stepName ?? 'recap'}`;
  const reasons = decision.reasons.map(({ code }) => code).join(', ');
  return decision.kind === 'wait' ? `wait until ${decision.until}: ${reasons}` : `blocked: ${reasons}`;
}

export const answer = (ledger: Snapshot, day: Day, number = 'F-1'): string => inWords(decisionOn(ledger, day, number));

/** The decision about the only recap of a ledger. */
export function recapOn(ledger: Snapshot, day: Day): Decision {
  const decisions = decide(ledger, day).filter(({ subject }) => subject.kind === 'recap');
  const [decision] = decisions;
  if (!decision || decisions.length > 1) throw new Error(`${decisions.length} recaps`);
  return decision;
}

export const change =
  (number: string, differs: Partial<Invoice>): Change =>
  (ledger) => ({
    ...ledger,
    invoices: ledger.invoices.map((one) => (one.number === number ? { ...one, ...differs } : one)),
  });

export const paid = (number: string): Change => change(number, { outstanding: 0 });
export const promised = (number: string, until: Day): Change => change(number, { promisedUntil: until });
export const disputed = (number: string): Change => change(number, { disputed: true });
export const settledDispute = (number: string): Change => change(number, { disputed: false });
