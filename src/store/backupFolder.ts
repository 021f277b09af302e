import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { type CopyJob, copyDatabase, removeQuietly, syncFile } from './backupFile.ts';
import { type Lock, takeLock } from './lock.ts';

/** How many copies from before a migration stay. */
const KEPT_BEFORE = 3;

const PART = '.part-';

/** Where the installation keeps copies of its own accord. */
export const backupsIn = (dataDir: string): string => path.join(dataDir, 'backups');

/**
 * Makes a copy under a name beside, and gives it its own name once it is whole: nobody ever finds half a backup. Throws
 * EEXIST when something of that name is there and is not to be replaced.
 */
export async function placeCopy(job: CopyJob, { replace = false } = {}): Promise<void> {
  const { target } = job;
  if (!replace && existsSync(target)) throw alreadyThere(target);
  const part = `${target}${PART}${randomUUID()}`;
  await copyDatabase({ ...job, target: part });
  try {
    if (replace) renameSync(part, target);
    else nameOnce(part, target);
    syncFile(path.dirname(target));
  } finally {
    removeQuietly(part);
  }
}

/** A link fails where the name is taken, however short ago; some file systems know no links. */
function nameOnce(part: string, target: string): void {
  try {
    linkSync(part, target);
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') throw error;
    if (existsSync(target)) throw alreadyThere(target);
    renameSync(part, target);
  }
}

const alreadyThere = (target: string): Error => Object.assign(new Error(`${target} is there`), { code: 'EEXIST' });

/** Keeps the database as it is before a migration, `before-0007_name-20261123T100000Z.db`; the last three of these stay. */
export async function keepBeforeMigration(file: string, migration: string, at: string): Promise<void> {
  const folder = makeBackupFolder(path.dirname(file));
  const target = path.join(folder, `before-${migration}-${compact(at)}.db`);
  await placeCopy({ source: file, target, at }, { replace: true });
  keepNewest(folder, 'before-', KEPT_BEFORE);
}

/** `20261123T100000Z`: an instant as a part of a file's name. */
export const compact = (at: string): string => at.replace(/\.\d+Z$/, 'Z').replace(/[-:]/g, '');

/** Makes the folder where it is missing, and clears away what a killed process left half done. */
export function makeBackupFolder(dataDir: string): string {
  const folder = backupsIn(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (name.includes(PART)) removeQuietly(path.join(folder, name));
  return folder;
}

/** The right to make the copies of a data folder; null while another process makes one. */
export const lockBackups = (dataDir: string): Lock | null => takeLock(path.join(dataDir, 'backup.lock'));

/** Removes all but the newest copies of a kind. */
export function keepNewest(folder: string, kind: string, count: number): void {
  for (const { file } of copiesOf(folder, kind).slice(count)) removeQuietly(file);
}

/** The copies of a kind that are in a folder, the newest first. */
export function copiesOf(folder: string, kind: string): { file: string; changedAt: number }[] {
  return namesIn(folder)
    .filter((name) => name.startsWith(kind) && name.endsWith('.db'))
    .flatMap((name) => {
      const file = path.join(folder, name);
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? [{ file, changedAt: found.mtimeMs }] : [];
    })
    .toSorted((a, b) => b.changedAt - a.changedAt || (a.file < b.file ? 1 : -1));
}

/** What cannot be looked into holds no backup that anybody could use. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
