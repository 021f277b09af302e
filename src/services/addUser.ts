import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { insertUser, type Role } from '../store/users.ts';
import { hashPassword, type PasswordCost } from './passwordHash.ts';
import { newTemporaryPassword } from './resetPassword.ts';

/** Adds a user with a temporary password, which it returns; null when the address is taken. */
export async function addUser(
  db: Db,
  user: { name: string; email: string; role: Role; language: string },
  { now, cost }: { now: number; cost?: PasswordCost | undefined },
): Promise<{ id: number; password: string } | null> {
  const password = newTemporaryPassword();
  const passwordHash = await hashPassword(password, cost);
  const id = await insertUser(db, { ...user, passwordHash, passwordTemporary: true, createdAt: isoOf(now) });
  return id === null ? null : { id, password };
}
