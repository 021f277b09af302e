import { randomUUID } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import { choiceOf, insertChoice, updateChoice } from '../store/bulkChoices.ts';
import type { Db } from '../store/database.ts';

/** A choice on its way to a bulk sending: where it is kept, and the key of the batch that it becomes. */
export interface KeptChoice {
  id: number;
  key: string;
}

/** Keeps what a user has ticked, anew or in the place of what was kept before. */
export async function keepChoice(
  db: Db,
  content: object,
  { id, clock, userId }: { id: number | null; clock: Clock; userId: number },
): Promise<KeptChoice> {
  const savedAt = isoOf(clock());
  return db.transaction(async (trx) => {
    if (id !== null && (await updateChoice(trx, { id, userId, content, savedAt }))) {
      const kept = await choiceOf(trx, id, userId);
      if (kept) return { id, key: kept.key };
    }
    const key = randomUUID();
    return { id: await insertChoice(trx, { userId, key, content, savedAt }), key };
  });
}
