import type { Db } from './database.ts';

/** What a draft is of: whose it is, on which channel, and about what (the ids of its invoices, or its customer). */
export interface DraftOf {
  userId: number;
  channel: 'email' | 'letter';
  about: string;
}

export interface Draft {
  content: Record<string, unknown>;
  savedAt: string;
}

export async function draftOf(db: Db, { userId, channel, about }: DraftOf): Promise<Draft | null> {
  const row: { content: string; saved_at: string } | undefined = await db('drafts')
    .where({ user_id: userId, channel, about })
    .first();
  return row ? { content: JSON.parse(row.content) as Record<string, unknown>, savedAt: row.saved_at } : null;
}

/** Keeps what somebody is writing; the last version of it counts. */
export async function putDraft(db: Db, { userId, channel, about }: DraftOf, draft: Draft): Promise<void> {
  await db('drafts')
    .insert({
      user_id: userId,
      channel,
      about,
      content: JSON.stringify(draft.content),
      saved_at: draft.savedAt,
    })
    .onConflict(['user_id', 'channel', 'about'])
    .merge();
}

export async function deleteDraft(db: Db, { userId, channel, about }: DraftOf): Promise<void> {
  await db('drafts').where({ user_id: userId, channel, about }).delete();
}

/** Lets go of what somebody sent before an instant, and so can no longer take back. */
export async function deleteSentDrafts(db: Db, userId: number, before: string): Promise<void> {
  await db('drafts')
    .where({ user_id: userId })
    .where('saved_at', '<', before)
    .whereRaw(`json_extract(content, '$.sent') IS NOT NULL`)
    .delete();
}
