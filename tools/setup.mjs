// Runs before every npm script that starts the product, on whatever Node npm itself runs on (so: plain old JavaScript).
// Installs the packages when they are missing or no longer those of the lock file, then makes sure that the `node`
// which the script goes on with is one that the product can run on.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const OLDEST = [22, 18];
const wantsDev = process.argv.includes('--dev');
const quiet = process.argv.includes('--quiet');
const tell = (text) => process.stderr.write(`dunwell: ${text}\n`);

/** What differs between the installed packages and the lock file, or null when nothing does. */
function whyInstall() {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'packages are not installed yet';
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  for (const [name, wanted] of Object.entries(lock)) {
    if (name === '') continue;
    const mayBeAbsent = wanted.optional || wanted.devOptional || wanted.peer || (wanted.dev && !wantsDev);
    const here = installed[name];
    if (!here && !mayBeAbsent) return `${name.replace('node_modules/', '')} is missing`;
    if (here && (here.version !== wanted.version || here.integrity !== wanted.integrity))
      return `${name.replace('node_modules/', '')} is ${here.version}, the lock file says ${wanted.version}`;
  }
  return null;
}

function install(reason) {
  tell(`${reason}: running npm ci (about half a minute, once)`);
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: '' },
  });
  if (done.status === 0) return tell('packages installed');
  // A half-made tree would pass for a finished one at the next start.
  rmSync(path.join(root, 'node_modules', '.package-lock.json'), { force: true });
  tell('npm ci did not succeed; see the lines above, mend the cause and start again.');
  process.exit(2);
}

/** The version of the `node` that comes first in PATH for npm scripts: the brought one where it exists. */
function runtimeVersion() {
  const env = {
    ...process.env,
    PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
  };
  try {
    return execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim();
  } catch {
    return process.version;
  }
}

function refuseOldRuntime(version) {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  tell(`Dunwell needs Node ${OLDEST.join('.')} or newer and found ${version}; install a newer Node and start again.`);
  process.exit(2);
}

const reason = whyInstall();
if (reason) install(reason);
const version = runtimeVersion();
refuseOldRuntime(version);
if (!quiet) tell(`ready on Node ${version}`);
