// Loaded before the program (`node --import`): kills the process, as a power cut would, just before the statement of which
// the environment says the number. Without a number it counts the statements and prints how many there were.
import Database from 'better-sqlite3';

const at = Number(process.env.TEST_KILL_AT_STATEMENT ?? 0);
const prototype = Database.prototype as unknown as Record<'prepare' | 'exec', (...args: unknown[]) => unknown>;
let count = 0;

for (const name of ['prepare', 'exec'] as const) {
  const original = prototype[name];
  prototype[name] = function counted(...args: unknown[]) {
    count += 1;
    if (count === at) process.kill(process.pid, 'SIGKILL');
    return original.apply(this, args);
  };
}

if (at === 0) process.on('exit', () => process.stdout.write(`statements ${count}\n`));
