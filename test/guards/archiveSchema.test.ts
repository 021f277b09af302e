import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { readText } from './sources.ts';

const root = path.join(import.meta.dirname, '..', '..');

test('docs/archive.schema.json is what the code reads', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/archiveSchema.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

test('docs/archive.md names every part of an archive', () => {
  const { properties } = JSON.parse(readText('docs/archive.schema.json')) as { properties: Record<string, unknown> };
  const page = readText('docs/archive.md');
  expect(Object.keys(properties).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
