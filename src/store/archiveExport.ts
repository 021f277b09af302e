import type { ArchiveInput } from '../domain/archive.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { type Currency, decimalFromMinor } from '../domain/money.ts';

import type { Db } from './database.ts';

// Rows of every table pass through here; the schema of the archive is what checks them.
// oxlint-disable-next-line no-explicit-any
type Row = Record<string, any>;
type Section<K extends keyof ArchiveInput> = NonNullable<ArchiveInput[K]>;

/** Leaves out what an import would assume anyway: null, empty text, false, empty lists. */
function lean<T extends object>(record: T): T {
  const kept = Object.entries(record).filter(
    ([, value]) => !(value == null || value === '' || value === false || (Array.isArray(value) && value.length === 0)),
  );
  return Object.fromEntries(kept) as T;
}

/** Everything in the database as one archive, in an order that depends on the data alone. Call it inside a transaction. */
export async function readArchive(db: Db, settings: Settings): Promise<ArchiveInput> {
  const names = await namesOf(db);
  return {
    format: 'dunwell-archive',
    version: 1,
    settings,
    templates: await templates(db),
    plans: await plans(db, names),
    customers: await customers(db),
    enrolments: await enrolments(db, names),
    invoices: await invoices(db, names),
    creditNotes: await creditNotes(db, names),
    payments: await payments(db, names),
    runs: await runs(db),
    reminders: await reminders(db, names),
    completions: await completions(db, names),
    decisions: await decisions(db, names),
    history: await history(db, names),
  };
}

/** Natural keys by id. */
interface Names {
  customer: Map<number, string>;
  invoice: Map<number, { customer: string; number: string; currency: Currency }>;
  plan: Map<number, string>;
  step: Map<number, { plan: string; place: number }>;
  template: Map<number, string>;
  reminder: Map<number, string>;
  run: Map<number, string>;
  creditNote: Map<number, string>;
  payment: Map<number, { key: string; reference: string }>;
}

async function namesOf(db: Db): Promise<Names> {
  const map = async <T>(table: string, value: (row: Row) => T): Promise<Map<number, T>> =>
    new Map(((await db(table)) as Row[]).map((row) => [row.id as number, value(row)]));
  const customer = await map('customers', (row) => row.code as string);
  const plan = await map('plans', (row) => row.name as string);
  return {
    customer,
    plan,
    invoice: await map('invoices', (row) => ({
      customer: customer.get(row.customer_id) ?? '',
      number: row.number,
      currency: row.currency,
    })),
    step: await map('steps', (row) => ({ plan: plan.get(row.plan_id) ?? '', place: row.position })),
    template: await map('templates', (row) => row.name),
    reminder: await map('reminders', (row) => row.message_id),
    run: await map('runs', (row) => row.day),
    creditNote: await map('credit_notes', (row) => row.number),
    payment: await map('payments', (row) => ({ key: row.source_key, reference: row.reference })),
  };
}

const all = (db: Db, table: string, ...order: string[]): Promise<Row[]> =>
  db(table).orderBy(order.map((column) => ({ column }))) as unknown as Promise<Row[]>;

const optional = (value: unknown): never => (value ?? undefined) as never;

async function templates(db: Db): Promise<Section<'templates'>> {
  const versions = Map.groupBy(await all(db, 'template_versions', 'language'), (row) => row.template_id as number);
  return (await all(db, 'templates', 'id')).map((row) =>
    lean({
      name: row.name,
      kind: row.kind,
      scope: row.scope,
      versions: Object.fromEntries(
        (versions.get(row.id) ?? []).map(({ language, subject, body }) => [language, { subject, body }]),
      ),
      archivedAt: optional(row.archived_at),
    }),
  );
}

async function pausesBy(db: Db, column: string): Promise<Map<number, object>> {
  const rows: Row[] = await db('pauses').whereNull('ended_at').whereNotNull(column);
  return new Map(
    rows.map((row) => [
      row[column] as number,
      lean({ until: row.until_on, reason: row.reason, begunAt: row.begun_at }),
    ]),
  );
}

async function plans(db: Db, names: Names): Promise<Section<'plans'>> {
  const steps = Map.groupBy(await all(db, 'steps', 'plan_id', 'position'), (row) => row.plan_id as number);
  const limits = Map.groupBy(await all(db, 'plan_limits', 'currency'), (row) => row.plan_id as number);
  const pauses = await pausesBy(db, 'plan_id');
  const amount = (minor: number | null, currency: Currency): never =>
    optional(minor === null ? null : decimalFromMinor(minor, currency));
  return (await all(db, 'plans', 'id')).map((row) => {
    const base = {
      kind: row.kind,
      name: row.name,
      roles: JSON.parse(row.roles) as string[],
      limits: (limits.get(row.id) ?? []).map((limit) =>
        lean({
          currency: limit.currency,
          minimum: amount(limit.minimum_minor, limit.currency),
          ceiling: amount(limit.ceiling_minor, limit.currency),
        }),
      ),
      pause: optional(pauses.get(row.id)),
      createdAt: row.created_at,
      archivedAt: optional(row.archived_at),
    };
    const own =
      row.kind === 'recap'
        ? {
            startOn: row.start_on,
            every: { n: row.every_n, unit: row.every_unit },
            scope: row.scope,
            withCreditNotes: row.with_credit_notes === 1,
            action: row.action,
            template: optional(names.template.get(row.template_id)),
          }
        : {
            together: row.together === 1,
            minimumDays: row.minimum_days,
            minimumDaysAfterReceipt: row.minimum_days_after_receipt,
            includeNotDue: row.include_not_due === 1,
            steps: (steps.get(row.id) ?? []).map((step) =>
              lean({
                name: step.name,
                from: step.trigger_from,
                days: step.trigger_days,
                monthEnd: step.month_end === 1,
                action: step.action,
                template: optional(names.template.get(step.template_id)),
                deadlineDays: optional(step.deadline_days),
                retired: step.retired === 1,
              }),
            ),
          };
    return lean({ ...base, ...own }) as Section<'plans'>[number];
  });
}

async function customers(db: Db): Promise<Section<'customers'>> {
  const contacts = Map.groupBy(await all(db, 'contacts', 'position'), (row) => row.customer_id as number);
  const pauses = await pausesBy(db, 'customer_id');
  return (await all(db, 'customers', 'code')).map((row) =>
    lean({
      code: row.code,
      name: row.name,
      legalId: optional(row.legal_id),
      language: row.language,
      country: optional(row.country),
      street: row.street,
      postcode: row.postcode,
      city: row.city,
      note: row.note,
      paymentTermDays: optional(row.payment_term_days),
      contacts: (contacts.get(row.id) ?? []).map((contact) =>
        lean({
          name: contact.name,
          role: contact.role,
          email: optional(contact.email),
          phone: optional(contact.phone),
          receives: contact.receives,
          refusedOn: optional(contact.refused_on),
          refusedReason: optional(contact.refused_reason),
        }),
      ),
      pause: optional(pauses.get(row.id)),
      createdAt: row.created_at,
      archivedAt: optional(row.archived_at),
    }),
  );
}

async function enrolments(db: Db, names: Names): Promise<Section<'enrolments'>> {
  const rows = (await all(db, 'enrolments', 'id')).map((row) =>
    lean({
      customer: names.customer.get(row.customer_id) ?? '',
      plan: names.plan.get(row.plan_id) ?? '',
      since: row.since_on,
      endedAt: optional(row.ended_at),
    }),
  );
  return sorted(rows, (row) => [row.customer, row.endedAt ?? '~', row.plan, row.since]);
}

async function invoices(db: Db, names: Names): Promise<Section<'invoices'>> {
  const byInvoice = async (table: string, ...order: string[]): Promise<Map<number, Row[]>> =>
    Map.groupBy(await all(db, table, ...order), (row) => row.invoice_id as number);
  const promises = await byInvoice('promises', 'made_at', 'id');
  const disputes = await byInvoice('disputes', 'opened_at', 'id');
  const documents = await byInvoice('documents', 'name');
  const pauses = await pausesBy(db, 'invoice_id');
  const result: Section<'invoices'> = [];
  for (const row of await all(db, 'invoices', 'id'))
    result.push(
      lean({
        customer: names.customer.get(row.customer_id) ?? '',
        number: row.number,
        issuedOn: row.issued_on,
        dueOn: optional(row.due_on),
        receivedOn: optional(row.received_on),
        currency: row.currency,
        total: decimalFromMinor(row.total_minor, row.currency),
        settledElsewhere: elsewhere(row),
        state: row.state,
        followUpOff: row.follow_up_enabled === 0,
        note: row.note,
        promises: (promises.get(row.id) ?? []).map((promise) =>
          lean({
            until: promise.until_on,
            amount: optional(
              promise.amount_minor === null ? null : decimalFromMinor(promise.amount_minor, row.currency),
            ),
            note: promise.note,
            madeAt: promise.made_at,
            endedAt: optional(promise.ended_at),
          }),
        ),
        disputes: (disputes.get(row.id) ?? []).map((dispute) =>
          lean({
            reason: dispute.reason,
            note: dispute.note,
            openedAt: dispute.opened_at,
            liftedAt: optional(dispute.lifted_at),
          }),
        ),
        pause: optional(pauses.get(row.id)),
        documents: await Promise.all(
          (documents.get(row.id) ?? []).map(async (document) => ({
            name: document.name,
            kind: document.kind,
            mediaType: document.media_type,
            addedAt: document.added_at,
            content: await blob(db, document.sha256),
          })),
        ),
        createdAt: row.created_at,
      }),
    );
  return sorted(result, (row) => [row.customer, row.number]);
}

const elsewhere = (row: Row): never =>
  optional(row.settled_elsewhere_minor ? decimalFromMinor(row.settled_elsewhere_minor, row.currency) : null);

async function blob(db: Db, sha256: string): Promise<string> {
  const row: { content: Buffer } | undefined = await db('blobs').where({ sha256 }).first();
  return row?.content.toString('base64') ?? '';
}

async function appliedBy(
  db: Db,
  column: string,
  names: Names,
): Promise<Map<number, { invoice: string; amount: string; on: Day }[]>> {
  const rows: Row[] = await db('applications').whereNotNull(column).orderBy('id');
  const grouped = Map.groupBy(rows, (row) => row[column] as number);
  return new Map(
    [...grouped].map(([id, list]) => [
      id,
      list.map((row) => {
        const invoice = names.invoice.get(row.invoice_id);
        return {
          invoice: invoice?.number ?? '',
          amount: decimalFromMinor(row.amount_minor, invoice?.currency ?? ''),
          on: row.applied_on as Day,
        };
      }),
    ]),
  );
}

async function creditNotes(db: Db, names: Names): Promise<Section<'creditNotes'>> {
  const applied = await appliedBy(db, 'credit_note_id', names);
  const rows = (await all(db, 'credit_notes', 'id')).map((row) =>
    lean({
      customer: names.customer.get(row.customer_id) ?? '',
      number: row.number,
      issuedOn: row.issued_on,
      currency: row.currency,
      total: decimalFromMinor(row.total_minor, row.currency),
      settledElsewhere: elsewhere(row),
      cancelled: row.state === 'cancelled',
      applied: applied.get(row.id) ?? [],
      createdAt: row.created_at,
    }),
  );
  return sorted(rows, (row) => [row.customer, row.number]);
}

async function payments(db: Db, names: Names): Promise<Section<'payments'>> {
  const applied = await appliedBy(db, 'payment_id', names);
  const rows = (await all(db, 'payments', 'id')).map((row) =>
    lean({
      key: row.source_key,
      customer: names.customer.get(row.customer_id) ?? '',
      receivedOn: row.received_on,
      currency: row.currency,
      amount: decimalFromMinor(row.amount_minor, row.currency),
      reference: row.reference,
      reverses: optional(names.payment.get(row.reverses_id)?.key),
      applied: applied.get(row.id) ?? [],
      createdAt: row.created_at,
    }),
  );
  return sorted(rows, (row) => [row.createdAt ?? '', row.key]);
}

async function runs(db: Db): Promise<Section<'runs'>> {
  return (await all(db, 'runs', 'day')).map((row) =>
    lean({
      day: row.day,
      state: row.state,
      outcome: optional(row.outcome),
      held: optional(row.held),
      startedAt: row.started_at,
      decidedAt: optional(row.decided_at),
      closedAt: optional(row.closed_at),
      lateByMinutes: row.late_by_minutes,
      counts: JSON.parse(row.counts) as Record<string, number>,
      problems: JSON.parse(row.problems) as unknown[],
    }),
  );
}

async function reminders(db: Db, names: Names): Promise<Section<'reminders'>> {
  const by = async (table: string, order: string): Promise<Map<number, Row[]>> =>
    Map.groupBy(await all(db, table, order), (row) => row.reminder_id as number);
  const lines = await by('reminder_invoices', 'position');
  const recipients = await by('reminder_recipients', 'id');
  const attachments = await by('reminder_attachments', 'position');
  const result: Section<'reminders'> = [];
  for (const row of await all(db, 'reminders', 'id')) {
    const raw: { raw: Buffer } | undefined = await db('messages').where({ reminder_id: row.id }).first();
    const { currency } = row as { currency: Currency };
    result.push(
      lean({
        messageId: row.message_id,
        key: keyInNames(row, names, lines.get(row.id) ?? []),
        origin: row.origin,
        run: optional(names.run.get(row.run_id)),
        customer: names.customer.get(row.customer_id) ?? '',
        plan: optional(names.plan.get(row.plan_id)),
        step: optional(names.step.get(row.step_id)?.place),
        occurrenceOn: optional(row.occurrence_on),
        channel: row.channel,
        currency,
        total: decimalFromMinor(row.total_minor, currency),
        state: row.state,
        needsApproval: row.needs_approval === 1,
        holdUntil: optional(row.hold_until),
        decidedOn: row.decided_on,
        deadlineDays: optional(row.deadline_days),
        template: optional(names.template.get(row.template_id)),
        language: row.language,
        subject: row.subject,
        html: row.html,
        text: row.text,
        credits: (
          JSON.parse(row.credits) as {
            kind: 'credit_note' | 'payment';
            id: number;
            number: string;
            remaining: number;
          }[]
        ).map(({ kind, id, number, remaining }) => ({
          kind,
          number: kind === 'payment' ? (names.payment.get(id)?.key ?? number) : number,
          remaining: decimalFromMinor(remaining, currency),
        })),
        inReplyTo: row.in_reply_to,
        thread: row.thread,
        attempts: row.attempts,
        nextAttemptAt: optional(row.next_attempt_at),
        settledAt: optional(row.settled_at),
        sentOn: optional(row.sent_on),
        transport: optional(row.transport),
        serverReply: row.server_reply,
        reason: row.reason,
        createdAt: row.created_at,
        lines: (lines.get(row.id) ?? []).map((line) =>
          lean({
            invoice: names.invoice.get(line.invoice_id)?.number ?? '',
            outstanding: decimalFromMinor(line.outstanding_minor, currency),
            step: optional(names.step.get(line.step_id)?.place),
            refersOn: optional(line.refers_on),
            nominalOn: optional(line.nominal_on),
            scheduledOn: optional(line.scheduled_on),
            dueOn: optional(line.due_on),
          }),
        ),
        recipients: (recipients.get(row.id) ?? []).map(({ kind, name, address, result: outcome, reply }) =>
          lean({ kind, name, address, result: optional(outcome), reply }),
        ),
        attachments: await Promise.all(
          (attachments.get(row.id) ?? []).map(async ({ name, media_type, sha256 }) => ({
            name,
            mediaType: media_type,
            content: await blob(db, sha256),
          })),
        ),
        raw: optional(raw?.raw.toString('base64')),
      }),
    );
  }
  return sorted(result, (row) => [row.createdAt, row.messageId]);
}

/** The reminder's key names ids, which differ in another database; the archive gives what it is made of instead. */
function keyInNames(row: Row, names: Names, lines: Row[]): string {
  const [kind] = (row.key as string).split('|');
  const line = lines.find(({ step_id }) => step_id !== null);
  if (kind === 'step' && line) return `step|${line.refers_on as string}`;
  if (kind === 'group') return `group|${row.decided_on as string}`;
  if (kind === 'recap') return `recap|${row.occurrence_on as string}`;
  return row.key;
}

async function completions(db: Db, names: Names): Promise<Section<'completions'>> {
  const rows = (await all(db, 'completions', 'id')).map((row) =>
    lean({
      customer: names.invoice.get(row.invoice_id)?.customer ?? '',
      invoice: names.invoice.get(row.invoice_id)?.number ?? '',
      plan: names.step.get(row.step_id)?.plan ?? '',
      step: names.step.get(row.step_id)?.place ?? 0,
      kind: row.kind,
      completedOn: row.completed_on,
      countsFrom: optional(row.counts_from),
      reason: row.reason,
      reminder: optional(names.reminder.get(row.reminder_id)),
    }),
  );
  return sorted(rows, (row) => [row.customer, row.invoice, row.plan, String(row.step).padStart(4, '0')]);
}

async function decisions(db: Db, names: Names): Promise<Section<'decisions'>> {
  const rows = (await all(db, 'decisions', 'id')).map((row) => {
    const invoice = names.invoice.get(row.invoice_id);
    return lean({
      run: (names.run.get(row.run_id) ?? '') as never,
      customer: invoice?.customer ?? names.customer.get(row.customer_id) ?? '',
      invoice: optional(invoice?.number),
      plan: optional(names.plan.get(row.plan_id)),
      currency: optional(row.currency),
      kind: row.kind,
      reasons: JSON.parse(row.reasons) as { code: string; until: never }[],
      until: optional(row.until_on),
      reminder: optional(names.reminder.get(row.reminder_id)),
    });
  });
  return sorted(rows, (row) => [row.run, row.customer, row.invoice ?? '', row.plan ?? '', row.currency ?? '']);
}

async function history(db: Db, names: Names): Promise<Section<'history'>> {
  return (await all(db, 'history', 'at', 'id')).map((row) =>
    lean({
      at: row.at,
      kind: row.kind,
      customer: optional(names.customer.get(row.customer_id) ?? names.invoice.get(row.invoice_id)?.customer),
      invoice: optional(names.invoice.get(row.invoice_id)?.number),
      reminder: optional(names.reminder.get(row.reminder_id)),
      data: JSON.parse(row.data) as Record<string, unknown>,
    }),
  );
}

function sorted<T>(rows: T[], key: (row: T) => string[]): T[] {
  const keyed = rows.map((row) => ({ row, key: key(row).join('\u0000') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}
