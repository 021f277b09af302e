import { type Clock, isoOf } from '../clock.ts';
import { isAddress } from '../domain/address.ts';
import { type Day, isSendingDay } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment } from '../domain/timetable.ts';
import { killPoint } from '../faultPoints.ts';
import { type Mailbox } from '../mail/address.ts';
import { type Envelope, mimeOf } from '../mail/message.ts';
import type { Receipt, Transport } from '../mail/transport.ts';
import { type ChangeMark, changeMark } from '../store/changes.ts';
import { type Db, isDatabaseError, patiently } from '../store/database.ts';
import { getBlob, sha256Of } from '../store/documents.ts';
import { claimQueued, hasSent } from '../store/outboxList.ts';
import {
  attachmentsOf,
  messageOf,
  moveState,
  nextQueued,
  recipientsOf,
  type Reminder,
  reminderById,
  rewriteReminder,
  storeMessage,
} from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { readSettings, timetableOf } from '../store/settings.ts';
import { userById } from '../store/users.ts';
import { noteReminder } from './noteReminder.ts';
import { type Outcome, recordReceipt, requeue } from './recordReceipt.ts';
import { type Recheck, recheckReminder } from './recheckReminder.ts';
import { senderOf } from './runDay.ts';
import { stopDelivery, strikeOf } from './stopDelivery.ts';

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
  /** Send now what still lies in its hold window, waits for another attempt or for the sending hours. */
  ignoreHold?: boolean;
  /** Outside sending hours only what a person sent leaves. */
  onlyManual?: boolean;
  /** Asked before each message; false ends the delivery after the one in flight. */
  goOn?: () => boolean;
  onProgress?: (delivery: Readonly<Delivery>) => void;
}

/** So many messages in a row that end in nothing known are the server's doing: the next would fare the same. */
const STRIKES = 3;
const HOUR = 3_600_000;

/**
 * Sends what the outbox holds and whose turn has come, one message at a time and each once: claim, re-check, keep the
 * bytes, hand over, write down the end. Needs the sender's lock. A failure of one reminder never stops the others; only
 * a server that cannot be reached at all does, because the next message would fare the same.
 */
export async function deliverOutbox(db: Db, options: DeliveryOptions): Promise<Delivery> {
  const { clock, transport, goOn = () => true, onProgress } = options;
  const delivery: Delivery = { sent: 0, failed: 0, uncertain: 0, cancelled: 0, postponed: 0, stopped: null };
  let after = 0;
  let strikes = 0;
  try {
    while (goOn() && delivery.stopped === null) {
      // Read for each message: sending may be switched off, and the day may end, while a long queue leaves.
      const settings = await readSettings(db);
      const reminder = await nextOf(db, settings, options, after);
      if (!reminder) break;
      killPoint('picked');
      const end = await deliverOne(db, reminder, settings, options);
      if (end.outcome === 'again') continue;
      after = reminder.id;
      if (end.outcome !== 'gone') delivery[end.outcome] += 1;
      onProgress?.(delivery);
      if (!end.receipt) continue;
      strikes = strikeOf(end.receipt) ? strikes + 1 : 0;
      const over = end.receipt.kind === 'unavailable' && end.receipt.stop;
      if (!over && strikes < STRIKES) continue;
      delivery.stopped = end.receipt.reply;
      await stopDelivery(db, end.receipt, clock());
    }
  } finally {
    transport.close();
  }
  await closeRuns(db, isoOf(clock()));
  return delivery;
}

/** Whose turn it is; nobody's while the account has had its messages of this hour. */
async function nextOf(
  db: Db,
  settings: Settings,
  { clock, transport, ignoreHold = false, onlyManual = false }: DeliveryOptions,
  after: number,
): Promise<Reminder | undefined> {
  const now = clock();
  const { perHour } = settings.mail;
  if (perHour !== null && transport.kind === 'smtp' && (await hasSent(db, perHour, isoOf(now - HOUR))))
    return undefined;
  // Switched off means that nothing leaves by itself, not even what an earlier run has queued.
  const closed = settings.mode === 'off' || !(ignoreHold || isOpen(settings, now));
  return nextQueued(db, isoOf(now), { ignoreHold, onlyManual: onlyManual || closed, after });
}

/** Whether an instant (milliseconds since 1970, UTC) lies in the sending hours of a sending day. */
function isOpen(settings: Settings, now: number): boolean {
  const { day, minute } = localMoment(now, settings.timeZone);
  const { calendar, hour, latestHour } = timetableOf(settings, Number(day.slice(0, 4)));
  return isSendingDay(day, calendar) && minute >= hour && minute <= latestHour;
}

/** `gone`: somebody else had it. `again`: the facts changed while it was handed over, so it is weighed anew at once. */
type End =
  | { outcome: Outcome; receipt: Receipt }
  | { outcome: 'cancelled' | 'failed' | 'gone' | 'again'; receipt: null };

async function deliverOne(db: Db, queued: Reminder, settings: Settings, options: DeliveryOptions): Promise<End> {
  const { day } = localMoment(options.clock(), settings.timeZone);
  const claimed = await patiently(() => claim(db, queued, settings, day, options));
  if (claimed.kind !== 'claimed') return { outcome: claimed.kind, receipt: null };
  killPoint('claimed');
  const { reminder, mail } = claimed;
  let trouble: unknown;
  const onHandover = (): Promise<void> =>
    patiently(() => handOver(db, claimed, settings, day)).catch((error: Error) => {
      trouble = error;
      throw error;
    });
  const receipt = await options.transport.deliver(mail, onHandover).catch((error: Error) => {
    if (error instanceof FactsChanged) return null;
    throw error;
  });
  if (trouble instanceof FactsChanged || !receipt) {
    await patiently(() => requeue(db, reminder.id));
    return { outcome: 'again', receipt: null };
  }
  if (trouble instanceof ClaimLost) return { outcome: 'gone', receipt: null };
  // Where the hand-over cannot be written down, sending ends: it is no refusal of the server's (RELIABILITY F37, F38).
  if (trouble) throw trouble;
  const outcome = await recordReceipt(db, reminder, receipt, { settings, day, options });
  return { outcome, receipt };
}

type Claim =
  | { kind: 'claimed'; reminder: Reminder; mail: { envelope: Envelope; raw: Buffer }; mark: ChangeMark }
  | { kind: 'cancelled' | 'failed' | 'gone' };

/**
 * Claims a queued reminder if it may still go, and keeps its bytes, in one transaction: `gone` when somebody else had it
 * or it changed under our hands.
 */
async function claim(
  db: Db,
  queued: Reminder,
  settings: Settings,
  day: Day,
  { clock, owner }: DeliveryOptions,
): Promise<Claim> {
  return db.transaction(async (trx) => {
    const now = clock();
    const at = isoOf(now);
    // The write comes first, so that nobody else can change the facts between the check and the claim.
    const mine = { attempts: queued.attempts + 1, claimed_by: owner, claimed_at: at };
    if (!(await claimQueued(trx, queued.id, mine))) return { kind: 'gone' };
    const check = await recheckReminder(trx, queued, settings, day).catch(failing);
    let reminder: Reminder = { ...queued, ...mine, state: 'sending' };
    if (check.kind === 'go' && check.rewritten) {
      await rewriteReminder(trx, queued.id, check.rewritten);
      reminder = (await reminderById(trx, queued.id)) as Reminder;
    }
    killPoint('rechecked');
    const mail = check.kind === 'go' ? await bytesOf(trx, reminder, settings, now).catch(failing) : check;
    if ('raw' in mail) return { kind: 'claimed', reminder, mail, mark: await changeMark(trx) };
    const { reason } = mail as Exclude<Recheck, { kind: 'go' }>;
    const state = mail.kind === 'cancel' ? 'cancelled' : 'failed';
    await moveState(trx, queued.id, 'sending', state, { settled_at: at, reason, claimed_by: null });
    await noteReminder(trx, queued, `reminder_${state}`, { at, userId: null, reason });
    return { kind: state };
  });
}

/** What cannot be read, or made into bytes, has failed alone; what the database itself reports concerns all. */
function failing(error: Error): Exclude<Recheck, { kind: 'go' }> {
  if (isDatabaseError(error)) throw error;
  return { kind: 'fail', reason: error.message };
}

/** The facts changed between the claim and the final dot: the message is broken off before anybody has it. */
class FactsChanged extends Error {}
/** Somebody else has changed the reminder since it was claimed. */
class ClaimLost extends Error {}

/**
 * Notes the hand-over. Where anything was written since the claim, the facts are weighed once more: a slow server must not
 * be the reason why somebody is reminded of what he has paid meanwhile (RELIABILITY §2).
 */
async function handOver(
  db: Db,
  { reminder, mark }: Extract<Claim, { kind: 'claimed' }>,
  settings: Settings,
  day: Day,
): Promise<void> {
  await db.transaction(async (trx) => {
    killPoint('handing');
    if (!(await moveState(trx, reminder.id, 'sending', 'handover'))) throw new ClaimLost('the claim was lost');
    const now = await changeMark(trx);
    // One row of our own: the hand-over itself.
    if (now.elsewhere === mark.elsewhere && now.here === mark.here + 1) return;
    const check = await recheckReminder(trx, reminder, settings, day);
    if (check.kind !== 'go' || check.rewritten) throw new FactsChanged('the facts changed');
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
  const { testAddress, fromName } = settings.mail;
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
  const reply = await replierOf(db, reminder, settings);
  const raw = await mimeOf({
    messageId: reminder.message_id,
    date: now,
    from: { name: fromName || settings.company.name, address: from },
    replyTo: reply.address && reply.address !== from ? reply : null,
    to: mailboxes('to'),
    cc: mailboxes('cc'),
    subject: reminder.subject,
    html: reminder.html,
    text: reminder.text,
    inReplyTo: reminder.in_reply_to,
    references: reminder.thread,
    automatic: reminder.origin === 'run',
    attachments,
    paymentCode: reminder.payment_code,
  });
  await storeMessage(db, reminder.id, raw, sha256Of(raw));
  return { envelope, raw };
}

/** Who reads the answers: the person who wrote it, else the address that the settings name (SPEC §4). */
async function replierOf(db: Db, { created_by }: Reminder, { mail, company }: Settings): Promise<Mailbox> {
  const writer = created_by === null ? null : await userById(db, created_by);
  if (writer) return { name: writer.name, address: writer.email };
  return { name: company.name, address: mail.replyTo || company.email };
}
