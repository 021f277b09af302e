import { type Clock, isoOf } from '../clock.ts';
import { type FieldProblem, renderTemplate } from '../mail/renderTemplate.ts';
import { edgeContents } from '../mail/sampleContent.ts';
import { sanitise } from '../mail/sanitise.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { nameTaken, putVersion, templateById, updateTemplateName } from '../store/templateEditing.ts';
import type { TemplateVersion } from '../store/templates.ts';

export interface TemplateChange extends TemplateVersion {
  id: number;
  name: string;
}

export type Saved =
  | { ok: true; missing: false }
  | { ok: false; missing: boolean; nameTaken: boolean; problems: readonly FieldProblem[] };

/**
 * Saves the words of a template in one language, and its name. They are refused, and nothing is changed, unless they can be
 * rendered on every occasion: with everything known, with nothing optional known, and with very many invoices.
 */
export async function saveTemplate(
  db: Db,
  { id, name, language, subject, body }: TemplateChange,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<Saved> {
  const template = await templateById(db, id);
  if (!template || template.archivedAt !== null) return { ok: false, missing: true, nameTaken: false, problems: [] };
  // What was written is checked, so that the place of a problem is where the writer sees it; what is stored is checked again.
  const words = { subject, body: sanitise(body) };
  const check = { scope: template.scope, kind: template.kind, contents: edgeContents(language, template.scope) };
  const written = await renderTemplate({ template: { subject, body }, ...check });
  const stored = written.ok ? await renderTemplate({ template: words, ...check }) : written;
  const taken = await nameTaken(db, name, id);
  if (!stored.ok || taken)
    return { ok: false, missing: false, nameTaken: taken, problems: stored.ok ? [] : stored.problems };
  await db.transaction(async (trx) => {
    if (name !== template.name) await updateTemplateName(trx, id, name);
    await putVersion(trx, id, { language, ...words });
    await addHistory(trx, [{ at: isoOf(clock()), kind: 'template_saved', userId, data: { template: name, language } }]);
  });
  return { ok: true, missing: false };
}
