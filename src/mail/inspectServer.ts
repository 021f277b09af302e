import type { TLSSocket } from 'node:tls';
import { connect, type SmtpAccount } from './smtp.ts';

/** What a mail server said of itself while somebody signed in. Instants are milliseconds since 1970. */
export interface MailServerFacts {
  /** The encryption; null for a connection without. */
  encryption: { version: string; names: string; validFrom: number; validUntil: number } | null;
  /** The largest message that it takes, in bytes (RFC 1870); null where it does not say. */
  largest: number | null;
  /** What its clock shows, which some servers say in their greeting. */
  time: number | null;
}

const LEAVING = 1000;

/**
 * Connects, signs in and takes leave; no message is begun. Throws what the server or the network said, as `connect` does, at
 * the latest after `patience` milliseconds.
 */
export async function inspectServer(account: SmtpAccount, patience: number): Promise<MailServerFacts> {
  const replies: string[] = [];
  const connection = await connect(account, { patience, hear: (reply) => replies.push(reply) });
  try {
    const socket = connection._socket;
    return {
      encryption: connection.secure && socket ? encryptionOf(socket as TLSSocket) : null,
      largest: largestOf(replies),
      time: timeIn(replies[0] ?? ''),
    };
  } finally {
    connection.quit();
    // A server that does not take leave would keep the process from ending.
    setTimeout(() => connection.close(), LEAVING).unref();
  }
}

function encryptionOf(socket: TLSSocket): MailServerFacts['encryption'] {
  const { subjectaltname, subject, valid_from, valid_to } = socket.getPeerCertificate();
  return {
    version: socket.getProtocol() ?? '',
    names: (subjectaltname ?? String(subject?.CN ?? '')).replace(/(DNS|IP Address):/g, ''),
    validFrom: Date.parse(valid_from),
    validUntil: Date.parse(valid_to),
  };
}

/** After STARTTLS a server says anew what it can, so the last word counts. 0 means that it has no limit of its own. */
function largestOf(replies: readonly string[]): number | null {
  const said = replies.findLast((reply) => /^250[- ]SIZE\b/im.test(reply));
  return Number(/^250[- ]SIZE +(\d+)/im.exec(said ?? '')?.[1]) || null;
}

/** A date as mail writes it (RFC 5322 §3.3): `Sun, 22 Nov 2026 12:00:00 +0000`. */
function timeIn(greeting: string): number | null {
  const [text] = /\b\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} ([+-]\d{4}|GMT|UTC)\b/.exec(greeting) ?? [];
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
