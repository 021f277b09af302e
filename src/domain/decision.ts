import type { Day } from './calendar.ts';
import type { Currency, Minor } from './money.ts';
import type { Action } from './plan.ts';

/** Why an invoice or a recap may not be followed up now. Each is a word that every screen translates. */
export type BlockReason =
  | 'unreadable'
  | 'not_issued'
  | 'cancelled'
  | 'written_off'
  | 'settled'
  | 'no_due_date'
  | 'follow_up_off'
  | 'disputed'
  | 'promised'
  | 'invoice_paused'
  | 'customer_paused'
  | 'plan_paused'
  | 'no_plan'
  | 'under_way'
  | 'uncertain'
  | 'below_minimum'
  | 'over_ceiling'
  | 'covered_by_credit'
  | 'no_recipient'
  | 'address_refused'
  | 'no_postal_address'
  | 'no_phone'
  | 'no_template'
  | 'net_not_positive'
  | 'plan_finished';

/** Why it waits although nothing is wrong. */
export type WaitReason =
  | 'step_date'
  | 'gap'
  | 'minimum_days'
  | 'payment_deadline'
  | 'after_receipt'
  | 'not_a_sending_day'
  | 'enrolment_begins'
  | 'next_occurrence'
  | 'nothing_to_list';

/** One reason; `until` is the last day it holds, null when it does not lapse by itself. */
export interface Reason<Code extends string = BlockReason | WaitReason> {
  code: Code;
  until: Day | null;
}

/** Reasons that only a person can lift, and that the to-do list therefore shows. */
export const NEEDS_A_PERSON: ReadonlySet<string> = new Set<BlockReason>([
  'unreadable',
  'no_due_date',
  'over_ceiling',
  'no_recipient',
  'address_refused',
  'no_postal_address',
  'no_phone',
  'no_template',
  'uncertain',
]);

/** The step that a message completes for one invoice, with the days that its spacing is measured by. */
export interface StepDue {
  stepId: number;
  stepName: string;
  /** The due or issue date that the step refers to: part of its identity. */
  refersOn: Day;
  /** The date the trigger names. */
  nominalOn: Day;
  /** The nominal date, or later where the rest of the plan has moved with a late step. */
  scheduledOn: Day;
  /** When everything that it had to wait for was over. */
  dueOn: Day;
}

/** One invoice in a message, and the step that the message completes for it (null: only listed). */
export interface MessageLine {
  invoiceId: number;
  number: string;
  outstanding: Minor;
  completes: StepDue | null;
}

/** One message to one customer in one currency. */
export interface Message {
  key: string;
  customerId: number;
  planId: number;
  currency: Currency;
  action: Action;
  /** Null for a call, which needs no text. */
  templateId: number | null;
  roles: readonly string[];
  /** The step whose tone it has; null for a recap. */
  stepId: number | null;
  stepName: string | null;
  /** Names the day "pay within n days"; counted from the day it leaves. */
  deadlineDays: number | null;
  /** The recap's occurrence; null for a step. */
  occurrenceOn: Day | null;
  lines: MessageLine[];
  /** Credit notes and payments listed with their sign (recaps). */
  credits: { kind: 'credit_note' | 'payment'; id: number; number: string; remaining: Minor }[];
  total: Minor;
}

/** What a decision is about. */
export type Subject =
  | { kind: 'invoice'; invoiceId: number; customerId: number; number: string }
  | { kind: 'recap'; planId: number; customerId: number; currency: Currency };

/** What would go next, for the screens. */
export interface NextStep {
  stepId: number | null;
  name: string | null;
  action: Action;
}

export type Decision =
  | { kind: 'send'; subject: Subject; message: Message }
  | { kind: 'wait'; subject: Subject; until: Day; reasons: Reason<WaitReason>[]; next: NextStep | null }
  | { kind: 'blocked'; subject: Subject; reasons: Reason<BlockReason>[]; until: Day | null };

/** The messages of some decisions, each once, in the order of the decisions. */
export function messagesOf(decisions: Iterable<Decision>): Message[] {
  const messages = new Map<string, Message>();
  for (const decision of decisions) if (decision.kind === 'send') messages.set(decision.message.key, decision.message);
  return [...messages.values()];
}
