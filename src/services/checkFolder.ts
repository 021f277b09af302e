import { accessSync, constants, readdirSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { isNetworkDrive } from '../store/dataFolder.ts';
import { LEAST_SPACE } from './diskSpace.ts';
import { attention, fine, type Finding, problem, sizeWords } from './finding.ts';

/** What a file system says of itself: free bytes, free and possible files (0 where it has no such limit), and its kind. */
export interface Disk {
  free: number;
  freeFiles: number;
  files: number;
  /** The number of statfs(2). */
  kind: number;
}

/** Room for a few nightly copies and the one before an upgrade. */
const COPIES = 3;
const COMFORTABLE = 500e6;
const FEW_FILES = 1000;

/** Kinds of file systems that forget, or that lie in a container which may be thrown away, or on which locks are uncertain. */
const ODD: Readonly<Record<number, readonly [string, string]>> = {
  0x01021994: ['in memory (tmpfs)', 'Everything in it is gone at the next start: move the data folder to a disk.'],
  0x794c7630: [
    'inside a container',
    'It goes when the container is replaced: mount a volume at the data folder (docs/self-hosting.md).',
  ],
  0x01021997: [
    'a folder of another system (9p)',
    'Locks are not certain on it: move the data folder to a disk of this machine.',
  ],
  0x65735546: [
    'a file system in user space (FUSE)',
    'Locks may not be certain on it: move the data folder to a disk of this machine.',
  ],
};

export function readDisk(folder: string): Disk {
  const { bavail, bsize, ffree, files, type } = statfsSync(folder);
  return { free: bavail * bsize, freeFiles: ffree, files, kind: type };
}

/** Checks the disk of the data folder. `database` is the database's size in bytes, null for one in memory. */
export function checkDisk(disk: Disk, database: number | null): Finding {
  const { free, freeFiles, files, kind } = disk;
  if (isNetworkDrive(kind))
    return problem(
      'disk',
      'a network drive',
      'Move the data folder to a disk of this machine: locks do not work here.',
    );
  const room = `${sizeWords(free)} free`;
  if (free < LEAST_SPACE)
    return problem('disk', `${room}: nothing is sent below 100 MB`, 'Make room on the disk of the data folder.');
  if (files > 0 && freeFiles < FEW_FILES)
    return problem(
      'disk',
      `room for ${freeFiles} more files`,
      'Remove files that nobody needs: the disk has too many.',
    );
  const odd = ODD[kind];
  if (odd) return attention('disk', `${room}, ${odd[0]}`, odd[1]);
  const wanted = Math.max(COMFORTABLE, COPIES * (database ?? 0));
  if (free >= wanted) return fine('disk', room);
  return attention(
    'disk',
    `${room}; the copies of the database need up to ${sizeWords(wanted)}`,
    'Make room, or keep fewer nightly copies in Settings → Data and backups.',
  );
}

/** Checks who may read and write the data folder, and whether this process works in it as its owner does. */
export function checkFolder({ dataDir, secretKey }: Pick<Config, 'dataDir' | 'secretKey'>): Finding[] {
  // Windows has no such modes and no numbers for users.
  const uid = process.getuid?.();
  return [rights(dataDir, uid), ...(secretKey === null && uid !== undefined ? [key(dataDir)] : [])];
}

function rights(dataDir: string, uid: number | undefined): Finding {
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const readOnly = (error as { code?: string }).code === 'EROFS';
    return problem(
      'folder',
      `${dataDir} cannot be written${readOnly ? ': its file system is read-only' : ''}`,
      readOnly ? 'Have the disk checked, and mount it for writing.' : `Give its rights back: chmod 700 ${dataDir}`,
    );
  }
  if (uid === undefined) return fine('folder', dataDir);
  const { uid: owner, gid: group, mode } = statSync(dataDir);
  const foreign = foreignFile(dataDir, owner);
  if (foreign !== null)
    return problem(
      'folder',
      `${foreign} does not belong to the owner of ${dataDir}, as after a command run as another user`,
      `chown -R ${owner}:${group} ${dataDir}`,
    );
  if (owner !== uid)
    return attention(
      'folder',
      `${dataDir} belongs to user ${owner}, and this command runs as user ${uid}`,
      `Run Dunwell and its commands as the owner, such as: sudo -u '#${owner}' dunwell check`,
    );
  if ((mode & 0o077) === 0) return fine('folder', `${dataDir}, for its owner only`);
  return attention('folder', `others on this machine can look into ${dataDir}`, `chmod 700 ${dataDir}`);
}

/** The first file of ours that somebody else owns: the service could not write it. */
const foreignFile = (dataDir: string, owner: number): string | null =>
  readdirSync(dataDir).find(
    (name) =>
      /^(dunwell\.db|secret\.key|instance\.json|sent\.jsonl|\w+\.lock$|backups$)/.test(name) &&
      statSync(path.join(dataDir, name), { throwIfNoEntry: false })?.uid !== owner,
  ) ?? null;

/** Asked before anything reads the key, which puts its mode right. */
function key(dataDir: string): Finding {
  const file = path.join(dataDir, 'secret.key');
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return fine('key', 'none yet: nothing is sealed');
  if ((mode & 0o077) === 0) return fine('key', 'secret.key, for its owner only');
  return attention(
    'key',
    'others on this machine could read secret.key',
    `chmod 600 ${file}; and give the mail account another password, if others do use this machine.`,
  );
}
