import { type Clock, isoOf } from '../clock.ts';
import { handKey } from '../domain/byHand.ts';
import type { Day } from '../domain/calendar.ts';
import type { Message, MessageLine } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import { messageIdOf, threadHeaders } from '../mail/message.ts';
import type { Db, Transaction } from '../store/database.ts';
import type { DraftOf } from '../store/drafts.ts';
import { addHistory } from '../store/history.ts';
import { insertReminders, reminderByKey, type ReminderDraft, threadsOf } from '../store/reminders.ts';
import type { Occasion } from './findOccasion.ts';
import { installationSecret } from './installation.ts';
import { UNDO_TIME } from './releaseReminder.ts';
import { senderOf } from './runDay.ts';
import { closeDraft } from './saveDraft.ts';
import type { Written } from './writeByHand.ts';

export interface HandSending {
  /** The form's own key: however often it comes, it is one message. */
  formKey: string;
  /** Whether the message completes the steps that are due on its invoices. */
  completes: boolean;
  settings: Settings;
  day: Day;
  clock: Clock;
  userId: number | null;
  /** What was being written, to be found again by who takes the message back. */
  draft?: { of: DraftOf; content: Record<string, unknown> };
}

/** `already`: the form had been sent before; the id is that of the message it made. */
export interface HandSent {
  kind: 'queued' | 'already';
  reminderId: number;
}

/**
 * Puts a message that a person wrote into the outbox, where it waits ten seconds for a second thought; a letter waits to be
 * printed. From here on it goes the way of the run's messages (SPEC §5). A step whose message somebody else has under way
 * by now is left to that one.
 */
export async function sendByHand(
  db: Db,
  occasion: Occasion,
  { message, content }: Extract<Written, { ok: true }>,
  sending: HandSending,
): Promise<HandSent> {
  const { clock, day, userId, settings } = sending;
  const key = handKey(sending.formKey);
  const secret = await installationSecret(db);
  const invoiceIds = message.lines.map(({ invoiceId }) => invoiceId);
  const thread = invoiceIds.length === 1 ? ((await threadsOf(db, invoiceIds)).get(invoiceIds[0] ?? 0) ?? []) : [];
  const at = isoOf(clock());
  const isLetter = message.action === 'letter';
  const draft: ReminderDraft = {
    ...content,
    lines: linesOf(message, occasion, sending.completes),
    key,
    origin: 'manual',
    runId: null,
    customerId: message.customerId,
    planId: null,
    stepId: null,
    occurrenceOn: null,
    channel: isLetter ? 'letter' : 'email',
    currency: message.currency,
    needsApproval: false,
    holdUntil: isLetter ? null : isoOf(clock() + UNDO_TIME),
    decidedOn: day,
    deadlineDays: null,
    messageId: messageIdOf(secret, key, senderOf(settings)),
    ...threadHeaders(thread),
    createdAt: at,
    createdBy: userId,
  };
  return db.transaction(async (trx) => {
    const before = await reminderByKey(trx, key);
    if (before) return { kind: 'already', reminderId: before.id };
    const reminderId = (await insertOne(trx, draft)) ?? (await insertOne(trx, { ...draft, lines: message.lines }));
    if (reminderId === null) throw new Error(`the message ${key} could not be put into the outbox`);
    const entry = { at, kind: 'reminder_queued', customerId: message.customerId, reminderId, userId };
    await addHistory(
      trx,
      invoiceIds.map((invoiceId) => ({ ...entry, invoiceId })),
    );
    const { draft: begun } = sending;
    if (begun) await closeDraft(trx, begun.of, begun.content, { reminderId, clock });
    return { kind: 'queued', reminderId };
  });
}

const insertOne = async (trx: Transaction, draft: ReminderDraft): Promise<number | null> =>
  (await insertReminders(trx, [draft])).get(draft.key) ?? null;

/** The lines of the message, each with the step that is due on its invoice, where the message is to complete it. */
function linesOf({ lines }: Message, { weighed }: Occasion, completes: boolean): MessageLine[] {
  if (!completes) return lines;
  return lines.map((line) => {
    const due = weighed.find(({ invoiceId }) => invoiceId === line.invoiceId)?.dueStep;
    if (!due) return line;
    const { channel: _, ...step } = due;
    return { ...line, completes: step };
  });
}
