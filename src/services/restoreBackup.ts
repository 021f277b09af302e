import { randomUUID } from 'node:crypto';
import { chmodSync, constants, copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { COPY_MARK, madeAt, removeQuietly, syncFile } from '../store/backupFile.ts';
import { makeFolder, takeFolder } from '../store/dataFolder.ts';
import { isDatabaseError, openDatabase, refusalOf } from '../store/database.ts';
import { writeHeld } from '../store/held.ts';
import { addHistory } from '../store/history.ts';
import { takeLock } from '../store/lock.ts';
import { inspect, refuseFile, replaceDatabase, settleFile } from '../store/restoreFile.ts';
import { deleteAllSessions } from '../store/sessions.ts';
import { removeValue } from '../store/settings.ts';

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
export async function restoreBackup(config: Config, file: string, clock: Clock): Promise<Restored> {
  const { dataDir } = config;
  makeFolder(dataDir);
  const locks = [takeFolder(dataDir), takeLock(config.lockFile)];
  try {
    if (locks.includes(null)) throw new Refusal('in_use', { folder: dataDir });
    refuseFile(file, dataDir);
    return await replaceBy(file, config, isoOf(clock()));
  } finally {
    for (const lock of locks) lock?.release();
  }
}

async function replaceBy(file: string, { dataDir, databaseFile }: Config, at: string): Promise<Restored> {
  const copy = path.join(dataDir, `restoring-${randomUUID()}.db`);
  try {
    copyFileSync(file, copy, constants.COPYFILE_EXCL);
    chmodSync(copy, 0o600);
    await inspect(copy, file);
    const made = madeAt(copy);
    await makeReady(copy, made, at);
    // What holds no lock of ours, such as another program, is noticed here.
    if (settleFile(databaseFile) === null) throw new Refusal('in_use', { folder: dataDir });
    return { kept: replaceDatabase(databaseFile, copy, at), madeAt: made };
  } catch (error) {
    throw troubleOf(error, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(copy + suffix)) removeQuietly(copy + suffix);
  }
}

/** The sentence for a database in use would send the owner to a backup, and this is one. */
function troubleOf(error: unknown, file: string): unknown {
  const trouble = refusalOf(error, file);
  const unreadable = trouble instanceof Refusal ? trouble.code === 'unreadable_database' : isDatabaseError(trouble);
  return unreadable ? new Refusal('damaged_database', { file }) : trouble;
}

/** Brings the copy to the newest migration, signs everybody out, and holds all sending, before anybody can open it. */
async function makeReady(copy: string, backupAt: string | null, at: string): Promise<void> {
  const db = await openDatabase(copy, { keep: false, at });
  try {
    await db.transaction(async (trx) => {
      await deleteAllSessions(trx);
      // When this database last looked at the clock says nothing about the clock of this machine.
      for (const name of [COPY_MARK, '_clock'] as const) await removeValue(trx, name);
      await writeHeld(trx, { reason: 'restored', since: at, backupAt, trial: false });
      await addHistory(trx, [{ at, kind: 'restored', data: { backupAt } }]);
    });
  } finally {
    await db.destroy();
  }
  if (settleFile(copy) !== 'settled') throw new Error('the restored copy could not be closed');
  syncFile(copy);
}
