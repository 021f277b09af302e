import { randomUUID } from 'node:crypto';
import { createReadStream, openSync, type ReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import { makeBackupFolder } from '../store/backupFolder.ts';
import { copyDatabase, copyMemory, removeQuietly } from '../store/backupFile.ts';
import { type Db, fileOf, refusalOf } from '../store/database.ts';

/** A fresh copy of the database, looked through, as a stream; no name leads to it any more, so it is gone when that ends. */
export async function openBackup(db: Db, clock: Clock): Promise<ReadStream> {
  const source = await fileOf(db);
  const folder = source === '' ? tmpdir() : makeBackupFolder(path.dirname(source));
  const job = { source, target: path.join(folder, `download.part-${randomUUID()}`), at: isoOf(clock()) };
  try {
    await (source === '' ? copyMemory(db, job) : copyDatabase(job));
    return createReadStream('', { fd: openSync(job.target, 'r') });
  } catch (error) {
    throw refusalOf(error, source);
  } finally {
    removeQuietly(job.target);
  }
}
