import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { type LetterContent, readLetter } from '../domain/letter.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment } from '../domain/timetable.ts';
import { drawPdf } from '../pdf/drawLetters.ts';
import { type Db, isDatabaseError, type Transaction } from '../store/database.ts';
import { lettersById, lockWaitingLetter, markPrinted, waitingLetters } from '../store/letters.ts';
import { moveState, type Reminder, reminderById, rewriteReminder } from '../store/reminders.ts';
import { closeRuns } from '../store/runs.ts';
import { readSettings } from '../store/settings.ts';
import { noteReminder } from './noteReminder.ts';
import { type Recheck, recheckReminder } from './recheckReminder.ts';

/** A letter that was asked for and not printed. `reason` is a code of the rules or what went wrong; empty for the others. */
export interface LeftOut {
  id: number;
  customer: string;
  why: 'approval' | 'gone' | 'unreadable' | 'cancelled' | 'failed';
  reason: string;
}

/** `nothing`: no letter was left to print. `not_drawn`: there were some, and no PDF came of them. */
export type Printing =
  | { kind: 'printed'; day: Day; pdf: Buffer; ids: number[]; leftOut: LeftOut[] }
  | { kind: 'nothing' | 'not_drawn'; leftOut: LeftOut[] };

export interface PrintOrder {
  /** Which letters; `all` are those that wait for nobody's approval. */
  ids: readonly number[] | 'all';
  clock: Clock;
  userId: number | null;
}

/**
 * Prints letters, all in one PDF (SPEC §6). Each is weighed against today's facts first, as a mail is before it leaves: what
 * was paid since is cancelled with the reason, amounts and the date are today's. The history says who printed what. They
 * still wait afterwards: what completes their steps is that somebody posts them.
 */
export async function printLetters(db: Db, { ids, clock, userId }: PrintOrder): Promise<Printing> {
  const settings = await readSettings(db);
  const { day } = localMoment(clock(), settings.timeZone);
  const doing = { at: isoOf(clock()), userId };
  const leftOut: LeftOut[] = [];
  const ready: { id: number; content: LetterContent }[] = [];
  for (const letter of await lettersById(db, ids === 'all' ? await waitingLetters(db) : [...new Set(ids)])) {
    const { id, customer } = letter;
    const checked = await db.transaction((trx) => refresh(trx, letter, { settings, day, ...doing }));
    if ('why' in checked) leftOut.push({ id, customer, ...checked });
    else ready.push({ id, content: checked.content });
  }
  if (ready.length === 0) return { kind: 'nothing', leftOut };
  const pdf = await drawPdf(ready.map(({ content }) => content)).catch(() => null);
  if (pdf === null) return { kind: 'not_drawn', leftOut };
  const printed = ready.map(({ id }) => id);
  await db.transaction((trx) => notePrinted(trx, printed, doing));
  return { kind: 'printed', day, pdf, ids: printed, leftOut };
}

interface Weighing {
  settings: Settings;
  day: Day;
  at: string;
  userId: number | null;
}

type Checked = Pick<LeftOut, 'why' | 'reason'> | { content: LetterContent };

/** Brings one letter up to this day, or takes it out of the way. */
async function refresh(trx: Transaction, letter: Reminder, weighing: Weighing): Promise<Checked> {
  const { id } = letter;
  if (letter.state === 'queued' && letter.needs_approval === 1) return { why: 'approval', reason: '' };
  if (!(await lockWaitingLetter(trx, id))) return { why: 'gone', reason: '' };
  const check = await recheckReminder(trx, letter, weighing.settings, weighing.day).catch((error: Error): Recheck => {
    if (isDatabaseError(error)) throw error;
    return { kind: 'fail', reason: error.message };
  });
  if (check.kind !== 'go') return settleUnprinted(trx, letter, check, weighing);
  if (check.rewritten) await rewriteReminder(trx, id, check.rewritten);
  const content = readLetter((await reminderById(trx, id))?.letter ?? null);
  return content ? { content } : { why: 'unreadable', reason: '' };
}

/** It must not be printed any more: it ends here, with the reason, as a mail does whose claim is refused. */
async function settleUnprinted(
  trx: Transaction,
  letter: Reminder,
  { kind, reason }: Exclude<Recheck, { kind: 'go' }>,
  { at, userId }: Weighing,
): Promise<Checked> {
  const state = kind === 'cancel' ? 'cancelled' : 'failed';
  await moveState(trx, letter.id, 'queued', state, { settled_at: at, reason });
  await noteReminder(trx, letter, `reminder_${state}`, { at, userId, reason });
  await closeRuns(trx, at);
  return { why: state, reason };
}

async function notePrinted(
  trx: Transaction,
  ids: readonly number[],
  doing: { at: string; userId: number | null },
): Promise<void> {
  for (const id of ids) {
    const letter = await reminderById(trx, id);
    if (letter && (await markPrinted(trx, id, doing.at))) await noteReminder(trx, letter, 'letter_printed', doing);
  }
}
