import { type Clock, isoOf } from '../clock.ts';
import { type ActivationChoice, backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { withoutPause } from '../domain/supposition.ts';
import { localMoment } from '../domain/timetable.ts';
import { endPause, pauseOf } from '../store/customerPlans.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { applyActivation } from './applyActivation.ts';
import type { Supposition } from './weighActivation.ts';

/** `asks`: steps may have been missed and nobody said what to do about them; nothing was changed. */
export type ResumeResult = { kind: 'not_paused' } | { kind: 'asks'; supposition: Supposition } | { kind: 'done' };

/** Follows a customer up again. After a pause of a day or more it asks what to do with the invoices that are late by now. */
export async function resumeCustomer(
  db: Db,
  customerId: number,
  {
    choice,
    clock,
    today,
    userId,
  }: { choice: ActivationChoice | null; clock: Clock; today: Day; userId: number | null },
): Promise<ResumeResult> {
  return db.transaction(async (trx) => {
    const pause = await pauseOf(trx, customerId);
    if (!pause) return { kind: 'not_paused' };
    const settings = await readSettings(trx);
    const begunOn = localMoment(Date.parse(pause.begunAt), settings.timeZone).day;
    const lasts = pause.until === null || pause.until >= today;
    const supposition = lasts && begunOn < today ? await supposeResume(trx, customerId, settings, today) : null;
    const late = supposition?.late ?? [];
    if (supposition && late.length > 0 && choice === null) return { kind: 'asks', supposition };
    const at = isoOf(clock());
    await endPause(trx, customerId, at);
    await addHistory(trx, [{ at, kind: 'resumed', customerId, userId }]);
    await applyActivation(trx, late, choice ?? 'gently', { at, today, userId });
    return { kind: 'done' };
  });
}

async function supposeResume(
  trx: Transaction,
  customerId: number,
  settings: Settings,
  today: Day,
): Promise<Supposition | null> {
  const calendar = sendingCalendar(settings, Number(today.slice(0, 4)));
  const ids = new Set([customerId]);
  const snapshot = withoutPause(await loadSnapshot(trx, calendar, { customerIds: [customerId] }), ids);
  const on = new Set(snapshot.enrolments.map(({ planId }) => planId));
  const plan = snapshot.plans.find(({ id, kind }) => kind === 'escalation' && on.has(id));
  if (!plan) return null;
  return { plan, snapshot, customerIds: [customerId], late: backlog(snapshot, plan.id, ids, today) };
}
