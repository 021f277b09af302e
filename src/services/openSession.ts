import { createHash, randomBytes } from 'node:crypto';
import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { deleteStaleSessions, insertSession, type Stage } from '../store/sessions.ts';

const HOUR = 3_600_000;
/** A session ends after 12 hours without a visit, and after 30 days in any case. */
export const IDLE_MS = 12 * HOUR;
export const LONGEST_MS = 30 * 24 * HOUR;
/** Between the password and the code there is less time. */
export const CODE_MS = 10 * 60_000;

/** The browser that signs in, for its owner to recognise. */
export interface Browser {
  agent: string;
  address: string;
}

/** 256 bits that nobody guesses; only their hash is stored. */
export const newSessionId = (): string => randomBytes(32).toString('base64url');
export const hashOfId = (id: string): string => createHash('sha256').update(id).digest('hex');

/** Opens a session under a new id, which it returns: whatever the browser brought along is never taken over. */
export async function openSession(
  db: Db,
  { userId, stage, now, browser }: { userId: number; stage: Stage; now: number; browser: Browser },
): Promise<string> {
  const id = newSessionId();
  const at = isoOf(now);
  await deleteStaleSessions(db, { seenBefore: isoOf(now - IDLE_MS), createdBefore: isoOf(now - LONGEST_MS) });
  await insertSession(db, {
    idHash: hashOfId(id),
    userId,
    stage,
    agent: browser.agent.slice(0, 300),
    address: browser.address.slice(0, 60),
    createdAt: at,
    seenAt: at,
  });
  return id;
}
