import { type Clock, isoOf } from '../clock.ts';
import { handKey } from '../domain/byHand.ts';
import type { Db, Transaction } from '../store/database.ts';
import { deleteDraft, deleteSentDrafts, type DraftOf, draftOf, putDraft } from '../store/drafts.ts';
import { reminderById, reminderByKey } from '../store/reminders.ts';

/** What somebody began to write. */
export interface Begun {
  content: Record<string, unknown>;
  /** The instant of the last change. */
  savedAt: string;
}

/** How long something sent is kept for who takes it back, in milliseconds: "Undo" is offered for seconds. */
const KEPT = 24 * 3_600_000;

/**
 * Keeps what somebody is writing, so that closing the window loses nothing. A change that arrives after its message was
 * sent is late, and begins no new draft.
 */
export async function saveDraft(
  db: Db,
  of: DraftOf,
  content: Record<string, unknown>,
  { formKey, clock }: { formKey: string; clock: Clock },
): Promise<void> {
  await db.transaction(async (trx) => {
    if (await reminderByKey(trx, handKey(formKey))) return;
    await putDraft(trx, of, { content, savedAt: isoOf(clock()) });
  });
}

/** What somebody began and did not send, or sent and took back; null when there is nothing to go on with. */
export async function begunDraft(db: Db, of: DraftOf): Promise<Begun | null> {
  const draft = await draftOf(db, of);
  if (!draft) return null;
  const { sent, ...content } = draft.content;
  if (sent === undefined) return { content, savedAt: draft.savedAt };
  const reminder = await reminderById(db, Number(sent));
  return reminder?.state === 'cancelled' ? { content, savedAt: draft.savedAt } : null;
}

/** Starts over: what was begun is forgotten. */
export const dropDraft = (db: Db, of: DraftOf): Promise<void> => deleteDraft(db, of);

/** Notes, in the transaction that sends, that what was begun is sent; "Undo" finds it again for a while. */
export async function closeDraft(
  trx: Transaction,
  of: DraftOf,
  content: Record<string, unknown>,
  { reminderId, clock }: { reminderId: number; clock: Clock },
): Promise<void> {
  await deleteSentDrafts(trx, of.userId, isoOf(clock() - KEPT));
  await putDraft(trx, of, { content: { ...content, sent: reminderId }, savedAt: isoOf(clock()) });
}
