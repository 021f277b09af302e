import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { backupsIn, copiesOf } from '../store/backupFolder.ts';
import { readFolder } from '../store/dataFolder.ts';
import { type Db, fileOf } from '../store/database.ts';
import { readHeld } from '../store/held.ts';
import { readJournal } from '../store/journal.ts';
import { schemaDifferences } from '../store/schema.ts';
import { readSettings } from '../store/settings.ts';
import type { Finding } from './checkInstallation.ts';

/** What is checked about how the data are kept: their shape, their copies, the journal, and whether sending is held. */
export type Keeping = 'schema' | 'backups' | 'journal' | 'sending';

const HOUR = 3_600_000;
/** A machine that is off at night makes its copy when it starts, so one day may be missing. */
const OLDEST = 48 * HOUR;

export const checkKeeping = async (db: Db, config: Config, clock: Clock): Promise<Finding[]> => [
  await schema(db),
  await backups(db, config, clock),
  await journal(db, config),
  await sending(db),
];

async function schema(db: Db): Promise<Finding> {
  const [first] = await schemaDifferences(db);
  return { ok: first === undefined, what: 'schema', detail: first ?? 'as its migrations make it' };
}

async function backups(db: Db, { dataDir }: Config, clock: Clock): Promise<Finding> {
  const { daily } = (await readSettings(db)).backups;
  const [last] = copiesOf(backupsIn(dataDir), 'daily-');
  const found = last ? `the last nightly one is of ${isoOf(last.changedAt)}` : 'no nightly one yet';
  if (!daily || (await fileOf(db)) === '') return { ok: true, what: 'backups', detail: `none at night; ${found}` };
  const since = last?.changedAt ?? Date.parse(readFolder(dataDir)?.since || isoOf(clock()));
  return { ok: clock() - since <= OLDEST, what: 'backups', detail: found };
}

async function journal(db: Db, { dataDir }: Config): Promise<Finding> {
  const found = readJournal(dataDir);
  // A restored one in a new folder has none until an owner has decided.
  if (!found)
    return {
      ok: (await readHeld(db)) !== null,
      what: 'journal',
      detail: 'sent.jsonl is not in the data folder, or cannot be read',
    };
  const { unreadable, messages } = found;
  const detail = unreadable
    ? `${unreadable} lines of sent.jsonl cannot be read`
    : `${messages.length} messages in sent.jsonl`;
  return { ok: unreadable === 0, what: 'journal', detail };
}

async function sending(db: Db): Promise<Finding> {
  const held = await readHeld(db);
  if (!held) return { ok: true, what: 'sending', detail: 'not held' };
  const detail = `held since ${held.since} (${held.reason}${held.trial ? ', a copy for trying out' : ''}); see /held`;
  return { ok: held.trial, what: 'sending', detail };
}
