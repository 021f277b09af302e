import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** A file of the product: its path from the root of the project, and what is in it. */
export interface Source {
  file: string;
  text: string;
}

/** One import: what is asked for, by which names, and whether only types are. */
export interface Import {
  from: string;
  names: string[];
  typesOnly: boolean;
}

/** The files under a folder whose names end so, in the order of their paths. */
export function sourcesIn(folder: string, ending: string): Source[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .toSorted()
    .map((file) => ({ file, text: readText(file) }));
}

export const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The product's own code, without its tests. */
export const productCode = (): Source[] =>
  sourcesIn('src', '.ts')
    .filter(({ file }) => !file.endsWith('.test.ts'))
    .map(({ file, text }) => ({ file, text: withoutComments(text) }));

/** Comments may say what code may not. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(),])\/\/[^\n]*/g, '$1');

/** Everything that a file imports or passes on, dynamic imports and `import('x').Type` included. */
export function importsOf({ text }: Source): Import[] {
  const standing = [...text.matchAll(/\b(?:import|export)\s+(type\s+)?([\w*{}\s,]*?)\s*from\s*'([^']+)'/g)].map(
    ([, type, clause = '', from = '']): Import => {
      const names = namesIn(clause);
      const typesOnly = Boolean(type) || (names.length > 0 && names.every((name) => name.startsWith('type ')));
      return { from, names: names.map((name) => name.replace('type ', '')), typesOnly };
    },
  );
  const bare = [...text.matchAll(/\bimport\s+'([^']+)'/g)].map(([, from = '']) => from);
  const called = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, from = '']) => from);
  return [...standing, ...[...bare, ...called].map((from) => ({ from, names: [], typesOnly: false }))];
}

const namesIn = (clause: string): string[] =>
  clause
    .replace(/[{}]/g, ',')
    .split(',')
    .map((name) => name.trim().split(/\s+as\s+/)[0] ?? '')
    .filter(Boolean);

/** Where a relative import leads, from the root of the project. */
export const targetOf = ({ file }: Source, from: string): string => path.posix.join(path.posix.dirname(file), from);
