import { type Clock, isoOf } from '../clock.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { hurryQueue } from '../store/reminders.ts';
import { readSettings, writeSettings } from '../store/settings.ts';
import { type PasswordHome, smtpPasswordSource, writeSmtpPassword } from './smtpPassword.ts';

/** What is saved: the account, and its password where one was typed. */
export interface MailAccountChange {
  account: Settings['mail'];
  password: string;
  clock: Clock;
  userId: number | null;
}

/**
 * Saves the mail account. `password_again` when a stored password would go to another server, or over a weaker way, than
 * the one it was given for: then nothing is saved. Disconnecting the account forgets the password.
 */
export async function saveMailAccount(
  db: Db,
  config: PasswordHome,
  { account, password, clock, userId }: MailAccountChange,
): Promise<'done' | 'password_again'> {
  const before = (await readSettings(db)).mail;
  const source = await smtpPasswordSource(db, config);
  const moved = SERVER.some((name) => account[name] !== before[name]);
  if (moved && account.host && password === '' && source === 'stored') return 'password_again';
  await db.transaction(async (trx) => {
    await writeSettings(trx, { mail: account });
    if (password) await writeSmtpPassword(trx, config, password);
    else if (!account.host && source !== 'environment') await writeSmtpPassword(trx, config, '');
    // What waits for a server that could not be used is tried at once with the mended account.
    await hurryQueue(trx);
    const data = { changed: ['mail'], password: password !== '' };
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'settings_changed', userId, data }]);
  });
  return 'done';
}

const SERVER = ['host', 'port', 'security', 'user'] as const;
