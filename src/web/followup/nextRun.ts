import type { HoldReason } from '../../domain/brakes.ts';
import type { Day } from '../../domain/calendar.ts';
import { type Message, messagesOf } from '../../domain/decision.ts';
import { nextRunDay } from '../../domain/timetable.ts';
import { planDay } from '../../services/runDay.ts';
import { weighRun } from '../../services/weighRun.ts';
import { runOf } from '../../store/runs.ts';
import { timetableOf } from '../../store/settings.ts';
import type { Visit, Web } from '../visit.ts';

/** The day of the next run: today while it has not been and can still be. */
export async function nextDay({ settings, today }: Visit, { db, clock }: Web): Promise<Day> {
  const done = await runOf(db, today);
  const timetable = timetableOf(settings, Number(today.slice(0, 4)));
  return nextRunDay(clock(), timetable, (day) => day === today && done !== undefined && done.state !== 'open');
}

/** Exactly what the next run would send, by the same decision that the run makes, and why it would wait first. */
export async function nextMessages(
  visit: Visit,
  web: Web,
): Promise<{ day: Day; messages: Message[]; held: HoldReason | null }> {
  const day = await nextDay(visit, web);
  const plan = await planDay(web.db, day);
  return { day, messages: messagesOf(plan.decisions), held: await weighRun(web.db, plan, { now: web.clock() }) };
}
