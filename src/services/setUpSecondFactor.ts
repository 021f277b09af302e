import { randomBytes } from 'node:crypto';
import type { Db } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { markTotpStep, replaceRecoveryCodes, updateUser, type User } from '../store/users.ts';
import { hashOfRecoveryCode, TOTP_PURPOSE } from './passSecondFactor.ts';
import { type KeyHome, openSecret, sealSecret } from './secrets.ts';
import { base32, newTotpSecret, totpStep } from './totp.ts';

const RECOVERY_CODES = 8;

/** Draws a secret for the user's telephone; nothing is asked for until a first code proves that it arrived there. */
export async function beginSecondFactor(db: Db, userId: number, keys: KeyHome): Promise<void> {
  await updateUser(db, userId, { totpPending: sealSecret(keys, TOTP_PURPOSE, newTotpSecret()) });
}

/** The secret that waits for its first code, or null. */
export const pendingSecret = ({ totpPending }: User, keys: KeyHome): string | null =>
  totpPending === null ? null : openSecret(keys, TOTP_PURPOSE, totpPending);

/**
 * Switches the second factor on with the first code, and ends the user's other sessions. Returns the recovery codes,
 * which are not kept and cannot be shown again; null for a wrong code.
 */
export async function confirmSecondFactor(
  db: Db,
  user: User,
  code: string,
  { now, keys, session }: { now: number; keys: KeyHome; session: number },
): Promise<string[] | null> {
  const secret = pendingSecret(user, keys);
  const step = secret ? totpStep(secret, code.replace(/\s/g, ''), now) : null;
  if (step === null) return null;
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await db.transaction(async (trx) => {
    await updateUser(trx, user.id, { totpSecret: user.totpPending, totpPending: null });
    await markTotpStep(trx, user.id, step);
    await replaceRecoveryCodes(trx, user.id, codes.map(hashOfRecoveryCode));
    await deleteSessionsOf(trx, user.id, { except: session });
  });
  return codes;
}

/** Switches it off, with its recovery codes. */
export async function removeSecondFactor(db: Db, userId: number): Promise<void> {
  await db.transaction(async (trx) => {
    await updateUser(trx, userId, { totpSecret: null, totpPending: null });
    await replaceRecoveryCodes(trx, userId, []);
  });
}

/** 80 bits in groups of four: `ABCD-EFGH-JKLM-NPQR`. */
const newRecoveryCode = (): string => base32(randomBytes(10)).replace(/(.{4})(?=.)/g, '$1-');
