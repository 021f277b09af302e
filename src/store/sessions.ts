import type { Db } from './database.ts';

/** Where a session stands: only the password was right so far, or all that is asked. */
export type Stage = 'code' | 'open';

/** A signed-in browser. `idHash` is the SHA-256 of what its cookie holds: the database alone opens no session. */
export interface Session {
  id: number;
  idHash: string;
  userId: number;
  stage: Stage;
  failures: number;
  agent: string;
  address: string;
  createdAt: string;
  seenAt: string;
}

interface SessionRow {
  id: number;
  id_hash: string;
  user_id: number;
  stage: Stage;
  failures: number;
  agent: string;
  address: string;
  created_at: string;
  seen_at: string;
}

const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  idHash: row.id_hash,
  userId: row.user_id,
  stage: row.stage,
  failures: row.failures,
  agent: row.agent,
  address: row.address,
  createdAt: row.created_at,
  seenAt: row.seen_at,
});

export async function insertSession(db: Db, session: Omit<Session, 'id' | 'failures'>): Promise<void> {
  await db('sessions').insert({
    id_hash: session.idHash,
    user_id: session.userId,
    stage: session.stage,
    agent: session.agent,
    address: session.address,
    created_at: session.createdAt,
    seen_at: session.seenAt,
  });
}

export async function sessionByHash(db: Db, idHash: string): Promise<Session | null> {
  const row = (await db('sessions').where({ id_hash: idHash }).first()) as SessionRow | undefined;
  return row ? sessionOf(row) : null;
}

/** The open sessions of a user, the last used first. */
export async function sessionsOf(db: Db, userId: number): Promise<Session[]> {
  const rows = (await db('sessions')
    .where({ user_id: userId, stage: 'open' })
    .orderBy('seen_at', 'desc')
    .orderBy('id', 'desc')) as SessionRow[];
  return rows.map(sessionOf);
}

export async function markSeen(db: Db, id: number, at: string): Promise<void> {
  await db('sessions').where({ id }).update({ seen_at: at });
}

/** Counts a wrong code; returns how many there were. */
export async function addFailure(db: Db, id: number): Promise<number> {
  const [row] = (await db('sessions').where({ id }).increment('failures').returning('failures')) as {
    failures: number;
  }[];
  return row?.failures ?? 0;
}

export async function deleteSession(db: Db, id: number): Promise<void> {
  await db('sessions').where({ id }).delete();
}

/** Ends sessions of a user: one, all, or all but one. Returns how many. */
export async function deleteSessionsOf(
  db: Db,
  userId: number,
  { only, except }: { only?: number; except?: number } = {},
): Promise<number> {
  const sessions = db('sessions').where({ user_id: userId });
  if (only !== undefined) void sessions.where({ id: only });
  if (except !== undefined) void sessions.whereNot({ id: except });
  return sessions.delete();
}

/** Forgets the sessions that nobody can use any more. */
export async function deleteStaleSessions(
  db: Db,
  { seenBefore, createdBefore }: { seenBefore: string; createdBefore: string },
): Promise<void> {
  await db('sessions').where('seen_at', '<', seenBefore).orWhere('created_at', '<', createdBefore).delete();
}

/** Signs everybody out; in a database from before people signed in there is nobody. */
export async function deleteAllSessions(db: Db): Promise<void> {
  if (await db.schema.hasTable('sessions')) await db('sessions').delete();
}
