import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/** A file that ships with the product (`views/…`, `locales/…`, `public/…`), or null. Never looks outside the product's folder. */
export function readResource(name: string): Buffer | null {
  const file = path.join(root, name);
  if (!file.startsWith(root + path.sep)) return null;
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
