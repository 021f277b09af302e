import { statSync } from 'node:fs';
import type { Config } from '../config.ts';
import { backupsIn, copiesOf } from '../store/backupFolder.ts';
import { type Db, fileOf } from '../store/database.ts';
import { freeSpace, isDiskFull, type SpaceReader } from './diskSpace.ts';

/** Sizes in bytes; null where there is no such file, or the system does not say. Instants in milliseconds since 1970. */
export interface Storage {
  database: number | null;
  /** What SQLite has written beside the database and not yet into it. */
  log: number | null;
  free: number | null;
  full: boolean;
  /** The newest copy that was made at night. */
  backup: { at: number; size: number } | null;
}

/** How large the files are, what room is left, and the newest nightly copy. */
export async function measureStorage(
  db: Db,
  { config: { dataDir }, freeSpace: read = freeSpace }: StorageHome,
): Promise<Storage> {
  const file = await fileOf(db);
  const [newest] = copiesOf(backupsIn(dataDir), 'daily-');
  return {
    database: sizeOf(file),
    log: sizeOf(`${file}-wal`),
    free: read(dataDir),
    full: isDiskFull(dataDir, read),
    backup: newest ? { at: newest.changedAt, size: sizeOf(newest.file) ?? 0 } : null,
  };
}

export interface StorageHome {
  config: Pick<Config, 'dataDir'>;
  freeSpace?: SpaceReader | undefined;
}

const sizeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.size ?? null;
