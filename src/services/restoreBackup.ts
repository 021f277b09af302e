import { randomUUID } from 'node:crypto';
import { chmodSync, constants, copyFileSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { COPY_MARK, madeAt, removeQuietly, syncFile } from '../store/backupFile.ts';
import { makeFolder, takeFolder } from '../store/dataFolder.ts';
import { isDatabaseError, openDatabase, refusalOf } from '../store/database.ts';
import { writeHeld } from '../store/held.ts';
import { addHistory } from '../store/history.ts';
import { type Lock, takeLock } from '../store/lock.ts';
import { type Program, THIS_PROGRAM } from '../store/program.ts';
import { inspect, refuseFile, replaceDatabase, settleFile } from '../store/restoreFile.ts';
import { deleteAllSessions } from '../store/sessions.ts';
import { removeValue } from '../store/settings.ts';
import { METRICS_TOKEN } from './metricsToken.ts';

/** What a restore did: the file in which the database that was there is kept, and when the backup was made, where known. */
export interface Restored {
  kept: string | null;
  madeAt: string | null;
}

/**
 * Puts a backup in the place of the database (RELIABILITY F42, S23): looked through as a stranger's file, brought to the
 * newest migration, everybody signed out, and all sending held until an owner has decided. All that happens to a copy beside;
 * the present database is touched by the last move only, and stays in the folder. Refused while any process works with it.
 */
export const restoreBackup = (config: Config, file: string, clock: Clock): Promise<Restored> =>
  aloneInFolder(config, () => replaceBy(file, config, { at: isoOf(clock()), deed: 'restore', program: THIS_PROGRAM }));

/** Does the work as the only process in the data folder; refused while any other works there, or where it cannot be worked in. */
export async function aloneInFolder<T>(config: Config, work: () => Promise<T>): Promise<T> {
  const { dataDir, lockFile, databaseFile } = config;
  makeFolder(dataDir);
  const locks: (Lock | null)[] = [];
  try {
    for (const take of [() => takeFolder(dataDir), () => takeLock(lockFile)]) locks.push(take());
    if (locks.includes(null)) throw new Refusal('in_use', { folder: dataDir });
    return await work();
  } catch (error) {
    throw refusalOf(error, databaseFile);
  } finally {
    for (const lock of locks) lock?.release();
  }
}

/** How a database is replaced: when, by which command, and by which program. */
interface Replacing {
  at: string;
  deed: 'restore' | 'rollback';
  program: Program;
}

/** Puts a copy of the file in the place of the database; the caller is alone in the folder. */
export async function replaceBy(file: string, config: Config, { at, deed, program }: Replacing): Promise<Restored> {
  const { dataDir, databaseFile } = config;
  refuseFile(file, dataDir);
  removeUnfinished(dataDir, file);
  const copy = path.join(dataDir, `restoring-${randomUUID()}.db`);
  try {
    copyFileSync(file, copy, constants.COPYFILE_EXCL);
    chmodSync(copy, 0o600);
    await inspect(copy, file, program);
    const made = madeAt(copy);
    await makeReady(copy, { backupAt: made, at, program });
    // What holds no lock of ours, such as another program, is noticed here.
    if (settleFile(databaseFile) === null) throw new Refusal('in_use', { folder: dataDir });
    return { kept: replaceDatabase(databaseFile, copy, { at, deed }), madeAt: made };
  } catch (error) {
    throw troubleOf(error, file, program);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(copy + suffix)) removeQuietly(copy + suffix);
  }
}

const UNFINISHED = /^restoring-[0-9a-f-]{36}\.(db|db-wal|db-shm)$/;

/** What a killed restore has left: whoever is alone in the folder knows that nobody is at work on it. */
function removeUnfinished(dataDir: string, besides: string): void {
  for (const name of readdirSync(dataDir).filter((entry) => UNFINISHED.test(entry)))
    if (path.join(dataDir, name) !== path.resolve(besides)) removeQuietly(path.join(dataDir, name));
}

/** The sentences for a database in use would send the owner to a backup, and this is one. */
function troubleOf(error: unknown, file: string, { version }: Program): unknown {
  const trouble = refusalOf(error, file);
  const code = trouble instanceof Refusal ? trouble.code : '';
  if (NEWER.has(code)) return new Refusal('newer_backup', { file, ours: version });
  const unreadable = code === 'unreadable_database' || isDatabaseError(trouble);
  return unreadable ? new Refusal('damaged_database', { file }) : trouble;
}

const NEWER = new Set(['newer_database', 'newer_program']);

/** Brings the copy to the newest migration, signs everybody out, and holds all sending, before anybody can open it. */
async function makeReady(
  copy: string,
  { backupAt, at, program }: { backupAt: string | null; at: string; program: Program },
): Promise<void> {
  const db = await openDatabase(copy, { keep: false, at, program });
  try {
    await db.transaction(async (trx) => {
      await deleteAllSessions(trx);
      // When this database last looked at the clock says nothing about the clock of this machine; and a token that was
      // revoked since the backup must not come back to life.
      for (const name of [COPY_MARK, '_clock', METRICS_TOKEN] as const) await removeValue(trx, name);
      await writeHeld(trx, { reason: 'restored', since: at, backupAt, trial: false });
      await addHistory(trx, [{ at, kind: 'restored', data: { backupAt } }]);
    });
  } finally {
    await db.destroy();
  }
  if (settleFile(copy) !== 'settled') throw new Error('the restored copy could not be closed');
  syncFile(copy);
}
