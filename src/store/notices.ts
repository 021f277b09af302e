import type { Day } from '../domain/calendar.ts';
import type { Db } from './database.ts';

export type NoticeKind = 'morning' | 'problems';
export type NoticeState = 'queued' | 'sending' | 'handover' | 'sent' | 'failed' | 'uncertain';

/** A message of the product to an owner. */
export interface Notice {
  id: number;
  kind: NoticeKind;
  day: Day;
  user_id: number;
  state: NoticeState;
  address: string;
  subject: string;
  text: string;
  message_id: string;
  attempts: number;
  next_attempt_at: string | null;
  transport: 'smtp' | 'letterbox' | null;
  server_reply: string;
  created_at: string;
  settled_at: string | null;
}

export type NoticeDraft = Pick<
  Notice,
  'kind' | 'day' | 'user_id' | 'address' | 'subject' | 'text' | 'message_id' | 'created_at'
>;

/** An owner with what he chose to be told. */
export interface NoticeReader {
  id: number;
  name: string;
  email: string;
  language: string;
  /** HH:MM in the company's zone; null for no morning notice. */
  morningAt: string | null;
  /** Null: as soon as a mail account is connected. */
  problems: boolean | null;
}

interface ReaderRow {
  id: number;
  name: string;
  email: string;
  language: string;
  morning_notice_at: string | null;
  problem_notice: 0 | 1 | null;
}

const readerOf = ({ morning_notice_at, problem_notice, ...row }: ReaderRow): NoticeReader => ({
  ...row,
  morningAt: morning_notice_at,
  problems: problem_notice === null ? null : problem_notice === 1,
});

const readers = (db: Db) =>
  db('users')
    .select('id', 'name', 'email', 'language', 'morning_notice_at', 'problem_notice')
    .where({ role: 'owner', disabled_at: null });

/** The owners who may sign in. */
export const noticeReaders = async (db: Db): Promise<NoticeReader[]> =>
  ((await readers(db).orderBy('id')) as ReaderRow[]).map(readerOf);

/** One of them; null for anybody else. */
export async function noticeReader(db: Db, userId: number): Promise<NoticeReader | null> {
  const row = (await readers(db).where({ id: userId }).first()) as ReaderRow | undefined;
  return row ? readerOf(row) : null;
}

export async function setNoticeChoice(
  db: Db,
  userId: number,
  { morningAt, problems }: { morningAt: string | null; problems: boolean },
): Promise<void> {
  await db('users')
    .where({ id: userId })
    .update({ morning_notice_at: morningAt, problem_notice: problems ? 1 : 0 });
}

/** The owners who have a notice of the day already. */
export const noticedUsers = (db: Db, kind: NoticeKind, day: Day): Promise<number[]> =>
  db('notices').where({ kind, day }).pluck('user_id');

/** Writes a notice, unless its owner has one of the kind for the day. */
export async function insertNotice(db: Db, draft: NoticeDraft): Promise<void> {
  await db('notices').insert(draft).onConflict(['kind', 'day', 'user_id']).ignore();
}

/** Whether a notice has its turn, or stands where a crash left it. */
export const hasOpenNotice = async (db: Db, now: string): Promise<boolean> =>
  (await openNotices(db)
    .where((due) =>
      due.whereNot({ state: 'queued' }).orWhereNull('next_attempt_at').orWhere('next_attempt_at', '<=', now),
    )
    .first('id')) !== undefined;

/** The next notice after the given one whose turn it is. */
export const nextNotice = (db: Db, now: string, after: number): Promise<Notice | undefined> =>
  openNotices(db)
    .where({ state: 'queued' })
    .where('id', '>', after)
    .where((due) => due.whereNull('next_attempt_at').orWhere('next_attempt_at', '<=', now))
    .orderBy('id')
    .first();

const openNotices = (db: Db) => db('notices').whereIn('state', ['queued', 'sending', 'handover']);

/** Moves a notice from one state to another, if it is still in the first; tells whether it was. */
export const moveNotice = async (
  db: Db,
  id: number,
  from: NoticeState,
  changes: Partial<Omit<Notice, 'id'>>,
): Promise<boolean> => (await db('notices').where({ id, state: from }).update(changes)) === 1;

/** Puts right what a crash left, as for reminders. Needs the sender's lock. */
export async function recoverNotices(db: Db, at: string): Promise<void> {
  await db('notices').where({ state: 'sending' }).update({ state: 'queued' });
  await db('notices').where({ state: 'handover' }).update({ state: 'uncertain', settled_at: at });
}

/** The notices to an owner, the newest first. */
export const noticesTo = (db: Db, userId: number, limit: number): Promise<Notice[]> =>
  db('notices').where({ user_id: userId }).orderBy('id', 'desc').limit(limit);

export const noticeById = (db: Db, id: number, userId: number): Promise<Notice | undefined> =>
  db('notices').where({ id, user_id: userId }).first();
