import type { Day } from '../domain/calendar.ts';
import type { StepDue } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import type { Transaction } from '../store/database.ts';
import { dayOf, findHandover, type Found, reminderOf } from '../store/handovers.ts';
import type { JournalMessage } from '../store/journal.ts';
import { insertReminders, moveState, type ReminderDraft, reminderById } from '../store/reminders.ts';
import { completeSteps } from './completeSteps.ts';
import { type Doing, noteReminder } from './noteReminder.ts';

/**
 * Puts on record that a message of the journal left on its day: the reminder that waits for it in the outbox is sent, or one
 * is written, and its steps are completed. False where the database knows neither the reminder nor what it was about.
 */
export async function recordLeft(
  trx: Transaction,
  message: JournalMessage,
  { settings, ...doing }: Doing & { settings: Settings },
): Promise<boolean> {
  const waiting = await reminderOf(trx, message);
  const id = waiting?.id ?? (await writeReminder(trx, message));
  const reminder = id === null ? undefined : await reminderById(trx, id);
  if (!reminder) return false;
  const left = { settled_at: message.at, sent_on: message.day as Day, transport: 'smtp', reason: 'journal' } as const;
  const moved =
    (await moveState(trx, reminder.id, 'queued', 'sent', left)) ||
    (await moveState(trx, reminder.id, 'sending', 'sent', { ...left, claimed_by: null }));
  if (!moved) return false;
  await completeSteps(trx, reminder, settings, message.day as Day);
  await noteReminder(trx, reminder, 'reminder_confirmed', doing);
  return true;
}

async function writeReminder(trx: Transaction, message: JournalMessage): Promise<number | null> {
  const found = await findHandover(trx, message);
  if (!found) return null;
  const draft = draftOf(message, found);
  const written = await insertReminders(trx, [draft]);
  if (written.size > 0) return written.get(draft.key) ?? null;
  // Its step is taken by another reminder: the message left all the same, and is kept as one that completes nothing.
  const lines = draft.lines.map((line) => ({ ...line, completes: null }));
  return (await insertReminders(trx, [{ ...draft, lines }])).get(draft.key) ?? null;
}

function draftOf(message: JournalMessage, { customerId, planId, stepId, lines }: Found): ReminderDraft {
  const sameNumbers =
    lines.length === message.lines.length && lines.every(({ invoiceId, line }) => invoiceId === line.id);
  return {
    // The key is made of numbers of the database, so it means the same only where they do.
    key: sameNumbers ? message.key : `journal|${message.messageId}`,
    origin: message.origin,
    runId: null,
    customerId,
    planId,
    stepId,
    occurrenceOn: planId === null ? null : dayOf(message.occurrenceOn),
    channel: 'email',
    currency: message.currency,
    total: message.total,
    needsApproval: false,
    holdUntil: null,
    decidedOn: message.day as Day,
    deadlineDays: null,
    messageId: message.messageId,
    inReplyTo: '',
    thread: '',
    createdAt: message.at,
    language: message.language,
    templateId: null,
    subject: message.subject,
    html: '',
    text: '',
    lines: lines.map(({ invoiceId, line, stepId: step }) => ({
      invoiceId,
      number: line.number,
      outstanding: line.outstanding,
      completes: completesOf(line, step),
    })),
    credits: [],
    recipients: [],
    attachments: [],
    paymentCode: '',
    letter: null,
  };
}

function completesOf(
  { step, refersOn, nominalOn, scheduledOn, dueOn }: JournalMessage['lines'][number],
  stepId: number | null,
): StepDue | null {
  if (!step || stepId === null || !refersOn || !nominalOn || !scheduledOn || !dueOn) return null;
  const days = { refersOn, nominalOn, scheduledOn, dueOn } as Pick<
    StepDue,
    'refersOn' | 'nominalOn' | 'scheduledOn' | 'dueOn'
  >;
  return { stepId, stepName: step.name, ...days };
}
