import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { removeQuietly, syncFile } from '../store/backupFile.ts';
import { nameOnce } from '../store/backupFolder.ts';

/** Where the keys are: in the environment, else in `secret.key` of the data folder. Never in the database, so never in its backup. */
export type KeyHome = Pick<Config, 'dataDir' | 'secretKey'>;

interface Key {
  /** Names the key in what it sealed, so that an older one can still open it after a new one was added. */
  id: string;
  bytes: Buffer;
}

const CIPHER = 'aes-256-gcm';

/**
 * Seals a text under the newest key, making the key file when there is none: `1.<key id>.<iv>.<tag>.<text>`. `purpose` is
 * bound in: what was sealed for one purpose opens for no other.
 */
export function sealSecret(home: KeyHome, purpose: string, text: string): string {
  const [key] = keysOf(home, { create: true });
  if (!key) throw new Refusal('bad_secret_key', { file: fileOf(home) });
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key.bytes, iv).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['1', key.id, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.');
}

/** What was sealed, or null when no key at hand opens it. */
export function openSecret(home: KeyHome, purpose: string, sealed: string): string | null {
  const [version, id, ...parts] = sealed.split('.');
  const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
  const key = keysOf(home, { create: false }).find((one) => one.id === id);
  if (version !== '1' || !key || !iv || !tag || !text) return null;
  try {
    const decipher = createDecipheriv(CIPHER, key.bytes, iv, { authTagLength: 16 }).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/**
 * The keys, newest first. To change the key, put a new one in front of the old (a line of its own in the file, a comma in
 * the environment): from then on it seals, while the old one still opens.
 */
function keysOf(home: KeyHome, { create }: { create: boolean }): Key[] {
  const text = home.secretKey ?? fileText(fileOf(home), create);
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => {
      const bytes = Buffer.from(word, 'base64url');
      if (bytes.length !== 32) throw new Refusal('bad_secret_key', { file: fileOf(home) });
      return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
    });
}

const fileOf = ({ dataDir, secretKey }: KeyHome): string =>
  secretKey === null ? path.join(dataDir, 'secret.key') : 'DUNWELL_SECRET_KEY';

function fileText(file: string, create: boolean): string {
  try {
    if (create) makeKeyFile(file);
    // A copy by hand easily leaves it open to others.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!create && (error as { code?: string }).code === 'ENOENT') return '';
    throw error;
  }
}

/** Whole and on the disk before it has its name: what is sealed with half a key, or with one that a power cut took, is lost. */
function makeKeyFile(file: string): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(file)) return;
  const part = `${file}.part-${randomUUID()}`;
  try {
    writeFileSync(part, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    nameOnce(part, file);
    syncFile(folder);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    removeQuietly(part);
  }
}
