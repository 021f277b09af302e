import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { killPoint, timeLimit } from '../faultPoints.ts';
import type { Envelope } from './message.ts';
import { resultsOf, type SmtpError, unavailable, verdict } from './smtpReply.ts';
import type { Receipt, Transport } from './transport.ts';

/** How to reach the mail server. */
export interface SmtpAccount {
  host: string;
  port: number;
  security: 'starttls' | 'tls' | 'none';
  user: string;
  password: string | null;
}

/**
 * The longest that each part may take, in milliseconds, however busily the server trickles its answers (RELIABILITY F24):
 * to connect and to sign in, a message before its dot, and the answer to the dot, which may take ten minutes (RFC 5321
 * §4.5.3.2.6).
 */
const LIMIT = { connecting: 30_000, signingIn: 90_000, message: 300_000, dot: 600_000 };
/** What a slow line is given for each megabyte of a message, in milliseconds. */
const PER_MEGABYTE = 60_000;
/** Small enough that the hand-over is noted when the last bytes leave, and not when they are put in a queue. */
const CHUNK = 16_384;

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host);

/** Delivers over one connection at a time, kept open between messages. */
export function smtpTransport(account: SmtpAccount): Transport {
  let connection: SMTPConnection | null = null;
  const drop = (): void => {
    connection?.close();
    connection = null;
  };
  return {
    kind: 'smtp',
    close: () => {
      connection?.quit();
      connection = null;
    },
    async deliver(mail, onHandover) {
      // Servers close a connection that was idle for a while; that is no failure of the message.
      if (connection?.destroyed) connection = null;
      try {
        connection ??= await connect(account);
      } catch (error) {
        drop();
        return unavailable(error as SmtpError);
      }
      killPoint('connected');
      const receipt = await hand(connection, mail, onHandover);
      if (receipt.kind !== 'accepted') drop();
      return receipt;
    },
  };
}

/** How long connecting and signing in may take, in milliseconds, and who hears what the server says on the way. */
interface Connecting {
  patience?: number;
  hear?: (reply: string) => void;
}

/** Connects and signs in; throws what the server or the network said. */
export async function connect(
  account: SmtpAccount,
  { patience = LIMIT.signingIn, hear }: Connecting = {},
): Promise<SMTPConnection> {
  const { host, port, security, user, password } = account;
  const connection = new SMTPConnection({
    host,
    port,
    secure: security === 'tls',
    // A stripped STARTTLS must never send the password in clear (RELIABILITY §0.9).
    requireTLS: security === 'starttls' && !isLoopback(host),
    ignoreTLS: security === 'none',
    // Before the limit of both together, so that it is known which of the two did not happen.
    connectionTimeout: timeLimit(Math.min(LIMIT.connecting, patience / 3)),
    greetingTimeout: timeLimit(Math.min(LIMIT.connecting, patience / 3)),
    socketTimeout: timeLimit(LIMIT.dot),
    ...(hear ? listening(hear) : {}),
  });
  const limit = after(patience, () => connection.emit('error', new Error('the server takes too long')));
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('the server closed the connection')));
      connection.connect((error?: Error | null) => (error ? reject(error) : resolve()));
    });
    if (user)
      await new Promise<void>((resolve, reject) => {
        connection.once('error', reject);
        connection.login({ user, pass: password ?? '' }, (error?: Error | null) => (error ? reject(error) : resolve()));
      });
  } catch (error) {
    // A server that refuses the sign-in would else keep its socket for ten minutes.
    connection.close();
    throw error;
  } finally {
    clearTimeout(limit);
  }
  // A later failure reaches the caller of the send in progress; without a listener it would end the process.
  connection.on('error', () => undefined);
  return connection;
}

/** nodemailer tells what is said on the line to a log only; what we say, the password too, is passed over. */
const listening = (hear: (reply: string) => void): SMTPConnectionOptions => ({
  transactionLog: true,
  logger: {
    debug: (entry: { tnx?: string }, reply: unknown) => {
      if (entry.tnx === 'server') hear(String(reply));
    },
  },
});

const after = (ms: number, act: () => void): NodeJS.Timeout => setTimeout(act, timeLimit(ms));

/** Hands one message over; never throws, and never writes the dot once it has given a receipt. */
function hand(
  connection: SMTPConnection,
  { envelope, raw }: { envelope: Envelope; raw: Buffer },
  onHandover: () => Promise<void>,
): Promise<Receipt> {
  let handedOver = false;
  let settled = false;
  let limit: NodeJS.Timeout;
  return new Promise((resolve) => {
    // The connection outlives the message, so what listens for this one must not stay behind.
    const settle = (receipt: Receipt): void => {
      settled = true;
      clearTimeout(limit);
      connection.off('error', fail);
      connection.off('end', ended);
      resolve(receipt);
    };
    const fail = (error: SmtpError): void => settle(verdict(error, handedOver, envelope));
    const ended = (): void => fail(new Error('the server closed the connection'));
    const late = (): void => {
      fail(new Error('the server takes too long'));
      connection.close();
    };
    async function* body(): AsyncGenerator<Buffer> {
      for (let at = 0; at < raw.length; at += CHUNK) yield raw.subarray(at, at + CHUNK);
      killPoint('body');
      await onHandover();
      // Given up meanwhile: without its dot nobody accepts it.
      if (settled) throw new Error('given up before the dot');
      handedOver = true;
      clearTimeout(limit);
      limit = after(LIMIT.dot, late);
      killPoint('handover');
    }
    limit = after(LIMIT.message + (raw.length / 1_000_000) * PER_MEGABYTE, late);
    connection.once('error', fail);
    connection.once('end', ended);
    const source = Readable.from(body());
    source.on('error', () => undefined);
    connection.send({ from: envelope.from, to: envelope.to, size: raw.length }, source, (error, info) => {
      killPoint('replied');
      if (settled) return;
      if (error) return fail(error as SmtpError);
      // An answer before the dot is an answer to nothing, whatever it says: the connection is dropped, and the dot with it.
      if (!handedOver) return fail(new Error(`the server answered before the end: ${info.response}`));
      settle({ kind: 'accepted', reply: info.response, recipients: resultsOf(envelope, info) });
    });
  });
}
