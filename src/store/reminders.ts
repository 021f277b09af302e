import type { Day } from '../domain/calendar.ts';
import type { Channel } from '../domain/customer.ts';
import type { Message, MessageLine } from '../domain/decision.ts';
import type { LetterContent } from '../domain/letter.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { Completion } from '../domain/snapshot.ts';
import type { Db, Transaction } from './database.ts';
import { inChunks, insertAll, selectIn } from './rows.ts';

export type ReminderState = 'queued' | 'sending' | 'handover' | 'sent' | 'failed' | 'uncertain' | 'cancelled';

/** What a reminder says, and to whom. */
export interface ReminderContent {
  language: string;
  templateId: number | null;
  subject: string;
  html: string;
  text: string;
  total: Minor;
  lines: MessageLine[];
  credits: Message['credits'];
  recipients: { kind: 'to' | 'cc' | 'bcc'; name: string; address: string; contactId: number | null }[];
  attachments: { name: string; mediaType: string; sha256: string }[];
  /** The text of the payment code that it shows as a picture; empty when it shows none. */
  paymentCode: string;
  /** All that a letter's paper says, in words; null for what is no letter. */
  letter: LetterContent | null;
}

/** A reminder about to be written to the outbox. */
export interface ReminderDraft extends ReminderContent {
  key: string;
  origin: 'run' | 'manual';
  runId: number | null;
  customerId: number;
  planId: number | null;
  stepId: number | null;
  occurrenceOn: Day | null;
  channel: Channel;
  currency: Currency;
  needsApproval: boolean;
  holdUntil: string | null;
  decidedOn: Day;
  deadlineDays: number | null;
  messageId: string;
  inReplyTo: string;
  thread: string;
  createdAt: string;
  /** The user who wrote it by hand. */
  createdBy?: number | null;
}

/** A row of the outbox. */
export interface Reminder {
  id: number;
  key: string;
  origin: 'run' | 'manual';
  run_id: number | null;
  customer_id: number;
  plan_id: number | null;
  step_id: number | null;
  occurrence_on: Day | null;
  channel: Channel;
  currency: Currency;
  total_minor: Minor;
  state: ReminderState;
  needs_approval: number;
  hold_until: string | null;
  decided_on: Day;
  deadline_days: number | null;
  template_id: number | null;
  language: string;
  subject: string;
  html: string;
  text: string;
  credits: string;
  message_id: string;
  in_reply_to: string;
  thread: string;
  attempts: number;
  next_attempt_at: string | null;
  claimed_by: string | null;
  claimed_at: string | null;
  settled_at: string | null;
  sent_on: Day | null;
  transport: 'smtp' | 'letterbox' | 'hand' | null;
  server_reply: string;
  reason: string;
  created_at: string;
  created_by: number | null;
  payment_code: string;
  /** A `LetterContent` as JSON. */
  letter: string | null;
  printed_at: string | null;
}

export interface ReminderLineRow {
  id: number;
  reminder_id: number;
  invoice_id: number;
  position: number;
  outstanding_minor: Minor;
  step_id: number | null;
  refers_on: Day | null;
  nominal_on: Day | null;
  scheduled_on: Day | null;
  due_on: Day | null;
}

/**
 * Writes drafts to the outbox and returns the ids by key. A draft that means a reminder which already exists — the same
 * key, or a step of an invoice that another live reminder completes — is left out: the unique indexes stand behind it.
 */
export async function insertReminders(
  trx: Transaction,
  drafts: readonly ReminderDraft[],
): Promise<Map<string, number>> {
  const fresh = await withoutTakenSteps(trx, drafts);
  const ids = new Map<string, number>();
  for (const part of inChunks(fresh, 500)) {
    const rows: { id: number; key: string }[] = await trx('reminders')
      .insert(part.map(rowOf))
      .onConflict()
      .ignore()
      .returning(['id', 'key']);
    for (const { id, key } of rows) ids.set(key, id);
  }
  const written = fresh.flatMap((draft) => {
    const id = ids.get(draft.key);
    return id === undefined ? [] : [{ id, content: draft }];
  });
  await insertAll(
    trx,
    'reminder_invoices',
    written.flatMap(({ id, content }) => lineRows(id, content.lines)),
  );
  await insertAll(
    trx,
    'reminder_recipients',
    written.flatMap(({ id, content }) => recipientRows(id, content)),
  );
  await insertAll(
    trx,
    'reminder_attachments',
    written.flatMap(({ id, content }) => attachmentRows(id, content)),
  );
  return ids;
}

async function withoutTakenSteps(trx: Transaction, drafts: readonly ReminderDraft[]): Promise<ReminderDraft[]> {
  const invoices = drafts.flatMap(({ lines }) =>
    lines.filter(({ completes }) => completes).map((line) => line.invoiceId),
  );
  const rows = await selectIn<ReminderLineRow & { live: number }>(trx, 'reminder_invoices', 'invoice_id', invoices);
  const stepKey = (invoice: number, step: number | null, on: Day | null): string => `${invoice}|${step}|${on}`;
  const taken = new Set(
    rows.filter((row) => row.live).map((row) => stepKey(row.invoice_id, row.step_id, row.refers_on)),
  );
  return drafts.filter(({ lines }) =>
    lines.every(
      ({ invoiceId, completes }) => !completes || !taken.has(stepKey(invoiceId, completes.stepId, completes.refersOn)),
    ),
  );
}

function rowOf(draft: ReminderDraft): object {
  return {
    key: draft.key,
    origin: draft.origin,
    run_id: draft.runId,
    customer_id: draft.customerId,
    plan_id: draft.planId,
    step_id: draft.stepId,
    occurrence_on: draft.occurrenceOn,
    channel: draft.channel,
    currency: draft.currency,
    state: 'queued',
    needs_approval: draft.needsApproval ? 1 : 0,
    hold_until: draft.holdUntil,
    decided_on: draft.decidedOn,
    deadline_days: draft.deadlineDays,
    message_id: draft.messageId,
    in_reply_to: draft.inReplyTo,
    thread: draft.thread,
    created_at: draft.createdAt,
    created_by: draft.createdBy ?? null,
    ...contentRow(draft),
  };
}

const contentRow = (content: ReminderContent): object => ({
  total_minor: content.total,
  template_id: content.templateId,
  language: content.language,
  subject: content.subject,
  html: content.html,
  text: content.text,
  credits: JSON.stringify(content.credits),
  payment_code: content.paymentCode,
  letter: content.letter && JSON.stringify(content.letter),
});

const lineRows = (reminderId: number, lines: readonly MessageLine[]): object[] =>
  lines.map(({ invoiceId, outstanding, completes }, position) => ({
    reminder_id: reminderId,
    invoice_id: invoiceId,
    position,
    outstanding_minor: outstanding,
    step_id: completes?.stepId ?? null,
    refers_on: completes?.refersOn ?? null,
    nominal_on: completes?.nominalOn ?? null,
    scheduled_on: completes?.scheduledOn ?? null,
    due_on: completes?.dueOn ?? null,
  }));

const recipientRows = (reminderId: number, { recipients }: ReminderContent): object[] =>
  recipients.map(({ kind, name, address, contactId }) => ({
    reminder_id: reminderId,
    kind,
    name,
    address,
    contact_id: contactId,
  }));

const attachmentRows = (reminderId: number, { attachments }: ReminderContent): object[] =>
  attachments.map(({ name, mediaType, sha256 }, position) => ({
    reminder_id: reminderId,
    position,
    name,
    media_type: mediaType,
    sha256,
  }));

/** Replaces what a queued reminder says, because the facts under it changed; bytes made of the old words are dropped. */
export async function rewriteReminder(trx: Transaction, id: number, content: ReminderContent): Promise<void> {
  await trx('reminders').where({ id }).update(contentRow(content));
  for (const table of ['reminder_invoices', 'reminder_recipients', 'reminder_attachments', 'messages'])
    await trx(table).where({ reminder_id: id }).delete();
  await insertAll(trx, 'reminder_invoices', lineRows(id, content.lines));
  await insertAll(trx, 'reminder_recipients', recipientRows(id, content));
  await insertAll(trx, 'reminder_attachments', attachmentRows(id, content));
}

export const reminderById = (db: Db, id: number): Promise<Reminder | undefined> =>
  db('reminders').where({ id }).first();

/** The reminder that bears a key, whatever became of it; the newest where earlier ones failed. */
export const reminderByKey = (db: Db, key: string): Promise<Reminder | undefined> =>
  db('reminders').where({ key }).orderBy('id', 'desc').first();

/** How many reminders with a key there ever were: failed and cancelled ones make way for another. */
export async function countByKey(db: Db, keys: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { key } of await selectIn<Reminder>(db, 'reminders', 'key', keys))
    counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** What leaves by itself: the words of the index that keeps the queue in order. */
const QUEUE = `state = 'queued' AND channel = 'email' AND needs_approval = 0`;

/**
 * The next e-mail after the given one whose turn it is at the instant, the oldest first: of all, or only of those
 * written by hand. `ignoreHold` asks for all that may leave, whatever they wait for.
 */
export const nextQueued = (
  db: Db,
  now: string,
  { ignoreHold = false, onlyManual = false, after = 0 } = {},
): Promise<Reminder | undefined> =>
  db
    .select('*')
    // Named, because the planner would gather all that is queued and sort it, for every message anew.
    .from(db.raw('reminders INDEXED BY reminders_queue'))
    .whereRaw(QUEUE)
    .where('id', '>', after)
    .modify((query) => {
      if (onlyManual) void query.where({ origin: 'manual' });
      // The ten seconds in which somebody may take his own message back are his.
      if (ignoreHold)
        return void query.where((free) =>
          free.where({ origin: 'run' }).orWhereNull('hold_until').orWhere('hold_until', '<=', now),
        );
      for (const waits of ['hold_until', 'next_attempt_at'])
        void query.where((due) => due.whereNull(waits).orWhere(waits, '<=', now));
    })
    .orderBy('id')
    .first();

/** Puts off all e-mails that would leave by themselves until an instant; those that wait longer stay as they are. */
export const postponeQueue = (db: Db, until: string): Promise<number> =>
  db('reminders')
    .where({ state: 'queued', channel: 'email', needs_approval: 0 })
    .where((due) => due.whereNull('next_attempt_at').orWhere('next_attempt_at', '<', until))
    .update({ next_attempt_at: until });

/** Lets all e-mails that were put off leave as soon as their turn comes. */
export const hurryQueue = (db: Db): Promise<number> =>
  db('reminders')
    .where({ state: 'queued', channel: 'email' })
    .whereNotNull('next_attempt_at')
    .update({ next_attempt_at: null });

/** Moves a reminder from one state to another, if it is still in the first; tells whether it was. */
export async function moveState(
  db: Db,
  id: number,
  from: ReminderState,
  to: ReminderState,
  more: Partial<Omit<Reminder, 'id' | 'state'>> = {},
): Promise<boolean> {
  return (
    (await db('reminders')
      .where({ id, state: from })
      .update({ state: to, ...more })) === 1
  );
}

/** Puts right what a crash left: what was not handed over goes back to the queue, what was is uncertain. Needs the sender's lock. */
export async function recoverReminders(db: Db, at: string): Promise<{ requeued: number; uncertain: number }> {
  return db.transaction(async (trx) => ({
    requeued: await trx('reminders').where({ state: 'sending' }).update({ state: 'queued', claimed_by: null }),
    uncertain: await trx('reminders')
      .where({ state: 'handover' })
      .update({ state: 'uncertain', settled_at: at, reason: 'interrupted', claimed_by: null }),
  }));
}

export const linesOf = (db: Db, reminderId: number): Promise<ReminderLineRow[]> =>
  db('reminder_invoices').where({ reminder_id: reminderId }).orderBy('position');

export interface RecipientRow {
  id: number;
  kind: 'to' | 'cc' | 'bcc';
  name: string;
  address: string;
  result: 'accepted' | 'refused' | null;
  reply: string;
}

export const recipientsOf = (db: Db, reminderId: number): Promise<RecipientRow[]> =>
  db('reminder_recipients').where({ reminder_id: reminderId }).orderBy('id');

export const attachmentsOf = (
  db: Db,
  reminderId: number,
): Promise<{ name: string; media_type: string; sha256: string }[]> =>
  db('reminder_attachments').where({ reminder_id: reminderId }).orderBy('position');

/** Notes what became of one address. */
export async function noteRecipient(
  db: Db,
  reminderId: number,
  { address, accepted, reply }: { address: string; accepted: boolean; reply: string },
): Promise<void> {
  await db('reminder_recipients')
    .where({ reminder_id: reminderId, address })
    .update({ result: accepted ? 'accepted' : 'refused', reply });
}

/** Puts steps on record as completed; one that already is stays as it was. */
export async function insertCompletions(
  db: Db,
  completions: readonly (Completion & { reason?: string; reminderId?: number | null })[],
): Promise<void> {
  for (const { invoiceId, stepId, kind, completedOn, countsFrom, reason, reminderId } of completions)
    await db('completions')
      .insert({
        invoice_id: invoiceId,
        step_id: stepId,
        kind,
        completed_on: completedOn,
        counts_from: countsFrom,
        reason: reason ?? '',
        reminder_id: reminderId ?? null,
      })
      .onConflict(['invoice_id', 'step_id'])
      .ignore();
}

/** Keeps the exact bytes that are about to be handed over. */
export async function storeMessage(db: Db, reminderId: number, raw: Buffer, sha256: string): Promise<void> {
  await db('messages').insert({ reminder_id: reminderId, raw, sha256 }).onConflict('reminder_id').merge();
}

export async function messageOf(db: Db, reminderId: number): Promise<Buffer | null> {
  const row: { raw: Buffer } | undefined = await db('messages').where({ reminder_id: reminderId }).first();
  return row?.raw ?? null;
}

/** Message-IDs of earlier reminders about an invoice, the oldest first: what a later one threads under. */
export async function threadsOf(db: Db, invoiceIds: readonly number[]): Promise<Map<number, string[]>> {
  const threads = new Map<number, string[]>();
  for (const ids of inChunks(invoiceIds)) {
    const rows: { invoiceId: number; messageId: string }[] = await db
      .select({ invoiceId: 'ri.invoice_id', messageId: 'r.message_id' })
      .from('reminder_invoices as ri')
      .join('reminders as r', 'r.id', 'ri.reminder_id')
      .whereIn('ri.invoice_id', ids)
      .andWhere({ 'r.state': 'sent', 'r.channel': 'email' })
      .orderBy('r.id');
    for (const { invoiceId, messageId } of rows) threads.set(invoiceId, [...(threads.get(invoiceId) ?? []), messageId]);
  }
  return threads;
}

/** The newest reminders, with their customers' names. */
export const listReminders = (db: Db, limit: number): Promise<(Reminder & { customer_name: string })[]> =>
  db
    .select('r.*', { customer_name: 'c.name' })
    .from('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .orderBy('r.id', 'desc')
    .limit(limit) as unknown as Promise<(Reminder & { customer_name: string })[]>;

/** How many messages wait to leave by themselves, and how many need a person. */
export async function outboxCounts(db: Db): Promise<{ waiting: number; todo: number }> {
  const rows: { state: string; channel: string; needs_approval: number; n: number }[] = await db
    .select('state', 'channel', 'needs_approval')
    .count({ n: '*' })
    .from('reminders')
    .whereIn('state', ['queued', 'sending', 'handover', 'uncertain'])
    .groupBy('state', 'channel', 'needs_approval');
  let waiting = 0;
  let todo = 0;
  for (const { state, channel, needs_approval, n } of rows)
    if (state === 'uncertain' || needs_approval === 1 || channel !== 'email') todo += n;
    else waiting += n;
  return { waiting, todo };
}

/** Whether a reminder stands in the middle of being sent: while nobody sends, a crash left it there. */
export const hasInterrupted = async (db: Db): Promise<boolean> =>
  (await db('reminders').select('id').whereIn('state', ['sending', 'handover']).first()) !== undefined;
