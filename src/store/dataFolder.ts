import { randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { renameSync, statfsSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { removeQuietly, syncFile } from './backupFile.ts';
import { type Lock, shareLock, takeLock } from './lock.ts';

/** Which installation this is, and how often a person has said after a restore how it goes on. */
export interface Identity {
  id: string;
  epoch: number;
}

const record = z.object({
  id: z.string().min(1),
  epoch: z.int().min(1),
  since: z.string(),
  /** What only this very file has: a copy of the folder has another. */
  mark: z.string(),
  /** True from the first start until the database bears the same name. */
  adopting: z.boolean(),
});

/** What a data folder says about itself, outside the database. */
export type FolderRecord = z.infer<typeof record>;

const recordFile = (dataDir: string): string => path.join(dataDir, 'instance.json');

/** Null where there is none; one that cannot be read counts as a copy's, and fits nothing. */
export function readFolder(dataDir: string): FolderRecord | null {
  try {
    return record.parse(JSON.parse(readFileSync(recordFile(dataDir), 'utf8')));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    return { id: 'unreadable', epoch: 1, since: '', mark: '', adopting: false };
  }
}

/** Writes the record, with the mark of the new file, in one move. */
export function writeFolder(dataDir: string, content: Omit<FolderRecord, 'mark'>): void {
  const part = `${recordFile(dataDir)}.part-${randomUUID()}`;
  const handle = openSync(part, 'wx', 0o600);
  try {
    writeSync(handle, JSON.stringify({ ...content, mark: markOf(fstatSync(handle, { bigint: true })) }));
    fsyncSync(handle);
    renameSync(part, recordFile(dataDir));
  } finally {
    closeSync(handle);
    removeQuietly(part);
  }
  syncFile(dataDir);
}

/** Whether the record is the very file that was written here, and not a copy of it. */
export const isOriginal = (dataDir: string, { mark }: FolderRecord): boolean =>
  mark === markOf(statSync(recordFile(dataDir), { bigint: true }));

/**
 * A file keeps the instant of its birth and its number when it is renamed or moved, and a copy of it gets others. Where the
 * file system does not note births, the number has to do.
 */
const markOf = ({ birthtimeNs, ino }: { birthtimeNs: bigint; ino: bigint }): string =>
  birthtimeNs > 0n ? `born ${birthtimeNs}` : `number ${ino}`;

/** File systems over a network, where one machine's locks say nothing to another's (statfs(2)): NFS, SMB, CIFS, AFS. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f]);

/** Whether a file system, by the number that statfs(2) gives its kind, is one over a network. */
export const isNetworkDrive = (kind: number): boolean => NETWORK.has(kind);

/** Makes the data folder where it is missing, for its owner only, and refuses one in which nobody can work. */
export function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch {
    // On a file system that is read-only Node says that the folder above is missing.
    throw new Refusal('unwritable_folder', { folder: dataDir });
  }
  refuseFolder(dataDir);
}

/** Refuses a folder that cannot be written, or on which locks cannot be relied on. */
export function refuseFolder(dataDir: string, kind: number = statfsSync(dataDir).type): void {
  if (isNetworkDrive(kind)) throw new Refusal('no_locks', { folder: dataDir });
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new Refusal('unwritable_folder', { folder: dataDir });
  }
}

const useFile = (dataDir: string): string => path.join(dataDir, 'open.lock');

/** Says that this process works with the database, for as long as it lives. Null while a restore puts another in its place. */
export const enterFolder = (dataDir: string): Lock | null => shareLock(useFile(dataDir));

/** Takes the folder for oneself; null while any process works with its database. */
export const takeFolder = (dataDir: string): Lock | null => takeLock(useFile(dataDir));
