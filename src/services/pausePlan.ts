import { isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { putPlanPause } from '../store/planEditing.ts';
import { loadPlans } from '../store/plans.ts';
import type { Actor } from './savePlan.ts';

/** Pauses a plan until a day (inclusive) or until it is resumed; returns whether there is such a plan. */
export async function pausePlan(
  db: Db,
  planId: number,
  { until, reason }: { until: Day | null; reason: string },
  { clock, userId }: Actor,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const plan = (await loadPlans(trx)).find(({ id }) => id === planId);
    if (!plan) return false;
    const at = isoOf(clock());
    await putPlanPause(trx, planId, { until, reason, at });
    await addHistory(trx, [{ at, kind: 'paused', userId, data: { plan: plan.name, until, reason } }]);
    return true;
  });
}
