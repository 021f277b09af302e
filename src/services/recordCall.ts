import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Minor } from '../domain/money.ts';
import { contactById, updateContact } from '../store/customerEditing.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { moveState, type Reminder, reminderById } from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { endDismissals, noteAttempt, openDismissals, openLines } from '../store/todos.ts';
import { inWords } from './cancelReminder.ts';
import { markDone } from './markDone.ts';
import { noteReminder } from './noteReminder.ts';
import { openDispute } from './openDispute.ts';
import { recordPromise } from './recordPromise.ts';

/** What came of a call. */
export type CallResult =
  | { kind: 'reached'; note: string }
  | { kind: 'nobody'; note: string }
  | { kind: 'promise'; until: Day; amount: Minor | null; note: string }
  | { kind: 'dispute'; reason: string; note: string }
  /** `phone`: the right number, or null when nobody knows it. */
  | { kind: 'wrong_number'; contactId: number; phone: string | null; note: string };

interface Calling {
  /** How often it was tried before, as the form was told: a form that is sent twice counts once. */
  attempt: number;
  clock: Clock;
  userId: number | null;
}

/**
 * Records what came of a call (SPEC §6), all in one transaction. A promise, a dispute and a talk complete it; when nobody
 * answered it stays; a wrong number is replaced, or removed and the call cancelled. False when the call waits no longer,
 * or somebody noted a result since the form was shown.
 */
export async function recordCall(db: Db, id: number, result: CallResult, calling: Calling): Promise<boolean> {
  return db.transaction(async (trx) => {
    const call = await reminderById(trx, id);
    if (!call || !(await noteAttempt(trx, id, calling.attempt))) return false;
    await note(trx, call, result, calling);
    return true;
  });
}

async function note(trx: Transaction, call: Reminder, result: CallResult, calling: Calling): Promise<void> {
  if (result.kind === 'wrong_number') return wrongNumber(trx, call, result, calling);
  if (result.kind === 'nobody' || result.kind === 'reached')
    await say(trx, call, result.kind === 'nobody' ? 'call_unanswered' : 'call_reached', result.note, calling);
  if (result.kind === 'nobody') return;
  const { clock, userId } = calling;
  const invoiceIds = (await openLines(trx, [call.id])).map(({ invoiceId }) => invoiceId);
  if (result.kind === 'promise') await recordPromise(trx, invoiceIds, { ...result, clock, userId });
  if (result.kind === 'dispute') await openDispute(trx, invoiceIds, { ...result, clock, userId });
  await markDone(trx, call.id, { clock, userId });
}

/** Says it in the history of every invoice; what a person noted stands there as the reason. */
const say = (
  trx: Transaction,
  call: Reminder,
  kind: string,
  words: string,
  { clock, userId }: Calling,
): Promise<void> =>
  noteReminder(trx, call, kind, { at: isoOf(clock()), userId, ...(words ? { reason: inWords(words) } : {}) });

async function wrongNumber(
  trx: Transaction,
  call: Reminder,
  { contactId, phone, note: words }: Extract<CallResult, { kind: 'wrong_number' }>,
  calling: Calling,
): Promise<void> {
  const contact = await contactById(trx, contactId);
  const wrong = contact?.customerId === call.customer_id ? contact : null;
  if (wrong) await updateContact(trx, wrong.id, { phone }, { newAddress: false });
  await say(trx, call, 'call_wrong_number', words || (wrong?.phone ?? ''), calling);
  if (phone === null) return withoutNumber(trx, call, calling);
  const data = { contact: wrong?.name || phone };
  const { clock, userId } = calling;
  await addHistory(trx, [{ at: isoOf(clock()), kind: 'contact_changed', customerId: call.customer_id, userId, data }]);
}

/** Nobody can be called: the message makes room, and the next decision says that there is no number. */
async function withoutNumber(trx: Transaction, call: Reminder, { clock, userId }: Calling): Promise<void> {
  const at = isoOf(clock());
  const reason = 'wrong_number';
  await moveState(trx, call.id, 'queued', 'cancelled', { settled_at: at, reason });
  await noteReminder(trx, call, 'reminder_cancelled', { at, userId, reason });
  await closeRuns(trx, at);
  await forgetDismissal(trx, call.customer_id, at);
}

/** That there is no number is news again, whatever somebody said when there was none before. */
async function forgetDismissal(trx: Transaction, customerId: number, at: string): Promise<void> {
  const stale = [...(await openDismissals(trx)).values()].filter(
    (one) => one.customerId === customerId && one.item.startsWith('no_phone|'),
  );
  await endDismissals(
    trx,
    stale.map(({ id }) => id),
    at,
  );
}
