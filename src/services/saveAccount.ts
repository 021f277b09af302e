import type { Db } from '../store/database.ts';
import { updateUser } from '../store/users.ts';

/** A user's own name and language. */
export const saveAccount = (db: Db, userId: number, account: { name: string; language: string }): Promise<boolean> =>
  updateUser(db, userId, account);
