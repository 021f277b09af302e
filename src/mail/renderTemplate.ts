import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { ComposedMail, MailContent } from './compose.ts';
import type { TemplateProblem } from './templates.ts';

export type Scope = 'single' | 'grouped';

/** What is asked: check these words, then fill them for each of the contents. */
export interface RenderJob {
  template: { subject: string; body: string };
  scope: Scope;
  /** As a mail, or as a sheet of paper. */
  kind: 'email' | 'letter';
  contents: readonly MailContent[];
}

/** A problem and the field that it is in. `heavy` is what only rendering shows: too slow, too big, or an error of its own. */
export type FieldProblem = { field: 'subject' | 'body' } & (
  | TemplateProblem
  | { code: 'heavy'; detail: string; line: null; place: null }
);

export type Rendering = { ok: true; mails: ComposedMail[] } | { ok: false; problems: FieldProblem[] };

/** Times in milliseconds. A sound template renders in a few; loading the code takes longer, once. */
const TIMEOUT = 1000;
const START_TIMEOUT = 20_000;
const IDLE = 120_000;
const MEMORY_MB = 64;

let renderer: ChildProcess | null = null;
let last: Promise<unknown> = Promise.resolve();
let idle: NodeJS.Timeout | undefined;

/**
 * Checks and fills a template that nobody has checked yet, in a process of its own that is ended after a second or when it
 * takes too much memory (RELIABILITY S12): whatever was written, this one goes on answering. A thread would not do: one
 * that asks for a very large string at once takes the whole process with it. One job at a time.
 */
export function renderTemplate(job: RenderJob): Promise<Rendering> {
  const result = last.then(() => run(job));
  last = result.catch(() => undefined);
  return result;
}

async function run(job: RenderJob): Promise<Rendering> {
  clearTimeout(idle);
  const child = (renderer ??= await start());
  hold(child);
  const answer = await answerOf<Rendering>(child, TIMEOUT, () => child.send(job));
  if (!answer.ok) {
    end(child);
    return { ok: false, problems: [{ field: 'body', code: 'heavy', detail: answer.why, line: null, place: null }] };
  }
  release(child);
  idle = setTimeout(() => end(child), IDLE).unref();
  return answer.value;
}

async function start(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'renderProcess.ts'), {
    execArgv: [`--max-old-space-size=${MEMORY_MB}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  // It may end between two jobs as well; the next one then starts another.
  child.once('exit', () => forget(child));
  child.on('error', () => undefined);
  const answer = await answerOf(child, START_TIMEOUT, () => undefined);
  if (answer.ok) return child;
  end(child);
  throw new Error(`templates cannot be rendered: ${answer.why}`);
}

function end(child: ChildProcess): void {
  forget(child);
  child.kill('SIGKILL');
}

function forget(child: ChildProcess): void {
  if (renderer === child) renderer = null;
}

/** Only a job in progress keeps our own process from ending. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

type Answer<T> = { ok: true; value: T } | { ok: false; why: string };

/** The next message of the process, or why none came. */
function answerOf<T>(child: ChildProcess, timeout: number, ask: () => void): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const settle = (answer: Answer<T>): void => {
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
