import { starterArchive } from '../../seeds/starter.ts';
import { type Clock, isoOf } from '../clock.ts';
import { isLanguage } from '../i18n/translate.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { insertTemplate, nameTaken, putVersion } from '../store/templateEditing.ts';
import type { Template, TemplateVersion } from '../store/templates.ts';

/** What a person decides when a template is made. */
export type NewTemplate = Omit<Template, 'id' | 'versions'>;
export type Created = { ok: true; id: number } | { ok: false; reason: 'name_taken' };

/** Makes a template that can be used at once: in one language it begins with the words the product ships for its kind. */
export async function createTemplate(
  db: Db,
  template: NewTemplate,
  { language, clock, userId }: { language: string; clock: Clock; userId: number | null },
): Promise<Created> {
  return db.transaction(async (trx) => {
    if (await nameTaken(trx, template.name)) return { ok: false, reason: 'name_taken' };
    const id = await insertTemplate(trx, template);
    await putVersion(trx, id, startingWords(template, language));
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'template_created', userId, data: { template: template.name, language } },
    ]);
    return { ok: true, id };
  });
}

/** The words to begin with in a language: those of the first template of the same kind and scope that the product ships. */
export function startingWords({ kind, scope }: Pick<NewTemplate, 'kind' | 'scope'>, language: string): TemplateVersion {
  const spoken = isLanguage(language) ? language : 'en';
  const alike = starterArchive(spoken).templates?.filter((one) => one.kind === kind && one.scope === scope) ?? [];
  // The first e-mail of the starter comes before the due date; a reminder is what most people mean.
  const words = (alike.find((_, place) => place === (kind === 'email' && scope === 'single' ? 1 : 0)) ?? alike[0])
    ?.versions[spoken];
  return { language: spoken, subject: words?.subject ?? '', body: words?.body ?? '' };
}
