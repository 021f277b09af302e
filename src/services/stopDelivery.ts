import { isoOf } from '../clock.ts';
import type { Receipt } from '../mail/transport.ts';
import { type Db, patiently } from '../store/database.ts';
import { addHistory, countSince } from '../store/history.ts';
import { postponeQueue } from '../store/reminders.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST_DELAY = 5 * MINUTE;
const LONGEST_DELAY = 4 * HOUR;

/** How long to wait after so many failures in a row, in milliseconds: five minutes, ten, twenty … four hours. */
export const delayAfter = (failures: number): number =>
  Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, failures - 1));

/**
 * Whether an attempt speaks of a server that is out of order rather than of one message: the connection broke, no answer
 * came, or we as a sender are not wanted (5.7.x). Some in a row end the delivery.
 */
export function strikeOf(receipt: Receipt): boolean {
  if (receipt.kind === 'refused') return /^5\d\d[ -]5\.7\./.test(receipt.reply);
  return receipt.kind === 'unavailable' || receipt.kind === 'unknown';
}

/**
 * Puts off all that waits, because trying each message in turn would hammer a server that is down, that refuses the
 * password or that has had enough for this hour (RELIABILITY F16, F26, F46); the history says why, for the owner's notice.
 */
export async function stopDelivery(db: Db, receipt: Receipt, now: number): Promise<void> {
  const { kind, reply } = receipt;
  const { obstacle = null, lasting = false } = kind === 'unavailable' ? receipt : {};
  // A connection that breaks with some messages: the others get their turn while those wait longer.
  const broken = kind === 'unavailable' && !receipt.stop;
  await patiently(() =>
    db.transaction(async (trx) => {
      const before = await countSince(trx, 'delivery_stopped', 'reminder_sent');
      const until = untilOf({ obstacle, lasting, broken, before }, now);
      await addHistory(trx, [
        { at: isoOf(now), kind: broken ? 'delivery_broken_off' : 'delivery_stopped', data: { reply, obstacle, until } },
      ]);
      await postponeQueue(trx, until);
    }),
  );
}

interface Stop {
  obstacle: string | null;
  lasting: boolean;
  broken: boolean;
  /** How often it was stopped since a message last got through. */
  before: number;
}

function untilOf({ obstacle, lasting, broken, before }: Stop, now: number): string {
  if (obstacle === 'limit') return isoOf((Math.floor(now / HOUR) + 1) * HOUR);
  if (lasting) return isoOf(now + LONGEST_DELAY);
  return isoOf(now + delayAfter(broken ? 1 : before + 1));
}
