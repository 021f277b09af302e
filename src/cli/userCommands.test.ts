import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { dunwellHere, temporaryFolder } from '../../test/support/installation.ts';
import { verifyPassword } from '../services/passwordHash.ts';
import { openDatabase } from '../store/database.ts';
import { type User, userByEmail } from '../store/users.ts';

const WORDS = 'four quiet brass lanterns';

/** The command with a password on its standard input. */
async function withPassword(folder: string, args: string[], password: string): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, ['src/main.ts', ...args, '--password-stdin'], {
    cwd: path.join(__dirname, '../..'),
    env: { PATH: process.env.PATH, DUNWELL_DATA_DIR: folder },
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += String(text)));
  child.stderr.on('data', (text: Buffer) => (said += String(text)));
  child.stdin.end(`${password}\n`);
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

async function userIn(folder: string, email: string): Promise<User | null> {
  const db = await openDatabase(path.join(folder, 'dunwell.db'));
  try {
    return await userByEmail(db, email);
  } finally {
    await db.destroy();
  }
}

test('the first user that is added owns the installation, the next ones do not unless told', async () => {
  const folder = temporaryFolder();
  const first = await dunwellHere(folder, ['user', 'add', 'anna@example.test', '--name', 'Anna']);
  expect([first.code, first.stdout.trim()]).toEqual([0, expect.stringMatching(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)]);
  await dunwellHere(folder, ['user', 'add', 'bruno@example.test']);
  await dunwellHere(folder, ['user', 'add', 'carla@example.test', '--owner', '--language', 'it']);
  const { stdout } = await dunwellHere(folder, ['user', 'list', '--json']);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ email: 'anna@example.test', name: 'Anna', role: 'owner', disabled: false }),
    expect.objectContaining({ email: 'bruno@example.test', name: 'bruno', role: 'colleague' }),
    expect.objectContaining({ email: 'carla@example.test', role: 'owner', language: 'it' }),
  ]);
  const anna = await userIn(folder, 'anna@example.test');
  expect(anna?.passwordTemporary).toBe(true);
  expect(await verifyPassword(first.stdout.trim(), anna?.passwordHash ?? null)).toBe(true);
});

test('a password comes by standard input, is held to the same rules, and is never said back', async () => {
  const folder = temporaryFolder();
  const weak = await withPassword(folder, ['user', 'add', 'anna@example.test'], 'password1234');
  expect([weak.code, weak.said]).toEqual([2, expect.stringContaining('too easy to guess')]);
  expect(await userIn(folder, 'anna@example.test')).toBeNull();
  const added = await withPassword(folder, ['user', 'add', 'anna@example.test'], WORDS);
  expect([added.code, added.said.includes(WORDS)]).toEqual([0, false]);
  const anna = await userIn(folder, 'anna@example.test');
  expect(anna?.passwordTemporary).toBe(false);
  const changed = await withPassword(folder, ['user', 'password', 'ANNA@example.test'], `${WORDS} again`);
  expect(changed.code).toBe(0);
  const hash = (await userIn(folder, 'anna@example.test'))?.passwordHash ?? null;
  expect([await verifyPassword(WORDS, hash), await verifyPassword(`${WORDS} again`, hash)]).toEqual([false, true]);
});

test.each([
  [['user', 'add', 'nobody'], 'not an e-mail address'],
  [['user', 'password', 'nobody@example.test'], 'no user nobody@example.test'],
  [['user', 'remove', 'x@example.test'], 'user remove'],
  [['user'], 'needs'],
])('%j is refused in a sentence', async (args, words) => {
  const { code, stderr } = await dunwellHere(temporaryFolder(), args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
});

test('an address is one user', async () => {
  const folder = temporaryFolder();
  await dunwellHere(folder, ['user', 'add', 'anna@example.test']);
  const { code, stderr } = await dunwellHere(folder, ['user', 'add', 'Anna@Example.test']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is a user already')]);
});

test('S1: serve prints a link for the first visit, another one at every start, and none once there is an owner', async () => {
  const folder = temporaryFolder();
  const [first, second] = [await startOnce(folder), await startOnce(folder)];
  for (const said of [first, second]) expect(said).toMatch(/^Open http:\/\/localhost:\d+\/setup\?token=[\w-]{32} /m);
  const tokenIn = (said: string): string => /token=([\w-]+)/.exec(said)?.[1] ?? '';
  expect(tokenIn(first)).not.toBe(tokenIn(second));
  await dunwellHere(folder, ['user', 'add', 'anna@example.test']);
  expect(await startOnce(folder)).not.toContain('token=');
});

/** What `serve` says from its start until it is asked to stop. */
async function startOnce(folder: string): Promise<string> {
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: path.join(__dirname, '../..'),
    env: { PATH: process.env.PATH, DUNWELL_DATA_DIR: folder, DUNWELL_PORT: '0' },
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += String(text);
    if (said.includes('data in')) child.kill('SIGTERM');
  });
  await once(child, 'close');
  return said;
}
