import { handKey } from '../domain/byHand.ts';
import { heavyReasons, newReasons } from '../domain/bulk.ts';
import type { Db } from '../store/database.ts';
import { reminderByKey } from '../store/reminders.ts';
import { findOccasion, type Occasion } from './findOccasion.ts';
import { type HandSending, type HandSent, sendByHand } from './sendByHand.ts';
import type { Written } from './writeByHand.ts';

/**
 * Puts a message into the outbox unless something has come up about its invoices since the occasion was found: between the
 * writer's look and this moment a colleague may have sent the same. The look and the writing are one transaction, so of two
 * at the same moment one is first; null says that the writer has to look again.
 */
export async function sendIfFree(
  db: Db,
  occasion: Occasion,
  written: Extract<Written, { ok: true }>,
  sending: HandSending,
): Promise<HandSent | null> {
  const { channel, invoices, weighed } = occasion;
  return db.transaction(async (trx) => {
    const before = await reminderByKey(trx, handKey(sending.formKey));
    if (before) return { kind: 'already', reminderId: before.id };
    const question = { channel, invoiceIds: invoices.map(({ id }) => id) };
    const found = await findOccasion(trx, question, sending.settings, sending.day);
    if (!found.ok || newReasons(heavyReasons(found.occasion.weighed), heavyReasons(weighed)).length > 0) return null;
    return sendByHand(trx, found.occasion, written, sending);
  });
}
