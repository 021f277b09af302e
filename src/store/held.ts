import { z } from 'zod';
import type { Identity } from './dataFolder.ts';
import type { Db } from './database.ts';
import type { JournalMessage } from './journal.ts';
import type { Reminder } from './reminders.ts';
import { selectIn } from './rows.ts';
import { readValue, writeValue } from './settings.ts';

/**
 * Why nothing leaves until an owner has decided: the database was `restored` from a backup; the data folder is `copied`
 * from another; another database was put into it (`replaced`); or it knows less than what left from here (`behind`).
 */
export const HELD_REASONS = ['restored', 'copied', 'replaced', 'behind'] as const;

const held = z.object({
  reason: z.enum(HELD_REASONS),
  since: z.string(),
  /** When the backup was made, where that is known. */
  backupAt: z.string().nullable(),
  /** An owner has said that this is a copy for trying out, and stays held. */
  trial: z.boolean(),
});

export type Held = z.infer<typeof held>;

/** The hold on all sending, or null. What cannot be read holds too. */
export async function readHeld(db: Db): Promise<Held | null> {
  const value = await readValue(db, '_held');
  if (value === null) return null;
  return held.safeParse(value).data ?? { reason: 'restored', since: '', backupAt: null, trial: false };
}

export const writeHeld = (db: Db, value: Held | null): Promise<void> => writeValue(db, '_held', value);

const identity = z.object({ id: z.string(), epoch: z.int() });

/** Which installation the database says that it belongs to; null where no start has said so yet. */
export const readIdentity = async (db: Db): Promise<Identity | null> =>
  identity.safeParse(await readValue(db, '_instance')).data ?? null;

export const writeIdentity = (db: Db, value: Identity): Promise<void> => writeValue(db, '_instance', value);

/**
 * Messages of the journal that may have left without the database's knowledge: no reminder of that Message-ID, one that
 * knows of fewer attempts, or one that it believes to be still before the final dot though the journal knows its end.
 * A killed process leaves one without an end, which is no sign of another database; `interrupted` counts that one too.
 */
export async function unknownMessages(
  db: Db,
  messages: readonly JournalMessage[],
  { interrupted = false } = {},
): Promise<JournalMessage[]> {
  const left = messages.filter(({ mayHaveLeft }) => mayHaveLeft);
  const ids = left.map(({ messageId }) => messageId);
  const rows = await selectIn<Reminder>(db, 'reminders', 'message_id', ids);
  const known = new Map(rows.map((row) => [row.message_id, row]));
  return left.filter(({ messageId, attempt, outcome }) => {
    const row = known.get(messageId);
    if (!row || row.attempts < attempt) return true;
    return row.state === 'sending' && row.attempts === attempt && (interrupted || outcome !== null);
  });
}
