import type { Day } from '../domain/calendar.ts';
import { unreachable } from '../domain/customer.ts';
import type { Message, MessageLine } from '../domain/decision.ts';
import { reasonsOfInvoice, reasonsOfPlan } from '../domain/eligibility.ts';
import { channelOf, type Plan } from '../domain/plan.ts';
import type { Settings } from '../domain/settings.ts';
import { type InvoiceFacts, type Snapshot, unitsOf } from '../domain/snapshot.ts';
import { isOvertaken, turnOf } from '../domain/turn.ts';
import type { Db } from '../store/database.ts';
import { answersAfter } from '../store/answers.ts';
import { SEND_AGAIN } from '../store/outboxList.ts';
import {
  attachmentsOf,
  linesOf,
  recipientsOf,
  type Reminder,
  type ReminderContent,
  type ReminderLineRow,
} from '../store/reminders.ts';
import { sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { composeReminder, loadMaterials } from './composeReminders.ts';

/** Whether a queued reminder may still go, by the facts of this moment. */
export type Recheck =
  | { kind: 'cancel'; reason: string }
  | { kind: 'fail'; reason: string }
  | { kind: 'go'; rewritten: ReminderContent | null };

/** Reasons that do not count against a reminder that a person wrote: he knows. */
const FORBIDS_BY_HAND: ReadonlySet<string> = new Set([
  'settled',
  'not_issued',
  'cancelled',
  'written_off',
  'unreadable',
]);
/** The reminder itself is under way; and its own run has weighed the rest. */
const NOT_AGAINST_ITSELF: ReadonlySet<string> = new Set(['under_way', 'uncertain']);

/**
 * Weighs a reminder against today's facts just before it leaves (SPEC §4): invoices that were paid, disputed, promised
 * or paused since drop out, a step that had its turn completes nothing more, amounts and addresses are today's, and when
 * nothing is left it is cancelled with the reason.
 */
export async function recheckReminder(db: Db, reminder: Reminder, settings: Settings, day: Day): Promise<Recheck> {
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const rows = await linesOf(db, reminder.id);
  const snapshot = await loadSnapshot(db, calendar, {
    customerIds: [reminder.customer_id],
    invoiceIds: rows.map(({ invoice_id }) => invoice_id),
    withoutReminderId: reminder.id,
  });
  const plan = snapshot.plans.find(({ id }) => id === reminder.plan_id) ?? null;
  const obstacle = obstacleOf(reminder, plan, snapshot, day);
  if (obstacle) return { kind: 'cancel', reason: obstacle };
  const { lines, dropped, overtaken } = remainingLines(rows, reminder, snapshot, plan, day);
  if (lines.length === 0) return { kind: 'cancel', reason: dropped ?? 'settled' };
  if (overtaken) return { kind: 'cancel', reason: overtaken };
  // What a person wrote goes as it was written, or not at all.
  if (reminder.origin === 'manual') {
    const reason = dropped ?? amountChanged(rows, lines) ?? (await answeredSince(db, reminder, snapshot, day));
    return reason ? { kind: 'cancel', reason } : { kind: 'go', rewritten: null };
  }
  const message = messageOf(reminder, plan, lines, snapshot);
  if (message.total <= 0) return { kind: 'cancel', reason: 'net_not_positive' };
  // What may have arrived already goes again as the same bytes, or the customer would have two different messages.
  if (reminder.reason === SEND_AGAIN && !dropped && message.total === reminder.total_minor)
    return { kind: 'go', rewritten: null };
  const composed = composeReminder(message, await loadMaterials(db, settings, [message]), day);
  if (!composed.ok) return { kind: 'fail', reason: composed.problem.detail ?? composed.problem.code };
  if (reminder.channel === 'email' && composed.content.recipients.every(({ kind }) => kind === 'bcc'))
    return { kind: 'cancel', reason: 'no_recipient' };
  return { kind: 'go', rewritten: (await differs(db, reminder, rows, composed.content)) ? composed.content : null };
}

/** What a person wrote names an amount; once that is no longer what is owed, it must not be asked for. */
function amountChanged(rows: readonly ReminderLineRow[], lines: readonly MessageLine[]): string | null {
  const said = new Map(rows.map((row) => [row.invoice_id, row.outstanding_minor]));
  return lines.some(({ invoiceId, outstanding }) => said.get(invoiceId) !== outstanding) ? 'amount_changed' : null;
}

/** What the customer answered after a person had written: the writer could not know it (SPEC §4). */
async function answeredSince(
  db: Db,
  { id, customer_id, created_at }: Reminder,
  snapshot: Snapshot,
  day: Day,
): Promise<string | null> {
  const news = await answersAfter(db, { reminderId: id, customerId: customer_id, after: created_at });
  const facts = [...factsById(snapshot).values()];
  const held = new Set(
    facts.flatMap((one) => reasonsOfInvoice(one, day).map(({ code }) => `${code}|${one.invoice.id}`)),
  );
  return news.find(({ code, invoiceId }) => held.has(`${code}|${invoiceId}`))?.code ?? null;
}

function obstacleOf(
  reminder: Reminder,
  plan: Plan | null,
  { customers, enrolments }: Snapshot,
  day: Day,
): string | null {
  if (reminder.origin === 'manual') return null;
  if (!plan || !enrolments.some(({ planId }) => planId === plan.id)) return 'no_plan';
  const step = plan.kind === 'escalation' ? plan.steps.find(({ id }) => id === reminder.step_id) : null;
  if (plan.kind === 'escalation' && step?.retired !== false) return 'step_retired';
  if (step && channelOf(step.action) !== reminder.channel) return 'superseded';
  if (plan.kind === 'recap' && reminder.occurrence_on && isOvertaken(plan, reminder.occurrence_on, day))
    return 'superseded';
  const [customer] = customers;
  if (customer?.pause && (customer.pause.until === null || day <= customer.pause.until)) return 'customer_paused';
  const paused = reasonsOfPlan(plan, reminder.total_minor, reminder.currency, day).find(
    ({ code }) => code === 'plan_paused',
  );
  if (paused) return paused.code;
  return customer ? unreachable(customer, reminder.channel, plan.roles) : 'no_recipient';
}

interface Remaining {
  lines: MessageLine[];
  /** Why the first of those that dropped out did. */
  dropped: string | null;
  /** Why no step is completed any more by a message that was to complete some. */
  overtaken: string | null;
}

function remainingLines(
  rows: readonly ReminderLineRow[],
  reminder: Reminder,
  snapshot: Snapshot,
  plan: Plan | null,
  day: Day,
): Remaining {
  const facts = factsById(snapshot);
  const steps = new Map((plan?.kind === 'escalation' ? plan.steps : []).map((step) => [step.id, step.name]));
  const remaining: Remaining = { lines: [], dropped: null, overtaken: null };
  let completing = 0;
  for (const row of rows) {
    const one = facts.get(row.invoice_id);
    const reason = one ? lineReason(one, reminder, plan, day) : 'settled';
    if (!one || reason) {
      remaining.dropped ??= reason;
      continue;
    }
    const passed = passedBy(row, one, reminder, plan, day, snapshot);
    if (passed) remaining.overtaken ??= passed;
    const completes = passed ? null : dueOf(row, steps);
    if (completes) completing += 1;
    const { id, number, outstanding } = one.invoice;
    remaining.lines.push({ invoiceId: id, number, outstanding, completes });
  }
  // Another invoice of the message still has its turn: those that had theirs are only listed.
  if (completing > 0) remaining.overtaken = null;
  return remaining;
}

/** Why the step that the line would complete has not its turn any more; null when it has, or completes none. */
function passedBy(
  row: ReminderLineRow,
  facts: InvoiceFacts,
  reminder: Reminder,
  plan: Plan | null,
  day: Day,
  { calendar }: Snapshot,
): string | null {
  if (reminder.origin === 'manual' || row.step_id === null || plan?.kind !== 'escalation') return null;
  const turn = turnOf(facts, plan, row.step_id, day, calendar);
  if (turn.kind === 'due' || turn.reason === 'superseded') return turn.kind === 'due' ? null : turn.reason;
  // What a person asked to be sent again, or prints and posts himself, waits for nothing.
  return reminder.reason === SEND_AGAIN || reminder.channel !== 'email' ? null : turn.reason;
}

const dueOf = (row: ReminderLineRow, steps: ReadonlyMap<number, string>): MessageLine['completes'] =>
  row.step_id === null || !row.refers_on || !row.nominal_on || !row.scheduled_on || !row.due_on
    ? null
    : {
        stepId: row.step_id,
        stepName: steps.get(row.step_id) ?? '',
        refersOn: row.refers_on,
        nominalOn: row.nominal_on,
        scheduledOn: row.scheduled_on,
        dueOn: row.due_on,
      };

function lineReason(one: InvoiceFacts, reminder: Reminder, plan: Plan | null, day: Day): string | null {
  const reasons = reasonsOfInvoice(one, day).map(({ code }) => code as string);
  if (reminder.origin === 'manual') return reasons.find((code) => FORBIDS_BY_HAND.has(code)) ?? null;
  const limits =
    plan?.kind === 'escalation' ? reasonsOfPlan(plan, one.invoice.outstanding, one.invoice.currency, day) : [];
  const all = [...reasons, ...limits.map(({ code }) => code as string)];
  return all.find((code) => !NOT_AGAINST_ITSELF.has(code)) ?? null;
}

function factsById(snapshot: Snapshot): Map<number, InvoiceFacts> {
  const facts = unitsOf(snapshot).flatMap((unit) => (unit.kind === 'single' ? [unit.facts] : unit.facts.invoices));
  return new Map(facts.map((one) => [one.invoice.id, one]));
}

function messageOf(reminder: Reminder, plan: Plan | null, lines: MessageLine[], { credits }: Snapshot): Message {
  const listed = new Set((JSON.parse(reminder.credits) as Message['credits']).map(({ kind, id }) => `${kind}${id}`));
  const shown = credits.filter(({ kind, id }) => listed.has(`${kind}${id}`));
  const step = plan?.kind === 'escalation' ? plan.steps.find(({ id }) => id === reminder.step_id) : undefined;
  const owed = lines.reduce((sum, { outstanding }) => sum + outstanding, 0);
  return {
    key: reminder.key,
    customerId: reminder.customer_id,
    planId: reminder.plan_id ?? 0,
    currency: reminder.currency,
    action: reminder.channel,
    templateId: step?.templateId ?? (plan?.kind === 'recap' ? plan.templateId : reminder.template_id),
    roles: plan?.roles ?? [],
    stepId: reminder.step_id,
    stepName: step?.name ?? null,
    deadlineDays: reminder.deadline_days,
    occurrenceOn: reminder.occurrence_on,
    lines,
    credits: shown.map(({ kind, id, number, remaining }) => ({ kind, id, number, remaining })),
    total: owed - shown.reduce((sum, { remaining }) => sum + remaining, 0),
  };
}

const letterText = ({ letter }: ReminderContent): string | null => letter && JSON.stringify(letter);

async function differs(
  db: Db,
  reminder: Reminder,
  lines: readonly ReminderLineRow[],
  content: ReminderContent,
): Promise<boolean> {
  const recipients = await recipientsOf(db, reminder.id);
  const attachments = await attachmentsOf(db, reminder.id);
  const before = [
    [reminder.subject, reminder.html, reminder.text, reminder.total_minor, reminder.payment_code, reminder.letter],
    recipients.map(({ kind, name, address }) => [kind, name, address]),
    attachments.map(({ name, sha256 }) => [name, sha256]),
    lines.map((line) => [line.invoice_id, line.outstanding_minor, line.step_id]),
  ];
  const after = [
    [content.subject, content.html, content.text, content.total, content.paymentCode, letterText(content)],
    content.recipients.map(({ kind, name, address }) => [kind, name, address]),
    content.attachments.map(({ name, sha256 }) => [name, sha256]),
    content.lines.map((line) => [line.invoiceId, line.outstanding, line.completes?.stepId ?? null]),
  ];
  return JSON.stringify(before) !== JSON.stringify(after);
}
