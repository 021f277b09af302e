import { createHash } from 'node:crypto';
import type { Db } from '../store/database.ts';
import { addFailure, deleteSession, type Session } from '../store/sessions.ts';
import { markTotpStep, removeRecoveryCode, type User } from '../store/users.ts';
import { type Browser, openSession } from './openSession.ts';
import { type KeyHome, openSecret } from './secrets.ts';
import { totpStep } from './totp.ts';

export const TOTP_PURPOSE = 'second factor';
const MOST_FAILURES = 5;

/** Recovery codes are drawn from 80 bits, so a quick hash is enough. Spaces, dashes and capitals do not matter. */
export const hashOfRecoveryCode = (code: string): string =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[^A-Z2-7]/g, ''))
    .digest('hex');

/**
 * Takes the second step of signing in: a code of the telephone, or a recovery code. Returns the id of a new, open
 * session; 'wrong' for a code that is wrong or used; 'over' after too many of them, when the password is asked anew.
 */
export async function passSecondFactor(
  db: Db,
  { user, session }: { user: User; session: Session },
  code: string,
  { now, browser, keys }: { now: number; browser: Browser; keys: KeyHome },
): Promise<{ id: string } | 'wrong' | 'over'> {
  return db.transaction(async (trx) => {
    if (await useCode(trx, user, code, { now, keys })) {
      await deleteSession(trx, session.id);
      return { id: await openSession(trx, { userId: user.id, stage: 'open', now, browser }) };
    }
    if ((await addFailure(trx, session.id)) < MOST_FAILURES) return 'wrong';
    await deleteSession(trx, session.id);
    return 'over';
  });
}

async function useCode(
  db: Db,
  user: User,
  code: string,
  { now, keys }: { now: number; keys: KeyHome },
): Promise<boolean> {
  const typed = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(typed)) return removeRecoveryCode(db, user.id, hashOfRecoveryCode(typed));
  const secret = user.totpSecret && openSecret(keys, TOTP_PURPOSE, user.totpSecret);
  const step = secret ? totpStep(secret, typed, now) : null;
  return step !== null && markTotpStep(db, user.id, step);
}
