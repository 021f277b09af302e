import type { Knex } from 'knex';

/** Sums and the oldest due date of some customers, read from the index alone: what is paid long ago costs nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    `CREATE INDEX invoices_open_by_customer ON invoices (customer_id, due_on, state, currency, outstanding_minor)
       WHERE outstanding_minor > 0`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX invoices_open_by_customer');
}
