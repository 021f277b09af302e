import type { Day } from '../domain/calendar.ts';
import { decide } from '../domain/decide.ts';
import { type Message, messagesOf } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import type { Invoice } from '../domain/invoice.ts';
import { allCustomers } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { lastRun, type RunProblem } from '../store/runs.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { composeReminder, loadMaterials } from './composeReminders.ts';
import type { UnwritableTodo } from './listTodos.ts';

/** Also on a day when nothing leaves it is worth knowing what could not. */
const EVERY_DAY = { weekdays: [1, 2, 3, 4, 5, 6, 7] as const, holidays: new Set<string>() };
/** A template that is broken is so for everybody; nobody reads the same line for a thousand customers. */
const MOST = 200;

/**
 * What the last run could not put into words, tried again with the facts and templates of this moment: one to do for each
 * customer and defect, gone as soon as the message can be written.
 */
export async function unwritableMessages(db: Db, settings: Settings, day: Day): Promise<UnwritableTodo[]> {
  const run = await lastRun(db);
  const problems = run ? (JSON.parse(run.problems) as RunProblem[]) : [];
  if (problems.length === 0) return [];
  const codes = new Set(problems.map(({ customer }) => customer));
  const customerIds = (await allCustomers(db)).flatMap(({ id, code }) => (codes.has(code) ? [id] : [])).slice(0, MOST);
  const snapshot = await loadSnapshot(db, EVERY_DAY, { customerIds });
  const messages = messagesOf(decide(snapshot, day));
  const materials = await loadMaterials(db, settings, messages);
  const invoices = new Map(snapshot.invoices.map((one) => [one.id, one]));
  const found = new Map<string, UnwritableTodo>();
  for (const message of messages) {
    const composed = composeReminder(message, materials, day);
    if (!composed.ok) note(found, message, composed.problem.detail ?? '', invoices);
  }
  return [...found.values()];
}

function note(
  found: Map<string, UnwritableTodo>,
  { customerId, lines }: Message,
  detail: string,
  invoices: ReadonlyMap<number, Invoice>,
): void {
  const item = `template_broken|c${customerId}|${detail}`;
  const todo = found.get(item) ?? {
    code: 'template_broken',
    customerId,
    planId: null,
    invoices: [],
    recaps: [],
    parts: [{ item, customerId, invoiceId: null }],
    detail,
  };
  found.set(item, todo);
  todo.invoices.push(...lines.flatMap(({ invoiceId }) => invoices.get(invoiceId) ?? []));
}
