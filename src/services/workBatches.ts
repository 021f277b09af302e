import { setImmediate } from 'node:timers/promises';
import { type Clock, isoOf } from '../clock.ts';
import { heavyReasons, lineKey, newReasons } from '../domain/bulk.ts';
import { claimable } from '../domain/invoice.ts';
import { localMoment } from '../domain/timetable.ts';
import { withoutData } from '../refusal.ts';
import {
  type Batch,
  type BatchItem,
  claimItem,
  finishBatch,
  holdMessage,
  nextItem,
  openBatches,
  settleItem,
} from '../store/batches.ts';
import { type Db, isDatabaseError, patiently, type Transaction } from '../store/database.ts';
import { invoicesById } from '../store/ledger.ts';
import { readSettings } from '../store/settings.ts';
import { findOccasion, type NoOccasion, type Occasion } from './findOccasion.ts';
import { UNDO_TIME } from './releaseReminder.ts';
import { sendByHand } from './sendByHand.ts';
import { AS_PROPOSED, writeByHand } from './writeByHand.ts';

export interface BatchWork {
  clock: Clock;
  /** Asked before each message; false leaves the rest for later. */
  goOn?: () => boolean;
}

/** The work in progress, by database: one message after the other, whoever asks for it. */
const working = new WeakMap<Db, Promise<void>>();

/**
 * Writes the messages of all bulk sendings that are not finished, each in its own transaction by the facts of its moment:
 * a crash or a stop leaves whole messages behind, and the next call goes on. One that cannot be written is left out with
 * the reason and stops no other. Throws when the database itself cannot be used.
 */
export function workBatches(db: Db, work: BatchWork): Promise<void> {
  const before = working.get(db) ?? Promise.resolve();
  const run = before.catch(() => undefined).then(() => workAll(db, work));
  working.set(db, run);
  // Whoever asked hears of it; nobody else does.
  run.catch(() => undefined);
  return run;
}

async function workAll(db: Db, work: BatchWork): Promise<void> {
  const { goOn = () => true } = work;
  for (const batch of await openBatches(db)) {
    for (let item = await nextItem(db, batch.id); item; item = await nextItem(db, batch.id)) {
      if (!goOn()) return;
      await workItem(db, batch, item, work);
      // Pages are answered between two messages.
      await setImmediate();
    }
    await finish(db, batch, work);
  }
}

/** What the messages of a batch wait for while others are still being written: longer than any batch takes. */
const HOLD = 24 * 3_600_000;
const heldUntil = ({ createdAt }: Batch): string => isoOf(Date.parse(createdAt) + HOLD);

/** All are written: they leave together, after ten seconds for a second thought. */
async function finish(db: Db, batch: Batch, { clock }: BatchWork): Promise<void> {
  const now = clock();
  const change = { at: isoOf(now), from: heldUntil(batch), until: isoOf(now + UNDO_TIME) };
  await patiently(() => db.transaction((trx) => finishBatch(trx, batch.id, change)));
}

async function workItem(db: Db, batch: Batch, item: BatchItem, work: BatchWork): Promise<void> {
  try {
    await patiently(() => db.transaction((trx) => writeItem(trx, batch, item, work)));
  } catch (error) {
    if (!concernsTheItem(error)) throw error;
    const end = { state: 'refused', reason: 'failed', detail: firstWords(error) } as const;
    await patiently(() => settleItem(db, item.id, end));
  }
}

/** A rule of the database that a record breaks concerns that record; a full disk concerns everybody. */
const concernsTheItem = (error: unknown): boolean =>
  !isDatabaseError(error) || String((error as { code?: string }).code).startsWith('SQLITE_CONSTRAINT');

const firstWords = (error: unknown): string => (withoutData(error).split('\n')[0] ?? '').slice(0, 200);

async function writeItem(trx: Transaction, batch: Batch, item: BatchItem, { clock }: BatchWork): Promise<void> {
  // The write comes first, so that nobody else can change the facts between the look and the message.
  if (!(await claimItem(trx, item.id))) return;
  const leaveOut = (reason: string, detail = ''): Promise<void> =>
    settleItem(trx, item.id, { state: 'refused', reason, detail });
  const settings = await readSettings(trx);
  const { day } = localMoment(clock(), settings.timeZone);
  const { channel, templateId } = batch;
  const found = await findOccasion(trx, { channel, invoiceIds: await openIds(trx, item) }, settings, day);
  if (!found.ok) return leaveOut(reasonOf(found));
  const { occasion } = found;
  if (!occasion.templates.some(({ id }) => id === templateId)) return leaveOut('no_template');
  const [news] = newReasons(heavyReasons(occasion.weighed), item.seen);
  if (news) return leaveOut(news, 'since');
  const copyTo = batch.copyTo || null;
  const written = await writeByHand(trx, occasion, { ...AS_PROPOSED, templateId, copyTo }, settings, day);
  if (!written.ok) return leaveOut(written.reason, written.addresses.join(', '));
  const { reminderId } = await sendByHand(trx, onItsChannel(occasion), written, {
    formKey: `${batch.key}|${lineKey(item).replace('-', '|')}`,
    completes: batch.completes,
    settings,
    day,
    clock,
    userId: batch.createdBy,
  });
  await holdMessage(trx, reminderId, heldUntil(batch));
  await settleItem(trx, item.id, { state: 'queued', reminderId });
}

/** Of what is still owed, only a record that cannot be read is refused as settled. */
const reasonOf = ({ reason }: NoOccasion): string =>
  reason === 'no_invoice' ? 'settled' : reason === 'settled' ? 'unreadable' : reason;

/** The invoices of the item that somebody still has to pay: what was paid meanwhile is not mentioned. */
async function openIds(trx: Transaction, { invoiceIds }: BatchItem): Promise<number[]> {
  const invoices = await invoicesById(trx, invoiceIds);
  return invoiceIds.filter((id) => {
    const invoice = invoices.get(id);
    return invoice !== undefined && claimable(invoice);
  });
}

/** A call that is due is not made by an e-mail: a message completes the steps of its own channel. */
const onItsChannel = (occasion: Occasion): Occasion => ({
  ...occasion,
  weighed: occasion.weighed.map((one) => (one.dueStep?.channel === occasion.channel ? one : { ...one, dueStep: null })),
});
