import { backupsIn, BEFORE, copiesOf } from './backupFolder.ts';
import { type Glance, glanceAt } from './glance.ts';
import { isNewer, type Program } from './program.ts';

/** A copy that was made before an upgrade: when, and of which version; null where none had written itself down. */
export interface UpgradeCopy {
  file: string;
  madeAt: string;
  version: string | null;
}

/** The newest of the copies from before upgrades that a program can work with; null where there is none. */
export function newestFor(program: Program, dataDir: string): UpgradeCopy | null {
  const found = copiesOf(backupsIn(dataDir), BEFORE).flatMap(({ file }) => {
    const glance = glanceAt(file);
    // By what the copies say themselves: the times of files are lost when a folder is copied.
    if (!glance?.madeAt || !isFor(program, glance)) return [];
    return [{ file, madeAt: glance.madeAt, version: glance.last?.version ?? null }];
  });
  return found.toSorted((a, b) => (a.madeAt < b.madeAt ? 1 : -1))[0] ?? null;
}

const isFor = (program: Program, { applied, last }: Glance): boolean =>
  !isNewer({ last, applied }, program) && applied.every((name, place) => program.migrations[place]?.name === name);
