import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../migrations/index.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { brokenReferences, type Db, integrity, openDatabase } from '../../src/store/database.ts';
import { schemaDifferences } from '../../src/store/schema.ts';
import { database, dunwellHere, noonOf, temporaryFolder } from '../support/installation.ts';

const at = (folder: string, name: string): string => path.join(folder, name);
const KILL = pathToFileURL(path.resolve('test/support/killAtStatement.ts')).href;
/** How many of the statements of an upgrade the process is killed at, for each state that it may start from. */
const POINTS = process.env.KILL_POINTS === 'all' ? Infinity : 3;

const base = temporaryFolder();
const demo = at(base, 'demo.db');

beforeAll(async () => {
  const db = await database(undefined, demo);
  await loadDemo(db, { clock: noonOf('2026-11-23'), language: 'en' });
  await db.destroy();
});

/** A database as a Dunwell left it that knew the first n migrations only, with as much of the example company as fits. */
async function stateAfter(n: number, file: string): Promise<void> {
  const db = knex({
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const all = await migrationSource.getMigrations([]);
  // knex itself, as it was used until now: its tables and rows are what an upgrade meets.
  await db.migrate.latest({
    migrationSource: { ...migrationSource, getMigrations: () => Promise.resolve(all.slice(0, n)) },
  });
  await db.destroy();
  if (n > 0) fill(file);
}

/** Copies the columns that both have. What triggers keep up to date they make themselves. */
function fill(file: string): void {
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.exec(`ATTACH '${demo}' AS demo`);
  const tables = db
    .prepare(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'`)
    .pluck()
    .all() as string[];
  for (const table of tables.filter((name) => !/^(open_amounts|invoice_search)/.test(name))) {
    const columns = (schema: string): string[] =>
      db.prepare(`SELECT name FROM pragma_table_info(?, ?)`).pluck().all(table, schema) as string[];
    const both = columns('main').filter((name) => columns('demo').includes(name));
    db.exec(`INSERT INTO main.${table} (${both.join()}) SELECT ${both.join()} FROM demo.${table}`);
  }
  db.close();
}

/** What people have in it: each row of the tables of the first migration, by the columns of then. */
function ledgerOf(file: string): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  try {
    const has = (table: string): boolean =>
      db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
    return Object.fromEntries(
      ['customers', 'contacts', 'invoices', 'payments', 'plans', 'steps', 'reminders', 'history']
        .filter(has)
        .map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY id`).all().map(withoutNew)]),
    );
  } finally {
    db.close();
  }
}

/** Columns that a later migration added, at their standard value. */
const ADDED = new Set(['payment_code', 'letter', 'printed_at']);
const withoutNew = (row: unknown): object =>
  Object.fromEntries(Object.entries(row as object).filter(([name]) => !ADDED.has(name)));

/** Opens the database in a folder in a process of its own; a number kills it just before that statement. */
function start(folder: string, statement?: number): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, ['--import', KILL, 'test/support/openOnce.ts', at(folder, 'dunwell.db')], {
    env: {
      PATH: process.env.PATH,
      ...(statement === undefined ? {} : { TEST_KILL_AT_STATEMENT: String(statement) }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += String(text)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout })));
}

const sound = async (db: Db): Promise<string[]> => [
  ...(await integrity(db)),
  ...(await brokenReferences(db)),
  ...(await schemaDifferences(db)),
];

const OLD_STATES = migrationNames.map((name, n) => [n, name] as const);

describe.each(OLD_STATES)('an upgrade from the state with %i migrations, before %s,', (n, next) => {
  const old = at(base, `state-${n}.db`);
  beforeAll(() => stateAfter(n, old));

  /** A data folder with that database in it. */
  function folderOfThen(): string {
    const folder = temporaryFolder();
    cpSync(old, at(folder, 'dunwell.db'));
    return folder;
  }

  test('keeps every row, keeps the old database beside, and does not hold sending (MW-54)', async () => {
    const folder = folderOfThen();
    const before = ledgerOf(old);
    expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 0 });
    if (n > 0) expect(ledgerOf(at(folder, 'dunwell.db'))).toEqual(before);
    const kept = existsSync(at(folder, 'backups')) ? readdirSync(at(folder, 'backups')) : [];
    expect(kept).toEqual(n === 0 ? [] : [expect.stringMatching(new RegExp(`^before-${next}-\\d{8}T\\d{6}Z\\.db$`))]);
    if (kept[0]) expect(ledgerOf(at(folder, `backups/${kept[0]}`))).toEqual(before);
  });

  test('that is killed anywhere leaves the old database or the new one, and the next start finishes it', async () => {
    // The thread that makes the copy counts its own.
    const counts = [...(await start(folderOfThen())).stdout.matchAll(/statements (\d+)/g)].map(([, count]) =>
      Number(count),
    );
    const total = Math.max(...counts);
    expect(total).toBeGreaterThan(10);
    const before = ledgerOf(old);
    const points = Math.min(POINTS, total);
    for (let k = 1; k <= points; k++) {
      const folder = folderOfThen();
      const file = at(folder, 'dunwell.db');
      const statement = points === total ? k : Math.ceil((k * total) / (points + 1));
      await start(folder, statement);
      const raw = new Database(file);
      const seen = raw.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'knex_migrations'`).pluck().get()
        ? raw.prepare('SELECT count(*) FROM knex_migrations').pluck().get()
        : 0;
      raw.close();
      expect([n, migrationNames.length]).toContain(seen);
      if (n > 0) expect(ledgerOf(file)).toEqual(before);
      const db = await openDatabase(file);
      expect(await sound(db)).toEqual([]);
      await db.destroy();
      if (n > 0) expect(ledgerOf(file)).toEqual(before);
    }
  }, 240_000);
});

describe('a database that cannot be upgraded is refused and left as it is', () => {
  test('because its pages are broken', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    await stateAfter(1, file);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096 * 60, 4096 * 70);
    writeFileSync(file, bytes);
    expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 2, stdout: '' });
    const raw = new Database(file);
    expect(raw.prepare('SELECT count(*) FROM knex_migrations').pluck().get()).toBe(1);
    raw.close();
    expect(readdirSync(at(folder, 'backups'))).toEqual([]);
  });

  test('because a migration of ours is missing in the middle', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    await stateAfter(3, file);
    new Database(file).exec(`DELETE FROM knex_migrations WHERE name = '${migrationNames[1]}'`).close();
    expect(await dunwellHere(folder, ['check'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${migrationNames[1]} is missing`),
    });
  });
});

test('a lock that a killed upgrade of an earlier version left stands in nobody’s way', async () => {
  const folder = temporaryFolder();
  await stateAfter(2, at(folder, 'dunwell.db'));
  new Database(at(folder, 'dunwell.db')).exec('UPDATE knex_migrations_lock SET is_locked = 1').close();
  expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 0 });
});

test('of the copies from before migrations the last three stay', async () => {
  const folder = temporaryFolder();
  const names: string[] = [];
  for (let n = 0; n < 5; n++) {
    await stateAfter(1, at(base, `again-${n}.db`));
    cpSync(at(base, `again-${n}.db`), at(folder, 'dunwell.db'));
    const db = await openDatabase(at(folder, 'dunwell.db'), { at: `2026-02-0${n + 1}T10:00:00.000Z` });
    await db.destroy();
    names.push(`before-${migrationNames[1]}-2026020${n + 1}T100000Z.db`);
  }
  expect(readdirSync(at(folder, 'backups')).toSorted()).toEqual(names.slice(-3));
});

test('the tables of knex are as knex makes them', async () => {
  const made = await database();
  const file = at(base, 'of-knex.db');
  await stateAfter(migrationNames.length, file);
  const raw = new Database(file);
  const sqlOf = raw.prepare(`SELECT name, sql FROM sqlite_schema WHERE name LIKE 'knex%' ORDER BY name`).all();
  raw.close();
  expect(await made('sqlite_schema').select('name', 'sql').where('name', 'like', 'knex%').orderBy('name')).toEqual(
    sqlOf,
  );
});
