import { randomBytes } from 'node:crypto';
import { type Db } from '../store/database.ts';
import { readValue, writeValue } from '../store/settings.ts';

/** The secret of this installation, made at first use: what Message-IDs are derived from. */
export async function installationSecret(db: Db): Promise<string> {
  const known = await readValue(db, '_secret');
  if (typeof known === 'string') return known;
  const secret = randomBytes(32).toString('hex');
  await writeValue(db, '_secret', secret);
  return secret;
}
