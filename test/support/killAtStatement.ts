// Loaded before the program (`node --import`): kills the process, as a power cut would, just before the statement of which
// the environment says the number. A thread counts its own.
import Database from 'better-sqlite3';

const at = Number(process.env.TEST_KILL_AT_STATEMENT);
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
