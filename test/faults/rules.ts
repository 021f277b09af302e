/** Where in the conversation a rule of the misbehaving server applies. */
export type Position = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot';

/**
 * What the server does at a position, instead of what a good one would: says something else, then hangs up, resets the
 * connection, falls silent, or kills the process that talks to it. `accept` keeps the message all the same (at the dot).
 */
export interface Rule {
  at: Position;
  /** Only for a recipient that begins so (from `rcpt` on), or only where the conversation has such a recipient. */
  to?: string;
  /** How often it applies; for ever, unless said. */
  times?: number;
  /** How often it is passed over before it applies. */
  after?: number;
  say?: string;
  end?: 'drop' | 'reset' | 'silent' | 'kill';
  accept?: boolean;
  /** Milliseconds before the answer. */
  delay?: number;
  /** Every answer from here on comes a byte at a time, so many milliseconds apart. */
  trickle?: number;
  /** At `body`: after so many bytes. */
  bytes?: number;
}

/** How the server is set up. */
export interface Setting {
  rules: Rule[];
  /** Whom a rule with `kill` kills. */
  pid?: number;
  /** Says that it can do STARTTLS, with this key and certificate. */
  tls?: { key: string; cert: string } | null;
  /** Talks TLS from the first byte on. */
  implicit?: boolean;
  auth?: boolean;
  pipelining?: boolean;
  size?: number;
}

/** A message that the server has accepted: written to a file and synced before anybody hears of it. */
export interface Accepted {
  from: string;
  to: string[];
  messageId: string;
  sha256: string;
  size: number;
}

export type ToServer = { id: number } & (
  | { ask: 'set'; setting: Setting }
  | { ask: 'seen' }
  | { ask: 'reset' }
  | { ask: 'stop' }
);
export type FromServer = { kind: 'listening'; port: number } | { kind: 'answer'; id: number; value: unknown };

/** What the server has noticed beside the messages. */
export interface Seen {
  connections: number;
  /** Lines that carried a password or a message over a connection without encryption. */
  inClear: string[];
  /** Sign-ins tried. */
  auths: number;
  /** Conversations that came to a body. */
  bodies: number;
  headers: string[][];
}
