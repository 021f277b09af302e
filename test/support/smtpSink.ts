import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** A message that the mail server accepted: its envelope, and the bytes between DATA and the dot. */
export interface Received {
  from: string;
  to: string[];
  raw: Buffer;
}

/** A real mail server on the loopback, in a process of its own. */
export interface SmtpSink {
  host: string;
  port: number;
  /** How many messages it has accepted. */
  count(): Promise<number>;
  /** All messages it has accepted, in their order. */
  messages(): Promise<Received[]>;
  stop(): Promise<void>;
}

/** What the two processes say to each other. */
export type ToSink = { id: number; ask: 'count' | 'messages' | 'stop' };
export type FromSink = { kind: 'listening'; port: number } | { kind: 'answer'; id: number; value: unknown };

/**
 * Starts the server. It serves everybody, except that the beginning of a recipient's address asks for trouble:
 * `rcpt550` and `rcpt450` are refused as recipients; `dot550` and `dot451` refuse the message after the dot, and
 * `once-dot451` does so the first time; `accdrop` accepts the message and drops the connection before it says so.
 */
export async function startSmtpSink(): Promise<SmtpSink> {
  const child = fork(path.join(import.meta.dirname, 'smtpSinkProcess.ts'), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await portOf(child);
  const ask = asking(child);
  return {
    host: '127.0.0.1',
    port,
    count: async () => (await ask('count')) as number,
    // What crosses between processes arrives as a plain array of bytes.
    messages: async () => ((await ask('messages')) as Received[]).map((one) => ({ ...one, raw: Buffer.from(one.raw) })),
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.send({ id: 0, ask: 'stop' } satisfies ToSink);
      await gone;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the mail server ended with ${code} before it listened`)));
    child.on('message', (message: FromSink) => {
      if (message.kind === 'listening') resolve(message.port);
    });
  });
}

function asking(child: ChildProcess): (ask: ToSink['ask']) => Promise<unknown> {
  const open = new Map<number, (value: unknown) => void>();
  let last = 0;
  child.on('message', (message: FromSink) => {
    if (message.kind !== 'answer') return;
    open.get(message.id)?.(message.value);
    open.delete(message.id);
  });
  return (ask) => {
    const id = ++last;
    return new Promise((resolve, reject) => {
      open.set(id, resolve);
      child.send({ id, ask } satisfies ToSink, (error) => error && reject(error));
    });
  };
}
