import type { Day } from '../domain/calendar.ts';
import { type Decision, type Message, messagesOf } from '../domain/decision.ts';
import { decimalFromMinor } from '../domain/money.ts';
import { channelOf } from '../domain/plan.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { formatDayShort, formatMoney } from '../i18n/format.ts';

/** One message of `--json`: amounts are decimal texts in units of the currency. */
export interface SendJson {
  customer: string;
  channel: string;
  plan: string;
  step: string | null;
  occurrence: Day | null;
  invoices: string[];
  currency: string;
  total: string;
}

/** One decision that does not send. A recap is named by its customer alone. */
export interface HoldJson {
  invoice?: string;
  customer: string;
  plan?: string;
  currency?: string;
  reasons: string[];
  until: Day | null;
}

/** The decisions of a day as SPEC §10 gives them. */
export interface DecisionsJson {
  day: Day;
  sends: SendJson[];
  holds: HoldJson[];
}

/** Names of customers (by code) and plans, for what is printed. */
export interface Names {
  customer(id: number): string;
  plan(id: number): string;
}

export function namesOf(codes: ReadonlyMap<number, { code: string }>, { plans }: Snapshot): Names {
  const planNames = new Map(plans.map(({ id, name }) => [id, name]));
  return { customer: (id) => codes.get(id)?.code ?? String(id), plan: (id) => planNames.get(id) ?? String(id) };
}

export const sendJson = (message: Message, names: Names): SendJson => ({
  customer: names.customer(message.customerId),
  channel: channelOf(message.action),
  plan: names.plan(message.planId),
  step: message.stepName,
  occurrence: message.occurrenceOn,
  invoices: message.lines.map(({ number }) => number),
  currency: message.currency,
  total: decimalFromMinor(message.total, message.currency),
});

export function holdJson(decision: Exclude<Decision, { kind: 'send' }>, names: Names): HoldJson {
  const { subject, reasons, until } = decision;
  const named =
    subject.kind === 'invoice'
      ? { invoice: subject.number, customer: names.customer(subject.customerId) }
      : { customer: names.customer(subject.customerId), plan: names.plan(subject.planId), currency: subject.currency };
  return { ...named, reasons: reasons.map(({ code }) => code), until };
}

export function decisionsJson(day: Day, decisions: readonly Decision[], names: Names): DecisionsJson {
  const holds = decisions.flatMap((decision) => (decision.kind === 'send' ? [] : [holdJson(decision, names)]));
  return { day, sends: messagesOf(decisions).map((message) => sendJson(message, names)), holds };
}

/** One line for a person: `Tue 12 May  BM  e-mail  Reminder 2  FA-1, FA-2  €120.00`. */
export function sendLine(message: Message, names: Names, day: Day): string {
  const numbers = message.lines.map(({ number }) => number);
  const shown =
    numbers.length > 4 ? `${numbers.slice(0, 3).join(', ')} and ${numbers.length - 3} more` : numbers.join(', ');
  const step = message.stepName ?? `${names.plan(message.planId)} (recap)`;
  const total = formatMoney(message.total, message.currency, 'en');
  return [
    formatDayShort(day, 'en'),
    names.customer(message.customerId),
    channelOf(message.action),
    step,
    shown,
    total,
  ].join('  ');
}
