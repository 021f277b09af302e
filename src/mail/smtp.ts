import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Envelope } from './message.ts';
import type { Receipt, RecipientResult, Transport } from './transport.ts';

/** How to reach the mail server. */
export interface SmtpAccount {
  host: string;
  port: number;
  security: 'starttls' | 'tls' | 'none';
  user: string;
  password: string | null;
}

/** Times in milliseconds. After the dot a server may take ten minutes (RFC 5321 §4.5.3.2.6), so the socket waits that long. */
const TIMEOUT = { connection: 30_000, greeting: 30_000, socket: 600_000 };

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  rejected?: string[];
  rejectedErrors?: (SmtpError & { recipient?: string })[];
}

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
      try {
        connection ??= await connect(account);
      } catch (error) {
        drop();
        return unavailable(error as SmtpError);
      }
      const receipt = await hand(connection, mail, onHandover);
      if (receipt.kind !== 'accepted') drop();
      return receipt;
    },
  };
}

/** Connects and signs in; throws what the server or the network said. */
export async function connect(account: SmtpAccount): Promise<SMTPConnection> {
  const { host, port, security, user, password } = account;
  const connection = new SMTPConnection({
    host,
    port,
    secure: security === 'tls',
    // A stripped STARTTLS must never send the password in clear (RELIABILITY §0.9).
    requireTLS: security === 'starttls' && !isLoopback(host),
    ignoreTLS: security === 'none',
    connectionTimeout: TIMEOUT.connection,
    greetingTimeout: TIMEOUT.greeting,
    socketTimeout: TIMEOUT.socket,
  });
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
  }
  // A later failure reaches the caller of the send in progress; without a listener it would end the process.
  connection.on('error', () => undefined);
  return connection;
}

function hand(
  connection: SMTPConnection,
  { envelope, raw }: { envelope: Envelope; raw: Buffer },
  onHandover: () => Promise<void>,
): Promise<Receipt> {
  let handedOver = false;
  async function* body(): AsyncGenerator<Buffer> {
    yield raw;
    await onHandover();
    handedOver = true;
  }
  return new Promise((resolve) => {
    // The connection outlives the message, so what listens for this one must not stay behind.
    const settle = (receipt: Receipt): void => {
      connection.off('error', fail);
      connection.off('end', ended);
      resolve(receipt);
    };
    const fail = (error: SmtpError): void => settle(verdict(error, handedOver, envelope));
    const ended = (): void => fail(new Error('the server closed the connection'));
    connection.once('error', fail);
    connection.once('end', ended);
    connection.send(
      { from: envelope.from, to: envelope.to, size: raw.length },
      Readable.from(body()),
      (error, info) => {
        if (error) fail(error as SmtpError);
        else settle({ kind: 'accepted', reply: info.response, recipients: resultsOf(envelope, info) });
      },
    );
  });
}

function resultsOf(envelope: Envelope, { rejectedErrors = [] }: Pick<SmtpError, 'rejectedErrors'>): RecipientResult[] {
  return envelope.to.map((address) => {
    const refusal = rejectedErrors.find(({ recipient }) => recipient === address);
    return { address, accepted: !refusal, reply: refusal?.response ?? '' };
  });
}

/** Which side of the dot it failed on decides: before it nothing was accepted, after it only the server's word counts. */
function verdict(error: SmtpError, handedOver: boolean, envelope: Envelope): Receipt {
  const reply = oneLine(error.response ?? error.message);
  const code = error.responseCode ?? 0;
  if (handedOver && code < 400) return { kind: 'unknown', reply };
  // Not to have us as a sender says nothing about the recipients, and holds for the next message too.
  if (error.command === 'MAIL FROM') return { kind: 'unavailable', reply, stop: true };
  if (code < 400 || code === 421) return { kind: 'unavailable', reply, stop: false };
  const recipients = resultsOf(envelope, error).map((one) => ({ ...one, accepted: false, reply: one.reply || reply }));
  const refusals = (error.rejectedErrors ?? []).map((one) => one.responseCode ?? code);
  const permanent = refusals.length ? refusals.every((one) => one >= 500) : code >= 500;
  return { kind: 'refused', reply, permanent, recipients };
}

function unavailable(error: SmtpError): Receipt {
  return { kind: 'unavailable', reply: oneLine(error.response ?? error.message), stop: true };
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
