import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import { migrationNames, migrationSource } from '../../migrations/index.ts';
import { Refusal } from '../refusal.ts';

/** The database, or a transaction on it: every function of the store takes one first. */
export type Db = Knex;
export type Transaction = Knex.Transaction;

interface SqliteConnection {
  pragma(text: string): unknown;
}

/**
 * Opens the SQLite file, making it and its folder when missing, and brings it to the newest migration. Refuses a file
 * that is no database, that cannot be written, or that a newer Dunwell wrote.
 */
export async function openDatabase(file: string, { create = true } = {}): Promise<Db> {
  if (!create && !existsSync(file)) throw new Refusal('no_database', { file });
  const db = connect(file);
  try {
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const applied = await appliedMigrations(db, file);
    if (applied < migrationNames.length) await db.migrate.latest({ migrationSource });
    await verifyDurability(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw refusalOf(error, file);
  }
}

const ignore = (): void => undefined;

function connect(file: string): Db {
  return knex({
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    // knex would print what it throws as well, and on stdout at that.
    log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: SqliteConnection, done: (error: Error | null, connection: SqliteConnection) => void) {
        try {
          // The order matters: WAL first, or its own standard would silently lower `synchronous` (docs/decisions/0002).
          for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'busy_timeout = 1000'])
            connection.pragma(pragma);
          done(null, connection);
        } catch (error) {
          done(error as Error, connection);
        }
      },
    },
  });
}

/** How many migrations the file has seen; refuses one that saw others than ours, or that is no file of ours. */
async function appliedMigrations(db: Db, file: string): Promise<number> {
  if (!(await db.schema.hasTable('knex_migrations'))) {
    const [other] = await db('sqlite_master').where({ type: 'table' }).limit(1);
    if (other) throw new Refusal('foreign_database', { file });
    return 0;
  }
  const applied: { name: string }[] = await db('knex_migrations').select('name');
  const unknown = applied.find(({ name }) => !migrationNames.includes(name));
  if (unknown) throw new Refusal('newer_database', { file });
  return applied.length;
}

/** `synchronous` reads FULL right after WAL was chosen and may fall back at the first transaction, so ask after one. */
async function verifyDurability(db: Db): Promise<void> {
  await db.transaction((trx) => trx('settings').where({ name: '' }).delete());
  const [row] = (await db.raw('PRAGMA synchronous')) as { synchronous: number }[];
  if (row?.synchronous !== 2) throw new Error('the database does not run with synchronous=FULL');
}

/** True for what SQLite itself reports: it concerns the whole file, not the record at hand. */
export const isDatabaseError = (error: unknown): boolean =>
  String((error as { code?: unknown } | null)?.code ?? '').startsWith('SQLITE_');

/** How often to try again while another program writes; each try waits `busy_timeout` itself. */
const TRIES = 60;

/**
 * Does the work again while another program holds the database: for what must be written down because it has happened.
 * The work must be one statement or one transaction.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++)
    try {
      return await work();
    } catch (error) {
      if (n === TRIES || !String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
      await setTimeout(100);
    }
}

/** What went wrong with the file as a sentence for the owner, where there is one; else the error itself. */
export function refusalOf(error: unknown, file: string): unknown {
  if (error instanceof Refusal) return error;
  const { code = '', message = '', name } = error as Error & { code?: string };
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') return new Refusal('unreadable_database', { file });
  if (code.startsWith('SQLITE_BUSY') || name === 'MigrationLocked') return new Refusal('busy_database', { file });
  if (
    /^(SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EEXIST)/.test(code) ||
    /unable to open|directory does not exist/.test(message)
  )
    return new Refusal('unwritable_database', { file });
  return error;
}

/** What SQLite finds wrong with the file, and references that lead nowhere; empty when it is sound. */
export async function integrity(db: Db): Promise<string[]> {
  const checks = (await db.raw('PRAGMA integrity_check')) as { integrity_check: string }[];
  const broken = (await db.raw('PRAGMA foreign_key_check')) as { table: string }[];
  return [
    ...checks.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...broken.map(({ table }) => `a row of ${table} refers to nothing`),
  ];
}
