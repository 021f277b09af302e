import type { Db, Transaction } from './database.ts';

/** What somebody has ticked for a bulk sending: kept as it was sent, by its own key. */
export interface ChoiceRow {
  id: number;
  key: string;
  content: Record<string, unknown>;
}

/** So many unsent choices of one user are kept. */
const CHOICES = 20;

/** Keeps a choice and forgets the oldest ones of the user; returns its id. */
export async function insertChoice(
  trx: Transaction,
  { userId, key, content, savedAt }: { userId: number; key: string; content: object; savedAt: string },
): Promise<number> {
  const [row] = (await trx('bulk_choices')
    .insert({ user_id: userId, key, content: JSON.stringify(content), saved_at: savedAt })
    .returning('id')) as { id: number }[];
  const kept = trx('bulk_choices').select('id').where({ user_id: userId }).orderBy('id', 'desc').limit(CHOICES);
  await trx('bulk_choices').where({ user_id: userId }).whereNotIn('id', kept).delete();
  return row?.id ?? 0;
}

export async function updateChoice(
  db: Db,
  { id, userId, content, savedAt }: { id: number; userId: number; content: object; savedAt: string },
): Promise<boolean> {
  const changed = await db('bulk_choices')
    .where({ id, user_id: userId })
    .update({ content: JSON.stringify(content), saved_at: savedAt });
  return changed === 1;
}

/** A choice of the user's own; null where there is none. */
export async function choiceOf(db: Db, id: number, userId: number): Promise<ChoiceRow | null> {
  const row: { id: number; key: string; content: string } | undefined = await db('bulk_choices')
    .where({ id, user_id: userId })
    .first();
  return row ? { ...row, content: JSON.parse(row.content) as Record<string, unknown> } : null;
}
