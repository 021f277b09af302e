import type { Db, Transaction } from './database.ts';
import type { Reminder } from './reminders.ts';
import { selectIn } from './rows.ts';

/** A letter that waits to be printed and posted, and for nobody's approval. */
const WAITING = { channel: 'letter', state: 'queued', needs_approval: 0 } as const;

/** The ids of all letters that wait to be printed or posted, the oldest first. */
export async function waitingLetters(db: Db): Promise<number[]> {
  const rows: { id: number }[] = await db('reminders').select('id').where(WAITING).orderBy('id');
  return rows.map(({ id }) => id);
}

/** Some reminders with their customers' names, in the order of their ids; those that are no letters are missing. */
export async function lettersById(db: Db, ids: readonly number[]): Promise<(Reminder & { customer: string })[]> {
  const rows = (await selectIn<Reminder>(db, 'reminders', 'id', ids)).filter(({ channel }) => channel === 'letter');
  const customers = await selectIn<{ id: number; name: string }>(
    db,
    'customers',
    'id',
    rows.map(({ customer_id }) => customer_id),
  );
  const names = new Map(customers.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ ...row, customer: names.get(row.customer_id) ?? '' })).toSorted((a, b) => a.id - b.id);
}

/** Whether a letter still waits. A write, so that nothing about it can change before the transaction ends. */
export const lockWaitingLetter = async (trx: Transaction, id: number): Promise<boolean> =>
  (await trx('reminders')
    .where({ id, ...WAITING })
    .update({ channel: 'letter' })) === 1;

/** Notes when a letter was printed last, if it still waits; tells whether it does. */
export const markPrinted = async (trx: Transaction, id: number, at: string): Promise<boolean> =>
  (await trx('reminders')
    .where({ id, ...WAITING })
    .update({ printed_at: at })) === 1;
