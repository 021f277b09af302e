import { isoOf } from '../clock.ts';
import { addDays, type Day, firstSendingDay } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { killPoint } from '../faultPoints.ts';
import type { Receipt } from '../mail/transport.ts';
import { refuseAddress } from '../store/customers.ts';
import { type Db, patiently, type Transaction } from '../store/database.ts';
import { moveState, noteRecipient, recipientsOf, type Reminder } from '../store/reminders.ts';
import { sendingCalendar } from '../store/settings.ts';
import { completeSteps } from './completeSteps.ts';
import type { DeliveryOptions } from './deliverOutbox.ts';
import { noteReminder } from './noteReminder.ts';
import { delayAfter } from './stopDelivery.ts';

/** What became of a reminder that was brought to the server. */
export type Outcome = 'sent' | 'failed' | 'uncertain' | 'postponed';

export interface Recording {
  settings: Settings;
  day: Day;
  options: DeliveryOptions;
}

/** Sending days after which a reminder that the server keeps putting off is given up (SPEC §4). */
const PATIENCE = 3;

/** Writes down the end of an attempt, in one transaction: the state, each address, the completed steps and the history. */
export async function recordReceipt(
  db: Db,
  reminder: Reminder,
  given: Receipt,
  { settings, day, options: { clock, transport } }: Recording,
): Promise<Outcome> {
  const receipt = await judged(db, reminder, given);
  const at = isoOf(clock());
  const outcome = outcomeOf(reminder, receipt, settings, day);
  const write = async (trx: Transaction): Promise<void> => {
    killPoint('settling');
    const to = outcome === 'postponed' ? 'queued' : outcome;
    const changes = {
      claimed_by: null,
      server_reply: receipt.reply,
      transport: transport.kind,
      ...(outcome === 'postponed'
        ? { next_attempt_at: isoOf(clock() + delayAfter(reminder.attempts)) }
        : { settled_at: at }),
      ...(outcome === 'sent' ? { sent_on: day } : {}),
      ...(outcome === 'failed' || outcome === 'uncertain' ? { reason: receipt.reply } : {}),
    };
    if (!(await moveState(trx, reminder.id, 'handover', to, changes)))
      await moveState(trx, reminder.id, 'sending', to, changes);
    if (receipt.kind === 'accepted' || receipt.kind === 'refused') await noteRecipients(trx, reminder, receipt, day);
    if (outcome === 'sent') await completeSteps(trx, reminder, settings, day);
    await noteReminder(trx, reminder, `reminder_${outcome}`, { at, userId: null, reply: receipt.reply });
  };
  await patiently(() => db.transaction(write));
  killPoint('settled');
  return outcome;
}

/** Puts a claimed reminder back as if it had not been claimed: nobody has been told anything. */
export const requeue = (db: Db, id: number): Promise<boolean> =>
  moveState(db, id, 'sending', 'queued', { claimed_by: null });

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

/** A reminder that is put off too long is given up; one that was never tried before is given its try. */
function outcomeOf(reminder: Reminder, receipt: Receipt, settings: Settings, day: Day): Outcome {
  if (receipt.kind === 'accepted') return 'sent';
  if (receipt.kind === 'unknown') return 'uncertain';
  if (receipt.kind === 'refused' && receipt.permanent) return 'failed';
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  let last = reminder.decided_on;
  for (let n = 0; n < PATIENCE; n++) last = firstSendingDay(addDays(last, 1), calendar);
  return day > last && reminder.attempts > 1 ? 'failed' : 'postponed';
}

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
