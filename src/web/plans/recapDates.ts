import { type Day, firstSendingDay, type SendingCalendar } from '../../domain/calendar.ts';
import { decide } from '../../domain/decide.ts';
import { occurrence, type RecapPlan } from '../../domain/plan.ts';
import { latestOccurrence } from '../../domain/recap.ts';
import type { Snapshot } from '../../domain/snapshot.ts';

type Period = Pick<RecapPlan, 'startOn' | 'every'>;

/**
 * The next sending days of a recap by a period, soonest first. Today is one of them when, by this period, a message to a
 * customer of the plan would be due now; a plan that nobody is on yet (null) begins with its next occurrence.
 */
export function recapDates(
  period: Period,
  { calendar, ledger, today }: { calendar: SendingCalendar; ledger: Ledger | null; today: Day },
  count = 4,
): Day[] {
  const days = new Set<Day>(ledger && leavesNow(period, ledger, today) ? [today] : []);
  for (let k = latestOccurrence(period, today) ?? 0; days.size < count; k++) {
    const day = firstSendingDay(occurrence(period, k), calendar);
    if (day > today) days.add(day);
  }
  return [...days];
}

interface Ledger {
  snapshot: Snapshot;
  planId: number;
}

function leavesNow(period: Period, { snapshot, planId }: Ledger, today: Day): boolean {
  const plans = snapshot.plans.map((one) =>
    one.id === planId && one.kind === 'recap' ? { ...one, ...period, pause: null } : one,
  );
  return decide({ ...snapshot, plans }, today).some(
    (one) => one.kind === 'send' && one.subject.kind === 'recap' && one.subject.planId === planId,
  );
}
