import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Accepted, FromServer, Rule, Seen, Setting, ToServer } from './rules.ts';

/** A mail server of our own that misbehaves as it is told. */
export interface FaultServer {
  port: number;
  /** What it does from now on; without rules it is a good server. */
  set(rules: Rule[], more?: Partial<Setting>): Promise<void>;
  /** What it has accepted, read from the file that it syncs. */
  accepted(): Accepted[];
  seen(): Promise<Seen>;
  /** Forgets everything, as a new server would. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

type Question = ToServer extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never;

/** Starts the server; it keeps what it accepts in a file of the folder. */
export async function startFaultServer(folder: string): Promise<FaultServer> {
  const truth = path.join(folder, `accepted-${process.pid}-${Math.random().toString(36).slice(2)}.jsonl`);
  const child = fork(path.join(import.meta.dirname, 'serverProcess.ts'), [truth], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (value: unknown) => void>();
  const listening = new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the mail server ended with ${code}`)));
    child.on('message', (message: FromServer) => {
      if (message.kind === 'listening') return resolve(message.port);
      waiting.get(message.id)?.(message.value);
      waiting.delete(message.id);
    });
  });
  const port = await listening;
  let last = 0;
  const ask = (question: Question): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      child.send({ id, ...question });
    });
  return {
    port,
    set: async (rules, more = {}) => void (await ask({ ask: 'set', setting: { rules, ...more } })),
    accepted: () =>
      readFileSync(truth, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Accepted),
    seen: async () => (await ask({ ask: 'seen' })) as Seen,
    reset: async () => void (await ask({ ask: 'reset' })),
    async stop() {
      const gone = once(child, 'exit');
      child.send({ id: 0, ask: 'stop' } satisfies ToServer);
      await gone;
    },
  };
}
