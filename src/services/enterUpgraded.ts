import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { lockBackups } from '../store/backupFolder.ts';
import { enterFolder, makeFolder, takeFolder } from '../store/dataFolder.ts';
import { openDatabase, needsUpgrade } from '../store/database.ts';
import type { Lock } from '../store/lock.ts';
import { type Program, THIS_PROGRAM } from '../store/program.ts';

/** So often it is tried, so far apart, while another process works in the folder: five seconds, for one that is just ending. */
const TRIES = 50;
/** Ten minutes, while another process upgrades: it may have a large database to copy, and when it is killed its locks are gone. */
const TRIES_BESIDE_UPGRADE = 6000;
const PAUSE_MS = 100;

interface Entering {
  /** The present instant. */
  at: string;
  /** Whether a database that is missing will be made. */
  create?: boolean;
  program?: Program;
  tries?: number;
}

/**
 * Lets this process work in the data folder, until it releases what it gets, with a database that is the program's own: upgraded
 * where it has to be. During an upgrade nobody else may work in the folder, or an earlier Dunwell would go on beside it and write
 * into tables that it does not know. Of several processes that start at once one upgrades, and the others wait for it. Refused
 * while an earlier one goes on working or a backup is being restored, where nobody can work in the folder, and for a database
 * that is none of ours or newer.
 */
export async function enterUpgraded(config: Config, entering: Entering): Promise<Lock> {
  const { dataDir, databaseFile } = config;
  const { at, create = false, program = THIS_PROGRAM, tries = TRIES } = entering;
  if (!create && !existsSync(databaseFile)) throw new Refusal('no_database', { file: databaseFile });
  makeFolder(dataDir);
  let shut = 0;
  for (let n = 1; ; n++) {
    const use = enterFolder(dataDir);
    const isOld = use !== null && (await isToUpgrade(use, databaseFile, program));
    if (use && !isOld) return use;
    if (isOld && (await upgradeAlone(config, program, at))) continue;
    const beside = isUpgrading(dataDir);
    // One look more: an upgrade may have ended between the two questions.
    shut = use || beside ? 0 : shut + 1;
    if (shut > 1) throw new Refusal('restoring', { folder: dataDir });
    if (n >= (beside ? TRIES_BESIDE_UPGRADE : tries))
      throw new Refusal('upgrade_in_use', { folder: dataDir, version: program.version });
    await setTimeout(PAUSE_MS);
  }
}

/** When it is, and when that cannot be told, this process is in the folder no longer. */
async function isToUpgrade(use: Lock, file: string, program: Program): Promise<boolean> {
  try {
    const isOld = await needsUpgrade(file, program);
    if (isOld) use.release();
    return isOld;
  } catch (error) {
    use.release();
    throw error;
  }
}

/** False, and nothing done, while anybody else works in the folder. */
async function upgradeAlone({ dataDir, databaseFile }: Config, program: Program, at: string): Promise<boolean> {
  // An upgrade makes a copy; that it has the right to, all the while, tells others what they wait for.
  const copies = lockBackups(dataDir);
  const whole = copies && takeFolder(dataDir);
  try {
    if (!whole) return false;
    await (await openDatabase(databaseFile, { create: false, at, program })).destroy();
    return true;
  } finally {
    whole?.release();
    copies?.release();
  }
}

function isUpgrading(dataDir: string): boolean {
  const copies = lockBackups(dataDir);
  copies?.release();
  return copies === null;
}
