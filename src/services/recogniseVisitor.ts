import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { deleteSession, markSeen, type Session, sessionByHash } from '../store/sessions.ts';
import { type User, userById } from '../store/users.ts';
import { CODE_MS, hashOfId, IDLE_MS, LONGEST_MS } from './openSession.ts';

/** How exactly a session remembers its last visit: a write for every page would serve nobody. */
const NOTED_EVERY_MS = 60_000;

/** Who holds this session id, or null: unknown, run out, or the user is disabled. */
export async function recogniseVisitor(
  db: Db,
  id: string,
  now: number,
): Promise<{ user: User; session: Session } | null> {
  const session = await sessionByHash(db, hashOfId(id));
  if (!session) return null;
  const user = await userById(db, session.userId);
  if (!user || user.disabledAt !== null || hasEnded(session, now)) {
    await deleteSession(db, session.id);
    return null;
  }
  if (now - Date.parse(session.seenAt) >= NOTED_EVERY_MS) await markSeen(db, session.id, isoOf(now));
  return { user, session };
}

function hasEnded({ stage, createdAt, seenAt }: Session, now: number): boolean {
  const age = now - Date.parse(createdAt);
  return age > (stage === 'code' ? CODE_MS : LONGEST_MS) || now - Date.parse(seenAt) > IDLE_MS;
}
