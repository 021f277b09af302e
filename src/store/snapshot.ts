import { addDays, type Day, type SendingCalendar } from '../domain/calendar.ts';
import type { Contact, Customer } from '../domain/customer.ts';
import type { Invoice } from '../domain/invoice.ts';
import type { Enrolment, Plan } from '../domain/plan.ts';
import type { Completion, Covering, Credit, PlanMessage, RecapRecord, Snapshot, UnderWay } from '../domain/snapshot.ts';
import type { Db } from './database.ts';
import { loadPauses } from './pauses.ts';
import { loadPlans } from './plans.ts';

/** What a snapshot is taken of: everything, or only some customers. */
export interface Scope {
  customerIds?: readonly number[];
  /**
   * Of customers whose invoices are decided about one by one, only these invoices. Those who are reminded of all due
   * invoices together, or who have credits to weigh, are loaded whole: their decisions depend on all of it.
   */
  invoiceIds?: readonly number[];
  /** A reminder that is just being claimed does not stand in its own way. */
  withoutReminderId?: number;
}

/**
 * Everything that decisions depend on, in one read of each table. Only invoices that are still open are loaded, so the
 * cost follows what is owed and not what was ever invoiced. Call it inside a transaction for one consistent moment.
 */
export async function loadSnapshot(db: Db, calendar: SendingCalendar, scope: Scope = {}): Promise<Snapshot> {
  const { customer } = scopes(scope);
  const plans = await loadPlans(db);
  const enrolments: Enrolment[] = await db
    .select({ customerId: 'customer_id', planId: 'plan_id', since: 'since_on' })
    .from('enrolments')
    .whereNull('ended_at')
    .modify(customer, 'customer_id');
  const credits = await loadCredits(db, customer);
  const { open } = scopes(scope, customersToWeigh(plans, enrolments, credits));
  return {
    calendar,
    plans,
    customers: await loadCustomers(db, customer),
    enrolments,
    invoices: await loadInvoices(db, open),
    credits,
    completions: (await db
      .select({
        invoiceId: 'c.invoice_id',
        stepId: 'step_id',
        kind: 'kind',
        completedOn: 'completed_on',
        countsFrom: 'counts_from',
      })
      .from('completions as c')
      .join('invoices as i', 'i.id', 'c.invoice_id')
      .modify(open)) as Completion[],
    coverings: await loadCoverings(db, open),
    underWay: await loadUnderWay(db, open, scope.withoutReminderId ?? 0),
    planMessages: (await db
      .select({ planId: 'plan_id', customerId: 'customer_id', currency: 'currency' })
      .max({ lastOn: 'sent_on' })
      .from('reminders')
      .where({ state: 'sent' })
      .whereNotNull('plan_id')
      .whereNull('occurrence_on')
      .modify(customer, 'customer_id')
      .groupBy('plan_id', 'customer_id', 'currency')) as PlanMessage[],
    recaps: await loadRecaps(db, customer, scope.withoutReminderId ?? 0),
  };
}

type Narrow = (query: import('knex').Knex.QueryBuilder, column?: string) => void;

function scopes({ customerIds, invoiceIds }: Scope, whole: readonly number[] = []): { open: Narrow; customer: Narrow } {
  const customer: Narrow = (query, column = 'customer_id') => {
    if (customerIds) void query.whereIn(column, [...customerIds]);
  };
  const open: Narrow = (query) => {
    // Written out, not bound: SQLite uses a partial index only when it can read the bound.
    void query.whereRaw('i.outstanding_minor > 0');
    customer(query, 'i.customer_id');
    if (invoiceIds)
      void query.where((one) => one.whereIn('i.id', [...invoiceIds]).orWhereIn('i.customer_id', [...whole]));
  };
  return { open, customer };
}

/** The customers of whom one invoice cannot be judged without the others. */
function customersToWeigh(
  plans: readonly Plan[],
  enrolments: readonly Enrolment[],
  credits: readonly Credit[],
): number[] {
  const together = new Set(plans.flatMap((plan) => (plan.kind === 'escalation' && plan.together ? [plan.id] : [])));
  const grouped = enrolments.filter(({ planId }) => together.has(planId)).map(({ customerId }) => customerId);
  return [...new Set([...grouped, ...credits.map(({ customerId }) => customerId)])];
}

interface CustomerRow {
  id: number;
  name: string;
  language: string;
  street: string;
  city: string;
  archived_at: string | null;
}

async function loadCustomers(db: Db, narrow: Narrow): Promise<Customer[]> {
  const rows: CustomerRow[] = await db
    .select('id', 'name', 'language', 'street', 'city', 'archived_at')
    .from('customers')
    .modify(narrow, 'id');
  const contacts = Map.groupBy(await loadContacts(db, narrow), ({ customerId }) => customerId);
  const pauses = await loadPauses(db, 'customer_id');
  return rows.map(({ id, name, language, street, city, archived_at }) => ({
    id,
    name,
    language,
    // Nobody writes to a customer who was put away.
    pause: archived_at === null ? (pauses.get(id) ?? null) : { until: null },
    contacts: contacts.get(id) ?? [],
    hasPostalAddress: street !== '' && city !== '',
  }));
}

async function loadContacts(db: Db, narrow: Narrow): Promise<(Contact & { customerId: number })[]> {
  return db
    .select({ id: 'id', customerId: 'customer_id', name: 'name', role: 'role', email: 'email', phone: 'phone' })
    .select({ receives: 'receives', refusedOn: 'refused_on' })
    .from('contacts')
    .modify(narrow, 'customer_id')
    .orderBy(['customer_id', 'position']);
}

interface InvoiceRow extends Omit<Invoice, 'followUpEnabled' | 'disputed' | 'pause'> {
  followUpEnabled: number;
  disputed: number | null;
}

async function loadInvoices(db: Db, open: Narrow): Promise<Invoice[]> {
  const pauses = await loadPauses(db, 'invoice_id');
  const rows: InvoiceRow[] = await db
    .select({
      id: 'i.id',
      customerId: 'i.customer_id',
      number: 'i.number',
      issuedOn: 'i.issued_on',
      dueOn: 'i.due_on',
      receivedOn: 'i.received_on',
      currency: 'i.currency',
      total: 'i.total_minor',
      outstanding: 'i.outstanding_minor',
      state: 'i.state',
      followUpEnabled: 'i.follow_up_enabled',
      disputed: 'd.id',
      promisedUntil: 'p.until_on',
    })
    .from('invoices as i')
    .leftJoin('disputes as d', (join) => join.on('d.invoice_id', 'i.id').onNull('d.lifted_at'))
    .leftJoin('promises as p', (join) => join.on('p.invoice_id', 'i.id').onNull('p.ended_at'))
    .modify(open);
  return rows.map((row) => ({
    ...row,
    followUpEnabled: row.followUpEnabled === 1,
    disputed: row.disputed !== null,
    pause: pauses.get(row.id) ?? null,
  }));
}

async function loadCredits(db: Db, narrow: Narrow): Promise<Credit[]> {
  const notes: Omit<Credit, 'kind'>[] = await db
    .select({ id: 'id', customerId: 'customer_id', number: 'number', issuedOn: 'issued_on', currency: 'currency' })
    .select({ remaining: 'remaining_minor' })
    .from('credit_notes')
    .whereRaw('remaining_minor > 0')
    .andWhere({ state: 'open' })
    .modify(narrow, 'customer_id');
  const payments: Omit<Credit, 'kind'>[] = await db
    .select({ id: 'id', customerId: 'customer_id', number: 'reference', issuedOn: 'received_on', currency: 'currency' })
    .select({ remaining: 'unapplied_minor' })
    .from('payments')
    .whereRaw('unapplied_minor <> 0 AND unapplied_minor > 0')
    .modify(narrow, 'customer_id');
  return [
    ...notes.map((note): Credit => ({ ...note, kind: 'credit_note' })),
    ...payments.map((payment): Credit => ({ ...payment, kind: 'payment' })),
  ];
}

async function loadCoverings(db: Db, open: Narrow): Promise<Covering[]> {
  const rows: { invoiceId: number; sentOn: Day; deadlineDays: number | null }[] = await db
    .select({ invoiceId: 'ri.invoice_id', sentOn: 'r.sent_on', deadlineDays: 'r.deadline_days' })
    // In this order, which CROSS keeps: from the few open invoices to what was ever sent about them, never the other way.
    .from('invoices as i')
    .joinRaw('CROSS JOIN reminder_invoices AS ri ON ri.invoice_id = i.id')
    .joinRaw('CROSS JOIN reminders AS r ON r.id = ri.reminder_id')
    .where('r.state', 'sent')
    .modify(open)
    .orderBy(['r.sent_on', 'r.id']);
  const last = new Map<number, Covering>();
  for (const { invoiceId, sentOn, deadlineDays } of rows)
    last.set(invoiceId, {
      invoiceId,
      lastOn: sentOn,
      deadlineOn: deadlineDays === null ? null : addDays(sentOn, deadlineDays),
    });
  return [...last.values()];
}

const UNDER_WAY = ['queued', 'sending', 'handover', 'uncertain'];

async function loadUnderWay(db: Db, open: Narrow, without: number): Promise<UnderWay[]> {
  const rows: { invoiceId: number; planId: number | null; state: string }[] = await db
    .select({ invoiceId: 'ri.invoice_id', planId: 'r.plan_id', state: 'r.state' })
    .from('reminders as r')
    .join('reminder_invoices as ri', 'r.id', 'ri.reminder_id')
    .join('invoices as i', 'i.id', 'ri.invoice_id')
    .whereIn('r.state', UNDER_WAY)
    .whereNot('r.id', without)
    .whereNull('r.occurrence_on')
    .modify(open);
  return rows.map(({ invoiceId, planId, state }) => ({ invoiceId, planId, uncertain: state === 'uncertain' }));
}

async function loadRecaps(db: Db, narrow: Narrow, without: number): Promise<RecapRecord[]> {
  const rows: (Omit<RecapRecord, 'state'> & { state: string })[] = await db
    .select({ planId: 'plan_id', customerId: 'customer_id', currency: 'currency', occurrenceOn: 'occurrence_on' })
    .select('state')
    .from('reminders')
    .whereNotNull('occurrence_on')
    .whereNotIn('state', ['failed', 'cancelled'])
    .whereNot('id', without)
    .modify(narrow, 'customer_id');
  return rows.map((row) => ({
    ...row,
    state: row.state === 'sent' || row.state === 'uncertain' ? row.state : 'under_way',
  }));
}
