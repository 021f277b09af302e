import type { Db } from './database.ts';

/** Something that stands in the way of a reminder since a customer answered, and the invoice that it concerns. */
export interface Answer {
  code: 'disputed' | 'promised' | 'invoice_paused' | 'customer_paused';
  invoiceId: number;
}

/** Disputes, promises and pauses about the invoices of a reminder that were written down after an instant, ended or not. */
export async function answersAfter(
  db: Db,
  { reminderId, customerId, after }: { reminderId: number; customerId: number; after: string },
): Promise<Answer[]> {
  const lines = db('reminder_invoices').select('invoice_id').where({ reminder_id: reminderId });
  const about = (table: string, since: string): Promise<number[]> =>
    db(table).whereIn('invoice_id', lines.clone()).andWhere(since, '>', after).pluck('invoice_id');
  const answers: Answer[] = [];
  const add = (code: Answer['code'], invoiceIds: readonly number[]): void =>
    void answers.push(...invoiceIds.map((invoiceId) => ({ code, invoiceId })));
  add('disputed', await about('disputes', 'opened_at'));
  add('promised', await about('promises', 'made_at'));
  add('invoice_paused', await about('pauses', 'begun_at'));
  const paused = await db('pauses').where({ customer_id: customerId }).andWhere('begun_at', '>', after).first('id');
  if (paused) add('customer_paused', await lines.clone().pluck('invoice_id'));
  return answers;
}
