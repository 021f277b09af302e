import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
const cache = path.join(root, 'node_modules', '.cache', 'dunwell-container');

/** Why the drills cannot be done on this machine, or null when they can. */
export function whyNot(programs: readonly string[]): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux is needed';
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : null;
}

/**
 * A new folder with the bare Debian that `debian:bookworm-slim` is made of as well (debootstrap, variant minbase), with
 * further packages if asked. Made once, which takes a minute and the network, and kept beside the packages.
 */
export function debianIn(folder: string, packages: readonly string[] = []): void {
  const kept = path.join(cache, ['bookworm', ...packages].join('+'));
  if (!existsSync(kept)) {
    const part = `${kept}.${process.pid}`;
    mkdirSync(cache, { recursive: true });
    const include = packages.length > 0 ? [`--include=${packages.join(',')}`] : [];
    execFileSync('debootstrap', ['--variant=minbase', ...include, 'bookworm', part], {
      stdio: ['ignore', 'ignore', 2],
    });
    renameSync(part, kept);
  }
  rmSync(folder, { recursive: true, force: true });
  // --reflink shares the blocks where the file system can; Node's own copy would not keep owners and devices.
  execFileSync('cp', ['-a', '--reflink=auto', kept, folder]);
  // As every engine does; a bare Debian leaves it to whoever installs it.
  writeFileSync(path.join(folder, 'etc', 'hosts'), '127.0.0.1\tlocalhost\n::1\tlocalhost\n');
}

/**
 * What `node:24-bookworm-slim` is: that Debian with Node and npm in /usr/local. Node is the one that runs this, npm the
 * machine's; how npm reaches its registry (certificates, address, name servers) is taken from this machine too.
 */
export function nodeImageIn(folder: string): void {
  debianIn(folder);
  const local = path.join(folder, 'usr', 'local');
  cpSync(process.execPath, path.join(local, 'bin', 'node'));
  cpSync(path.join(process.execPath, '..', '..', 'LICENSE'), path.join(local, 'LICENSE'));
  const npm = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim();
  cpSync(path.resolve(npm, '..', '..'), path.join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(local, 'bin', 'npm'));
  cpSync('/etc/resolv.conf', path.join(folder, 'etc', 'resolv.conf'));
  writeFileSync(path.join(folder, 'root', '.npmrc'), npmSettings(folder));
}

function npmSettings(folder: string): string {
  const registry = `registry=${npmSetting('registry')}\n`;
  const certificates = process.env.NODE_EXTRA_CA_CERTS ?? npmSetting('cafile');
  if (certificates === 'null') return registry;
  cpSync(certificates, path.join(folder, 'etc', 'registry.pem'));
  return `${registry}cafile=/etc/registry.pem\n`;
}

const npmSetting = (name: string): string =>
  execFileSync('npm', ['config', 'get', name], {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
