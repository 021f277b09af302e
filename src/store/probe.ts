import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { type Db, fileOf, isBusy } from './database.ts';

/** So often it is tried while another program writes, so far apart: about as long as any statement would wait. */
const TRIES = 10;
const PAUSE_MS = 100;

/**
 * Whether the database can be read and written at this moment; nothing is written. What our own process does with it, such
 * as writing down a large run, is no reason to say no. Answers within two seconds, and keeps nobody waiting meanwhile.
 */
export const isUsable = (db: Db): Promise<boolean> => probe(db).catch(() => false);

async function probe(db: Db): Promise<boolean> {
  const file = await fileWithin(db);
  if (file === null) return true;
  if (file === '') return answers(db);
  for (let n = 0; n < TRIES; n++) {
    const found = look(file);
    if (found !== 'taken') return found === 'free';
    if (!(await answers(db))) return true;
    // Our own connection is free as well, so whoever writes is somebody else, unless that was the end of ours.
    if (look(file) === 'free') return true;
    await setTimeout(PAUSE_MS);
  }
  return false;
}

/** By a connection of its own, which waits for nobody: a statement on the usual one would keep every page waiting. */
function look(file: string): 'free' | 'taken' | 'unusable' {
  try {
    const connection = new Database(file, { fileMustExist: true, timeout: 0 });
    try {
      connection.exec('BEGIN IMMEDIATE; SELECT name FROM settings LIMIT 1; ROLLBACK');
      return 'free';
    } finally {
      connection.close();
    }
  } catch (error) {
    return isBusy(error) ? 'taken' : 'unusable';
  }
}

const files = new WeakMap<Db, string>();

/** The file of a database, asked once; null while our own work keeps the connection from answering. */
async function fileWithin(db: Db): Promise<string | null> {
  const known = files.get(db);
  if (known !== undefined) return known;
  const file = await Promise.race([fileOf(db), setTimeout(PAUSE_MS, null)]);
  if (file !== null) files.set(db, file);
  return file;
}

/** Whether our own connection has a moment. */
const answers = (db: Db): Promise<boolean> =>
  Promise.race([db.raw('SELECT 1').then(() => true), setTimeout(PAUSE_MS, false)]);
