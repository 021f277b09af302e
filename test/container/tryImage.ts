import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pidInside, runBeside, runInNetwork, startShut } from './chroot.ts';
import { parseDockerfile } from './dockerfile.ts';
import { buildImage, type Image } from './image.ts';
import { until } from './until.ts';

export const PROGRAMS = ['debootstrap', 'git', 'npm', 'unshare', 'nsenter', 'ip'];

const project = path.join(import.meta.dirname, '..', '..');
/**
 * Carries out the Dockerfile on a clean copy of the project, starts what comes out of it as an engine would, asks the
 * HEALTHCHECK, and stops it by the STOPSIGNAL. Throws when anything is not as the documentation says.
 */
export async function tryImage(folder: string, tell: Tell): Promise<void> {
  const stages = parseDockerfile(readFileSync(path.join(project, 'Dockerfile'), 'utf8'));
  await tryStarting(await buildImage(stages, folder, tell), tell);
}

type Tell = (line: string) => void;

/** The half that begins when the image is there. */
export async function tryStarting({ root, stage, home }: Image, tell: Tell): Promise<void> {
  const { volumes, entryPoint, command, healthCheck, stopSignal, user, ports } = stage;
  const program = [...(entryPoint ?? []), ...(command ?? [])];
  const child = startShut(home, volumes, program);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk));
  const pid = await until(() => pidInside(child), 'the program did not start');
  try {
    tell(`${program.join(' ')}, as ${user}, with nothing writable but ${volumes.join(', ')}`);
    const ended = (): boolean => pidInside(child) !== pid;
    await until(() => ended() || runBeside(pid, home, healthCheck ?? []).code === 0, 'the health check never passed');
    assert(!ended(), 'it has ended by itself');
    tell(`${healthCheck?.join(' ')}: passed`);
    await until(() => /\/setup\?token=[\w-]+/.test(said), 'the console does not show the link of the first visit');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    assert.match(status, new RegExp(`^Uid:\\t${user?.split(':')[0]}\\t`, 'm'), 'it runs as another user');
    assert.match(status, /^NSpid:\t\d+\t1$/m, 'it is not process 1 of the container');
    assert.match(status, /^CapBnd:\t0+$/m, 'it keeps rights of root');
    const page = runInNetwork(pid, [process.execPath, '-e', asks(`http://127.0.0.1:${ports[0]}/healthz`)]);
    assert.equal(page.output.trim(), '200', 'the port that EXPOSE names does not answer');
    for (const args of [['demo'], ['run', '--dry-run'], ['backup', '/data/copy.db']]) {
      const { code, output } = runBeside(pid, home, ['dunwell', ...args]);
      assert.equal(code, 0, output);
      tell(`dunwell ${args.join(' ')} beside it: done`);
    }
    const copy = statSync(path.join(`${root}.volume`, volumes[0] ?? '', 'copy.db'));
    assert.deepEqual([copy.mode & 0o777, `${copy.uid}:${copy.gid}`], [0o600, user], 'others may read a copy');
    const gone = once(child, 'exit');
    process.kill(pid, (stopSignal ?? 'SIGTERM') as NodeJS.Signals);
    assert.deepEqual(await gone, [0, null], `${stopSignal} does not end it in peace`);
    tell(`${stopSignal}: ended with 0`);
  } catch (error) {
    throw new Error(`${(error as Error).message}; it said: ${said}`, { cause: error });
  } finally {
    if (pidInside(child) === pid) process.kill(pid, 'SIGKILL');
  }
}

const asks = (url: string): string => `fetch('${url}').then((answer) => console.log(answer.status))`;
