import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a Linux machine says of its clock, beside showing it. */
export interface MachineClock {
  /** What the battery-backed clock shows, in milliseconds since 1970; null where there is none, or none that can be read. */
  battery: number | null;
  /** Whether a time server has set the clock since the start; null where nothing says so. */
  synchronised: true | null;
  /** A single-board computer, which as a rule has no battery: its model; null for any other machine. */
  board: string | null;
}

/** Reads what the kernel and systemd-timesyncd say; `root` is where the machine's files are. */
export const machineClock = (root = '/'): MachineClock => ({
  battery: battery(path.join(root, 'sys/class/rtc')),
  // systemd-timesyncd(8) makes this file when a time server has answered; chrony and ntpd keep their number there.
  synchronised: SIGNS.some((sign) => isThere(path.join(root, sign))) || null,
  board: textOf(path.join(root, 'proc/device-tree/model'))?.replaceAll('\0', '').trim() || null,
});

const SIGNS = ['run/systemd/timesync/synchronized', 'run/chrony/chronyd.pid', 'run/ntpd.pid'];

/** The battery's clock counts in UTC or in local time, by how the machine was set up. */
function battery(folder: string): number | null {
  try {
    const [first] = readdirSync(folder).toSorted();
    const seconds = Number(first && textOf(path.join(folder, first, 'since_epoch')));
    return seconds > 0 ? seconds * 1000 : null;
  } catch {
    return null;
  }
}

const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
