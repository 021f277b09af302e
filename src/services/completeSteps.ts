import type { Day } from '../domain/calendar.ts';
import { countsFrom } from '../domain/escalation.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { insertCompletions, linesOf, type Reminder } from '../store/reminders.ts';
import { sendingCalendar } from '../store/settings.ts';

/** A step is completed when its reminder was confirmed sent, and counts from the day that the rules say (SPEC §2, rule 4). */
export async function completeSteps(db: Db, reminder: Reminder, settings: Settings, day: Day): Promise<void> {
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const completed = (await linesOf(db, reminder.id)).flatMap(({ invoice_id, step_id, scheduled_on, due_on }) => {
    if (step_id === null || !scheduled_on || !due_on) return [];
    const counted = countsFrom({ scheduledOn: scheduled_on, dueOn: due_on }, day, calendar);
    return [{ invoiceId: invoice_id, stepId: step_id, kind: 'sent' as const, completedOn: day, countsFrom: counted }];
  });
  await insertCompletions(
    db,
    completed.map((one) => ({ ...one, reminderId: reminder.id })),
  );
}
