import { type ComposedMail, composeMail, composeSheet } from './compose.ts';
import type { FieldProblem, Rendering, RenderJob } from './renderTemplate.ts';
import { checkTemplate } from './templates.ts';

/** A message larger than this no mailbox shows whole (Gmail cuts at a tenth of it). */
const MAX_MAIL = 1024 * 1024;

// The main file of a process of its own; see renderTemplate.ts. It ends with the process that started it.
process.on('message', (job: RenderJob) => process.send?.(answer(job)));
process.on('disconnect', () => process.exit());
process.send?.('ready');

function answer({ template, scope, kind, contents }: RenderJob): Rendering {
  const problems = (['subject', 'body'] as const).flatMap((field): FieldProblem[] =>
    checkTemplate(template[field], scope).map((problem) => ({ field, ...problem })),
  );
  if (problems.length > 0) return { ok: false, problems };
  const mails: ComposedMail[] = [];
  for (const content of contents) {
    try {
      const mail = kind === 'letter' ? composeSheet(template, content) : composeMail(template, content);
      if (mail.html.length > MAX_MAIL) return heavy(`${Math.round(mail.html.length / 1024)} KB`);
      mails.push(mail);
    } catch (error) {
      return heavy((error as Error).message);
    }
  }
  return { ok: true, mails };
}

const heavy = (detail: string): Rendering => ({
  ok: false,
  problems: [{ field: 'body', code: 'heavy', detail, line: null, place: null }],
});
