import type { Knex } from 'knex';
import * as m0001 from './0001_init.ts';
import * as m0002 from './0002_lists.ts';

interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** In order, append-only. A static list, so that the same code runs from the sources, in jest and in the single binary. */
const migrations: Migration[] = [
  { name: '0001_init', ...m0001 },
  { name: '0002_lists', ...m0002 },
];

export const migrationNames = migrations.map(({ name }) => name);

export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve(migrations),
  getMigrationName: ({ name }) => name,
  getMigration: ({ up, down }) => Promise.resolve({ up, down }),
};
