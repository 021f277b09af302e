import type { Day } from '../domain/calendar.ts';
import type { Db } from './database.ts';
import type { HandedLine } from './journal.ts';
import { linesOf, type Reminder } from './reminders.ts';

/** What the database knows of a message, in the words of the journal: names that people know, beside numbers of its own. */
export async function handoverOf(
  db: Db,
  messageId: string,
): Promise<Omit<HandedLine, 'v' | 'event' | 'epoch' | 'at' | 'day'> | null> {
  const row = (await db
    .select('r.*', { customer_code: 'c.code', customer_name: 'c.name', plan_name: 'p.name' })
    .from('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .leftJoin('plans as p', 'p.id', 'r.plan_id')
    .where({ 'r.message_id': messageId })
    .first()) as (Reminder & { customer_code: string; customer_name: string; plan_name: string | null }) | undefined;
  if (!row) return null;
  return {
    messageId,
    key: row.key,
    attempt: row.attempts,
    origin: row.origin,
    customer: { code: row.customer_code, name: row.customer_name },
    plan: row.plan_id !== null && row.plan_name !== null ? { id: row.plan_id, name: row.plan_name } : null,
    stepId: row.step_id,
    occurrenceOn: row.occurrence_on,
    currency: row.currency,
    total: row.total_minor,
    language: row.language,
    subject: row.subject,
    lines: await journalLinesOf(db, row.id),
  };
}

async function journalLinesOf(db: Db, reminderId: number): Promise<HandedLine['lines']> {
  const numbers: { invoice_id: number; number: string; step_name: string | null }[] = await db
    .select('ri.invoice_id', 'i.number', { step_name: 's.name' })
    .from('reminder_invoices as ri')
    .join('invoices as i', 'i.id', 'ri.invoice_id')
    .leftJoin('steps as s', 's.id', 'ri.step_id')
    .where({ 'ri.reminder_id': reminderId });
  const names = new Map(numbers.map((one) => [one.invoice_id, one]));
  return (await linesOf(db, reminderId)).map((row) => ({
    id: row.invoice_id,
    number: names.get(row.invoice_id)?.number ?? '',
    outstanding: row.outstanding_minor,
    step: row.step_id === null ? null : { id: row.step_id, name: names.get(row.invoice_id)?.step_name ?? '' },
    refersOn: row.refers_on,
    nominalOn: row.nominal_on,
    scheduledOn: row.scheduled_on,
    dueOn: row.due_on,
  }));
}

/** What of a message of the journal is found in this database. */
export interface Found {
  customerId: number;
  planId: number | null;
  stepId: number | null;
  lines: { invoiceId: number; line: HandedLine['lines'][number]; stepId: number | null }[];
}

/**
 * Finds customer, plan, invoices and steps of a message of the journal by their names; null without the customer, or any
 * of the invoices. A number alone proves nothing: since the backup it may have been given to something else.
 */
export async function findHandover(db: Db, message: HandedLine): Promise<Found | null> {
  const customer: { id: number } | undefined = await db('customers').where({ code: message.customer.code }).first();
  if (!customer) return null;
  const planId = message.plan ? await findByName(db('plans'), message.plan) : null;
  const lines: Found['lines'] = [];
  for (const line of message.lines) {
    const invoice: { id: number } | undefined = await db('invoices')
      .where({ customer_id: customer.id, number: line.number })
      .first();
    if (!invoice) continue;
    lines.push({ invoiceId: invoice.id, line, stepId: line.step ? await findStep(db, line.step, planId) : null });
  }
  if (lines.length === 0) return null;
  const step = message.lines.find((line) => line.step?.id === message.stepId)?.step;
  return { customerId: customer.id, planId, stepId: step ? await findStep(db, step, planId) : null, lines };
}

type Named = { id: number; name: string };

const findStep = (db: Db, step: Named, planId: number | null): Promise<number | null> =>
  findByName(
    db('steps').modify((query) => {
      if (planId !== null) void query.where({ plan_id: planId });
    }),
    step,
  );

/** The one of both this number and this name, else the one of this name, where there is just one. */
async function findByName(query: ReturnType<Db>, { id, name }: Named): Promise<number | null> {
  const rows: Named[] = await query.where({ name });
  const found = rows.find((row) => row.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
  return found?.id ?? null;
}

/** The day of a journal line as the store writes it. */
export const dayOf = (text: string | null): Day | null => text as Day | null;

/** The row of a Message-ID, or else the one that means the same reminder. */
export const reminderOf = (db: Db, { messageId, key }: HandedLine): Promise<Reminder | undefined> =>
  db('reminders')
    .where({ message_id: messageId })
    .orWhere((same) => same.where({ key }).whereNotIn('state', ['cancelled', 'failed']))
    .orderByRaw('message_id = ? DESC', [messageId])
    .first();
