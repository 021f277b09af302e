import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';
import { checkAddress } from './checkAddress.ts';
import { checkClock } from './checkClock.ts';
import { checkDatabase } from './checkDatabase.ts';
import { checkDisk, checkFolder, readDisk } from './checkFolder.ts';
import { checkKeeping } from './checkKeeping.ts';
import { checkMail } from './checkMail.ts';
import { checkNames, type NamesHome } from './checkNames.ts';
import { checkSender } from './checkSender.ts';
import { checkZone } from './checkZone.ts';
import { fine, type Finding, problem } from './finding.ts';
import { measureStorage } from './measureStorage.ts';

/** What is checked, and whom to ask about names. */
export interface CheckHome {
  config: Config;
  clock: Clock;
  names?: NamesHome;
}

/** Checks everything: this machine first, then what only others can answer. Changes nothing, and sends nothing. */
export async function checkInstallation(db: Db, home: CheckHome): Promise<Finding[]> {
  const read = await readable(db);
  const here = await checkHere(db, read.settings, home);
  return [...here, read.finding, ...(read.settings ? await checkOutside(db, read.settings, home) : [])];
}

/** Settings that this program cannot read, such as a time zone that it does not know, keep nothing else from being checked. */
async function readable(db: Db): Promise<{ settings: Settings | null; finding: Finding }> {
  try {
    return { settings: await readSettings(db), finding: fine('settings', 'can be read') };
  } catch (error) {
    const [issue] = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
    if (!issue) throw error;
    const detail = `${issue.path.join('.')}: ${issue.message}; backups, clock, time zone and mail were not checked`;
    return {
      settings: null,
      finding: problem('settings', detail, 'Install the Dunwell that last worked with these settings, or a newer one.'),
    };
  }
}

/** What this machine alone can tell; quick but for looking through the whole database. */
async function checkHere(db: Db, settings: Settings | null, { config, clock }: CheckHome): Promise<Finding[]> {
  // Before anything reads the key, which puts its mode right.
  const folder = checkFolder(config);
  const storage = await measureStorage(db, { config });
  const found = [
    ...(await checkDatabase(db, storage)),
    checkDisk(readDisk(config.dataDir), storage.database),
    ...folder,
  ];
  if (!settings) return found;
  const about = { config, settings, clock };
  return [
    ...found,
    ...(await checkKeeping(db, about)),
    await checkClock(db, about),
    await checkZone(db, settings, clock),
  ];
}

/** What others have to be asked for: the mail server, the name servers, and our own address. All at once, for seconds. */
async function checkOutside(db: Db, settings: Settings, { config, clock, names }: CheckHome): Promise<Finding[]> {
  const findings = await Promise.all([
    checkMail(db, { config, settings, clock }),
    checkNames(settings, names),
    checkAddress(config, clock),
  ]);
  return [...checkSender(settings), ...findings.flat()];
}
