import { type ChildProcess, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { IMAGE_PATH } from './chroot.ts';
import { until } from './until.ts';

/** A Debian with systemd that was started from a folder, with a network of its own and no way out. */
export interface Machine {
  /** The number of its first process, on this machine. */
  pid: number;
  /** Runs lines of a shell in it as root, and gives what they printed; throws when they fail. */
  run(script: string): string;
  stop(): Promise<void>;
}

/** Starts what lies in a folder and gives the machine back once its systemd takes orders. */
export async function boot(root: string): Promise<Machine> {
  // The drill is no guest to be listed, and a console that nobody reads would fill up.
  const options = ['--register=no', '--keep-unit', '--private-network', '--console=read-only', '--boot'];
  const child = spawn('systemd-nspawn', ['--quiet', ...options, `--directory=${root}`], {
    stdio: ['ignore', 'ignore', 2],
  });
  const pid = await until(() => firstProcess(child), 'nothing was started');
  const enter = ['-t', String(pid), '--all', '--root', 'env', '-i', `PATH=${IMAGE_PATH}`, 'HOME=/root', 'sh', '-c'];
  const inside = (script: string): SpawnSyncReturns<string> =>
    spawnSync('nsenter', [...enter, `cd /root; ${script}`], { encoding: 'utf8', timeout: 900_000 });
  const isUp = (): boolean => /running|degraded/.test(inside('systemctl is-system-running').stdout);
  await until(isUp, 'systemd did not come up');
  return {
    pid,
    run(script) {
      const { status, stdout, stderr } = inside(script);
      if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}${stdout}`);
      return stdout + stderr;
    },
    async stop() {
      const gone = once(child, 'exit');
      if (firstProcess(child) === pid) process.kill(pid, 'SIGKILL');
      await gone;
    },
  };
}

/** Below systemd-nspawn, the process that is number 1 in a table of its own. */
function firstProcess({ pid }: ChildProcess): number {
  const wanted = [pid ?? 0];
  for (const one of wanted) {
    const own = readProcess(one);
    if (/^NSpid:\t\d+\t1$/m.test(own.status)) return one;
    wanted.push(...own.children);
  }
  return 0;
}

function readProcess(pid: number): { status: string; children: number[] } {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return { status: readFileSync(`/proc/${pid}/status`, 'utf8'), children: children.map(Number) };
  } catch {
    return { status: '', children: [] };
  }
}
