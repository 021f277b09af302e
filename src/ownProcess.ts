import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { FOLDER_VARIABLES } from './dataDir.ts';
import { IS_BINARY } from './resources.ts';

/** The hidden first argument by which the single binary starts itself again as a process of its own (main.ts). */
export const OWN_PROCESS = '--own-process';

/** What a job in a process of its own came to: its answer, or why there is none (a time limit, a signal, an exit code). */
export type Outcome<Answer> = { ok: true; value: Answer } | { ok: false; why: string };

export interface OwnProcess {
  /** The main file. It says one thing when it is ready, then answers each message with one message. */
  file: string;
  /** Milliseconds that a job may take. */
  timeout: number;
  memoryMegabytes: number;
}

/** Times in milliseconds. Loading the code takes longer than most jobs, once. */
const START_TIMEOUT = 20_000;
const IDLE = 120_000;

/**
 * A function whose work is done by another process, which is ended when it takes too long or too much memory: whatever it
 * is given, this one goes on answering (RELIABILITY S12). A thread would not do: one that asks for a very large string at once
 * takes the whole process with it. One job at a time; the process is started when it is needed and ended when it idles.
 */
export function inOwnProcess<Job, Answer>(settings: OwnProcess): (job: Job) => Promise<Outcome<Answer>> {
  let last: Promise<unknown> = Promise.resolve();
  let current: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;

  const forget = (child: ChildProcess): void => {
    if (current === child) current = null;
  };
  const end = (child: ChildProcess): void => {
    forget(child);
    child.kill('SIGKILL');
  };

  async function run(job: Job): Promise<Outcome<Answer>> {
    clearTimeout(idle);
    const child = current ?? (current = begin(settings));
    hold(child);
    if (!ready.has(child)) {
      // It may end between two jobs as well; the next one then starts another.
      child.once('exit', () => forget(child));
      const begun = await answerOf(child, START_TIMEOUT, () => undefined);
      if (!begun.ok) {
        end(child);
        return begun;
      }
      ready.add(child);
    }
    const answer = await answerOf<Answer>(child, settings.timeout, () => child.send(job as object));
    if (!answer.ok) {
      end(child);
      return answer;
    }
    release(child);
    idle = setTimeout(() => end(child), IDLE).unref();
    return answer;
  }

  return (job) => {
    const result = last.then(() => run(job));
    last = result.catch(() => undefined);
    return result;
  };
}

const ready = new WeakSet<ChildProcess>();

/** The very file that this process was started from: its name may belong to another version since, or to nothing. */
const RUNNING = '/proc/self/exe';
const PROGRAM = existsSync(RUNNING) ? RUNNING : process.execPath;

function begin({ file, memoryMegabytes }: OwnProcess): ChildProcess {
  const limit = `--max-old-space-size=${memoryMegabytes}`;
  const options: ForkOptions = {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    // Ctrl+C and a terminal that closes speak to us, and we still need its answer.
    detached: process.platform !== 'win32',
  };
  const child = IS_BINARY
    ? // The binary takes all arguments for its own, and the runtime's from the environment only.
      fork(OWN_PROCESS, [path.parse(file).name], {
        ...options,
        execPath: PROGRAM,
        execArgv: [],
        env: { ...folders(), NODE_OPTIONS: limit },
      })
    : fork(file, { ...options, execArgv: [limit], env: {} });
  child.on('error', () => undefined);
  return child;
}

/** Where the SQLite library is unpacked; nothing else of the environment concerns such a process. */
const folders = (): NodeJS.ProcessEnv =>
  Object.fromEntries(FOLDER_VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** Only a job in progress keeps our own process from ending. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

/** The next message of the process, or why none came. */
function answerOf<T>(child: ChildProcess, timeout: number, ask: () => void): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const settle = (answer: Outcome<T>): void => {
      clearTimeout(timer);
      child.off('message', done).off('error', failed).off('exit', ended);
      resolve(answer);
    };
    const done = (value: unknown): void => settle({ ok: true, value: value as T });
    const failed = (error: Error): void => settle({ ok: false, why: error.message });
    const ended = (code: number | null, signal: string | null): void =>
      settle({ ok: false, why: String(signal ?? code) });
    const timer = setTimeout(() => settle({ ok: false, why: `${timeout} ms` }), timeout);
    child.on('message', done).on('error', failed).on('exit', ended);
    ask();
  });
}
