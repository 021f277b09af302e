import { type Clock, isoOf } from '../clock.ts';
import { translator } from '../i18n/translate.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { insertTemplate, nameTaken, putVersion, templateById } from '../store/templateEditing.ts';

/** Makes a copy of a template in all its languages, under a name that is free; returns its id, or null when there is no such template. */
export async function duplicateTemplate(
  db: Db,
  id: number,
  { language, clock, userId }: { language: string; clock: Clock; userId: number | null },
): Promise<number | null> {
  return db.transaction(async (trx) => {
    const template = await templateById(trx, id);
    if (!template) return null;
    const name = await freeName(trx, template.name, language);
    const { kind, scope, versions } = template;
    const copy = await insertTemplate(trx, { name, kind, scope });
    for (const version of versions) await putVersion(trx, copy, version);
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'template_created', userId, data: { template: name, from: template.name } },
    ]);
    return copy;
  });
}

async function freeName(db: Db, name: string, language: string): Promise<string> {
  const t = translator(language);
  for (let n = 1; ; n += 1) {
    const copy = n === 1 ? t('templates.copyOf', { name }) : t('templates.copyOfAgain', { name, n });
    if (!(await nameTaken(db, copy))) return copy;
  }
}
