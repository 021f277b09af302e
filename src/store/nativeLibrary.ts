import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { standardDataDir } from '../dataDir.ts';
import { Refusal } from '../refusal.ts';
import { readResource } from '../resources.ts';

// In the single binary this file stands in the place of better-sqlite3's own search for its library (tools/buildBinary.ts):
// the system loads a library from a file only, so the one inside the binary has to be written to one first.

export const LIBRARY = 'native/better_sqlite3.node';
const NAME = 'better_sqlite3.node';
const FOLDER = /^\.native-[0-9a-f]{16}$/;

let loaded: object | null = null;

/** What better-sqlite3 asks for: its native part. Throws a Refusal where it cannot be put into a file that is trusted. */
export function getBinding(): object {
  return (loaded ??= load());
}

function load(): object {
  const bytes = readResource(LIBRARY);
  if (!bytes) throw new Error(`${LIBRARY} is missing`);
  const { env, platform } = process;
  const folder = env.DUNWELL_NATIVE_DIR ?? env.DUNWELL_DATA_DIR ?? standardDataDir(env, { binary: true, platform });
  if (!folder) throw new Refusal('no_data_dir');
  const file = unpackLibrary(bytes, path.resolve(folder));
  const library = { exports: {} };
  try {
    process.dlopen(library, file);
  } catch (cause) {
    // On a disk mounted with `noexec`.
    throw Object.assign(new Refusal('native_folder', { folder: path.dirname(file) }), { cause });
  }
  return library.exports;
}

/**
 * Writes the library into a folder of its own, which nobody else may write, and returns the file. What is there already is
 * used only if it is ours, byte for byte; anything else is refused and left alone (RELIABILITY S30). Those of other versions go.
 */
export function unpackLibrary(bytes: Buffer, base: string): string {
  const digest = sha256(bytes);
  const folder = path.join(base, `.native-${digest.slice(0, 16)}`);
  const file = path.join(folder, NAME);
  try {
    enterFolder(folder);
    if (!isThere(file)) write(file, bytes);
    if (!isTrusted(file, digest)) throw new Refusal('broken_binary_library', { folder });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const isFull = (error as { code?: string }).code === 'ENOSPC';
    throw Object.assign(new Refusal(isFull ? 'no_space' : 'native_folder', { folder }), { cause: error });
  }
  removeOthers(base, path.basename(folder));
  return file;
}

function enterFolder(folder: string): void {
  mkdirSync(path.dirname(folder), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Refusal('broken_binary_library', { folder });
  refuseForeign(found, folder);
}

/** Windows knows neither owners nor modes in this way. */
function refuseForeign({ uid, mode }: Stats, folder: string): void {
  const own = process.getuid?.();
  if (own === undefined) return;
  if (uid !== own) throw new Refusal('foreign_folder', { folder });
  if ((mode & 0o022) !== 0) throw new Refusal('broken_binary_library', { folder });
}

const isThere = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

/** Under another name first: two programs that start at once, or a power cut, never leave half of it under its name. */
function write(file: string, bytes: Buffer): void {
  const part = `${file}.${randomUUID()}`;
  const handle = openSync(part, 'wx', 0o600);
  try {
    // Unlike writeSync it goes on until all is written, or says that the disk is full.
    writeFileSync(handle, bytes);
    fsyncSync(handle);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function isTrusted(file: string, digest: string): boolean {
  if (!lstatSync(file).isFile()) return false;
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    refuseForeign(fstatSync(handle), path.dirname(file));
    return sha256(readFileSync(handle)) === digest;
  } finally {
    closeSync(handle);
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What an earlier version has left; one that still runs keeps what it has loaded. */
function removeOthers(base: string, own: string): void {
  for (const name of readdirSync(base).filter((entry) => FOLDER.test(entry) && entry !== own))
    try {
      rmSync(path.join(base, name), { recursive: true, force: true });
    } catch {
      // Somebody else's, or in use: it is not ours to insist.
    }
}
