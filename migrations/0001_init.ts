import type { Knex } from 'knex';

/** A calendar day as SQLite itself would write it: refuses 02/01/2025 and 2025-02-30. */
const day = (name: string, more = 'NOT NULL'): string => `${name} TEXT ${more} CHECK (date(${name}) IS ${name})`;
/** An instant in UTC, written 2026-01-31T12:00:00.000Z. */
const instant = (name: string, more = 'NOT NULL'): string =>
  `${name} TEXT ${more} CHECK (${name} IS NULL OR strftime('%Y-%m-%dT%H:%M:%fZ', ${name}) IS ${name})`;
const currency = `currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]')`;
const flag = (name: string, standard: 0 | 1): string =>
  `${name} INTEGER NOT NULL DEFAULT ${standard} CHECK (${name} IN (0, 1))`;
const oneOf = (name: string, words: string, more = 'NOT NULL'): string =>
  `${name} TEXT ${more} CHECK (${name} IN (${words
    .split(' ')
    .map((word) => `'${word}'`)
    .join(', ')}))`;
const json = (name: string, more = 'NOT NULL'): string => `${name} TEXT ${more} CHECK (json_valid(${name}))`;
const text = (name: string): string => `${name} TEXT NOT NULL DEFAULT ''`;
const ref = (name: string, table: string, more = 'NOT NULL'): string =>
  `${name} INTEGER ${more} REFERENCES ${table} (id)`;

const tables: Record<string, string[]> = {
  settings: ['name TEXT PRIMARY KEY', json('value')],

  users: [
    'id INTEGER PRIMARY KEY',
    'email TEXT NOT NULL UNIQUE COLLATE NOCASE',
    'name TEXT NOT NULL',
    oneOf('role', 'owner colleague'),
    'password_hash TEXT',
    'language TEXT NOT NULL',
    instant('created_at'),
    instant('disabled_at', ''),
  ],

  customers: [
    'id INTEGER PRIMARY KEY',
    `code TEXT NOT NULL UNIQUE CHECK (code <> '')`,
    'legal_id TEXT',
    `name TEXT NOT NULL CHECK (name <> '')`,
    'language TEXT NOT NULL',
    'country TEXT',
    text('street'),
    text('postcode'),
    text('city'),
    text('note'),
    'payment_term_days INTEGER CHECK (payment_term_days BETWEEN 0 AND 365)',
    instant('created_at'),
    instant('archived_at', ''),
  ],

  contacts: [
    'id INTEGER PRIMARY KEY',
    ref('customer_id', 'customers'),
    'position INTEGER NOT NULL',
    'name TEXT NOT NULL',
    text('role'),
    'email TEXT',
    'phone TEXT',
    oneOf('receives', 'to cc none'),
    day('refused_on', ''),
    'refused_reason TEXT',
    'UNIQUE (customer_id, position)',
  ],

  invoices: [
    'id INTEGER PRIMARY KEY',
    ref('customer_id', 'customers'),
    `number TEXT NOT NULL CHECK (number <> '')`,
    day('issued_on'),
    day('due_on', ''),
    day('received_on', ''),
    currency,
    'total_minor INTEGER NOT NULL CHECK (total_minor >= 0)',
    // Paid before or outside Dunwell, as the source of the invoice says; payments known here are applications.
    'settled_elsewhere_minor INTEGER NOT NULL DEFAULT 0',
    // Kept by the store: total − settled elsewhere − applications. `dunwell check` compares.
    'outstanding_minor INTEGER NOT NULL',
    oneOf('state', 'draft issued cancelled written_off'),
    flag('follow_up_enabled', 1),
    text('note'),
    instant('created_at'),
    'UNIQUE (customer_id, number)',
  ],

  credit_notes: [
    'id INTEGER PRIMARY KEY',
    ref('customer_id', 'customers'),
    `number TEXT NOT NULL CHECK (number <> '')`,
    day('issued_on'),
    currency,
    'total_minor INTEGER NOT NULL CHECK (total_minor >= 0)',
    'settled_elsewhere_minor INTEGER NOT NULL DEFAULT 0',
    'remaining_minor INTEGER NOT NULL',
    oneOf('state', 'open cancelled'),
    instant('created_at'),
    'UNIQUE (customer_id, number)',
  ],

  payments: [
    'id INTEGER PRIMARY KEY',
    ref('customer_id', 'customers'),
    day('received_on'),
    currency,
    // Negative for a reversal of an earlier payment.
    'amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0)',
    'unapplied_minor INTEGER NOT NULL',
    text('reference'),
    'source_key TEXT NOT NULL UNIQUE',
    ref('reverses_id', 'payments', ''),
    instant('created_at'),
  ],

  applications: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices'),
    ref('payment_id', 'payments', ''),
    ref('credit_note_id', 'credit_notes', ''),
    'amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0)',
    day('applied_on'),
    'CHECK ((payment_id IS NULL) <> (credit_note_id IS NULL))',
  ],

  blobs: ['sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64)', 'size INTEGER NOT NULL', 'content BLOB NOT NULL'],

  documents: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices'),
    oneOf('kind', 'invoice attachment'),
    'name TEXT NOT NULL',
    'media_type TEXT NOT NULL',
    'sha256 TEXT NOT NULL REFERENCES blobs (sha256)',
    instant('added_at'),
    'UNIQUE (invoice_id, name)',
  ],

  promises: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices'),
    day('until_on'),
    'amount_minor INTEGER',
    text('note'),
    instant('made_at'),
    instant('ended_at', ''),
  ],

  disputes: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices'),
    'reason TEXT NOT NULL',
    text('note'),
    instant('opened_at'),
    instant('lifted_at', ''),
  ],

  pauses: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices', ''),
    ref('customer_id', 'customers', ''),
    ref('plan_id', 'plans', ''),
    day('until_on', ''),
    text('reason'),
    instant('begun_at'),
    instant('ended_at', ''),
    'CHECK ((invoice_id IS NOT NULL) + (customer_id IS NOT NULL) + (plan_id IS NOT NULL) = 1)',
  ],

  templates: [
    'id INTEGER PRIMARY KEY',
    'name TEXT NOT NULL UNIQUE',
    oneOf('kind', 'email letter'),
    oneOf('scope', 'single grouped'),
    instant('archived_at', ''),
  ],

  template_versions: [
    'id INTEGER PRIMARY KEY',
    ref('template_id', 'templates'),
    'language TEXT NOT NULL',
    'subject TEXT NOT NULL',
    'body TEXT NOT NULL',
    'UNIQUE (template_id, language)',
  ],

  plans: [
    'id INTEGER PRIMARY KEY',
    'name TEXT NOT NULL UNIQUE',
    oneOf('kind', 'escalation recap'),
    json('roles'),
    flag('together', 0),
    'minimum_days INTEGER NOT NULL DEFAULT 1 CHECK (minimum_days BETWEEN 0 AND 365)',
    'minimum_days_after_receipt INTEGER NOT NULL DEFAULT 0 CHECK (minimum_days_after_receipt BETWEEN 0 AND 365)',
    flag('include_not_due', 0),
    day('start_on', ''),
    'every_n INTEGER CHECK (every_n BETWEEN 1 AND 366)',
    oneOf('every_unit', 'day week month', ''),
    oneOf('scope', 'overdue open', ''),
    flag('with_credit_notes', 0),
    oneOf('action', 'email email_approval letter', ''),
    ref('template_id', 'templates', ''),
    instant('created_at'),
    instant('archived_at', ''),
    `CHECK (kind = 'escalation' OR (start_on IS NOT NULL AND every_n IS NOT NULL AND every_unit IS NOT NULL AND scope IS NOT NULL AND action IS NOT NULL))`,
  ],

  plan_limits: [
    'id INTEGER PRIMARY KEY',
    ref('plan_id', 'plans'),
    currency,
    'minimum_minor INTEGER CHECK (minimum_minor >= 0)',
    'ceiling_minor INTEGER CHECK (ceiling_minor >= 0)',
    'UNIQUE (plan_id, currency)',
  ],

  steps: [
    'id INTEGER PRIMARY KEY',
    ref('plan_id', 'plans'),
    'position INTEGER NOT NULL',
    'name TEXT NOT NULL',
    oneOf('trigger_from', 'due issue previous'),
    'trigger_days INTEGER NOT NULL CHECK (trigger_days BETWEEN -365 AND 730)',
    flag('month_end', 0),
    oneOf('action', 'email email_approval letter call'),
    ref('template_id', 'templates', ''),
    'deadline_days INTEGER CHECK (deadline_days BETWEEN 0 AND 365)',
    flag('retired', 0),
    `CHECK (trigger_from = 'due' OR trigger_days >= 0)`,
  ],

  enrolments: [
    'id INTEGER PRIMARY KEY',
    ref('customer_id', 'customers'),
    ref('plan_id', 'plans'),
    oneOf('kind', 'escalation recap'),
    day('since_on'),
    instant('ended_at', ''),
  ],

  runs: [
    'id INTEGER PRIMARY KEY',
    day('day', 'NOT NULL UNIQUE'),
    oneOf('state', 'open decided closed'),
    oneOf('outcome', 'ok problems', ''),
    'lease_owner TEXT NOT NULL',
    instant('started_at'),
    instant('decided_at', ''),
    instant('closed_at', ''),
    'late_by_minutes INTEGER NOT NULL DEFAULT 0',
    // Why its messages wait for a person, where they do.
    oneOf('held', 'review stale_data too_many unusually_many', ''),
    json('counts', `NOT NULL DEFAULT '{}'`),
    json('problems', `NOT NULL DEFAULT '[]'`),
  ],

  reminders: [
    'id INTEGER PRIMARY KEY',
    // What the reminder is, once and for all; two runs, processes or clicks that mean the same one collide here.
    'key TEXT NOT NULL',
    oneOf('origin', 'run manual'),
    ref('run_id', 'runs', ''),
    ref('customer_id', 'customers'),
    ref('plan_id', 'plans', ''),
    ref('step_id', 'steps', ''),
    day('occurrence_on', ''),
    oneOf('channel', 'email letter call'),
    currency,
    'total_minor INTEGER NOT NULL',
    oneOf('state', 'queued sending handover sent failed uncertain cancelled'),
    flag('needs_approval', 0),
    instant('hold_until', ''),
    day('decided_on'),
    'deadline_days INTEGER',
    ref('template_id', 'templates', ''),
    'language TEXT NOT NULL',
    text('subject'),
    text('html'),
    text('text'),
    json('credits', `NOT NULL DEFAULT '[]'`),
    'message_id TEXT NOT NULL UNIQUE',
    text('in_reply_to'),
    text('thread'),
    'attempts INTEGER NOT NULL DEFAULT 0',
    instant('next_attempt_at', ''),
    'claimed_by TEXT',
    instant('claimed_at', ''),
    instant('settled_at', ''),
    // The day it counts for: when it was confirmed sent, posted or called.
    day('sent_on', ''),
    oneOf('transport', 'smtp letterbox hand', ''),
    text('server_reply'),
    text('reason'),
    instant('created_at'),
    ref('created_by', 'users', ''),
  ],

  reminder_invoices: [
    'id INTEGER PRIMARY KEY',
    ref('reminder_id', 'reminders'),
    ref('invoice_id', 'invoices'),
    'position INTEGER NOT NULL',
    'outstanding_minor INTEGER NOT NULL',
    ref('step_id', 'steps', ''),
    day('refers_on', ''),
    day('nominal_on', ''),
    day('scheduled_on', ''),
    day('due_on', ''),
    // 1 while the reminder may still be, or was, sent; a trigger keeps it in step with the reminder's state.
    flag('live', 1),
    'UNIQUE (reminder_id, invoice_id)',
    'CHECK ((step_id IS NULL) = (refers_on IS NULL))',
  ],

  reminder_recipients: [
    'id INTEGER PRIMARY KEY',
    ref('reminder_id', 'reminders'),
    oneOf('kind', 'to cc bcc'),
    text('name'),
    'address TEXT NOT NULL',
    ref('contact_id', 'contacts', ''),
    oneOf('result', 'accepted refused', ''),
    text('reply'),
  ],

  reminder_attachments: [
    'id INTEGER PRIMARY KEY',
    ref('reminder_id', 'reminders'),
    'position INTEGER NOT NULL',
    'name TEXT NOT NULL',
    'media_type TEXT NOT NULL',
    'sha256 TEXT NOT NULL REFERENCES blobs (sha256)',
    'UNIQUE (reminder_id, position)',
  ],

  // The exact bytes handed to the mail server, or to the letterbox.
  messages: ['reminder_id INTEGER PRIMARY KEY REFERENCES reminders (id)', 'sha256 TEXT NOT NULL', 'raw BLOB NOT NULL'],

  completions: [
    'id INTEGER PRIMARY KEY',
    ref('invoice_id', 'invoices'),
    ref('step_id', 'steps'),
    oneOf('kind', 'sent skipped activation'),
    day('completed_on'),
    day('counts_from', ''),
    text('reason'),
    ref('reminder_id', 'reminders', ''),
    'UNIQUE (invoice_id, step_id)',
  ],

  // One row when a decision differs from the one before it, so a decision at a run is the last row up to that run.
  decisions: [
    'id INTEGER PRIMARY KEY',
    ref('run_id', 'runs'),
    ref('invoice_id', 'invoices', ''),
    ref('plan_id', 'plans', ''),
    ref('customer_id', 'customers', ''),
    'currency TEXT',
    oneOf('kind', 'send wait blocked gone'),
    json('reasons'),
    day('until_on', ''),
    ref('reminder_id', 'reminders', ''),
    'CHECK ((invoice_id IS NULL) = (plan_id IS NOT NULL AND customer_id IS NOT NULL AND currency IS NOT NULL))',
  ],

  history: [
    'id INTEGER PRIMARY KEY',
    instant('at'),
    ref('customer_id', 'customers', ''),
    ref('invoice_id', 'invoices', ''),
    ref('reminder_id', 'reminders', ''),
    ref('user_id', 'users', ''),
    'kind TEXT NOT NULL',
    json('data'),
  ],
};

const indexes = [
  'CREATE INDEX invoices_open ON invoices (due_on, id) WHERE outstanding_minor > 0',
  'CREATE INDEX invoices_number ON invoices (number)',
  'CREATE INDEX credit_notes_open ON credit_notes (customer_id) WHERE remaining_minor > 0',
  'CREATE INDEX payments_unapplied ON payments (customer_id) WHERE unapplied_minor <> 0',
  'CREATE INDEX applications_invoice ON applications (invoice_id)',
  'CREATE INDEX applications_payment ON applications (payment_id)',
  'CREATE INDEX applications_credit_note ON applications (credit_note_id)',
  'CREATE UNIQUE INDEX promises_one ON promises (invoice_id) WHERE ended_at IS NULL',
  'CREATE UNIQUE INDEX disputes_one ON disputes (invoice_id) WHERE lifted_at IS NULL',
  'CREATE UNIQUE INDEX pauses_invoice ON pauses (invoice_id) WHERE ended_at IS NULL AND invoice_id IS NOT NULL',
  'CREATE UNIQUE INDEX pauses_customer ON pauses (customer_id) WHERE ended_at IS NULL AND customer_id IS NOT NULL',
  'CREATE UNIQUE INDEX pauses_plan ON pauses (plan_id) WHERE ended_at IS NULL AND plan_id IS NOT NULL',
  'CREATE INDEX steps_plan ON steps (plan_id, position)',
  'CREATE UNIQUE INDEX enrolments_one ON enrolments (customer_id, kind) WHERE ended_at IS NULL',
  // A reminder exists once while it is, or may still be, sent: what makes double sending impossible.
  `CREATE UNIQUE INDEX reminders_key ON reminders (key) WHERE state NOT IN ('cancelled', 'failed')`,
  `CREATE UNIQUE INDEX reminders_occurrence ON reminders (plan_id, customer_id, occurrence_on, currency)
     WHERE occurrence_on IS NOT NULL AND state NOT IN ('cancelled', 'failed')`,
  'CREATE UNIQUE INDEX reminder_invoices_step ON reminder_invoices (invoice_id, step_id, refers_on) WHERE live = 1 AND step_id IS NOT NULL',
  `CREATE INDEX reminders_open ON reminders (state) WHERE state IN ('queued', 'sending', 'handover', 'uncertain')`,
  'CREATE INDEX reminders_customer ON reminders (customer_id)',
  'CREATE INDEX reminders_run ON reminders (run_id)',
  'CREATE INDEX reminder_invoices_invoice ON reminder_invoices (invoice_id)',
  'CREATE INDEX reminder_recipients_reminder ON reminder_recipients (reminder_id)',
  'CREATE INDEX decisions_invoice ON decisions (invoice_id, run_id)',
  'CREATE INDEX decisions_recap ON decisions (customer_id, plan_id, currency, run_id)',
  'CREATE INDEX history_invoice ON history (invoice_id)',
  'CREATE INDEX history_customer ON history (customer_id)',
];

const trigger = `CREATE TRIGGER reminders_live AFTER UPDATE OF state ON reminders
  WHEN (NEW.state IN ('cancelled', 'failed')) <> (OLD.state IN ('cancelled', 'failed'))
  BEGIN
    UPDATE reminder_invoices SET live = (NEW.state NOT IN ('cancelled', 'failed')) WHERE reminder_id = NEW.id;
  END`;

export async function up(knex: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables))
    await knex.raw(`CREATE TABLE ${name} (\n  ${columns.join(',\n  ')}\n) STRICT`);
  for (const index of indexes) await knex.raw(index);
  await knex.raw(trigger);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('PRAGMA defer_foreign_keys = ON');
  for (const name of Object.keys(tables).reverse()) await knex.raw(`DROP TABLE ${name}`);
}
