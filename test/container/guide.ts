import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The guide that people follow. */
const GUIDE = path.join(import.meta.dirname, '..', '..', 'docs', 'self-hosting.md');

/** The commands in a section of docs/self-hosting.md, in their order; a line that ends with a backslash goes on. */
export function commandsOf(section: string): string[] {
  const [, text = ''] = readFileSync(GUIDE, 'utf8').split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  const blocks = own.replaceAll(/\\\n\s+/g, '').matchAll(/^ {4}(.+)$/gm);
  return [...blocks].map(([, line = '']) => line);
}
