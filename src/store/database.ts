import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import { Refusal } from '../refusal.ts';
import { keepBeforeUpgrade } from './backupFolder.ts';
import { changeNeeded, migrate } from './migrate.ts';
import { type Program, THIS_PROGRAM } from './program.ts';

/** The database, or a transaction on it: every function of the store takes one first. */
export type Db = Knex;
export type Transaction = Knex.Transaction;

interface SqliteConnection {
  pragma(text: string): unknown;
}

/**
 * Opens the SQLite file, making it and its folder when missing, and brings it to the program (standard: this one): to its
 * newest migration, and to its version. A database that was there is kept beside before that (`backups/`). Refuses a file that
 * is no database, that cannot be written, or that a newer Dunwell has worked with. `at` is the present instant.
 */
export async function openDatabase(file: string, options: OpenOptions = {}): Promise<Db> {
  const { create = true, keep = true, at, program = THIS_PROGRAM } = options;
  if (!create && !existsSync(file)) throw new Refusal('no_database', { file });
  const db = connect(file);
  try {
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const change = await changeNeeded(db, file, program);
    if (change) {
      const now = at ?? lastChange(file);
      const upgrade = { from: change.last?.version ?? null, to: program.version };
      if (keep && change.seen > 0) await keepBeforeUpgrade(file, upgrade, now);
      await migrate(db, { file, program, at: now });
    }
    await verifyDurability(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw refusalOf(error, file);
  }
}

interface OpenOptions {
  create?: boolean;
  /** Whether to keep a copy from before an upgrade. */
  keep?: boolean;
  at?: string;
  program?: Program;
}

/** Whether `openDatabase` would upgrade a database with something in it. Refuses what that refuses. */
export async function needsUpgrade(file: string, program: Program): Promise<boolean> {
  if (!existsSync(file)) return false;
  const db = connect(file);
  try {
    return ((await changeNeeded(db, file, program))?.seen ?? 0) > 0;
  } catch (error) {
    throw refusalOf(error, file);
  } finally {
    await db.destroy();
  }
}

/** For those who open a database without a clock at hand: an instant that is not in the future. */
const lastChange = (file: string): string =>
  (statSync(file, { throwIfNoEntry: false })?.mtime ?? new Date(0)).toISOString();

/** The file that a database is in; empty for one in memory. */
export async function fileOf(db: Db): Promise<string> {
  const rows = (await db.raw('PRAGMA database_list')) as { name: string; file: string }[];
  return rows.find(({ name }) => name === 'main')?.file ?? '';
}

const ignore = (): void => undefined;

/** Opens a file as it is: nothing is looked at, and nothing migrated. */
export function connect(file: string): Db {
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

/**
 * `synchronous` reads FULL right after WAL was chosen and may fall back at the first transaction, so ask after one. One that
 * writes shows that the file can be written; while somebody else writes without a pause one that reads has to do, or a backup
 * could never begin.
 */
async function verifyDurability(db: Db): Promise<void> {
  try {
    await db.transaction((trx) => trx('settings').where({ name: '' }).delete());
  } catch (error) {
    if (!isBusy(error)) throw error;
    await db.transaction((trx) => trx('settings').limit(1));
  }
  const [row] = (await db.raw('PRAGMA synchronous')) as { synchronous: number }[];
  if (row?.synchronous !== 2) throw new Error('the database does not run with synchronous=FULL');
}

/** True for what SQLite itself reports: it concerns the whole file, not the record at hand. */
export const isDatabaseError = (error: unknown): boolean =>
  String((error as { code?: unknown } | null)?.code ?? '').startsWith('SQLITE_');

/** True when the disk itself refused to read, to write or to sync: what was written before cannot be trusted in this process. */
export const isDiskError = (error: unknown): boolean =>
  /^(SQLITE_IOERR|EIO$)/.test(String((error as { code?: unknown } | null)?.code ?? '')) && !isFull(error);

/** True while another program writes: a moment later the same would have succeeded. */
export const isBusy = (error: unknown): boolean =>
  String((error as { code?: unknown } | null)?.code ?? '').startsWith('SQLITE_BUSY');

/** How often to try again while another program writes; each try waits `busy_timeout` itself. */
const TRIES = 60;

/**
 * Does the work again while another program holds the database: for what must be written down because it has happened.
 * The work must be one statement or one transaction.
 */
export async function patiently<T>(work: () => Promise<T>, tries = TRIES): Promise<T> {
  for (let n = 1; ; n++)
    try {
      return await work();
    } catch (error) {
      if (n === tries || !isBusy(error)) throw error;
      await setTimeout(100);
    }
}

/** True where there is no room left: for what is written, or for what SQLite shares with other processes beside the file. */
export const isFull = (error: unknown): boolean =>
  /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC)$/.test(String((error as { code?: unknown } | null)?.code ?? ''));

/** What SQLite says where the system cannot lock a file, or share memory about it. */
const NO_LOCKS = /^SQLITE_(PROTOCOL|IOERR_(LOCK|UNLOCK|RDLOCK|CHECKRESERVEDLOCK|SHM\w+))$/;

/** What went wrong with the file as a sentence for the owner, where there is one; else the error itself. */
export function refusalOf(error: unknown, file: string): unknown {
  if (error instanceof Refusal) return error;
  const { code = '', message = '' } = error as Error & { code?: string };
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return new Refusal('unreadable_database', { file });
  if (code.startsWith('SQLITE_BUSY')) return new Refusal('busy_database', { file });
  if (isFull(error)) return new Refusal('no_space', { folder: path.dirname(file) });
  if (NO_LOCKS.test(code)) return new Refusal('no_locks', { folder: path.dirname(file) });
  if (
    /^(SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EEXIST)/.test(code) ||
    /unable to open|directory does not exist/.test(message)
  )
    return new Refusal('unwritable_database', { file });
  return error;
}

/** How this connection writes: the mode of its journal, and `synchronous` as SQLite counts it, 2 being FULL. */
export async function durability(db: Db): Promise<{ journal: string; synchronous: number }> {
  const [journal] = (await db.raw('PRAGMA journal_mode')) as { journal_mode: string }[];
  const [row] = (await db.raw('PRAGMA synchronous')) as { synchronous: number }[];
  return { journal: journal?.journal_mode ?? '', synchronous: row?.synchronous ?? 0 };
}

/** What SQLite finds wrong with the file; empty when it is sound. */
export async function integrity(db: Db): Promise<string[]> {
  const checks = (await db.raw('PRAGMA integrity_check')) as { integrity_check: string }[];
  return checks.map((row) => row.integrity_check).filter((text) => text !== 'ok');
}

/** Rows that refer to what is not there, in words. */
export async function brokenReferences(db: Db): Promise<string[]> {
  const broken = (await db.raw('PRAGMA foreign_key_check')) as { table: string }[];
  return broken.map(({ table }) => `a row of ${table} refers to nothing`);
}
