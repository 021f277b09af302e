import { type Clock, isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { setArchived, templateById, templateUses } from '../store/templateEditing.ts';

export type Archived = { ok: true; name: string } | { ok: false; missing: boolean; plans: string[] };

/** Puts a template away; refused, naming the plans, while a plan writes with it. */
export async function archiveTemplate(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<Archived> {
  return db.transaction(async (trx) => {
    const template = await templateById(trx, id);
    if (!template) return { ok: false, missing: true, plans: [] };
    const uses = (await templateUses(trx)).filter(({ templateId }) => templateId === id);
    if (uses.length > 0) return { ok: false, missing: false, plans: [...new Set(uses.map((use) => use.planName))] };
    const at = isoOf(clock());
    await setArchived(trx, id, at);
    await addHistory(trx, [{ at, kind: 'template_archived', userId, data: { template: template.name } }]);
    return { ok: true, name: template.name };
  });
}

/** Takes a template back; false when there is no such template. */
export async function restoreTemplate(
  db: Db,
  id: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const template = await templateById(trx, id);
    if (!template) return false;
    await setArchived(trx, id, null);
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'template_restored', userId, data: { template: template.name } },
    ]);
    return true;
  });
}
