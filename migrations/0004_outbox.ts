import type { Knex } from 'knex';

/** What keeps the outbox quick when years of reminders are in it: each state by the time it was reached. */
const statements = [
  'CREATE INDEX reminders_by_state ON reminders (state, settled_at, id)',
  `CREATE INDEX reminders_letterbox ON reminders (settled_at, id) WHERE transport = 'letterbox' AND state = 'sent'`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const name of ['reminders_by_state', 'reminders_letterbox']) await knex.raw(`DROP INDEX ${name}`);
}
