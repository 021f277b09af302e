import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { otherOwnerExists, type Role, updateUser } from '../store/users.ts';

/**
 * Gives a user another role. His sessions end: what they were opened for has changed. False when there is no such user,
 * or when nobody would be left to own the installation.
 */
export async function changeRole(db: Db, userId: number, role: Role): Promise<boolean> {
  return db.transaction(async (trx) => {
    if (role !== 'owner' && !(await otherOwnerExists(trx, userId))) return false;
    await deleteSessionsOf(trx, userId);
    return updateUser(trx, userId, { role });
  });
}
