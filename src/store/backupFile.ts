import { closeSync, fsyncSync, openSync, readSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { Refusal } from '../refusal.ts';
import { IS_BINARY, readResource } from '../resources.ts';
import type { Db } from './database.ts';

/** One copy to be made: from which database, into which file that is not there yet, and when. */
export interface CopyJob {
  source: string;
  target: string;
  /** The instant that the copy says it was made. */
  at: string;
}

/** The row of a copy's settings that says when it was made; a database in use has none. */
export const COPY_MARK = '_backup' as const;

/**
 * Makes a copy of a database that may be in use, and looks at it: what is there afterwards is whole, sound and on the disk.
 * On a thread of its own, so that pages and sending go on. Throws, and leaves no file, when anything is wrong.
 */
export async function copyDatabase(job: CopyJob): Promise<void> {
  const worker = startThread(job);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('message', (failure: { code: string; message: string } | null) => {
        if (failure) reject(Object.assign(new Error(failure.message), { code: failure.code }));
        else resolve();
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the copy was given up')));
    });
  } catch (error) {
    removeQuietly(job.target);
    throw error;
  }
}

/** The binary carries the thread's code as one file of its own (tools/buildBinary.ts). */
function startThread(workerData: CopyJob): Worker {
  if (!IS_BINARY) return new Worker(path.join(import.meta.dirname, 'copyThread.ts'), { workerData });
  const code = readResource('threads/copyThread.cjs');
  if (!code) throw new Error('threads/copyThread.cjs is missing');
  return new Worker(code.toString('utf8'), { eval: true, workerData });
}

/** A copy of a database in memory, which no other thread can see. */
export async function copyMemory(db: Db, { target, at }: Omit<CopyJob, 'source'>): Promise<void> {
  closeSync(openSync(target, 'wx', 0o600));
  await db.raw('VACUUM INTO ?', [target]);
  finishCopy(target, { at, migrations: await db('knex_migrations').orderBy('id').pluck('name') });
}

/** A copy of a file at once, on the thread that asks. */
export function copyNow({ source, target, at }: CopyJob): void {
  // Made here, so that nobody else can read it for a moment; SQLite fills an empty file.
  closeSync(openSync(target, 'wx', 0o600));
  const from = new Database(source, { fileMustExist: true, timeout: 10_000 });
  try {
    from.prepare('VACUUM INTO ?').run(target);
    finishCopy(target, { at, migrations: migrationsIn(from) });
  } finally {
    from.close();
  }
}

/** Marks a copy, looks whether it is sound and the one that was meant, and brings it to the disk. */
export function finishCopy(target: string, { at, migrations }: { at: string; migrations: string[] }): void {
  const copy = new Database(target, { fileMustExist: true });
  try {
    copy.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(COPY_MARK, JSON.stringify({ at }));
    if (!isSound(copy) || migrationsIn(copy).join() !== migrations.join())
      throw new Refusal('damaged_database', { file: target });
  } finally {
    copy.close();
  }
  syncFile(target);
}

/** Whether SQLite finds nothing wrong, in the pages or in what refers to what. */
export const isSound = (connection: Database.Database): boolean =>
  connection.pragma('integrity_check', { simple: true }) === 'ok' &&
  (connection.pragma('foreign_key_check') as unknown[]).length === 0;

export const migrationsIn = (connection: Database.Database): string[] =>
  connection.prepare('SELECT name FROM knex_migrations ORDER BY id').pluck().all() as string[];

/** When a copy was made, by its own word; null for a file that was copied in another way. */
export function madeAt(file: string): string | null {
  const connection = new Database(file, { readonly: true });
  try {
    const value = connection.prepare('SELECT value FROM settings WHERE name = ?').pluck().get(COPY_MARK);
    const { at } = JSON.parse(typeof value === 'string' ? value : '{}') as { at?: unknown };
    return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : null;
  } catch {
    return null;
  } finally {
    connection.close();
  }
}

/** Whether a file begins as SQLite's do. */
export function looksLikeDatabase(file: string): boolean {
  const head = Buffer.alloc(16);
  const handle = openSync(file, 'r');
  try {
    return readSync(handle, head) === 16 && head.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(handle);
  }
}

/** Brings a file, or the names in a folder, to the disk. */
export function syncFile(file: string): void {
  const handle = openSync(file, statSync(file).isDirectory() ? 'r' : 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function removeQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It is not there, or not ours to remove: nothing that the caller could mend.
  }
}
