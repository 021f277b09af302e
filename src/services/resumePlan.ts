import { type Clock, isoOf } from '../clock.ts';
import { type ActivationChoice, backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { endPlanPause, memberIds, pauseOfPlan } from '../store/planEditing.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { applyActivation } from './applyActivation.ts';
import type { Supposition } from './weighActivation.ts';

/** `asks`: steps may have been missed and nobody said what to do about them; nothing was changed. */
export type ResumePlanResult = { kind: 'not_paused' } | { kind: 'asks'; supposition: Supposition } | { kind: 'done' };

/** Lets a plan go on. After a pause of a day or more it asks what to do with the invoices that are late by now. */
export async function resumePlan(
  db: Db,
  planId: number,
  {
    choice,
    clock,
    today,
    userId,
  }: { choice: ActivationChoice | null; clock: Clock; today: Day; userId: number | null },
): Promise<ResumePlanResult> {
  return db.transaction(async (trx) => {
    const supposition = await supposeResumed(trx, planId, today);
    if (!supposition) return { kind: 'not_paused' };
    const { plan, late } = supposition;
    if (late.length > 0 && choice === null) return { kind: 'asks', supposition };
    const at = isoOf(clock());
    await endPlanPause(trx, planId, at);
    await addHistory(trx, [{ at, kind: 'resumed', userId, data: { plan: plan.name } }]);
    await applyActivation(trx, late, choice ?? 'gently', { at, today, userId });
    return { kind: 'done' };
  });
}

/**
 * A paused plan as it would stand when resumed on the day, with the invoices whose steps may have been missed; none when
 * the pause began today or has lapsed. Null when the plan is not paused, or not there.
 */
export async function supposeResumed(db: Db, planId: number, today: Day): Promise<Supposition | null> {
  const pause = await pauseOfPlan(db, planId);
  if (!pause) return null;
  const customerIds = await memberIds(db, planId);
  const settings = await readSettings(db);
  const loaded = await loadSnapshot(db, sendingCalendar(settings, Number(today.slice(0, 4))), { customerIds });
  const plans = loaded.plans.map((plan) => (plan.id === planId ? { ...plan, pause: null } : plan));
  const plan = plans.find(({ id }) => id === planId);
  if (!plan) return null;
  const snapshot = { ...loaded, plans };
  const begunOn = localMoment(Date.parse(pause.begunAt), settings.timeZone).day;
  const missed = begunOn < today && (pause.until === null || pause.until >= today);
  const late = missed ? backlog(snapshot, planId, new Set(customerIds), today) : [];
  return { plan, snapshot, customerIds, late };
}
