// Preloaded with --import: writes the process's peak of resident memory, in kilobytes, to descriptor 3 when it ends.
import { readFileSync, writeSync } from 'node:fs';

process.on('exit', () => writeSync(3, String(peakKilobytes())));

/** On Linux `maxRSS` counts the parent's memory too, from before the process became its own; VmHWM does not. */
function peakKilobytes(): number {
  try {
    const own = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (own) return Number(own);
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS;
}
