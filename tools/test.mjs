// The one test command: types, lint, format, then jest. Stops at the first that fails and says which.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const steps = [
  ['types', 'tsc', ['--noEmit']],
  ['lint', 'oxlint', ['--quiet', 'src', 'migrations', 'seeds', 'test', 'bench', 'tools']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['tests', 'jest', args],
];
for (const [name, command, commandArgs] of args.length ? steps.slice(-1) : steps) {
  process.stderr.write(`dunwell: ${name}\n`);
  const done = spawnSync(command, commandArgs, { stdio: 'inherit' });
  if (done.status !== 0) {
    process.stderr.write(`dunwell: ${name} failed\n`);
    process.exit(1);
  }
}
