import type { Knex } from 'knex';
import * as m0001 from './0001_init.ts';
import * as m0002 from './0002_lists.ts';
import * as m0003 from './0003_access.ts';
import * as m0004 from './0004_outbox.ts';
import * as m0005 from './0005_customers.ts';
import * as m0006 from './0006_by_hand.ts';
import * as m0007 from './0007_run_safety.ts';

export interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** In order, append-only. A static list, so that the same code runs from the sources, in jest and in the single binary. */
export const migrations: readonly Migration[] = [
  { name: '0001_init', ...m0001 },
  { name: '0002_lists', ...m0002 },
  { name: '0003_access', ...m0003 },
  { name: '0004_outbox', ...m0004 },
  { name: '0005_customers', ...m0005 },
  { name: '0006_by_hand', ...m0006 },
  { name: '0007_run_safety', ...m0007 },
];

export const migrationNames = migrations.map(({ name }) => name);

export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ up, down }) => Promise.resolve({ up, down }),
};
