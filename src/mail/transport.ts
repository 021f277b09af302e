import type { Envelope } from './message.ts';

/** What became of one address. */
export interface RecipientResult {
  address: string;
  accepted: boolean;
  reply: string;
}

/**
 * What keeps messages from being handed over at all: no connection, a certificate or a missing encryption, the sign-in,
 * our own address as the sender, or the server's limit of messages an hour or a day.
 */
export type Obstacle = 'unreachable' | 'tls' | 'sign_in' | 'sender' | 'limit';

/**
 * What is known after an attempt: `accepted` (the server's 250 to the dot) · `refused` (the server said no, so it
 * certainly has nothing) · `unavailable` (it never came to the message; `stop` when trying the next one would be the
 * same, and `lasting` when a person must do something first) · `unknown` (the dot was sent and no answer came: it may have been accepted).
 */
export type Receipt =
  | { kind: 'accepted'; reply: string; recipients: RecipientResult[] }
  | { kind: 'refused'; reply: string; permanent: boolean; recipients: RecipientResult[] }
  | { kind: 'unavailable'; reply: string; stop: boolean; obstacle?: Obstacle; lasting?: boolean }
  | { kind: 'unknown'; reply: string };

/** A way out. `onHandover` is awaited after the last body byte and before the final dot: what it records survives a crash. */
export interface Transport {
  kind: 'smtp' | 'letterbox';
  deliver(mail: { envelope: Envelope; raw: Buffer }, onHandover: () => Promise<void>): Promise<Receipt>;
  close(): void;
}

/** Without a mail server: the message is kept in the outbox's history, where the letterbox page shows it, and goes nowhere. */
export const letterbox: Transport = {
  kind: 'letterbox',
  async deliver({ envelope }, onHandover) {
    await onHandover();
    const reply = '250 kept in the letterbox';
    return { kind: 'accepted', reply, recipients: envelope.to.map((address) => ({ address, accepted: true, reply })) };
  },
  close: () => undefined,
};
