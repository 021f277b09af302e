import Database from 'better-sqlite3';
import { COPY_MARK } from './backupFile.ts';
import { isFull } from './database.ts';
import { PROGRAM_MARK, type ProgramRecord, recordOf } from './program.ts';

/** What a database file says about itself. */
export interface Glance {
  /** The migrations that it has seen, in their order. */
  applied: readonly string[];
  last: ProgramRecord | null;
  /** When it was made, for a copy that Dunwell made; null for any other file. */
  madeAt: string | null;
}

/** Looks at a file of whatever version without changing it; null where it is no database of ours that can be read. */
export function glanceAt(file: string): Glance | null {
  try {
    return reading(file, (connection) => {
      // A view of that name would be another's statement, and might never end.
      const tables = texts(connection, `SELECT name FROM sqlite_schema WHERE type = 'table'`);
      if (!tables.includes('knex_migrations') || !tables.includes('settings')) return null;
      const applied = texts(connection, 'SELECT name FROM knex_migrations ORDER BY id');
      return {
        applied,
        last: recordOf(valueIn(connection, PROGRAM_MARK)),
        madeAt: instantOf(valueIn(connection, COPY_MARK)),
      };
    });
  } catch (error) {
    // What a full disk keeps from being read is not damaged.
    if (isFull(error)) throw error;
    return null;
  }
}

/** Opens a file for reading only, and closes it again. */
export function reading<T>(file: string, read: (connection: Database.Database) => T): T {
  const connection = new Database(file, { readonly: true, fileMustExist: true });
  try {
    connection.pragma('trusted_schema = OFF');
    return read(connection);
  } finally {
    connection.close();
  }
}

/** The first column of what is found. */
export const texts = (connection: Database.Database, sql: string): string[] =>
  connection.prepare(sql).pluck().all() as string[];

function valueIn(connection: Database.Database, name: string): unknown {
  const value = connection.prepare('SELECT value FROM settings WHERE name = ?').pluck().get(name);
  return typeof value === 'string' ? JSON.parse(value) : null;
}

function instantOf(mark: unknown): string | null {
  const { at } = (mark ?? {}) as { at?: unknown };
  return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : null;
}
