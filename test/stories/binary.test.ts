import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binaryAt, SOURCES } from '../support/program.ts';
import { runNode } from '../support/childProcess.ts';
import { walk } from '../support/walk.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-binary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = path.join(folder, 'dunwell');

describe('the single binary', () => {
  let built: Awaited<ReturnType<typeof runNode>>;
  beforeAll(async () => {
    built = await runNode(['tools/buildBinary.ts', file]);
  }, 120_000);

  test('is built', () => {
    expect(built).toMatchObject({ code: 0, stdout: expect.stringMatching(/MiB, SHA-256 [0-9a-f]{64}/) });
    expect(statSync(file).mode & 0o111).toBe(0o111);
  });

  test('goes the way of an owner in an empty folder without a PATH, and everything is as from the sources', async () => {
    const [fromBinary, fromSources] = await Promise.all([walk(binaryAt(file)), walk(SOURCES)]);
    // Step by step, so that the first difference is named.
    for (const [place, seen] of fromSources.entries()) expect(fromBinary[place]).toEqual(seen);
    expect(fromBinary).toHaveLength(fromSources.length);
    // A walk that only met refusals would agree as well.
    expect(fromSources.filter(([, like]) => isRefused(like)).map(([what]) => what)).toEqual([
      'dunwell check',
      'dunwell forcast',
      'dunwell run --dya x',
      'template: {{nothing.here}}',
      'dunwell check --json',
    ]);
  }, 180_000);
});

/** An exit code or a status that says no. */
const isRefused = (like: unknown): boolean =>
  Array.isArray(like) && typeof like[0] === 'number' && like[0] !== 0 && like[0] !== 200;
