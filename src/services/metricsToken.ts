import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { readValue, removeValue, writeValue } from '../store/settings.ts';

/** What opens the figures to a program that watches the product. Only the hash is kept, so no backup lets anybody in. */
export const METRICS_TOKEN = '_metrics_token' as const;

const stored = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), since: z.string() });

interface Doing {
  clock: Clock;
  userId: number | null;
}

/** Makes a token of 256 bits in the place of any earlier one, and returns it: it cannot be shown again. */
export async function makeMetricsToken(db: Db, { clock, userId }: Doing): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const at = isoOf(clock());
  await db.transaction(async (trx) => {
    await writeValue(trx, METRICS_TOKEN, { hash: hashOf(token).toString('hex'), since: at });
    await addHistory(trx, [{ at, kind: 'metrics_token_made', userId }]);
  });
  return token;
}

/** Puts the token out of use; false when there was none. */
export async function revokeMetricsToken(db: Db, { clock, userId }: Doing): Promise<boolean> {
  return db.transaction(async (trx) => {
    if ((await metricsTokenSince(trx)) === null) return false;
    await removeValue(trx, METRICS_TOKEN);
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'metrics_token_revoked', userId }]);
    return true;
  });
}

/** When the present token was made, as an instant that is stored; null when there is none. */
export const metricsTokenSince = async (db: Db): Promise<string | null> => (await readStored(db))?.since ?? null;

/** Whether this is the token; `none` when there is none that it could be. Takes as long however much of it is right. */
export async function checkMetricsToken(db: Db, token: string): Promise<'right' | 'wrong' | 'none'> {
  const known = await readStored(db);
  if (!known) return 'none';
  return timingSafeEqual(hashOf(token), Buffer.from(known.hash, 'hex')) ? 'right' : 'wrong';
}

/** One that cannot be read opens nothing. */
const readStored = async (db: Db): Promise<z.infer<typeof stored> | null> =>
  stored.safeParse(await readValue(db, METRICS_TOKEN)).data ?? null;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
