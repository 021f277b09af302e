import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { type CopyJob, copyDatabase, removeQuietly, syncFile } from './backupFile.ts';
import { type Lock, takeLock } from './lock.ts';
import type { Upgrade } from './program.ts';

/** Of how many upgrades the copy from before stays. */
const KEPT_UPGRADES = 3;
/** How the name of such a copy begins. */
export const BEFORE = 'before-';

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
export function nameOnce(part: string, target: string): void {
  try {
    linkSync(part, target);
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') throw error;
    if (existsSync(target)) throw alreadyThere(target);
    renameSync(part, target);
  }
}

const alreadyThere = (target: string): Error => Object.assign(new Error(`${target} is there`), { code: 'EEXIST' });

/**
 * Keeps the database as it is before an upgrade, `before-0.1.0-to-0.2.0-20261123T100000Z.db`. Of each upgrade the newest copy
 * stays, and of upgrades the last three: one that fails again and again pushes out no copy of an earlier one.
 */
export async function keepBeforeUpgrade(file: string, { from, to }: Upgrade, at: string): Promise<void> {
  const folder = makeBackupFolder(path.dirname(file));
  const target = path.join(folder, `${BEFORE}${from ?? 'unrecorded'}-to-${to}-${compact(at)}.db`);
  await placeCopy({ source: file, target, at }, { replace: true });
  keepLastUpgrades(folder, target);
}

/** The clock may have been put back, so what was just made counts as the newest whatever its file says. */
function keepLastUpgrades(folder: string, made: string): void {
  const kept = new Set<string>();
  const others = copiesOf(folder, BEFORE).map(({ file }) => file);
  for (const file of [made, ...others.filter((name) => name !== made)]) {
    const upgrade = path.basename(file).replace(/-\d{8}T\d{6}Z\.db$/, '');
    if (kept.has(upgrade) || kept.size === KEPT_UPGRADES) removeQuietly(file);
    else kept.add(upgrade);
  }
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

/**
 * Removes all but the newest copies of a kind. What was just made stays, whatever the others say: made on a clock that ran
 * ahead, they would push it out, and it would be made again at every look.
 */
export function keepNewest(folder: string, { kind, count, made }: { kind: string; count: number; made: string }): void {
  const others = copiesOf(folder, kind).filter(({ file }) => file !== made);
  for (const { file } of others.slice(Math.max(0, count - 1))) removeQuietly(file);
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
