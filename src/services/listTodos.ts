import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { decide } from '../domain/decide.ts';
import type { Settings } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { type BlockedTodo, type BlockedTodos, todosOf } from '../domain/todo.ts';
import type { Db } from '../store/database.ts';
import { loadPlans } from '../store/plans.ts';
import { hasInterrupted } from '../store/reminders.ts';
import { inChunks } from '../store/rows.ts';
import { sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { todoCandidates } from '../store/todoCandidates.ts';
import { changeMark, type Dismissal, openDismissals, reminderTodos } from '../store/todos.ts';
import { unwritableMessages } from './unwritableMessages.ts';

/** A message that the last run could not put into words, and today’s could not either. */
export interface UnwritableTodo extends Omit<BlockedTodo, 'code'> {
  code: 'template_broken';
  /** What is wrong with the template. */
  detail: string;
}

/** A to do that is derived from today's facts, and in no table. */
export type DerivedTodo = BlockedTodo | UnwritableTodo;

/** What is to be done, what need not be, and who said so. */
export interface DerivedTodos {
  open: DerivedTodo[];
  dismissed: DerivedTodo[];
  dismissals: Map<string, Dismissal>;
}

/** When and of what the to-dos were counted last, in this process. */
interface Count {
  mark: string;
  day: Day;
  at: number;
  /** How long counting took, in milliseconds. */
  took: number;
  size: number;
}

const counted = new WeakMap<Db, Count>();
/** While messages leave, the database changes with every one of them. */
const WHILE_SENDING_MS = 3000;
/** Where thousands wait, counting them may take a twentieth of the time and no more. */
const SLOW_MS = 250;
const REST = 20;

/**
 * The to-dos that follow from today's facts (SPEC §1): decided anew about the few customers for whom there can be any, so
 * that an open one moves on from day to day and is gone when its cause is.
 */
export async function listTodos(db: Db, settings: Settings, day: Day, clock: Clock): Promise<DerivedTodos> {
  const begun = clock();
  const mark = await changeMark(db);
  const dismissals = await openDismissals(db);
  const items = new Set(dismissals.keys());
  const blocked = await blockedTodos(db, settings, day, items);
  const unwritable = await unwritableMessages(db, settings, day);
  const failed = (await reminderTodos(db, 'failed', 1)).count;
  const isDismissed = ({ parts }: DerivedTodo): boolean => parts.every(({ item }) => items.has(item));
  const open = [...blocked.open, ...unwritable.filter((one) => !isDismissed(one))];
  const at = clock();
  counted.set(db, { mark, day, at, took: at - begun, size: open.length + failed });
  return { open, dismissed: [...blocked.dismissed, ...unwritable.filter(isDismissed)], dismissals };
}

/**
 * How many to-dos there are that the outbox does not count. Asked on every page, so the answer is kept until the
 * database, or the day, is another.
 */
export async function countTodos(db: Db, settings: Settings, day: Day, clock: Clock): Promise<number> {
  const known = counted.get(db);
  if (known?.day === day) {
    if (known.mark === (await changeMark(db))) return known.size;
    const age = Math.abs(clock() - known.at);
    if (known.took > SLOW_MS && age < known.took * REST) return known.size;
    if (age < WHILE_SENDING_MS && (await hasInterrupted(db))) return known.size;
  }
  await listTodos(db, settings, day, clock);
  return counted.get(db)?.size ?? 0;
}

async function blockedTodos(
  db: Db,
  settings: Settings,
  day: Day,
  dismissed: ReadonlySet<string>,
): Promise<BlockedTodos> {
  const snapshot = await snapshotOf(db, settings, day);
  return snapshot ? todosOf(decide(snapshot, day), snapshot, day, dismissed) : { open: [], dismissed: [] };
}

/** Of the candidates only; null when there is none. */
async function snapshotOf(db: Db, settings: Settings, day: Day): Promise<Snapshot | null> {
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  return db.transaction(async (trx) => {
    let whole: Snapshot | null = null;
    for (const customerIds of inChunks(await todoCandidates(trx, await loadPlans(trx)))) {
      const part = await loadSnapshot(trx, calendar, { customerIds });
      whole = whole ? joined(whole, part) : part;
    }
    return whole;
  });
}

/** Two snapshots of different customers as one. */
const joined = (a: Snapshot, b: Snapshot): Snapshot => ({
  ...a,
  customers: [...a.customers, ...b.customers],
  invoices: [...a.invoices, ...b.invoices],
  credits: [...a.credits, ...b.credits],
  enrolments: [...a.enrolments, ...b.enrolments],
  completions: [...a.completions, ...b.completions],
  coverings: [...a.coverings, ...b.coverings],
  underWay: [...a.underWay, ...b.underWay],
  planMessages: [...a.planMessages, ...b.planMessages],
  recaps: [...a.recaps, ...b.recaps],
});
