import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { archivedPlans, planMembers, setPlanArchived } from '../store/planEditing.ts';
import { loadPlans } from '../store/plans.ts';
import type { Actor } from './savePlan.ts';

/** Puts a plan away when nobody is on it; its history stays. */
export async function archivePlan(
  db: Db,
  planId: number,
  { clock, userId }: Actor,
): Promise<'archived' | 'in_use' | 'not_found'> {
  return db.transaction(async (trx) => {
    const plan = (await loadPlans(trx)).find(({ id }) => id === planId);
    if (!plan) return 'not_found';
    if ((await planMembers(trx, planId, 1)).length > 0) return 'in_use';
    const at = isoOf(clock());
    await setPlanArchived(trx, planId, at);
    await addHistory(trx, [{ at, kind: 'plan_archived', userId, data: { plan: plan.name } }]);
    return 'archived';
  });
}

/** Brings a plan back that was put away; returns its name, or null when there is none. */
export async function restorePlan(db: Db, planId: number, { clock, userId }: Actor): Promise<string | null> {
  return db.transaction(async (trx) => {
    const plan = (await archivedPlans(trx)).find(({ id }) => id === planId);
    if (!plan) return null;
    await setPlanArchived(trx, planId, null);
    const at = isoOf(clock());
    await addHistory(trx, [{ at, kind: 'plan_restored', userId, data: { plan: plan.name } }]);
    return plan.name;
  });
}
