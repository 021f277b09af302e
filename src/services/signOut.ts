import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';

/** Ends sessions of a user: this one, or all but this one; returns how many. */
export const signOut = (db: Db, userId: number, which: { only: number } | { except: number }): Promise<number> =>
  deleteSessionsOf(db, userId, which);
