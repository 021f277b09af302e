import { existsSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../src/cli/commands.ts';
import { archiveSchema } from '../../src/domain/archive.ts';
import { readText, sourcesIn, type Source } from './sources.ts';

const root = path.join(import.meta.dirname, '..', '..');
const pages: Source[] = [
  ...['README.md', 'STYLE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((file) => ({ file, text: readText(file) })),
  ...sourcesIn('docs', '.md'),
];

test.each(pages)('the links of $file lead somewhere', ({ file, text }) => {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([]);
});

test('the examples of docs/archive.md are archives', () => {
  const examples = [...readText('docs/archive.md').matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json);
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(archiveSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});

const lines = (text: string): number => text.trimEnd().split('\n').length;

test('the README and the decisions stay short', () => {
  expect(lines(readText('README.md'))).toBeLessThanOrEqual(80);
  const long = sourcesIn('docs/decisions', '.md').filter(({ text }) => lines(text) > 25);
  expect(long.map(({ file }) => file)).toEqual([]);
});

test('code that leans on a decision names one that was written', () => {
  const named = ['src', 'migrations']
    .flatMap((folder) => sourcesIn(folder, '.ts'))
    .flatMap(({ text }) => [...text.matchAll(/docs\/decisions\/(\d{4})/g)].map(([, number]) => number));
  const written = sourcesIn('docs/decisions', '.md').map(({ file }) => path.basename(file).slice(0, 4));
  expect(named.filter((number) => !written.includes(number ?? ''))).toEqual([]);
});

test('the README names every command, and leaves their options to docs/cli.md', () => {
  const readme = readText('README.md');
  expect(Object.keys(COMMANDS).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
