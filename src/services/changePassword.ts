import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { updateUser } from '../store/users.ts';
import { type Browser, openSession } from './openSession.ts';
import { hashPassword, type PasswordCost } from './passwordHash.ts';

/** Gives the user the password that he chose, ends all his sessions, and returns the id of the new one. */
export async function changePassword(
  db: Db,
  userId: number,
  password: string,
  { now, browser, cost }: { now: number; browser: Browser; cost?: PasswordCost | undefined },
): Promise<string> {
  const passwordHash = await hashPassword(password, cost);
  return db.transaction(async (trx) => {
    await updateUser(trx, userId, { passwordHash, passwordTemporary: false });
    await deleteSessionsOf(trx, userId);
    return openSession(trx, { userId, stage: 'open', now, browser });
  });
}
