import { clockAt } from '../../src/clock.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { runDay } from '../../src/services/runDay.ts';
import type { Reminder } from '../../src/store/reminders.ts';
import { writeSettings } from '../../src/store/settings.ts';
import { type Answer, mailServer } from './installation.ts';
import { ANNA, type OpenWeb, signIn } from './web.ts';

export const MONDAY: Day = '2026-11-23';
export const TUESDAY: Day = '2026-11-24';

/** The example company on days that the test chooses, with what its to-do list is made of. */
export const todoStage = (open: OpenWeb) => ({
  /** The clock on the wall is moved, and Anna signs in again: sessions do not last the night. */
  async travel(day: Day, time: string): Promise<void> {
    open.web.clock = clockAt(day, time, 'Europe/Paris');
    await signIn(open.anna, ANNA.email);
  },
  /** The run of a day at 13:00, in a mode; returns what it queued. */
  async run(day: Day = MONDAY, mode: Settings['mode'] = 'automatic'): Promise<Reminder[]> {
    await writeSettings(open.db, { mode });
    await this.travel(day, '13:00');
    await runDay(open.db, { day, clock: open.web.clock, owner: 'test' });
    return this.reminders({ state: 'queued' });
  },
  deliver: (answer: Answer) =>
    deliverOutbox(open.db, { clock: open.web.clock, owner: 'test', transport: mailServer(answer), ignoreHold: true }),
  /** Every first reminder goes over a channel that needs a person. */
  firstStepIs: (action: 'letter' | 'call') => open.db('steps').where({ position: 1 }).update({ action }),
  reminders: (where: object): Promise<Reminder[]> => open.db('reminders').where(where).orderBy('id'),
  async reminder(id: number): Promise<Reminder> {
    return (await this.reminders({ id }))[0] as Reminder;
  },
  /** One waiting reminder of a channel that completes a step of one invoice. */
  async waiting(
    channel: Reminder['channel'],
  ): Promise<{ id: number; customer: number; invoice: number; step: number }> {
    for (const { id, customer_id } of await this.reminders({ state: 'queued', channel })) {
      const lines = await open.db('reminder_invoices').where({ reminder_id: id });
      if (lines.length === 1 && lines[0].step_id)
        return { id, customer: customer_id, invoice: lines[0].invoice_id, step: lines[0].step_id };
    }
    throw new Error(`the example company has no ${channel} that waits`);
  },
  async idOf(customer: string): Promise<number> {
    return (await open.db('customers').where({ name: customer }).first()).id as number;
  },
  completionsOf: (invoice: number) => open.db('completions').where({ invoice_id: invoice }).orderBy('id'),
  async eventsOf(invoice: number): Promise<string[]> {
    const rows: { kind: string }[] = await open.db('history').where({ invoice_id: invoice }).orderBy('id');
    return rows.map(({ kind }) => kind);
  },
  async list(query = ''): Promise<string> {
    const { status, text } = await open.anna.get(`/todo${query}`, { htmx: true });
    if (status !== 200) throw new Error(`the list answered ${status}`);
    return text;
  },
  /** The part of a page from an item's beginning to its end. */
  item(text: string, id: string): string {
    const from = text.indexOf(`id="${id}"`);
    return from < 0
      ? ''
      : text.slice(from, text.indexOf('<div class="todo-tick">', from + id.length + 60) + 1 || undefined);
  },
  async badge(): Promise<number> {
    const { text } = await open.anna.get('/customers');
    return Number(
      /href="\/todo"[^]*?<span class="badge count-badge">(\d+)</.exec(text.split('bottom-bar')[0] ?? '')?.[1] ?? 0,
    );
  },
});
