import { copyFileSync, existsSync, linkSync, lstatSync, renameSync, statfsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Refusal } from '../refusal.ts';
import { compact } from './backupFolder.ts';
import { isSound, looksLikeDatabase, removeQuietly, syncFile } from './backupFile.ts';
import { connect, type Db } from './database.ts';
import { changeNeeded, missingMigrations } from './migrate.ts';
import type { Program } from './program.ts';
import { MIGRATION_TABLES, schemaDifferences } from './schema.ts';

/** A value larger than this no Dunwell writes. */
const LARGEST = 64 * 1024 * 1024;
const LARGEST_SETTING = 1024 * 1024;
/** What stays free on the disk, beside the file itself. */
const MARGIN = 100 * 1024 * 1024;

/** Refuses, before a byte of it is used, a file that is no plain file with a database in it, or that has no room here. */
export function refuseFile(file: string, dataDir: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) throw new Refusal('no_file', { file });
  // A link would be looked at here and may lead elsewhere later.
  if (!found.isFile() || !looksLikeDatabase(file)) throw new Refusal('not_a_backup', { file });
  if ((lstatSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new Refusal('backup_with_wal', { file });
  const { bavail, bsize } = statfsSync(dataDir);
  if (found.size + MARGIN > bavail * bsize) throw new Refusal('no_space', { folder: dataDir });
}

/**
 * Looks at a copy of the file that is to be restored, as at something that a stranger has written. First the schema, of which
 * nothing runs before it is known to be exactly what our migrations make: no other trigger, view or column. Then the values,
 * and whether SQLite finds the file sound.
 */
export async function inspect(copy: string, file: string, program: Program): Promise<void> {
  const db = connect(copy);
  try {
    await refuseOddSchema(db, file, program);
    // The version is in a table, which by now is known to be one.
    await changeNeeded(db, file, program);
  } finally {
    await db.destroy();
  }
  const connection = new Database(copy, { fileMustExist: true });
  try {
    // better-sqlite3 opens everything `defensive`: the schema cannot be written as if it were data.
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'query_only = ON']) connection.pragma(pragma);
    refuseHuge(connection, file);
    if (!isSound(connection)) throw new Refusal('damaged_database', { file });
  } finally {
    connection.close();
  }
}

async function refuseOddSchema(db: Db, file: string, program: Program): Promise<void> {
  const [sql]: string[] = await db('sqlite_schema').where({ type: 'table', name: 'knex_migrations' }).pluck('sql');
  if (sql === undefined) throw new Refusal('foreign_database', { file });
  // A newer one has more than we know, and is not odd for that; but only a table of ours may say so.
  if (sql === MIGRATION_TABLES[0]) await missingMigrations(db, file, program);
  const [first] = await schemaDifferences(db, program);
  if (first !== undefined) throw new Refusal('odd_schema', { file, detail: first });
}

function refuseHuge(connection: Database.Database, file: string): void {
  const tables = connection
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`)
    .pluck()
    .all() as string[];
  for (const table of tables) {
    const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
    const most = columns.map((column) => `max(coalesce(octet_length(${quoted(column)}), 0))`).join(', ');
    const sizes = Object.values(connection.prepare(`SELECT ${most} FROM ${quoted(table)}`).get() as object);
    const limit = table === 'settings' ? LARGEST_SETTING : LARGEST;
    if (sizes.some((size) => Number(size) > limit)) throw new Refusal('damaged_database', { file });
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Puts the new database in the place of the present one, which stays beside under the name that is returned (null when there
 * was none), `dunwell-before-restore-20261123T100000Z.db`. At every moment the place holds one whole database, the old or the
 * new.
 */
export function replaceDatabase(
  current: string,
  fresh: string,
  { at, deed }: { at: string; deed: 'restore' | 'rollback' },
): string | null {
  const folder = path.dirname(current);
  const kept = existsSync(current) ? path.join(folder, `dunwell-before-${deed}-${compact(at)}.db`) : null;
  if (kept) keepUnder(current, kept);
  // Whatever belongs to the old file must be gone first: SQLite would read it into the new one.
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(current + suffix))
      if (kept) renameSync(current + suffix, kept + suffix);
      else removeQuietly(current + suffix);
  syncFile(folder);
  renameSync(fresh, current);
  syncFile(folder);
  return kept;
}

function keepUnder(current: string, kept: string): void {
  try {
    linkSync(current, kept);
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') throw error;
    copyFileSync(current, kept);
    syncFile(kept);
  }
}

/**
 * Brings everything of the present database into its one file, as nobody else may be using it: null when somebody is. One
 * that cannot be read any more is left as it is, its log included; that may be the very reason for the restore.
 */
export function settleFile(file: string): 'settled' | 'damaged' | null {
  if (!existsSync(file)) return 'settled';
  if (!looksLikeDatabase(file)) return 'damaged';
  const [log, spare] = [`${file}-wal`, `${file}-wal-spare`];
  removeQuietly(spare);
  if (existsSync(log)) copyFileSync(log, spare);
  const result = settle(file);
  // SQLite removes the log of a file that it could not make sense of.
  if (result === 'damaged' && existsSync(spare)) renameSync(spare, log);
  removeQuietly(spare);
  return result;
}

function settle(file: string): 'settled' | 'damaged' | null {
  const connection = new Database(file, { timeout: 0 });
  try {
    // This needs the whole file for itself: any other connection, of whatever program, stands against it.
    connection.pragma('journal_mode = DELETE');
    return 'settled';
  } catch (error) {
    return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ? null : 'damaged';
  } finally {
    connection.close();
  }
}
