import { type Clock, isoOf } from '../clock.ts';
import { type FieldProblem, renderTemplate } from '../mail/renderTemplate.ts';
import { edgeContents } from '../mail/sampleContent.ts';
import { sanitise } from '../mail/sanitise.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { insertTemplate, nameTaken, putVersion } from '../store/templateEditing.ts';
import type { Template, TemplateVersion } from '../store/templates.ts';

/** The words of a message as a template to be: its name, what it is for, and its one language. */
export type TemplateToBe = Omit<Template, 'id' | 'versions'> & TemplateVersion;

export type SavedAs = { ok: true; id: number } | { ok: false; nameTaken: boolean; problems: readonly FieldProblem[] };

/**
 * Keeps the words of one message as a new template, which can be used at once. They are refused, and nothing is stored,
 * unless they can be rendered on every occasion, as those that are written in the editor.
 */
export async function saveAsTemplate(
  db: Db,
  { name, kind, scope, language, subject, body }: TemplateToBe,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<SavedAs> {
  const words = { subject, body: sanitise(body) };
  const rendering = await renderTemplate({ template: words, scope, kind, contents: edgeContents(language, scope) });
  if (!rendering.ok) return { ok: false, nameTaken: false, problems: rendering.problems };
  return db.transaction(async (trx) => {
    if (await nameTaken(trx, name)) return { ok: false, nameTaken: true, problems: [] };
    const id = await insertTemplate(trx, { name, kind, scope });
    await putVersion(trx, id, { language, ...words });
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'template_created', userId, data: { template: name, language } },
    ]);
    return { ok: true, id };
  });
}
