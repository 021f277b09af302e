import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { readValue, writeValue } from '../store/settings.ts';
import { type KeyHome, openSecret, sealSecret } from './secrets.ts';

/** What decides where the password comes from. */
export type PasswordHome = KeyHome & Pick<Config, 'smtpPassword'>;

const NAME = '_smtp_password';
const PURPOSE = 'smtp password';

/**
 * The password of the mail account: the one of the environment, else the stored one, else null. Throws a Refusal when the
 * stored one was sealed with a key that is not here, as after a restore on another machine.
 */
export async function readSmtpPassword(db: Db, config: PasswordHome): Promise<string | null> {
  if (config.smtpPassword !== null) return config.smtpPassword;
  const sealed = await readValue(db, NAME);
  if (typeof sealed !== 'string') return null;
  const password = openSecret(config, PURPOSE, sealed);
  if (password === null) throw new Refusal('sealed_password');
  return password;
}

/** Keeps the password, sealed; an empty one is forgotten. */
export async function writeSmtpPassword(db: Db, config: PasswordHome, text: string): Promise<void> {
  await writeValue(db, NAME, text === '' ? null : sealSecret(config, PURPOSE, text));
}

/** Where the password is, for a screen that never shows it. */
export async function smtpPasswordSource(
  db: Db,
  config: PasswordHome,
): Promise<'environment' | 'stored' | 'unreadable' | 'none'> {
  if (config.smtpPassword !== null) return 'environment';
  const sealed = await readValue(db, NAME);
  if (typeof sealed !== 'string') return 'none';
  return openSecret(config, PURPOSE, sealed) === null ? 'unreadable' : 'stored';
}
