import { randomInt } from 'node:crypto';
import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { replaceRecoveryCodes, updateUser } from '../store/users.ts';
import { hashPassword, type PasswordCost } from './passwordHash.ts';

/** Without the letters that are mistaken for each other when read aloud. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password to be told to somebody and changed at once: `k3fp-w9xm-2hqd-tz7b`, 80 bits. */
export const newTemporaryPassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join(
    '-',
  );

/**
 * Gives the user a temporary password, which it returns, and ends his sessions. With `secondFactor` off as well, for
 * somebody who lost his telephone and his recovery codes.
 */
export async function resetPassword(
  db: Db,
  userId: number,
  { cost, dropSecondFactor = false }: { cost?: PasswordCost | undefined; dropSecondFactor?: boolean } = {},
): Promise<string> {
  const password = newTemporaryPassword();
  await setPassword(db, userId, { hash: await hashPassword(password, cost), temporary: true, dropSecondFactor });
  return password;
}

/** Puts a password in place from outside, as the command line does. */
export async function setPassword(
  db: Db,
  userId: number,
  { hash, temporary, dropSecondFactor }: { hash: string; temporary: boolean; dropSecondFactor: boolean },
): Promise<void> {
  await db.transaction(async (trx) => {
    await updateUser(trx, userId, { passwordHash: hash, passwordTemporary: temporary });
    if (dropSecondFactor) {
      await updateUser(trx, userId, { totpSecret: null, totpPending: null });
      await replaceRecoveryCodes(trx, userId, []);
    }
    await deleteSessionsOf(trx, userId);
  });
}
