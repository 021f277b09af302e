import { existsSync } from 'node:fs';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { backupsIn } from '../store/backupFolder.ts';
import { enterFolder, refuseFolder } from '../store/dataFolder.ts';
import { refusalOf } from '../store/database.ts';
import { glanceAt } from '../store/glance.ts';
import type { Lock } from '../store/lock.ts';
import { type Losses, lossesOf } from '../store/losses.ts';
import { isNewer, type Program, THIS_PROGRAM } from '../store/program.ts';
import { newestFor, type UpgradeCopy } from '../store/upgradeCopies.ts';
import { aloneInFolder, replaceBy } from './restoreBackup.ts';

/** What a rollback did, or would do. */
export interface RolledBack {
  /** The copy from before the upgrade that takes the database's place. */
  copy: UpgradeCopy;
  /** The version that worked with the database until now; null where it is not known. */
  from: string | null;
  /** What has happened since the copy, and is not in it. */
  lost: Losses;
  /** The file in which the database is kept that was there; null for a dry run. */
  kept: string | null;
}

/**
 * Goes back to before an upgrade (RELIABILITY S31), with the earlier program, whose file has been put back: the newest copy from
 * before an upgrade that this program can work with takes the place of the newer database, as `restore` would put it there.
 * The newer one stays in the folder, everybody signs in again, and all sending is held. A dry run says what would be missing, and
 * changes nothing. Refused where no newer program has worked with the database, where there is no such copy, and while any
 * process works in the folder.
 */
export async function rollBack(
  config: Config,
  { dryRun = false, clock, program = THIS_PROGRAM }: { dryRun?: boolean; clock: Clock; program?: Program },
): Promise<RolledBack> {
  const { dataDir, databaseFile } = config;
  if (!existsSync(databaseFile)) throw new Refusal('no_database', { file: databaseFile });
  refuseFolder(dataDir);
  if (dryRun) return await beside(config, () => ({ ...weigh(config, program), kept: null }));
  return await aloneInFolder(config, async () => {
    const found = weigh(config, program);
    const { kept } = await replaceBy(found.copy.file, config, { at: isoOf(clock()), deed: 'rollback', program });
    return { ...found, kept };
  });
}

/** Only reads, so others may go on; but not one that puts another database in this one's place. */
async function beside<T>({ dataDir, databaseFile }: Config, work: () => T): Promise<T> {
  let use: Lock | null = null;
  try {
    use = enterFolder(dataDir);
    if (!use) throw new Refusal('restoring', { folder: dataDir });
    return work();
  } catch (error) {
    throw refusalOf(error, databaseFile);
  } finally {
    use?.release();
  }
}

function weigh({ dataDir, databaseFile }: Config, program: Program): Omit<RolledBack, 'kept'> {
  const present = glanceAt(databaseFile);
  if (!present) throw new Refusal('unreadable_database', { file: databaseFile });
  const { version } = program;
  const theirs = present.last?.version ?? null;
  if (!isNewer(present, program))
    throw new Refusal('nothing_to_roll_back', { theirs: theirs ?? 'an earlier version', ours: version });
  const copy = newestFor(program, dataDir);
  if (!copy) throw new Refusal('nothing_to_roll_back_to', { folder: backupsIn(dataDir), ours: version });
  return { copy, from: theirs, lost: lossesOf(databaseFile, copy.file) };
}
