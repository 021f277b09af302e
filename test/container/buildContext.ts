import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/**
 * The names at the top of the project that .dockerignore lets through. It has to be a list of what is allowed: `*`, then
 * `!name` for each. Throws at any other form.
 */
export function allowedNames(text = readFileSync(path.join(root, '.dockerignore'), 'utf8')): string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const odd = lines.slice(1).find((line) => !/^![\w.-]+$/.test(line));
  if (lines[0] !== '*' || odd !== undefined) throw new Error(`.dockerignore: not understood: ${odd ?? lines[0]}`);
  return lines.slice(1).map((line) => line.slice(1));
}

/** The files of a clean copy of the project that an engine would be given, as paths from the root of the project. */
export function contextFiles(): string[] {
  const allowed = new Set(allowedNames());
  const options = { cwd: root, encoding: 'utf8' } as const;
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options)
    .split('\0')
    .filter((file) => allowed.has(file.split('/')[0] ?? ''));
}
