import type { Knex } from 'knex';

const instant = (name: string, more = 'NOT NULL'): string =>
  `${name} TEXT ${more} CHECK (${name} IS NULL OR strftime('%Y-%m-%dT%H:%M:%fZ', ${name}) IS ${name})`;

/** What a person does: messages by hand, one by one or many at a time, letters on paper, and the to-do list. */
const statements = [
  // The text of the payment code that the message shows as a picture; empty when it shows none.
  `ALTER TABLE reminders ADD COLUMN payment_code TEXT NOT NULL DEFAULT ''`,
  // All that a letter's paper says, so that the same pages can be drawn again years later.
  'ALTER TABLE reminders ADD COLUMN letter TEXT CHECK (letter IS NULL OR json_valid(letter))',
  `ALTER TABLE reminders ADD COLUMN ${instant('printed_at', '')}`,
  `CREATE TABLE drafts (
     id INTEGER PRIMARY KEY,
     user_id INTEGER NOT NULL REFERENCES users (id),
     channel TEXT NOT NULL CHECK (channel IN ('email', 'letter')),
     about TEXT NOT NULL,
     content TEXT NOT NULL CHECK (json_valid(content)),
     ${instant('saved_at')},
     UNIQUE (user_id, channel, about)
   ) STRICT`,
  // What somebody has ticked for a bulk sending and not sent yet: too much for an address to hold.
  `CREATE TABLE bulk_choices (
     id INTEGER PRIMARY KEY,
     user_id INTEGER NOT NULL REFERENCES users (id),
     key TEXT NOT NULL UNIQUE,
     content TEXT NOT NULL CHECK (json_valid(content)),
     ${instant('saved_at')}
   ) STRICT`,
  'CREATE INDEX bulk_choices_user ON bulk_choices (user_id)',
  // Many messages by hand at once: what was asked for, and what became of each customer.
  `CREATE TABLE batches (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     channel TEXT NOT NULL CHECK (channel IN ('email', 'letter')),
     template_id INTEGER NOT NULL REFERENCES templates (id),
     copy_to TEXT NOT NULL DEFAULT '',
     completes INTEGER NOT NULL DEFAULT 1 CHECK (completes IN (0, 1)),
     created_by INTEGER REFERENCES users (id),
     ${instant('created_at')},
     ${instant('finished_at', '')},
     ${instant('undone_at', '')},
     CHECK (undone_at IS NULL OR finished_at IS NOT NULL)
   ) STRICT`,
  'CREATE INDEX batches_open ON batches (id) WHERE finished_at IS NULL',
  `CREATE TABLE batch_items (
     id INTEGER PRIMARY KEY,
     batch_id INTEGER NOT NULL REFERENCES batches (id),
     position INTEGER NOT NULL,
     customer_id INTEGER NOT NULL REFERENCES customers (id),
     currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
     invoice_ids TEXT NOT NULL CHECK (json_valid(invoice_ids)),
     seen TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(seen)),
     state TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'refused', 'stopped')),
     reason TEXT NOT NULL DEFAULT '' CHECK (state <> 'refused' OR reason <> ''),
     detail TEXT NOT NULL DEFAULT '',
     reminder_id INTEGER REFERENCES reminders (id),
     CHECK ((state = 'queued') = (reminder_id IS NOT NULL)),
     UNIQUE (batch_id, customer_id, currency)
   ) STRICT`,
  `CREATE INDEX batch_items_waiting ON batch_items (batch_id, position) WHERE state = 'waiting'`,
  // A form that comes again is found by its key, whatever became of its message.
  'CREATE INDEX reminders_by_key ON reminders (key)',
  'CREATE INDEX batch_items_reminder ON batch_items (reminder_id) WHERE reminder_id IS NOT NULL',
  // To-dos that nobody needs to do: what the item was, in the words that name it as long as the facts are the same.
  `CREATE TABLE dismissals (
     id INTEGER PRIMARY KEY,
     item TEXT NOT NULL,
     customer_id INTEGER NOT NULL REFERENCES customers (id),
     invoice_id INTEGER REFERENCES invoices (id),
     reminder_id INTEGER REFERENCES reminders (id),
     reason TEXT NOT NULL CHECK (reason <> ''),
     user_id INTEGER REFERENCES users (id),
     ${instant('dismissed_at')},
     ${instant('ended_at', '')}
   ) STRICT`,
  'CREATE UNIQUE INDEX dismissals_item ON dismissals (item) WHERE ended_at IS NULL',
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX reminders_by_key');
  for (const table of ['dismissals', 'batch_items', 'batches', 'bulk_choices', 'drafts'])
    await knex.raw(`DROP TABLE ${table}`);
  for (const column of ['payment_code', 'letter', 'printed_at'])
    await knex.raw(`ALTER TABLE reminders DROP COLUMN ${column}`);
}
