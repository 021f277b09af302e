import type { Knex } from 'knex';
import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import type { TodoPart } from '../domain/todo.ts';
import type { Db, Transaction } from './database.ts';
import { inChunks, insertAll } from './rows.ts';

/** The to-dos that are reminders: each is in the outbox already, and nowhere else. */
export const REMINDER_TODOS = ['uncertain', 'approval', 'call', 'letter', 'failed'] as const;
export type ReminderTodo = (typeof REMINDER_TODOS)[number];

/** Whether the database is the one that was looked at before: changes with every write, of this process or of another. */
export async function changeMark(db: Db): Promise<string> {
  const [own] = (await db.raw('SELECT total_changes() AS changes')) as { changes: number }[];
  const [others] = (await db.raw('PRAGMA data_version')) as { data_version: number }[];
  return `${own?.changes}|${others?.data_version}`;
}

/** A mail server has refused the address for good. */
const REFUSED = `x.reminder_id = r.id AND x.kind <> 'bcc' AND x.result = 'refused' AND x.reply LIKE '5%'`;

const IS_TODO: Record<ReminderTodo, (builder: Knex.QueryBuilder) => void> = {
  uncertain: (builder) => void builder.where('r.state', 'uncertain'),
  approval: (builder) => void builder.where({ 'r.state': 'queued', 'r.needs_approval': 1 }),
  call: (builder) => void builder.where({ 'r.state': 'queued', 'r.needs_approval': 0, 'r.channel': 'call' }),
  letter: (builder) => void builder.where({ 'r.state': 'queued', 'r.needs_approval': 0, 'r.channel': 'letter' }),
  failed: isFailedTodo,
};

/**
 * Failed messages that no later one has made good, about something that is still owed. An address that was refused is a
 * to do of its own as long as it is refused, so the message is one only where nobody's contact can be mended.
 */
function isFailedTodo(builder: Knex.QueryBuilder): void {
  void builder
    .where('r.state', 'failed')
    .whereRaw(
      `EXISTS (SELECT 1 FROM reminder_invoices AS l JOIN invoices AS i ON i.id = l.invoice_id
         WHERE l.reminder_id = r.id AND i.outstanding_minor > 0 AND i.state = 'issued'
           AND NOT EXISTS (SELECT 1 FROM disputes AS d WHERE d.invoice_id = i.id AND d.lifted_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM reminder_invoices AS later
             WHERE later.invoice_id = i.id AND later.reminder_id > r.id AND later.live = 1))`,
    )
    .whereRaw(
      `(NOT EXISTS (SELECT 1 FROM reminder_recipients AS x WHERE ${REFUSED})
        OR (r.origin = 'manual' AND EXISTS (SELECT 1 FROM reminder_recipients AS x
          LEFT JOIN contacts AS k ON k.id = x.contact_id
          WHERE ${REFUSED} AND (k.id IS NULL OR (k.refused_on IS NOT NULL AND lower(k.email) = lower(x.address))))))`,
    );
}

const isDismissed = (db: Db): Knex.QueryBuilder =>
  db('dismissals as z').whereRaw(`z.item = 'failed|r' || r.id`).whereNull('z.ended_at');

/** The ids of the reminders that are to-dos of one kind, the oldest first, with how many there are. */
export async function reminderTodos(
  db: Db,
  kind: ReminderTodo,
  limit: number,
): Promise<{ ids: number[]; count: number }> {
  const all = (): Knex.QueryBuilder =>
    db('reminders as r')
      .modify(IS_TODO[kind])
      .modify((builder) => void (kind === 'failed' && builder.whereNotExists(isDismissed(db))));
  const rows: { id: number }[] = await all().select('r.id').orderBy('r.id').limit(limit);
  if (rows.length < limit) return { ids: rows.map(({ id }) => id), count: rows.length };
  const [size] = (await all().count({ n: '*' })) as { n: number }[];
  return { ids: rows.map(({ id }) => id), count: Number(size?.n ?? 0) };
}

/** The failed messages that somebody said need nothing. */
export const dismissedFailures = async (db: Db): Promise<number[]> =>
  (
    (await db('reminders as r').modify(isFailedTodo).whereExists(isDismissed(db)).select('r.id').orderBy('r.id')) as {
      id: number;
    }[]
  ).map(({ id }) => id);

/** An invoice of a reminder, with what is open of it today. */
export interface OpenLine {
  reminderId: number;
  invoiceId: number;
  number: string;
  dueOn: Day | null;
  currency: Currency;
  outstanding: Minor;
}

/** The invoices of some reminders that are still owed, in the order of the messages. */
export const openLines = (db: Db, reminderIds: readonly number[]): Promise<OpenLine[]> =>
  db
    .select({ reminderId: 'l.reminder_id', invoiceId: 'i.id', number: 'i.number', dueOn: 'i.due_on' })
    .select({ currency: 'i.currency', outstanding: 'i.outstanding_minor' })
    .from('reminder_invoices as l')
    .join('invoices as i', 'i.id', 'l.invoice_id')
    .whereIn('l.reminder_id', [...reminderIds])
    .whereRaw('i.outstanding_minor > 0')
    .orderBy(['l.reminder_id', 'l.position']) as unknown as Promise<OpenLine[]>;

/** When some letters were printed last; those that were not are missing. */
export async function printedAt(db: Db, reminderIds: readonly number[]): Promise<Map<number, string>> {
  const rows: { id: number; printed_at: string }[] = await db('reminders')
    .select('id', 'printed_at')
    .whereIn('id', [...reminderIds])
    .whereNotNull('printed_at');
  return new Map(rows.map(({ id, printed_at }) => [id, printed_at]));
}

/** A dismissal in force. */
export interface Dismissal {
  id: number;
  item: string;
  customerId: number;
  invoiceId: number | null;
  reminderId: number | null;
  reason: string;
  at: string;
  user: string | null;
}

/** The dismissals in force, by their items. */
export async function openDismissals(db: Db): Promise<Map<string, Dismissal>> {
  const rows: Dismissal[] = await db
    .select({ id: 'z.id', item: 'z.item', customerId: 'z.customer_id', invoiceId: 'z.invoice_id' })
    .select({ reminderId: 'z.reminder_id', reason: 'z.reason', at: 'z.dismissed_at', user: 'u.name' })
    .from('dismissals as z')
    .leftJoin('users as u', 'u.id', 'z.user_id')
    .whereNull('z.ended_at')
    .orderBy('z.id');
  return new Map(rows.map((row) => [row.item, row]));
}

/** Puts dismissals on record; what is dismissed already stays as it was. Returns the new ones' ids, in a row. */
export async function insertDismissals(
  trx: Transaction,
  parts: readonly (TodoPart & { reminderId?: number | null })[],
  { reason, userId, at }: { reason: string; userId: number | null; at: string },
): Promise<number[]> {
  const known = await openDismissals(trx);
  const fresh = parts.filter(({ item }) => !known.has(item));
  await insertAll(
    trx,
    'dismissals',
    fresh.map(({ item, customerId, invoiceId, reminderId }) => ({
      item,
      customer_id: customerId,
      invoice_id: invoiceId,
      reminder_id: reminderId ?? null,
      reason,
      user_id: userId,
      dismissed_at: at,
    })),
  );
  const items = new Set(fresh.map(({ item }) => item));
  return [...(await openDismissals(trx)).values()].filter(({ item }) => items.has(item)).map(({ id }) => id);
}

/** Ends some dismissals; returns those that were in force. */
export async function endDismissals(trx: Transaction, ids: readonly number[], at: string): Promise<Dismissal[]> {
  const wanted = new Set(ids);
  const ended = [...(await openDismissals(trx)).values()].filter(({ id }) => wanted.has(id));
  for (const part of inChunks(ended.map(({ id }) => id)))
    await trx('dismissals').whereIn('id', part).update({ ended_at: at });
  return ended;
}

/** Counts one more attempt at a call that waits, if it is at the attempt that is named; tells whether it was. */
export async function noteAttempt(trx: Transaction, id: number, attempt: number): Promise<boolean> {
  const call = { id, channel: 'call', state: 'queued', needs_approval: 0, attempts: attempt };
  return (
    (await trx('reminders')
      .where(call)
      .update({ attempts: attempt + 1 })) === 1
  );
}
