import type { Knex } from 'knex';

/**
 * What keeps lists quick when there are a hundred thousand invoices: open amounts summed per currency and due date,
 * a search index over numbers, and indexes for each order that the list can be in.
 */
const statements = [
  `CREATE TABLE open_amounts (
     currency TEXT NOT NULL,
     due_on TEXT NOT NULL,
     invoices INTEGER NOT NULL,
     outstanding_minor INTEGER NOT NULL,
     PRIMARY KEY (currency, due_on)
   ) STRICT, WITHOUT ROWID`,
  `INSERT INTO open_amounts
     SELECT currency, coalesce(due_on, ''), count(*), sum(outstanding_minor) FROM invoices
      WHERE outstanding_minor > 0 AND state = 'issued' GROUP BY 1, 2`,
  `CREATE TRIGGER open_amounts_insert AFTER INSERT ON invoices WHEN NEW.outstanding_minor > 0 AND NEW.state = 'issued'
   BEGIN
     INSERT INTO open_amounts VALUES (NEW.currency, coalesce(NEW.due_on, ''), 1, NEW.outstanding_minor)
       ON CONFLICT DO UPDATE SET invoices = invoices + 1, outstanding_minor = outstanding_minor + NEW.outstanding_minor;
   END`,
  `CREATE TRIGGER open_amounts_update AFTER UPDATE OF currency, due_on, outstanding_minor, state ON invoices
   BEGIN
     UPDATE open_amounts SET invoices = invoices - 1, outstanding_minor = outstanding_minor - OLD.outstanding_minor
      WHERE OLD.outstanding_minor > 0 AND OLD.state = 'issued'
        AND currency = OLD.currency AND due_on = coalesce(OLD.due_on, '');
     INSERT INTO open_amounts SELECT NEW.currency, coalesce(NEW.due_on, ''), 1, NEW.outstanding_minor
       WHERE NEW.outstanding_minor > 0 AND NEW.state = 'issued'
       ON CONFLICT DO UPDATE SET invoices = invoices + 1, outstanding_minor = outstanding_minor + NEW.outstanding_minor;
     DELETE FROM open_amounts WHERE invoices = 0 AND currency = OLD.currency AND due_on = coalesce(OLD.due_on, '');
   END`,
  `CREATE VIRTUAL TABLE invoice_search USING fts5 (number, content = 'invoices', content_rowid = 'id', tokenize = 'trigram')`,
  `INSERT INTO invoice_search (invoice_search) VALUES ('rebuild')`,
  `CREATE TRIGGER invoice_search_insert AFTER INSERT ON invoices
   BEGIN
     INSERT INTO invoice_search (rowid, number) VALUES (NEW.id, NEW.number);
   END`,
  `CREATE TRIGGER invoice_search_update AFTER UPDATE OF number ON invoices
   BEGIN
     INSERT INTO invoice_search (invoice_search, rowid, number) VALUES ('delete', OLD.id, OLD.number);
     INSERT INTO invoice_search (rowid, number) VALUES (NEW.id, NEW.number);
   END`,
  // Negated, so that asking for what is open is no reason to walk this index.
  'CREATE INDEX invoices_by_amount ON invoices (-outstanding_minor, id) WHERE outstanding_minor > 0',
  'CREATE INDEX invoices_by_number ON invoices (number, id)',
  'CREATE INDEX invoices_by_customer ON invoices (customer_id, due_on, id)',
  'CREATE INDEX invoices_paid ON invoices (due_on, id) WHERE outstanding_minor <= 0',
  `CREATE INDEX reminders_queue ON reminders (id) WHERE state = 'queued' AND channel = 'email' AND needs_approval = 0`,
  'CREATE INDEX customers_by_name ON customers (name COLLATE NOCASE, id)',
  'CREATE INDEX contacts_customer ON contacts (customer_id)',
  'CREATE INDEX documents_invoice ON documents (invoice_id)',
  'CREATE INDEX enrolments_plan ON enrolments (plan_id) WHERE ended_at IS NULL',
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const name of [
    'invoices_by_amount',
    'invoices_by_number',
    'invoices_by_customer',
    'invoices_paid',
    'reminders_queue',
    'customers_by_name',
    'contacts_customer',
    'documents_invoice',
    'enrolments_plan',
  ])
    await knex.raw(`DROP INDEX ${name}`);
  for (const name of ['open_amounts_insert', 'open_amounts_update', 'invoice_search_insert', 'invoice_search_update'])
    await knex.raw(`DROP TRIGGER ${name}`);
  await knex.raw('DROP TABLE invoice_search');
  await knex.raw('DROP TABLE open_amounts');
}
