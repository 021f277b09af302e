import { createHash } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { outboxRows } from '../store/outboxList.ts';
import { linesOf } from '../store/reminders.ts';
import { readSettings } from '../store/settings.ts';
import { type Dismissal, endDismissals, insertDismissals, reminderTodos } from '../store/todos.ts';
import { type DerivedTodo, listTodos } from './listTodos.ts';

/** Who dismisses, when, and what today is. */
interface Doing {
  clock: Clock;
  day: Day;
  userId: number | null;
}

/**
 * Names a derived to do as it was shown: other invoices, amounts or addresses give it another name, so that nobody
 * dismisses what he has not seen.
 */
export function todoId({ code, customerId, planId, parts, invoices }: DerivedTodo): string {
  const facts = JSON.stringify([
    parts.map(({ item }) => item),
    invoices.map(({ id, outstanding }) => [id, outstanding]),
  ]);
  const seal = createHash('sha256').update(facts).digest('hex').slice(0, 12);
  return `${code}-${planId === null ? `c${customerId}` : `p${planId}`}-${seal}`;
}

/** Names a message that failed. */
export const failureId = (reminderId: number): string => `failed-${reminderId}`;

/**
 * Takes to-dos off the list for as long as their facts are the same, with a reason that goes into the history of every
 * invoice. Returns the ids of the new dismissals; empty when none of the to-dos is there as it was shown.
 */
export async function dismissTodos(
  db: Db,
  ids: readonly string[],
  { reason, clock, day, userId }: Doing & { reason: string },
): Promise<number[]> {
  const settings = await readSettings(db);
  const wanted = new Set(ids);
  const derived = (await listTodos(db, settings, day, clock)).open.filter((one) => wanted.has(todoId(one)));
  const failures = await failuresOf(db, wanted);
  const at = isoOf(clock());
  return db.transaction(async (trx) => {
    const parts = [...derived.flatMap((one) => one.parts), ...failures.map(({ part }) => part)];
    const made = await insertDismissals(trx, parts, { reason, userId, at });
    if (made.length === 0) return [];
    const concerned = [
      ...derived.flatMap((one) => [
        ...one.invoices.map(({ id, customerId }) => ({ customerId, invoiceId: id, data: { reason, todo: one.code } })),
        ...one.recaps.map(({ customerId }) => ({ customerId, data: { reason, todo: one.code } })),
      ]),
      ...failures.flatMap(({ lines }) => lines.map((line) => ({ ...line, data: { reason, todo: 'failed' } }))),
    ];
    await addHistory(
      trx,
      concerned.map((one) => ({ ...one, at, kind: 'todo_dismissed', userId })),
    );
    return made;
  });
}

async function failuresOf(db: Db, wanted: ReadonlySet<string>) {
  const { ids } = await reminderTodos(db, 'failed', Number.MAX_SAFE_INTEGER);
  const rows = await outboxRows(
    db,
    ids.filter((id) => wanted.has(failureId(id))),
  );
  return Promise.all(
    rows.map(async ({ id, customer_id: customerId }) => ({
      part: { item: `failed|r${id}`, customerId, invoiceId: null, reminderId: id },
      lines: (await linesOf(db, id)).map(({ invoice_id }) => ({ customerId, invoiceId: invoice_id, reminderId: id })),
    })),
  );
}

/** Puts dismissed to-dos back on the list; returns how many were off it. */
export async function restoreTodos(
  db: Db,
  dismissalIds: readonly number[],
  { clock, userId }: Omit<Doing, 'day'>,
): Promise<number> {
  const at = isoOf(clock());
  return db.transaction(async (trx) => {
    const ended = await endDismissals(trx, dismissalIds, at);
    await addHistory(
      trx,
      ended.map(({ customerId, invoiceId, reminderId }: Dismissal) => ({
        at,
        kind: 'todo_restored',
        customerId,
        invoiceId,
        reminderId,
        userId,
      })),
    );
    return ended.length;
  });
}
