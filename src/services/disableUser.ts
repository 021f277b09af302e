import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { otherOwnerExists, updateUser } from '../store/users.ts';

/**
 * Keeps a user out, at once and everywhere, or lets him in again. False when there is no such user, or when nobody would
 * be left to own the installation.
 */
export async function disableUser(
  db: Db,
  userId: number,
  { disabled, now }: { disabled: boolean; now: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    if (disabled && !(await otherOwnerExists(trx, userId))) return false;
    await deleteSessionsOf(trx, userId);
    return updateUser(trx, userId, { disabledAt: disabled ? isoOf(now) : null });
  });
}
