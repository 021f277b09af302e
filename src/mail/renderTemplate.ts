import path from 'node:path';
import { inOwnProcess } from '../ownProcess.ts';
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

const render = inOwnProcess<RenderJob, Rendering>({
  file: path.join(import.meta.dirname, 'renderProcess.ts'),
  // A sound template renders in a few milliseconds.
  timeout: 1000,
  memoryMegabytes: 64,
});

/**
 * Checks and fills a template that nobody has checked yet, in a process of its own that is ended after a second or when it
 * takes too much memory (RELIABILITY S12).
 */
export async function renderTemplate(job: RenderJob): Promise<Rendering> {
  const answer = await render(job);
  if (answer.ok) return answer.value;
  return { ok: false, problems: [{ field: 'body', code: 'heavy', detail: answer.why, line: null, place: null }] };
}
