import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildBinary } from '../../tools/buildBinary.ts';
import { boot, type Machine } from './boot.ts';
import { runInNetwork } from './chroot.ts';
import { debianIn } from './debian.ts';
import { commandsOf } from './guide.ts';
import { until } from './until.ts';

export const PROGRAMS = ['debootstrap', 'systemd-nspawn', 'nsenter'];

type Tell = (line: string) => void;

const project = path.join(import.meta.dirname, '..', '..');

/**
 * Boots a bare Debian with systemd from a folder, and follows docs/self-hosting.md in it as root, command by command: a
 * trial, the service, the trial's data in the service, backups, a restore. Then looks whether the service is as shut in as
 * its unit says, and stops it. Throws at the first command that fails.
 */
export async function tryService(folder: string, tell: Tell): Promise<void> {
  const root = path.join(folder, 'machine');
  debianIn(root, ['systemd', 'systemd-sysv', 'rsync']);
  const home = path.join(root, 'root');
  tell('building the binary');
  const { sha256 } = await buildBinary(path.join(home, 'dunwell'));
  cpSync(path.join(project, 'docs', 'self-hosting'), path.join(home, 'docs', 'self-hosting'), { recursive: true });
  mkdirSync(path.join(home, 'away'));
  const machine = await boot(root);
  try {
    machine.run(`echo '${sha256}  dunwell' > dunwell.sha256`);
    await follow(machine, 'Installing', tell);
    machine.run('./dunwell demo');
    await follow(machine, 'As a service', tell);
    lookAtProcess(machine, tell);
    visit(machine, tell);
    await follow(machine, 'Backups', tell);
    takeAway(machine, tell);
    stop(machine, tell);
  } catch (error) {
    const journal = machine.run('journalctl --no-pager -u dunwell -u dunwell-backup -o cat | tail -40');
    throw new Error(`${(error as Error).message}\n${journal}`, { cause: error });
  } finally {
    await machine.stop();
  }
}

/**
 * Every command of a section, at the pace of a person: a service that was started answers before the next one. What would
 * go on for ever is left out, and what would go elsewhere goes to a folder.
 */
async function follow(machine: Machine, section: string, tell: Tell): Promise<void> {
  const weekday = machine.run('date +%u').trim();
  let own = '';
  for (const line of commandsOf(section)) {
    if (/^\.\/dunwell$| serve$/.test(line)) continue;
    const here = line
      // A line of cron begins with its times and the user, and writes % as \%.
      .replace(/^(\S+ ){5}root /, '')
      .replace('\\%', '%')
      .replace('backup@nas.example:dunwell/', '/root/away/')
      .replace('dunwell-1.db', `dunwell-${weekday}.db`)
      // Each command has a shell of its own here.
      .replace('$(mktemp -d)', '/root/restored')
      // A machine without a network and a mail account has problems to report, which is what 1 says.
      .replace(/ check$/, ' check || [ $? = 1 ]');
    if (here.startsWith('export ')) own = `${here}; `;
    else machine.run(`${own}${here}`);
    tell(here);
    if (/^systemctl .*(start|--now) dunwell$/.test(here))
      await until(() => isWell(machine), 'the service does not answer');
  }
}

const isWell = (machine: Machine): boolean => {
  try {
    return machine.run('dunwellctl health').trim() === 'ok';
  } catch {
    return false;
  }
};

/** What the kernel says about the process, beside what the unit asks for. */
function lookAtProcess(machine: Machine, tell: Tell): void {
  const status = machine.run('cat /proc/$(systemctl show -P MainPID dunwell)/status');
  for (const line of [/^Seccomp:\t2$/m, /^NoNewPrivs:\t1$/m, /^CapBnd:\t0+$/m, /^CapEff:\t0+$/m])
    assert.match(status, line);
  assert.equal(machine.run('stat -c "%a %U" /var/lib/dunwell').trim(), '700 dunwell');
  assert.match(machine.run('stat -c "%a %U" /var/lib/dunwell/dunwell.db'), /^600 dunwell/);
  tell('no rights, a filter for system calls, data for its user only');
}

/** Signs in through the door that a proxy uses, and has something made in a process beside the service. */
function visit(machine: Machine, tell: Tell): void {
  const [, token = ''] =
    /\/setup\?token=([\w-]+)/.exec(machine.run('journalctl -u dunwell -o cat | grep token= | tail -1')) ?? [];
  const { code, output } = runInNetwork(machine.pid, [
    process.execPath,
    path.join(import.meta.dirname, 'visit.ts'),
    token,
  ]);
  assert.equal(code, 0, output);
  tell(output.trim());
}

/** The line of the backup's unit that is there to be switched on. */
function takeAway(machine: Machine, tell: Tell): void {
  const unit = '/etc/systemd/system/dunwell-backup.service';
  machine.run(`rm -r away; sed -i -e '/rsync/s/^#//' -e 's|backup@nas.example:dunwell/|/root/away/|' ${unit}`);
  machine.run('systemctl daemon-reload; systemctl start dunwell-backup');
  assert.match(machine.run('ls -l away'), /-rw------- 1 dunwell dunwell/);
  tell('the copy was taken away by rsync');
}

function stop(machine: Machine, tell: Tell): void {
  machine.run('systemctl stop dunwell');
  const result = machine.run('systemctl show -P Result -P ExecMainStatus -P NRestarts dunwell').trim().split('\n');
  assert.deepEqual(result.toSorted(), ['0', '0', 'success']);
  tell('stopped in peace, never restarted');
}
