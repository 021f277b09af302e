import type { Db } from '../store/database.ts';
import { updateUser, userByEmail } from '../store/users.ts';
import { type Browser, openSession } from './openSession.ts';
import { hashPassword, type PasswordCost, STANDARD_COST, verifyPassword } from './passwordHash.ts';

/** A session that stands open, or one that still waits for the code of the second factor. */
export interface SignedInSession {
  id: string;
  stage: 'code' | 'open';
}

/**
 * Opens a session for the right password. Null for a wrong one, an unknown address and a disabled user alike, after
 * the same work.
 */
export async function signIn(
  db: Db,
  { email, password }: { email: string; password: string },
  { now, browser, cost = STANDARD_COST }: { now: number; browser: Browser; cost?: PasswordCost | undefined },
): Promise<SignedInSession | null> {
  const user = await userByEmail(db, email);
  const mayCome = user !== null && user.disabledAt === null;
  if (!(await verifyPassword(password, mayCome ? user.passwordHash : null, cost)) || !mayCome) return null;
  const stage = user.totpSecret === null ? 'open' : 'code';
  await strengthen(db, user.id, user.passwordHash ?? '', password, cost);
  return { id: await openSession(db, { userId: user.id, stage, now, browser }), stage };
}

/** A hash made at another cost than today's is made anew while the password is at hand. */
async function strengthen(db: Db, id: number, hash: string, password: string, cost: PasswordCost): Promise<void> {
  if (!hash.startsWith('$argon2id$') || hash.includes(`m=${cost.memory},t=${cost.passes},`)) return;
  await updateUser(db, id, { passwordHash: await hashPassword(password, cost) });
}
