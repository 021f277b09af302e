import { statfsSync } from 'node:fs';

/** Below this many free bytes no run begins: what cannot be written down cannot be sent once (RELIABILITY F37). */
export const LEAST_SPACE = 100 * 1024 * 1024;

/** The free bytes where a folder lies; null where the system does not say. */
export type SpaceReader = (folder: string) => number | null;

export const freeSpace: SpaceReader = (folder) => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
};

/** Whether a folder's disk is too full to run and to send. */
export function isDiskFull(folder: string, read: SpaceReader = freeSpace): boolean {
  const free = read(folder);
  return free !== null && free < LEAST_SPACE;
}
