import Database from 'better-sqlite3';
import knex from 'knex';
import { migrations, migrationSource } from '../../migrations/index.ts';
import type { Program } from '../../src/store/program.ts';

/**
 * Makes a database as a Dunwell left it that knew the first n migrations only, with as much of another database as fits in
 * it. It names no program: none did then.
 */
export async function stateAfter(n: number, file: string, from?: string): Promise<void> {
  const db = knex({
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const all = await migrationSource.getMigrations([]);
  // knex itself, as it was used at first: its tables and rows are what an upgrade meets.
  await db.migrate.latest({
    migrationSource: { ...migrationSource, getMigrations: () => Promise.resolve(all.slice(0, n)) },
  });
  await db.destroy();
  if (n > 0 && from !== undefined) fill(file, from);
}

/** Copies the columns that both have. What triggers keep up to date they make themselves. */
function fill(file: string, from: string): void {
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.exec(`ATTACH '${from}' AS source`);
  const tables = db
    .prepare(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'`)
    .pluck()
    .all() as string[];
  db.exec('BEGIN');
  for (const table of tables.filter((name) => !/^(open_amounts|invoice_search)/.test(name))) {
    const columns = (schema: string): string[] =>
      db.prepare(`SELECT name FROM pragma_table_info(?, ?)`).pluck().all(table, schema) as string[];
    const both = columns('main').filter((name) => columns('source').includes(name));
    db.exec(`INSERT INTO main.${table} (${both.join()}) SELECT ${both.join()} FROM source.${table}`);
  }
  db.exec(`DELETE FROM main.settings WHERE name = '_program'; COMMIT`);
  db.close();
}

/** Every row of every table of a file, as it stands there; what SQLite and its index of words make themselves left out. */
export function rowsOf(file: string): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  try {
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all();
    const own = (tables as string[]).filter((name) => !/^(sqlite_|knex_|invoice_search)/.test(name));
    return Object.fromEntries(own.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all()]));
  } finally {
    db.close();
  }
}

/** A Dunwell of another time, as far as its database is concerned: its version, and the first n migrations. */
export const programOf = (version: string, n = migrations.length): Program => ({
  version,
  migrations: migrations.slice(0, n),
});

/** The one after this: it has a migration more. */
export const NEXT: Program = {
  version: '99.0.0',
  migrations: [
    ...migrations,
    {
      name: '9999_future',
      async up(db) {
        await db.raw('ALTER TABLE invoices ADD COLUMN mood TEXT');
        await db.raw('CREATE TABLE moods (id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT');
      },
      down: () => Promise.resolve(),
    },
  ],
};
