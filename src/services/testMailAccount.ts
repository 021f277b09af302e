import { connect } from '../mail/smtp.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';
import { type PasswordHome, readSmtpPassword } from './smtpPassword.ts';

/** How a trial of the mail account went. Why a server did not answer is not told: the trial is no port scanner (RELIABILITY S21). */
export type MailTrial = 'ok' | 'letterbox' | 'bad_port' | 'password_unreadable' | 'sign_in_refused' | 'no_answer';

/** The ports that mail servers listen on. */
const MAIL_PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2525]);
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);
const PATIENCE = 20_000;

/** Whether a mail account may have this server: a port that is for mail, or a server on this machine. */
export const isMailPort = (host: string, port: number): boolean => MAIL_PORTS.has(port) || LOOPBACK.has(host);

/** Connects to the saved mail account and signs in, without sending anything. */
export async function testMailAccount(db: Db, config: PasswordHome): Promise<MailTrial> {
  const { mail } = await readSettings(db);
  if (!mail.host) return 'letterbox';
  if (!isMailPort(mail.host, mail.port)) return 'bad_port';
  let password: string | null;
  try {
    password = await readSmtpPassword(db, config);
  } catch (error) {
    if (error instanceof Refusal) return 'password_unreadable';
    throw error;
  }
  const { host, port, security, user } = mail;
  const trial = connect({ host, port, security, user, password }).then(
    (connection): MailTrial => {
      connection.quit();
      return 'ok';
    },
    (error: { code?: string }): MailTrial => (error.code === 'EAUTH' ? 'sign_in_refused' : 'no_answer'),
  );
  return Promise.race([trial, after(PATIENCE)]);
}

const after = (ms: number): Promise<MailTrial> =>
  new Promise((resolve) => setTimeout(() => resolve('no_answer'), ms).unref());
