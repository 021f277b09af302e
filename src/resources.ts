import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getRawAsset, isSea } from 'node:sea';

/** Whether this is the single binary, which carries all files that ship with the product inside itself. */
export const IS_BINARY: boolean = isSea();

const root = path.join(import.meta.dirname, '..');

/**
 * A file that ships with the product (`views/…`, `locales/…`, `public/…`), or null. From the sources it never looks outside
 * the product's folder; the binary looks only into itself.
 */
export function readResource(name: string): Buffer | null {
  if (IS_BINARY) return readInside(name);
  const file = path.join(root, name);
  if (!file.startsWith(root + path.sep)) return null;
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

function readInside(name: string): Buffer | null {
  try {
    return Buffer.from(getRawAsset(name) as ArrayBuffer);
  } catch {
    return null;
  }
}
