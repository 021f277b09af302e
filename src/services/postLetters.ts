import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { lettersById } from '../store/letters.ts';
import { markDone } from './markDone.ts';

/** Somebody took these letters to the post: their steps are done today. Returns how many had been waiting for that. */
export async function postLetters(
  db: Db,
  ids: readonly number[],
  doing: { clock: Clock; userId: number | null },
): Promise<number> {
  let posted = 0;
  for (const { id } of await lettersById(db, [...new Set(ids)])) if (await markDone(db, id, doing)) posted += 1;
  return posted;
}
