import { spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const COMMAND = ['src/main.ts', 'help', '--all'];

test('whoever no longer reads what is said ends no command early, and sees no stack trace', async () => {
  const child = spawn(process.execPath, COMMAND, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([code, said]).toEqual([1, '']);
});

test('what a full disk does not take is no success', () => {
  const { status, stderr } = spawnSync(process.execPath, COMMAND, {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
    env: {},
  });
  expect([status, stderr]).toEqual([1, '']);
});
