import { createHash } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { type Message, messagesOf } from '../domain/decision.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { readSettings, writeSettings } from '../store/settings.ts';
import { planDay } from './runDay.ts';
import { namesOf } from './weighRun.ts';

/** Names what a person was shown, so that something else cannot be turned on in its place. */
export function announcementOf(day: Day, messages: readonly Message[]): string {
  const said = messages.map(({ key, total, lines }) => [key, total, lines.map(({ invoiceId }) => invoiceId)]);
  return createHash('sha256')
    .update(JSON.stringify([day, said]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Lets the daily run work, automatically or for review first, if the run of `day` would still send exactly what the person
 * was shown (`seen`). `changed` when it would not, and then nothing was turned on. What was shown is kept: the first run
 * asks again when it would send anything else.
 */
export async function turnOnSending(db: Db, { mode, day, seen, clock, userId }: TurnOn): Promise<'done' | 'changed'> {
  const messages = messagesOf((await planDay(db, day)).decisions);
  if (announcementOf(day, messages) !== seen) return 'changed';
  await db.transaction(async (trx) => {
    const before = (await readSettings(trx)).mode;
    await writeSettings(trx, { mode });
    const data = { mode, before, seen: namesOf(messages) };
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'sending_on', userId, data }]);
  });
  return 'done';
}

interface TurnOn {
  mode: 'review' | 'automatic';
  day: Day;
  seen: string;
  clock: Clock;
  userId: number | null;
}
