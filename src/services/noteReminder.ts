import { addHistory } from '../store/history.ts';
import { linesOf, type Reminder } from '../store/reminders.ts';
import type { Transaction } from '../store/database.ts';

/** Who does something, and when: an instant as it is stored. */
export interface Doing {
  at: string;
  userId: number | null;
}

/** Writes into the history of each of its invoices what a person did with a reminder. */
export async function noteReminder(
  trx: Transaction,
  { id, customer_id }: Pick<Reminder, 'id' | 'customer_id'>,
  kind: string,
  { at, userId, ...data }: Doing & Record<string, unknown>,
): Promise<void> {
  const lines = await linesOf(trx, id);
  await addHistory(
    trx,
    lines.map(({ invoice_id }) => ({
      at,
      kind,
      customerId: customer_id,
      invoiceId: invoice_id,
      reminderId: id,
      userId,
      data,
    })),
  );
}
