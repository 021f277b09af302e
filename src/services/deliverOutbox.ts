import { type Clock, isoOf } from '../clock.ts';
import { addDays, type Day, firstSendingDay } from '../domain/calendar.ts';
import { countsFrom } from '../domain/escalation.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment } from '../domain/timetable.ts';
import { isAddress } from '../domain/address.ts';
import { type Mailbox } from '../mail/address.ts';
import { type Envelope, mimeOf } from '../mail/message.ts';
import type { Receipt, Transport } from '../mail/transport.ts';
import { refuseAddress } from '../store/customers.ts';
import { type Db, isDatabaseError, patiently } from '../store/database.ts';
import { getBlob, sha256Of } from '../store/documents.ts';
import { addHistory } from '../store/history.ts';
import { claimQueued } from '../store/outboxList.ts';
import {
  attachmentsOf,
  insertCompletions,
  linesOf,
  messageOf,
  moveState,
  nextQueued,
  noteRecipient,
  postponeQueue,
  recipientsOf,
  type Reminder,
  type ReminderState,
  reminderById,
  rewriteReminder,
  storeMessage,
} from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { type Recheck, recheckReminder } from './recheckReminder.ts';
import { senderOf } from './runDay.ts';

/** How a delivery went, counted by what became of each reminder. */
export interface Delivery {
  sent: number;
  failed: number;
  uncertain: number;
  cancelled: number;
  postponed: number;
  /** What the server or the network said, when there was no point in going on. */
  stopped: string | null;
}

export interface DeliveryOptions {
  clock: Clock;
  owner: string;
  transport: Transport;
  /** Send now what still lies in its hold window, or waits for another attempt. */
  ignoreHold?: boolean;
  /** Outside sending hours only what a person sent leaves. */
  onlyManual?: boolean;
  /** Asked before each message; false ends the delivery after the one in flight. */
  goOn?: () => boolean;
  onProgress?: (delivery: Readonly<Delivery>) => void;
}

/** Sending days after which a reminder that the server keeps putting off is given up (SPEC §4). */
const PATIENCE = 3;
const FIRST_DELAY = 5 * 60_000;
const LONGEST_DELAY = 4 * 3_600_000;

/**
 * Sends what the outbox holds and whose turn has come, one message at a time and each once: claim, re-check, keep the
 * bytes, hand over, write down the end. Needs the sender's lock. A failure of one reminder never stops the others; only
 * a server that cannot be reached at all does, because the next message would fare the same.
 */
export async function deliverOutbox(db: Db, options: DeliveryOptions): Promise<Delivery> {
  const { clock, transport, ignoreHold = false, goOn = () => true, onProgress } = options;
  // Switched off means that nothing leaves by itself, not even what an earlier run has queued.
  const onlyManual = options.onlyManual || (await readSettings(db)).mode === 'off';
  const delivery: Delivery = { sent: 0, failed: 0, uncertain: 0, cancelled: 0, postponed: 0, stopped: null };
  let after = 0;
  try {
    while (goOn() && delivery.stopped === null) {
      const reminder = await nextQueued(db, isoOf(clock()), { ignoreHold, onlyManual, after });
      if (!reminder) break;
      after = reminder.id;
      await deliverOne(db, reminder, options, delivery);
      onProgress?.(delivery);
    }
  } finally {
    transport.close();
  }
  await closeRuns(db, isoOf(clock()));
  return delivery;
}

async function deliverOne(db: Db, queued: Reminder, options: DeliveryOptions, delivery: Delivery): Promise<void> {
  const settings = await readSettings(db);
  const now = options.clock();
  const { day } = localMoment(now, settings.timeZone);
  const claimed = await patiently(() => claim(db, queued, settings, day, options));
  if (claimed !== 'claimed') {
    if (claimed !== 'gone') delivery[claimed] += 1;
    return;
  }
  const reminder = (await reminderById(db, queued.id)) as Reminder;
  const mail = await patiently(() => bytesOf(db, reminder, settings, now)).catch((error: Error) => {
    if (isDatabaseError(error)) throw error;
    return error;
  });
  if (mail instanceof Error) {
    // Its bytes cannot be made: that reminder has failed, the others go on.
    const reply = mail.message;
    await settle(db, reminder, { kind: 'refused', permanent: true, reply, recipients: [] }, { settings, day, options });
    delivery.failed += 1;
    return;
  }
  const receipt = await options.transport.deliver(mail, async () => {
    const mine = await patiently(() => moveState(db, reminder.id, 'sending', 'handover'));
    if (!mine) throw new Error('the claim was lost');
  });
  const outcome = await settle(db, reminder, await judged(db, reminder, receipt), { settings, day, options });
  delivery[outcome] += 1;
  if (receipt.kind !== 'unavailable' || !receipt.stop) return;
  delivery.stopped = receipt.reply;
  // The others would fare the same: trying each in turn would hammer a server that is down, or that refuses the password.
  await postponeQueue(db, retryAt(reminder, options.clock()));
}

/** The receipt, where only the owner's own copy was accepted: refused, because nobody who owes has the message. */
async function judged(db: Db, reminder: Reminder, receipt: Receipt): Promise<Receipt> {
  if (receipt.kind !== 'accepted') return receipt;
  const copies = (await recipientsOf(db, reminder.id)).filter(({ kind }) => kind === 'bcc');
  const owing = receipt.recipients.filter(({ address }) => !copies.some((copy) => copy.address === address));
  if (owing.length === 0 || owing.some(({ accepted }) => accepted)) return receipt;
  const permanent = owing.every(({ reply }) => isPermanent(reply));
  return { kind: 'refused', reply: owing[0]?.reply ?? '', permanent, recipients: receipt.recipients };
}

const isPermanent = (reply: string): boolean => reply.startsWith('5');

/** Claims a queued reminder, if it may still go: `gone` when somebody else had it or it changed under our hands. */
async function claim(
  db: Db,
  queued: Reminder,
  settings: Settings,
  day: Day,
  { clock, owner }: DeliveryOptions,
): Promise<'claimed' | 'cancelled' | 'failed' | 'gone'> {
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    // The write comes first, so that nobody else can change the facts between the check and the claim.
    const mine = { attempts: queued.attempts + 1, claimed_by: owner, claimed_at: at };
    if (!(await claimQueued(trx, queued.id, mine))) return 'gone';
    const check = await recheckReminder(trx, queued, settings, day).catch((error: Error): Recheck => {
      if (isDatabaseError(error)) throw error;
      // Its record cannot be read: that reminder has failed, the others go on.
      return { kind: 'fail', reason: error.message };
    });
    if (check.kind === 'go') {
      if (check.rewritten) await rewriteReminder(trx, queued.id, check.rewritten);
      return 'claimed';
    }
    const state = check.kind === 'cancel' ? 'cancelled' : 'failed';
    await moveState(trx, queued.id, 'sending', state, { settled_at: at, reason: check.reason, claimed_by: null });
    await note(trx, queued, `reminder_${state}`, at, { reason: check.reason });
    return state;
  });
}

/** The stored bytes of an earlier attempt, or new ones, stored before they are handed over. */
async function bytesOf(
  db: Db,
  reminder: Reminder,
  settings: Settings,
  now: number,
): Promise<{ envelope: Envelope; raw: Buffer }> {
  const recipients = await recipientsOf(db, reminder.id);
  const { testAddress, replyTo, fromName } = settings.mail;
  const from = senderOf(settings);
  const to = testAddress ? [testAddress] : recipients.map(({ address }) => address);
  const odd = [from, ...to].find((address) => !isAddress(address));
  if (odd !== undefined) throw new RangeError(`not a plain address: ${odd}`);
  const envelope = { from, to };
  const stored = await messageOf(db, reminder.id);
  if (stored) return { envelope, raw: stored };
  const attachments = await Promise.all(
    (await attachmentsOf(db, reminder.id)).map(async ({ name, media_type, sha256 }) => ({
      name,
      mediaType: media_type,
      content: await getBlob(db, sha256),
    })),
  );
  const mailboxes = (kind: 'to' | 'cc'): Mailbox[] => recipients.filter((one) => one.kind === kind);
  const reply = replyTo || settings.company.email;
  const raw = await mimeOf({
    messageId: reminder.message_id,
    date: now,
    from: { name: fromName || settings.company.name, address: from },
    replyTo: reply && reply !== from ? { name: settings.company.name, address: reply } : null,
    to: mailboxes('to'),
    cc: mailboxes('cc'),
    subject: reminder.subject,
    html: reminder.html,
    text: reminder.text,
    inReplyTo: reminder.in_reply_to,
    references: reminder.thread,
    automatic: reminder.origin === 'run',
    attachments,
  });
  await storeMessage(db, reminder.id, raw, sha256Of(raw));
  return { envelope, raw };
}

interface Settling {
  settings: Settings;
  day: Day;
  options: DeliveryOptions;
}

type Outcome = 'sent' | 'failed' | 'uncertain' | 'postponed';

/** Writes down the end of an attempt, in one transaction. */
async function settle(db: Db, reminder: Reminder, receipt: Receipt, settling: Settling): Promise<Outcome> {
  const { day, settings, options } = settling;
  const at = isoOf(options.clock());
  const outcome = outcomeOf(reminder, receipt, settling);
  const state: ReminderState = outcome === 'postponed' ? 'queued' : outcome;
  const write = async (trx: Db): Promise<void> => {
    const from: ReminderState = (await reminderById(trx, reminder.id))?.state ?? 'sending';
    await moveState(trx, reminder.id, from, state, {
      claimed_by: null,
      server_reply: receipt.reply,
      transport: options.transport.kind,
      ...(outcome === 'postponed' ? { next_attempt_at: retryAt(reminder, options.clock()) } : { settled_at: at }),
      ...(outcome === 'sent' ? { sent_on: day } : {}),
      ...(outcome === 'failed' || outcome === 'uncertain' ? { reason: receipt.reply } : {}),
    });
    if (receipt.kind === 'accepted' || receipt.kind === 'refused') await noteRecipients(trx, reminder, receipt, day);
    if (outcome === 'sent') await completeSteps(trx, reminder, settings, day);
    await note(trx, reminder, `reminder_${outcome}`, at, { reply: receipt.reply });
  };
  await patiently(() => db.transaction(write));
  return outcome;
}

function outcomeOf(reminder: Reminder, receipt: Receipt, { settings, day }: Settling): Outcome {
  if (receipt.kind === 'accepted') return 'sent';
  if (receipt.kind === 'unknown') return 'uncertain';
  if (receipt.kind === 'refused' && receipt.permanent) return 'failed';
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  let last = reminder.decided_on;
  for (let n = 0; n < PATIENCE; n++) last = firstSendingDay(addDays(last, 1), calendar);
  return day > last ? 'failed' : 'postponed';
}

const retryAt = ({ attempts }: Reminder, now: number): string =>
  isoOf(now + Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, attempts - 1)));

async function noteRecipients(
  db: Db,
  reminder: Reminder,
  receipt: Extract<Receipt, { kind: 'accepted' | 'refused' }>,
  day: Day,
): Promise<void> {
  for (const result of receipt.recipients) {
    const { address, accepted, reply } = result;
    await noteRecipient(db, reminder.id, result);
    if (!accepted && isPermanent(reply)) await refuseAddress(db, address, day, reply);
  }
}

/** A step is completed when its reminder was confirmed sent, and counts from the day that the rules say (SPEC §2, rule 4). */
export async function completeSteps(db: Db, reminder: Reminder, settings: Settings, day: Day): Promise<void> {
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const completed = (await linesOf(db, reminder.id)).flatMap(({ invoice_id, step_id, scheduled_on, due_on }) => {
    if (step_id === null || !scheduled_on || !due_on) return [];
    const counted = countsFrom({ scheduledOn: scheduled_on, dueOn: due_on }, day, calendar);
    return [{ invoiceId: invoice_id, stepId: step_id, kind: 'sent' as const, completedOn: day, countsFrom: counted }];
  });
  await insertCompletions(
    db,
    completed.map((one) => ({ ...one, reminderId: reminder.id })),
  );
}

async function note(
  db: Db,
  reminder: Reminder,
  kind: string,
  at: string,
  data: Record<string, unknown>,
): Promise<void> {
  const lines = await linesOf(db, reminder.id);
  await addHistory(
    db,
    lines.map(({ invoice_id }) => ({
      at,
      kind,
      customerId: reminder.customer_id,
      invoiceId: invoice_id,
      reminderId: reminder.id,
      data,
    })),
  );
}
