import knex from 'knex';
import type { Migration } from '../../migrations/index.ts';
import type { Db } from './database.ts';
import { type Program, THIS_PROGRAM } from './program.ts';

/** What `sqlite_schema` says about one table, index, view or trigger. */
interface SchemaRow {
  type: string;
  name: string;
  tbl_name: string;
  sql: string | null;
}

/** The tables in which knex notes what it has done, as knex makes them; the command line of knex reads them too. */
export const MIGRATION_TABLES: readonly string[] = [
  'CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement, `name` varchar(255), `batch` integer, `migration_time` datetime)',
  'CREATE TABLE `knex_migrations_lock` (`index` integer not null primary key autoincrement, `is_locked` integer)',
];

/**
 * How a database differs from what its migrations make: things that should not be there, such as a trigger that somebody
 * put in, things that are missing, and things that read otherwise. Empty when there is nothing of the kind. Nothing in the
 * schema runs on the way, whoever has written it.
 */
export async function schemaDifferences(db: Db, program: Program = THIS_PROGRAM): Promise<string[]> {
  const made = await schemaOf(db);
  // Asking it which migrations it has seen must not be asking a view.
  if (made.get('table knex_migrations') !== MIGRATION_TABLES[0]) return ['table knex_migrations is not as we make it'];
  const applied = await appliedNames(db);
  const wanted = await expectedSchema(program.migrations.filter(({ name }) => applied.includes(name)));
  return [
    ...[...made].flatMap(([name, sql]) => {
      if (!wanted.has(name)) return [`${name} is not ours`];
      return wanted.get(name) === sql ? [] : [`${name} is not as we make it`];
    }),
    ...[...wanted.keys()].filter((name) => !made.has(name)).map((name) => `${name} is missing`),
  ];
}

/** The migrations that a database has seen, in their order. */
export const appliedNames = (db: Db): Promise<string[]> => db('knex_migrations').orderBy('id').pluck('name');

/** Brings a database to migrations that it has not seen, in their order; the caller has opened a transaction. */
export async function applyMigrations(db: Db, missing: readonly Migration[], at: string | null): Promise<void> {
  const [last] = (await db('knex_migrations').max({ batch: 'batch' })) as { batch: number | null }[];
  const note = { batch: (last?.batch ?? 0) + 1, migration_time: at && Date.parse(at) };
  for (const { name, up } of missing) {
    await up(db);
    await db('knex_migrations').insert({ name, ...note });
  }
}

/** Everything in the schema by its kind and name. Statistics are SQLite's own and come and go. */
async function schemaOf(db: Db): Promise<Map<string, string | null>> {
  const rows: SchemaRow[] = await db('sqlite_schema').select('type', 'name', 'tbl_name', 'sql');
  const own = rows.filter(({ name }) => !/^sqlite_(stat|autoindex)/.test(name));
  return new Map(own.map(({ type, name, sql }) => [`${type} ${name}`, sql]));
}

async function expectedSchema(applied: readonly Migration[]): Promise<Map<string, string | null>> {
  const db = knex({
    client: 'better-sqlite3',
    connection: ':memory:',
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  try {
    for (const table of MIGRATION_TABLES) await db.raw(table);
    await applyMigrations(db, applied, null);
    return await schemaOf(db);
  } finally {
    await db.destroy();
  }
}
