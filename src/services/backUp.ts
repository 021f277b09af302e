import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { placeCopy } from '../store/backupFolder.ts';
import { type Db, fileOf, refusalOf } from '../store/database.ts';

/**
 * Writes one file with everything that the database holds, while it is in use (RELIABILITY F43). The file is there whole,
 * readable by its owner only and looked through, or it is not there. What is there already is replaced only by force, and
 * nothing of the installation itself ever is. The key of the stored passwords is not in it.
 */
export async function backUp(
  db: Db,
  { target, force, config, clock }: { target: string; force: boolean; config: Config; clock: Clock },
): Promise<void> {
  const folder = path.dirname(path.resolve(target));
  if (!existsSync(folder)) throw new Refusal('unwritable_target', { file: target });
  if (isOwn(target, config) || lstatSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new Refusal('target_in_use', { file: target });
  try {
    await placeCopy({ source: await fileOf(db), target, at: isoOf(clock()) }, { replace: force });
  } catch (error) {
    throw trouble(error, target);
  }
}

/** Whether a name stands for one of the installation's own files, such as the database in use. */
function isOwn(target: string, { dataDir }: Config): boolean {
  if (!existsSync(dataDir)) return false;
  const place = path.join(realpathSync(path.dirname(path.resolve(target))), path.basename(target));
  return path.dirname(place) === realpathSync(dataDir) && OWN.test(path.basename(place));
}

const OWN = /\.lock$|^(dunwell\.db|dunwell\.db-\w+|secret\.key|instance\.json|sent\.jsonl)$/;

function trouble(error: unknown, file: string): unknown {
  const { code = '' } = error as { code?: string };
  if (code === 'EEXIST') return new Refusal('backup_exists', { file });
  if (/^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|SQLITE_CANTOPEN|SQLITE_READONLY)/.test(code))
    return new Refusal('unwritable_target', { file });
  return refusalOf(error, file);
}
