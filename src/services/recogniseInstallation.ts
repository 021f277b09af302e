import { randomUUID } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { type FolderRecord, type Identity, isOriginal, readFolder, writeFolder } from '../store/dataFolder.ts';
import { type Db, patiently } from '../store/database.ts';
import { type Held, readHeld, readIdentity, unknownMessages, writeHeld, writeIdentity } from '../store/held.ts';
import { makeJournal, readJournalTail } from '../store/journal.ts';

/**
 * Looks whether database and data folder belong together, and holds all sending where they do not (RELIABILITY F42): then
 * messages may have left of which the database knows nothing. The first start of an installation, and the first after an
 * upgrade from a Dunwell that knew no such thing, find no name on either side, and write it on both. A hold that is there
 * stays: only a person ends it.
 */
export async function recogniseInstallation(db: Db, { dataDir }: Pick<Config, 'dataDir'>, clock: Clock): Promise<void> {
  if (await readHeld(db)) return;
  const own = await readIdentity(db);
  const folder = readFolder(dataDir);
  if (!own && (!folder || folder.adopting)) return adopt(db, dataDir, folder, clock);
  const reason = await mismatch(db, dataDir, own, folder);
  const held = { since: isoOf(clock()), backupAt: null, trial: false };
  if (reason) await patiently(() => writeHeld(db, { reason, ...held }), TRIES);
  else if (folder?.adopting) writeFolder(dataDir, { ...folder, adopting: false });
}

/** A command that starts beside somebody who writes without a pause waits a while, and then says so. */
const TRIES = 8;

/** The folder first, marked as unfinished: whatever ends the process on the way, the next start goes on from there. */
async function adopt(db: Db, dataDir: string, begun: FolderRecord | null, clock: Clock): Promise<void> {
  const { id, epoch, since } = begun ?? { id: randomUUID(), epoch: 1, since: isoOf(clock()) };
  makeJournal(dataDir);
  if (!begun) writeFolder(dataDir, { id, epoch, since, adopting: true });
  await patiently(() => writeIdentity(db, { id, epoch }), TRIES);
  writeFolder(dataDir, { id, epoch, since, adopting: false });
}

async function mismatch(
  db: Db,
  dataDir: string,
  own: Identity | null,
  folder: FolderRecord | null,
): Promise<Held['reason'] | null> {
  if (!folder) return 'copied';
  if (own?.id !== folder.id) return 'replaced';
  if (!isOriginal(dataDir, folder)) return 'copied';
  if (own.epoch !== folder.epoch) return 'behind';
  const recent = readJournalTail(dataDir).filter(({ epoch }) => epoch === own.epoch);
  return (await unknownMessages(db, recent)).length > 0 ? 'behind' : null;
}
