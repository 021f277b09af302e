import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { allowedNames, contextFiles } from '../container/buildContext.ts';
import { parseDockerfile, type Step } from '../container/dockerfile.ts';
import { importsOf, readText, targetOf } from './sources.ts';

const [build, image] = parseDockerfile(readText('Dockerfile'));

test('the image starts Dunwell itself, as nobody in particular, with its data in a volume', () => {
  expect(image).toMatchObject({
    entryPoint: ['dunwell'],
    command: ['serve'],
    healthCheck: ['dunwell', 'health'],
    stopSignal: 'SIGTERM',
    volumes: ['/data'],
    ports: [3000],
    user: expect.stringMatching(/^[1-9]\d{3,}:[1-9]\d{3,}$/),
  });
  const env = Object.assign({}, ...(image?.steps ?? []).map((step) => (step.kind === 'env' ? step.values : {})));
  expect(env).toEqual({ DUNWELL_DATA_DIR: '/data', DUNWELL_HOST: '0.0.0.0' });
});

test('the engine is given what the build needs, and neither data nor packages nor secrets', () => {
  const context = contextFiles();
  const named = (build?.steps ?? []).flatMap((step: Step) => (step.kind === 'copy' ? step.sources : []));
  expect(named.filter((name) => name !== '.' && !context.includes(name))).toEqual([]);
  expect(context).toEqual(
    expect.arrayContaining(['src/main.ts', 'LICENSE', 'tools/setup.mjs', ...neededBy('tools/buildBinary.ts')]),
  );
  expect(context.filter((file) => /^(data|dist|node_modules|\.git|\.env|test)\b/.test(file))).toEqual([]);
});

/** A file of ours with all that it imports, and what that imports, and so on. */
function neededBy(file: string): string[] {
  const needed = new Set([file]);
  for (const one of needed) {
    const source = { file: one, text: readText(one) };
    for (const { from } of importsOf(source)) if (from.startsWith('.')) needed.add(targetOf(source, from));
  }
  return [...needed];
}

test.each([
  ['an instruction that it does not know', 'FROM a\nARG X=1'],
  ['a program started by a shell', 'FROM a\nENTRYPOINT dunwell serve'],
  ['a file from a stage that does not exist', 'FROM a\nCOPY --from=b /x /y'],
  ['an option of the engine', 'FROM a\nRUN --network=none true'],
  ['a user by name', 'FROM a\nUSER dunwell'],
  ['a step before the first stage', 'RUN true'],
  ['a line that goes on into nothing', 'FROM a\nRUN true \\'],
])('the reader of Dockerfiles refuses %s', (_, text) => {
  expect(() => parseDockerfile(text)).toThrow(/^Dockerfile/);
});

test.each(['node_modules\ndata\n', '*\n!src/**\n', ''])(
  'a .dockerignore that is no list of what is allowed is refused',
  (text) => {
    expect(() => allowedNames(text)).toThrow(/not understood/);
  },
);

const UNITS = ['dunwell.service', 'dunwell-backup.service', 'dunwell-backup.timer'];
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const withSystemd = hasSystemd ? test : test.skip;

/** Runs systemd-analyze on units, with a program in them that this machine has. */
function analyze(command: readonly string[], units: readonly string[]): { status: number | null; output: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-units-'));
  try {
    const files = units.map((name) => path.join(folder, name));
    for (const name of UNITS) {
      const text = readText(`docs/self-hosting/${name}`).replaceAll('/usr/local/bin/dunwell', process.execPath);
      writeFileSync(path.join(folder, name), text);
    }
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...command, ...files], { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

withSystemd('systemd has nothing to say against the units', () => {
  expect(analyze(['verify', '--man=no'], UNITS)).toEqual({ status: 0, output: '' });
});

withSystemd.each(UNITS.slice(0, 2))('%s is shut in tightly', (unit) => {
  // systemd counts what a process could still do, from 0 (nothing) to 10; 'OK' begins below 5.
  expect(analyze(['security', '--offline=true', '--threshold=15'], [unit])).toMatchObject({ status: 0 });
});
