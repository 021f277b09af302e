import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Settings } from '../domain/settings.ts';
import { inspectServer, type MailServerFacts } from '../mail/inspectServer.ts';
import { type SmtpError, unavailable } from '../mail/smtpReply.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from '../store/database.ts';
import { largestDocument } from '../store/documents.ts';
import { attention, daysWords, fine, type Finding, problem, sizeWords } from './finding.ts';
import { mailAdvice } from './mailAdvice.ts';
import { certificateDays, isRunningOut } from './certificateDays.ts';
import { readSmtpPassword } from './smtpPassword.ts';

/** A server that says nothing for so long is not there; sending itself waits longer. */
const PATIENCE = 15_000;
/** How far two clocks may differ before a person should know, in milliseconds. */
const CLOCKS_DIFFER = 2 * 60_000;
/** Base64 makes four bytes of three, with line ends; the words of a message need little. */
const AS_MAIL = 1.4;
const WORDS = 100_000;

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Tries the mail account as sending would, up to the sign-in and no further, and looks at what its server says. */
export async function checkMail(
  db: Db,
  { config, settings, clock, patience = PATIENCE }: MailHome,
): Promise<Finding[]> {
  const { host, port, security, user } = settings.mail;
  if (!host) return [withoutServer(settings)];
  const where = `${host}:${port}`;
  let password: string | null = null;
  try {
    password = await readSmtpPassword(db, config);
    const facts = await inspectServer({ host, port, security, user, password }, patience);
    return [
      fine('mail', `${where} answers${user ? `, and takes the password of ${user}` : ' without a sign-in'}`),
      encryption(settings.mail, facts, clock),
      await size(db, facts),
      time(facts, clock),
    ];
  } catch (error) {
    if (error instanceof Refusal) return [sealed(where)];
    return [failed(error as SmtpError, settings, password)];
  }
}

export interface MailHome {
  config: Pick<Config, 'dataDir' | 'secretKey' | 'smtpPassword'>;
  settings: Settings;
  clock: Clock;
  /** Milliseconds to wait for the server. */
  patience?: number;
}

function withoutServer({ mode }: Settings): Finding {
  const detail = 'letterbox: nothing leaves this machine';
  if (mode === 'off') return fine('mail', detail);
  return attention(
    'mail',
    `${detail}, though automatic sending is on`,
    'Connect a mail account in Settings → Mail account, or customers never see what is sent.',
  );
}

const sealed = (where: string): Finding =>
  problem(
    'mail',
    `${where}: the stored password cannot be opened with the key that is here`,
    'Enter the password again in Settings → Mail account, or put back the secret.key that belongs to this database.',
  );

function failed(error: SmtpError, { mail }: Settings, password: string | null): Finding {
  const receipt = unavailable(error);
  const obstacle = receipt.kind === 'unavailable' ? receipt.obstacle : undefined;
  const detail = `${mail.host}:${mail.port}: ${withoutSecrets(receipt.reply, mail, password)}`;
  const todo = mailAdvice(error, mail, obstacle);
  const passing = (error.responseCode ?? 500) < 500;
  return passing ? attention('mail', detail, todo) : problem('mail', detail, todo);
}

/** `404D…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…`: only the reason is for a person. */
const OPENSSL = /[\dA-F]+:error:[\dA-F]+:SSL routines:[^:]*:([^:]+):\S.*/s;

/** What a server says may hold anything: our password, and the addresses of others. */
function withoutSecrets(words: string, { user, from }: Settings['mail'], password: string | null): string {
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
  const secrets = password ? [password, Buffer.from(password).toString('base64'), plain] : [];
  return secrets
    .reduce((text, secret) => text.replaceAll(secret, '…'), words)
    .replace(/[^\s<>"'(:]+@[^\s<>"'):;,]+/g, (address) => ([user, from].includes(address) ? address : '…'))
    .replace(OPENSSL, 'TLS: $1')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 200);
}

function encryption({ host, user }: Settings['mail'], { encryption: found }: MailServerFacts, clock: Clock): Finding {
  if (!found) {
    if (LOOPBACK.has(host)) return fine('encryption', 'none, and none is needed on this machine');
    return problem(
      'encryption',
      `none: ${user ? 'the password and ' : ''}every message can be read on the way`,
      'In Settings → Mail account choose STARTTLS or TLS under Security.',
    );
  }
  const left = certificateDays(found, clock);
  const detail = `${found.version}, certificate of ${found.names} for ${daysWords(left)} more`;
  if (!isRunningOut(found, clock)) return fine('encryption', detail);
  return attention(
    'encryption',
    detail,
    'Renew the certificate if the server is yours; else tell the provider should it not be renewed in the last days.',
  );
}

async function size(db: Db, { largest }: MailServerFacts): Promise<Finding> {
  const document = await largestDocument(db);
  if (largest === null) return fine('size', 'the server names no limit for a message');
  const limit = `the server takes messages of up to ${sizeWords(largest)}`;
  if (!document || document.size * AS_MAIL + WORDS <= largest) return fine('size', limit);
  return attention(
    'size',
    `${limit}, and the document of invoice ${document.invoice} has ${sizeWords(document.size)}`,
    'Make that document smaller, such as by saving the PDF again with smaller pictures: a reminder with it would be refused.',
  );
}

/** Somebody else's clock, where the mail server shows it; else its certificate, which was made before now. */
function time({ time: theirs, encryption: found }: MailServerFacts, clock: Clock): Finding {
  const now = clock();
  if (theirs === null)
    return fine(
      'time',
      found
        ? `later than ${isoOf(found.validFrom)}, when the mail server’s certificate was made; nobody was asked for the time itself`
        : 'nobody who is spoken to anyway says what time it is',
    );
  const differs = Math.round(Math.abs(theirs - now) / 1000);
  const detail = `the mail server’s clock shows ${isoOf(theirs)}, ${differs} s ${theirs < now ? 'before' : 'after'} this one`;
  if (differs * 1000 <= CLOCKS_DIFFER) return fine('time', detail);
  const todo =
    'See by a third clock which is right; let this machine get its time from a time server (timedatectl set-ntp true).';
  return differs < 3600 ? attention('time', detail, todo) : problem('time', detail, todo);
}
