// Loaded before the program (`node --import`): kills the process just before the move of a file of which the environment says
// the number; a move is whatever changes which file stands under which name, or what the disk has of it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.TEST_KILL_AT_MOVE);
const moves = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
let count = 0;

for (const name of ['copyFileSync', 'chmodSync', 'linkSync', 'renameSync', 'unlinkSync', 'fsyncSync']) {
  const original = moves[name] as (...args: unknown[]) => unknown;
  moves[name] = (...args) => {
    count += 1;
    if (count === at) process.kill(process.pid, 'SIGKILL');
    return original(...args);
  };
}
syncBuiltinESMExports();
