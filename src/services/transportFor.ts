import type { Settings } from '../domain/settings.ts';
import { smtpTransport } from '../mail/smtp.ts';
import { letterbox, type Transport } from '../mail/transport.ts';
import { Refusal } from '../refusal.ts';

/** The way out that the settings describe: the mail account, or the built-in letterbox where none is connected. */
export function transportFor({ mail, company }: Settings, password: string | null): Transport {
  if (!mail.host) return letterbox;
  if (!mail.from && !company.email) throw new Refusal('no_sender');
  const { host, port, security, user } = mail;
  return smtpTransport({ host, port, security, user, password });
}
