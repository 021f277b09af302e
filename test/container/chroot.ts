import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What an engine sets where an image says nothing else. */
export const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How a program is started in a folder that it takes for the whole machine. */
export interface Home {
  root: string;
  /** `uid:gid` */
  user: string;
  /** The folder that it begins in, from its own root. */
  folder: string;
  /** All of its environment. */
  env: Record<string, string>;
}

const ALONE = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];

/** A step of a build: in its own mounts and process table, with the network of this machine. */
export const startStep = (home: Home, command: readonly string[], stdio: StdioOptions): ChildProcess =>
  unshared([], ['mount -t proc proc "$0/proc"'], home, ['setpriv', ...identity(home), ...clean(home, command)], stdio);

/**
 * A program as `docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges` starts it: process 1 of
 * its own table, in a network of its own, with nothing to write to but /tmp and its volumes. A volume is a folder
 * `<root>.volume<path>`.
 */
export function startShut(home: Home, volumes: readonly string[], command: readonly string[]): ChildProcess {
  const mounts = [
    'mount --bind "$0" "$0"',
    'mount -o remount,bind,ro "$0"',
    ...volumes.map((name) => `mount --bind "$0.volume${name}" "$0${name}"`),
    'mount -t tmpfs tmpfs "$0/tmp"',
    'mount -t proc proc "$0/proc"',
    'ip link set lo up',
  ];
  const program = ['setpriv', ...identity(home), ...ALONE, ...clean(home, command)];
  return unshared(['--net'], mounts, home, program, ['ignore', 'pipe', 'pipe']);
}

const identity = ({ user }: Home): string[] => {
  const [uid, gid] = user.split(':');
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
};

const clean = ({ folder, env }: Home, command: readonly string[]): string[] => [
  'env',
  '-i',
  `--chdir=${folder}`,
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ...command,
];

function unshared(
  namespaces: readonly string[],
  mounts: readonly string[],
  { root }: Home,
  program: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const script = ['set -e', ...mounts, 'exec chroot "$0" "$@"'].join('\n');
  const flags = ['--mount', '--pid', '--fork', ...namespaces];
  return spawn('unshare', [...flags, 'sh', '-c', script, root, ...program], { stdio });
}

/** The number, on this machine, of the program that was started; 0 before it runs and after it has ended. */
export function pidInside({ pid }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  } catch {
    return 0;
  }
}

/** Runs a further program where another runs already (`docker exec`), and gives what it printed and how it ended. */
export function runBeside(
  pid: number,
  home: Home,
  command: readonly string[],
): { code: number | null; output: string } {
  const enter = ['-t', String(pid), '--mount', '--pid', '--net', '--root'];
  const program = ['setpriv', ...identity(home), ...ALONE, ...clean(home, command)];
  const { status, stdout, stderr } = spawnSync('nsenter', [...enter, ...program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, output: stdout + stderr };
}

/** Runs a program of this machine in the network of that one. */
export function runInNetwork(pid: number, command: readonly string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('nsenter', ['-t', String(pid), '--net', ...command], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, output: stdout + stderr };
}
