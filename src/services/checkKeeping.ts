import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Settings } from '../domain/settings.ts';
import { backupsIn, copiesOf } from '../store/backupFolder.ts';
import { readFolder } from '../store/dataFolder.ts';
import { type Db, fileOf } from '../store/database.ts';
import { readHeld } from '../store/held.ts';
import { readJournal } from '../store/journal.ts';
import { attention, fine, type Finding, problem } from './finding.ts';

const HOUR = 3_600_000;
/** A machine that is off at night makes its copy when it starts, so one day may be missing. */
const OLDEST = 48 * HOUR;

/** Checks what is kept beside the database: the nightly copies and the journal; and whether sending is held. */
export const checkKeeping = async (
  db: Db,
  { config, settings, clock }: { config: Pick<Config, 'dataDir'>; settings: Settings; clock: Clock },
): Promise<Finding[]> => [
  await backups(db, config.dataDir, settings, clock),
  await journal(db, config.dataDir),
  await sending(db),
];

async function backups(db: Db, dataDir: string, { backups: wanted }: Settings, clock: Clock): Promise<Finding> {
  const [last] = copiesOf(backupsIn(dataDir), 'daily-');
  const found = last ? `the last nightly one is of ${isoOf(last.changedAt)}` : 'no nightly one yet';
  if ((await fileOf(db)) === '') return fine('backups', 'none of a database in memory');
  if (!wanted.daily)
    return attention(
      'backups',
      `none at night; ${found}`,
      'Turn the nightly copy on in Settings → Data and backups, unless a timer of your own runs `dunwell backup`.',
    );
  const since = last?.changedAt ?? Date.parse(readFolder(dataDir)?.since || isoOf(clock()));
  if (clock() - since <= OLDEST) return fine('backups', found);
  return problem(
    'backups',
    found,
    'See whether `dunwell serve` runs at night, and what its log says of the daily backup; make one now with `dunwell backup FILE`.',
  );
}

async function journal(db: Db, dataDir: string): Promise<Finding> {
  const found = readJournal(dataDir);
  if (!found) {
    const detail = 'sent.jsonl is not in the data folder, or cannot be read';
    // A restored one in a new folder has none until an owner has decided.
    if (await readHeld(db)) return fine('journal', detail);
    return problem(
      'journal',
      detail,
      'Put sent.jsonl back into the data folder, or give its owner the right to read it; without it nobody can say after a restore what left.',
    );
  }
  const { unreadable, messages } = found;
  if (unreadable === 0) return fine('journal', `${messages.length} messages in sent.jsonl`);
  return problem(
    'journal',
    `${unreadable} lines of sent.jsonl cannot be read`,
    'Look at these lines of sent.jsonl, put back the file of an earlier copy of the folder if you have one, and have the disk checked.',
  );
}

async function sending(db: Db): Promise<Finding> {
  const held = await readHeld(db);
  if (!held) return fine('sending', 'not held');
  const detail = `held since ${held.since} (${held.reason}${held.trial ? ', a copy for trying out' : ''})`;
  if (held.trial) return fine('sending', detail);
  return problem('sending', detail, 'An owner says at /held in the app how to go on after the restore.');
}
