import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ComposedMail, MailContent } from './compose.ts';
import type { TemplateProblem } from './templates.ts';

export type Scope = 'single' | 'grouped';

/** What the worker is asked: check these words, then fill them for each of the contents. */
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

/** A template that was saved renders in a few milliseconds. */
const TIMEOUT = 1000;
/** Time to load the worker's code, once. */
const START_TIMEOUT = 20_000;
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

let worker: Promise<Worker> | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Checks and fills a template that nobody has checked yet, in a thread of its own that is ended after a second or when it
 * takes too much memory (RELIABILITY S12): whatever was written, the process goes on answering. One job at a time.
 */
export function renderTemplate(job: RenderJob): Promise<Rendering> {
  const result = last.then(() => run(job));
  last = result.catch(() => undefined);
  return result;
}

async function run(job: RenderJob): Promise<Rendering> {
  const thread = await (worker ??= start());
  thread.ref();
  const answer = await answerOf<Rendering>(thread, TIMEOUT, () => thread.postMessage(job));
  if (answer.ok) {
    thread.unref();
    return answer.value;
  }
  worker = null;
  await thread.terminate();
  return { ok: false, problems: [{ field: 'body', code: 'heavy', detail: answer.why, line: null, place: null }] };
}

async function start(): Promise<Worker> {
  const thread = new Worker(path.join(import.meta.dirname, 'renderWorker.ts'), { resourceLimits: MEMORY, env: {} });
  // An error between two jobs must not end the process: the next job meets a thread that has ended.
  thread.on('error', () => undefined);
  const answer = await answerOf(thread, START_TIMEOUT, () => undefined);
  if (answer.ok) return thread;
  worker = null;
  await thread.terminate();
  throw new Error(`the render worker did not start: ${answer.why}`);
}

/** The next message of the thread, or why none came. */
function answerOf<T>(
  thread: Worker,
  timeout: number,
  ask: () => void,
): Promise<{ ok: true; value: T } | { ok: false; why: string }> {
  return new Promise((resolve) => {
    const settle = (answer: { ok: true; value: T } | { ok: false; why: string }): void => {
      clearTimeout(timer);
      thread.off('message', done).off('error', failed).off('exit', ended);
      resolve(answer);
    };
    const done = (value: T): void => settle({ ok: true, value });
    const failed = (error: Error): void => settle({ ok: false, why: error.message });
    const ended = (): void => settle({ ok: false, why: 'ended' });
    const timer = setTimeout(() => settle({ ok: false, why: `${timeout} ms` }), timeout);
    thread.on('message', done).on('error', failed).on('exit', ended);
    ask();
  });
}
