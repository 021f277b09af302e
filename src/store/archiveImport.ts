import type { Archive } from '../domain/archive.ts';
import { minorFromDecimal, type Minor } from '../domain/money.ts';
import { Refusal } from '../refusal.ts';
import type { Transaction } from './database.ts';
import { putBlob, putDocument, sha256Of } from './documents.ts';
import { recomputeBalances } from './ledger.ts';
import { writeSettings } from './settings.ts';

/** Ids by natural key, of what is in the database and what the archive adds. */
export interface Ids {
  customer: Map<string, number>;
  invoice: Map<string, number>;
  creditNote: Map<string, number>;
  payment: Map<string, number>;
  template: Map<string, number>;
  plan: Map<string, number>;
  /** By plan and place. */
  step: Map<string, number>;
  reminder: Map<string, number>;
  run: Map<string, number>;
}

/** Where an import stands, for the sentences of its refusals. */
export interface Import {
  trx: Transaction;
  file: string;
  /** When a record does not say so itself. */
  at: string;
  ids: Ids;
}

export const pair = (a: string, b: string | number): string => `${a}\u0000${b}`;

/** The id behind a natural key; refuses, naming it, when neither the archive nor the database has it. */
export function idOf(job: Import, what: keyof Ids, key: string): number {
  const id = job.ids[what].get(key);
  if (id === undefined)
    throw new Refusal('archive_reference', { file: job.file, what, name: key.replace('\u0000', ' / ') });
  return id;
}

/** Minor units of an archive's amount; refuses more decimals than the currency has. */
export function minor(job: Import, amount: string, currency: string, name: string): Minor {
  const result = minorFromDecimal(amount.replace(/^\+/, ''), currency);
  if (result === null)
    throw new Refusal('archive_record', { file: job.file, what: 'amount', name, detail: `${amount} ${currency}` });
  return result;
}

/** The natural keys that the database has already. */
export async function knownIds(trx: Transaction): Promise<Ids> {
  // oxlint-disable-next-line no-explicit-any
  const map = async (table: string, key: (row: Record<string, any>) => string): Promise<Map<string, number>> =>
    // oxlint-disable-next-line no-explicit-any
    new Map(((await trx(table)) as Record<string, any>[]).map((row) => [key(row), row.id as number]));
  const customer = await map('customers', (row) => row.code as string);
  const code = new Map([...customer].map(([name, id]) => [id, name]));
  const plan = await map('plans', (row) => row.name as string);
  const planName = new Map([...plan].map(([name, id]) => [id, name]));
  return {
    customer,
    plan,
    invoice: await map('invoices', (row) => pair(code.get(row.customer_id) ?? '', row.number)),
    creditNote: await map('credit_notes', (row) => pair(code.get(row.customer_id) ?? '', row.number)),
    payment: await map('payments', (row) => row.source_key as string),
    template: await map('templates', (row) => row.name as string),
    step: await map('steps', (row) => pair(planName.get(row.plan_id) ?? '', row.position)),
    reminder: await map('reminders', (row) => row.message_id as string),
    run: await map('runs', (row) => row.day as string),
  };
}

/** Updates the row of a natural key, or inserts it; returns its id. */
async function upsert(
  job: Import,
  table: string,
  known: Map<string, number>,
  key: string,
  row: object,
  once: object,
): Promise<number> {
  const id = known.get(key);
  if (id !== undefined) {
    await job.trx(table).where({ id }).update(row);
    return id;
  }
  const [made] = (await job
    .trx(table)
    .insert({ ...row, ...once })
    .returning('id')) as { id: number }[];
  if (!made) throw new Error(`nothing was inserted into ${table}`);
  known.set(key, made.id);
  return made.id;
}

/** Writes records one by one; one that breaks a rule of the database is refused by its name. */
async function each<T>(
  { file }: Import,
  what: string,
  records: readonly T[],
  nameOf: (record: T) => string,
  write: (record: T) => Promise<void>,
): Promise<void> {
  for (const record of records)
    try {
      await write(record);
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      if (!code.startsWith('SQLITE_CONSTRAINT')) throw error;
      // knex puts the whole statement before the rule.
      const detail = message.slice(message.lastIndexOf(' - ') + 3);
      throw new Refusal('archive_record', { file, what, name: nameOf(record), detail });
    }
}

const byName = ({ name }: { name: string }): string => name;
const byRun = ({ run, customer }: { run: string; customer: string }): string => `${run} / ${customer}`;
const byMoment = ({ at, kind }: { at: string; kind: string }): string => `${at} ${kind}`;
const byNumber = ({ customer, number }: { customer: string; number: string }): string => `${customer} / ${number}`;

/** Settings, templates, plans, customers and enrolments. */
export async function writeSetup(job: Import, archive: Archive): Promise<void> {
  const { settings, templates, plans, customers, enrolments } = archive;
  if (settings) await writeSettings(job.trx, settings);
  await each(job, 'template', templates, byName, (template) => writeTemplate(job, template));
  await each(job, 'plan', plans, byName, (plan) => writePlan(job, plan));
  await each(
    job,
    'customer',
    customers,
    ({ code }) => code,
    (customer) => writeCustomer(job, customer),
  );
  await each(
    job,
    'enrolment',
    enrolments,
    ({ customer, plan }) => `${customer} / ${plan}`,
    (enrolment) => writeEnrolment(job, enrolment, plans),
  );
}

async function writeTemplate(
  job: Import,
  { name, kind, scope, versions, archivedAt }: Archive['templates'][number],
): Promise<void> {
  const row = { name, kind, scope, archived_at: archivedAt ?? null };
  const id = await upsert(job, 'templates', job.ids.template, name, row, {});
  for (const [language, version] of Object.entries(versions))
    await job
      .trx('template_versions')
      .insert({ template_id: id, language, ...version })
      .onConflict(['template_id', 'language'])
      .merge();
}

async function writePlan(job: Import, plan: Archive['plans'][number]): Promise<void> {
  const { name, kind, roles, limits, pause, createdAt, archivedAt } = plan;
  await refuseOtherKind(job, plan);
  const own =
    plan.kind === 'recap'
      ? {
          start_on: plan.startOn,
          every_n: plan.every.n,
          every_unit: plan.every.unit,
          scope: plan.scope,
          with_credit_notes: Number(plan.withCreditNotes),
          action: plan.action,
          template_id: plan.template === undefined ? null : idOf(job, 'template', plan.template),
        }
      : {
          together: Number(plan.together),
          minimum_days: plan.minimumDays ?? (plan.together ? 7 : 1),
          minimum_days_after_receipt: plan.minimumDaysAfterReceipt,
          include_not_due: Number(plan.includeNotDue),
        };
  const row = { name, kind, roles: JSON.stringify(roles), archived_at: archivedAt ?? null, ...own };
  const id = await upsert(job, 'plans', job.ids.plan, name, row, { created_at: createdAt ?? job.at });
  if (plan.kind === 'escalation') await writeSteps(job, id, plan);
  await job.trx('plan_limits').where({ plan_id: id }).delete();
  for (const { currency, minimum, ceiling } of limits)
    await job.trx('plan_limits').insert({
      plan_id: id,
      currency,
      minimum_minor: minimum === undefined ? null : minor(job, minimum, currency, name),
      ceiling_minor: ceiling === undefined ? null : minor(job, ceiling, currency, name),
    });
  await writePause(job, 'plan_id', id, pause);
}

/** Enrolments and completions hang on what a plan is, so a plan of the same name must be of the same kind. */
async function refuseOtherKind({ trx, file }: Import, { name, kind }: Archive['plans'][number]): Promise<void> {
  const other: { kind: string } | undefined = await trx('plans').where({ name }).whereNot({ kind }).first();
  if (other) throw new Refusal('archive_record', { file, what: 'plan', name, detail: `it is of kind ${other.kind}` });
}

/** Steps keep their place; those that the archive no longer names are retired, because invoices may have completed them. */
async function writeSteps(
  job: Import,
  planId: number,
  plan: Extract<Archive['plans'][number], { kind: 'escalation' }>,
): Promise<void> {
  for (const [position, step] of plan.steps.entries()) {
    const row = {
      plan_id: planId,
      position,
      name: step.name,
      trigger_from: step.from,
      trigger_days: step.days,
      month_end: Number(step.monthEnd),
      action: step.action,
      template_id: step.template === undefined ? null : idOf(job, 'template', step.template),
      deadline_days: step.deadlineDays ?? null,
      retired: Number(step.retired),
    };
    await upsert(job, 'steps', job.ids.step, pair(plan.name, position), row, {});
  }
  await job.trx('steps').where({ plan_id: planId }).where('position', '>=', plan.steps.length).update({ retired: 1 });
}

async function writePause(
  job: Import,
  column: 'plan_id' | 'customer_id' | 'invoice_id',
  id: number,
  pause: { until?: string | undefined; reason: string; begunAt?: string | undefined } | undefined,
): Promise<void> {
  await job
    .trx('pauses')
    .where({ [column]: id })
    .whereNull('ended_at')
    .delete();
  if (pause)
    await job.trx('pauses').insert({
      [column]: id,
      until_on: pause.until ?? null,
      reason: pause.reason,
      begun_at: pause.begunAt ?? job.at,
    });
}

async function writeCustomer(job: Import, customer: Archive['customers'][number]): Promise<void> {
  const { code, name, legalId, language, country, street, postcode, city, note, paymentTermDays } = customer;
  const row = {
    code,
    name,
    legal_id: legalId ?? null,
    language,
    country: country ?? null,
    street,
    postcode,
    city,
    note,
    payment_term_days: paymentTermDays ?? null,
    archived_at: customer.archivedAt ?? null,
  };
  const id = await upsert(job, 'customers', job.ids.customer, code, row, { created_at: customer.createdAt ?? job.at });
  await writeContacts(job, id, customer.contacts);
  await writePause(job, 'customer_id', id, customer.pause);
}

async function writeContacts(
  job: Import,
  customerId: number,
  contacts: Archive['customers'][number]['contacts'],
): Promise<void> {
  for (const [position, contact] of contacts.entries())
    await job
      .trx('contacts')
      .insert({
        customer_id: customerId,
        position,
        name: contact.name,
        role: contact.role,
        email: contact.email ?? null,
        phone: contact.phone ?? null,
        receives: contact.receives,
        refused_on: contact.refusedOn ?? null,
        refused_reason: contact.refusedReason ?? null,
      })
      .onConflict(['customer_id', 'position'])
      .merge();
  const gone = job
    .trx('contacts')
    .select('id')
    .where({ customer_id: customerId })
    .where('position', '>=', contacts.length);
  await job.trx('reminder_recipients').whereIn('contact_id', gone.clone()).update({ contact_id: null });
  await job.trx('contacts').whereIn('id', gone.clone()).delete();
}

async function writeEnrolment(
  job: Import,
  { customer, plan, since, endedAt }: Archive['enrolments'][number],
  plans: Archive['plans'],
): Promise<void> {
  const customerId = idOf(job, 'customer', customer);
  const planId = idOf(job, 'plan', plan);
  const kind =
    plans.find(({ name }) => name === plan)?.kind ??
    ((await job.trx('plans').where({ id: planId }).first()) as { kind: string }).kind;
  const row = { customer_id: customerId, plan_id: planId, since_on: since, ended_at: endedAt ?? null };
  const same: { id: number } | undefined = await job.trx('enrolments').where(row).first();
  if (same) return;
  if (!endedAt)
    await job
      .trx('enrolments')
      .where({ customer_id: customerId, kind })
      .whereNull('ended_at')
      .update({ ended_at: job.at });
  await job.trx('enrolments').insert({ ...row, kind });
}

/** Invoices, credit notes and payments, with what belongs to them; then the balances. */
export async function writeLedger(job: Import, archive: Archive): Promise<void> {
  await each(job, 'invoice', archive.invoices, byNumber, (invoice) => writeInvoice(job, invoice));
  await each(job, 'credit note', archive.creditNotes, byNumber, (note) => writeCreditNote(job, note));
  await each(
    job,
    'payment',
    archive.payments,
    ({ key }) => key,
    (payment) => writePayment(job, payment),
  );
  for (const { key, reverses } of archive.payments)
    if (reverses)
      await job
        .trx('payments')
        .where({ id: idOf(job, 'payment', key) })
        .update({ reverses_id: idOf(job, 'payment', reverses) });
  await recomputeBalances(job.trx, 'all');
}

async function writeInvoice(job: Import, invoice: Archive['invoices'][number]): Promise<void> {
  const { customer, number, currency, settledElsewhere } = invoice;
  const total = minor(job, invoice.total, currency, number);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    number,
    issued_on: invoice.issuedOn,
    due_on: invoice.dueOn ?? null,
    received_on: invoice.receivedOn ?? null,
    currency,
    total_minor: total,
    settled_elsewhere_minor: minor(job, settledElsewhere, currency, number),
    outstanding_minor: total,
    state: invoice.state,
    follow_up_enabled: Number(!invoice.followUpOff),
    note: invoice.note,
  };
  const once = { created_at: invoice.createdAt ?? job.at };
  const id = await upsert(job, 'invoices', job.ids.invoice, pair(customer, number), row, once);
  await writePause(job, 'invoice_id', id, invoice.pause);
  await job.trx('promises').where({ invoice_id: id }).delete();
  for (const { until, amount, note, madeAt, endedAt } of invoice.promises)
    await job.trx('promises').insert({
      invoice_id: id,
      until_on: until,
      amount_minor: amount === undefined ? null : minor(job, amount, currency, number),
      note,
      made_at: madeAt,
      ended_at: endedAt ?? null,
    });
  await job.trx('disputes').where({ invoice_id: id }).delete();
  for (const { reason, note, openedAt, liftedAt } of invoice.disputes)
    await job
      .trx('disputes')
      .insert({ invoice_id: id, reason, note, opened_at: openedAt, lifted_at: liftedAt ?? null });
  for (const { name, kind, mediaType, addedAt, content } of invoice.documents)
    await putDocument(job.trx, {
      invoiceId: id,
      kind,
      name,
      mediaType,
      addedAt: addedAt ?? job.at,
      content: Buffer.from(content, 'base64'),
    });
}

async function writeCreditNote(job: Import, note: Archive['creditNotes'][number]): Promise<void> {
  const { customer, number, currency } = note;
  const total = minor(job, note.total, currency, number);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    number,
    issued_on: note.issuedOn,
    currency,
    total_minor: total,
    settled_elsewhere_minor: minor(job, note.settledElsewhere, currency, number),
    remaining_minor: total,
    state: note.cancelled ? 'cancelled' : 'open',
  };
  const once = { created_at: note.createdAt ?? job.at };
  const id = await upsert(job, 'credit_notes', job.ids.creditNote, pair(customer, number), row, once);
  await writeApplications(job, 'credit_note_id', id, { ...note, name: `credit note ${number}` });
}

async function writePayment(job: Import, payment: Archive['payments'][number]): Promise<void> {
  const { key, customer, currency } = payment;
  const amount = minor(job, payment.amount, currency, key);
  const row = {
    customer_id: idOf(job, 'customer', customer),
    received_on: payment.receivedOn,
    currency,
    amount_minor: amount,
    unapplied_minor: amount,
    reference: payment.reference,
    source_key: key,
  };
  const id = await upsert(job, 'payments', job.ids.payment, key, row, { created_at: payment.createdAt ?? job.at });
  await writeApplications(job, 'payment_id', id, { ...payment, name: `payment ${key}` });
}

async function writeApplications(
  job: Import,
  column: 'payment_id' | 'credit_note_id',
  id: number,
  source: {
    name: string;
    customer: string;
    currency: string;
    applied: { invoice: string; amount: string; on: string }[];
  },
): Promise<void> {
  const { name, customer, currency, applied } = source;
  await job
    .trx('applications')
    .where({ [column]: id })
    .delete();
  for (const { invoice, amount, on } of applied) {
    const invoiceId = idOf(job, 'invoice', pair(customer, invoice));
    const other = await job.trx('invoices').where({ id: invoiceId }).whereNot({ currency }).first();
    if (other) {
      const detail = `${name} is in ${currency}`;
      throw new Refusal('archive_record', { file: job.file, what: 'application to', name: invoice, detail });
    }
    await job.trx('applications').insert({
      [column]: id,
      invoice_id: invoiceId,
      amount_minor: minor(job, amount, currency, invoice),
      applied_on: on,
    });
  }
}

/** Runs, reminders, completions, decisions and history: what already happened. Records that are there already stay as they are. */
export async function writePast(job: Import, archive: Archive): Promise<void> {
  const { runs, reminders, completions } = archive;
  await each(
    job,
    'run',
    runs,
    ({ day }) => day,
    (run) => writeRun(job, run),
  );
  await each(
    job,
    'reminder',
    reminders,
    ({ messageId }) => messageId,
    (reminder) => writeReminder(job, reminder),
  );
  await each(
    job,
    'completion',
    completions,
    ({ customer, invoice }) => `${customer} / ${invoice}`,
    (completion) => writeCompletion(job, completion),
  );
  await writeDecisions(job, archive.decisions);
  await writeHistory(job, archive.history);
}

async function writeRun({ trx, ids }: Import, run: Archive['runs'][number]): Promise<void> {
  if (ids.run.has(run.day)) return;
  const [made] = (await trx('runs')
    .insert({
      day: run.day,
      state: run.state,
      outcome: run.outcome ?? null,
      held: run.held ?? null,
      lease_owner: 'archive',
      started_at: run.startedAt,
      decided_at: run.decidedAt ?? null,
      closed_at: run.closedAt ?? null,
      late_by_minutes: run.lateByMinutes,
      counts: JSON.stringify(run.counts),
      problems: JSON.stringify(run.problems),
    })
    .returning('id')) as { id: number }[];
  if (made) ids.run.set(run.day, made.id);
}

async function writeReminder(job: Import, reminder: Archive['reminders'][number]): Promise<void> {
  const { trx, ids } = job;
  const { messageId, customer, currency, plan } = reminder;
  if (ids.reminder.has(messageId)) return;
  const amount = (text: string): Minor => minor(job, text, currency, messageId);
  const stepId = (place: number | undefined): number | null =>
    place === undefined ? null : idOf(job, 'step', pair(plan ?? '', place));
  const lines = reminder.lines.map((line) => ({
    ...line,
    invoiceId: idOf(job, 'invoice', pair(customer, line.invoice)),
    stepId: stepId(line.step),
  }));
  const customerId = idOf(job, 'customer', customer);
  const planId = plan === undefined ? null : idOf(job, 'plan', plan);
  const [made] = (await trx('reminders')
    .insert({
      key: keyOf(reminder, { customerId, planId, lines }),
      origin: reminder.origin,
      run_id: reminder.run === undefined ? null : idOf(job, 'run', reminder.run),
      customer_id: customerId,
      plan_id: planId,
      step_id: stepId(reminder.step),
      occurrence_on: reminder.occurrenceOn ?? null,
      channel: reminder.channel,
      currency,
      total_minor: amount(reminder.total),
      state: reminder.state,
      needs_approval: Number(reminder.needsApproval),
      hold_until: reminder.holdUntil ?? null,
      decided_on: reminder.decidedOn,
      deadline_days: reminder.deadlineDays ?? null,
      template_id: reminder.template === undefined ? null : idOf(job, 'template', reminder.template),
      language: reminder.language,
      subject: reminder.subject,
      html: reminder.html,
      text: reminder.text,
      credits: JSON.stringify(
        reminder.credits.map(({ kind, number, remaining }) => ({
          kind,
          id: kind === 'payment' ? idOf(job, 'payment', number) : idOf(job, 'creditNote', pair(customer, number)),
          number,
          remaining: amount(remaining),
        })),
      ),
      message_id: messageId,
      in_reply_to: reminder.inReplyTo,
      thread: reminder.thread,
      attempts: reminder.attempts,
      next_attempt_at: reminder.nextAttemptAt ?? null,
      settled_at: reminder.settledAt ?? null,
      sent_on: reminder.sentOn ?? null,
      transport: reminder.transport ?? null,
      server_reply: reminder.serverReply,
      reason: reminder.reason,
      created_at: reminder.createdAt,
    })
    .returning('id')) as { id: number }[];
  const id = made?.id ?? 0;
  ids.reminder.set(messageId, id);
  const live = ['cancelled', 'failed'].includes(reminder.state) ? 0 : 1;
  for (const [position, line] of lines.entries())
    await trx('reminder_invoices').insert({
      reminder_id: id,
      invoice_id: line.invoiceId,
      position,
      outstanding_minor: amount(line.outstanding),
      step_id: line.stepId,
      refers_on: line.refersOn ?? null,
      nominal_on: line.nominalOn ?? null,
      scheduled_on: line.scheduledOn ?? null,
      due_on: line.dueOn ?? null,
      live,
    });
  for (const { kind, name, address, result, reply } of reminder.recipients)
    await trx('reminder_recipients').insert({ reminder_id: id, kind, name, address, result: result ?? null, reply });
  for (const [position, { name, mediaType, content }] of reminder.attachments.entries()) {
    const sha256 = await putBlob(trx, Buffer.from(content, 'base64'));
    await trx('reminder_attachments').insert({ reminder_id: id, position, name, media_type: mediaType, sha256 });
  }
  if (reminder.raw) {
    const raw = Buffer.from(reminder.raw, 'base64');
    await trx('messages').insert({ reminder_id: id, raw, sha256: sha256Of(raw) });
  }
}

/** The key in this database's ids, from what the archive says it is made of. */
function keyOf(
  { key, currency }: Archive['reminders'][number],
  of: { customerId: number; planId: number | null; lines: { invoiceId: number; stepId: number | null }[] },
): string {
  const [kind, day] = key.split('|');
  const line = of.lines.find(({ stepId }) => stepId !== null);
  if (kind === 'step' && line) return `step|${line.invoiceId}|${line.stepId}|${day}`;
  if (kind === 'group' || kind === 'recap') return `${kind}|${of.planId}|${of.customerId}|${currency}|${day}`;
  return key;
}

async function writeCompletion(job: Import, completion: Archive['completions'][number]): Promise<void> {
  const { customer, invoice, plan, step, reminder } = completion;
  await job
    .trx('completions')
    .insert({
      invoice_id: idOf(job, 'invoice', pair(customer, invoice)),
      step_id: idOf(job, 'step', pair(plan, step)),
      kind: completion.kind,
      completed_on: completion.completedOn,
      counts_from: completion.countsFrom ?? null,
      reason: completion.reason,
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
    })
    .onConflict(['invoice_id', 'step_id'])
    .ignore();
}

async function writeDecisions(job: Import, decisions: Archive['decisions']): Promise<void> {
  const recorded: { run_id: number }[] = await job.trx('decisions').distinct('run_id');
  const done = new Set(recorded.map(({ run_id }) => run_id));
  await each(job, 'decision', decisions, byRun, async (decision) => {
    const { run, customer, invoice, plan, currency, kind, reasons, until, reminder } = decision;
    const runId = idOf(job, 'run', run);
    if (done.has(runId)) return;
    await job.trx('decisions').insert({
      run_id: runId,
      invoice_id: invoice === undefined ? null : idOf(job, 'invoice', pair(customer, invoice)),
      plan_id: plan === undefined ? null : idOf(job, 'plan', plan),
      customer_id: invoice === undefined ? idOf(job, 'customer', customer) : null,
      currency: currency ?? null,
      kind,
      reasons: JSON.stringify(reasons),
      until_on: until ?? null,
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
    });
  });
}

async function writeHistory(job: Import, history: Archive['history']): Promise<void> {
  const print = (row: object): string => JSON.stringify(Object.values(row));
  const columns = ['at', 'kind', 'customer_id', 'invoice_id', 'reminder_id', 'data'];
  const known = new Set(((await job.trx('history').select(columns)) as object[]).map(print));
  await each(job, 'history', history, byMoment, async ({ at, kind, customer, invoice, reminder, data }) => {
    const row = {
      at,
      kind,
      customer_id: customer === undefined ? null : idOf(job, 'customer', customer),
      invoice_id: invoice === undefined ? null : idOf(job, 'invoice', pair(customer ?? '', invoice)),
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
      data: JSON.stringify(data),
    };
    if (!known.has(print(row))) await job.trx('history').insert(row);
  });
}
