import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Db } from '../store/database.ts';
import { hasOpenNotice } from '../store/notices.ts';
import { deliverNotices } from './deliverNotices.ts';
import { type PasswordHome, readSmtpPassword } from './smtpPassword.ts';
import { transportFor } from './transportFor.ts';
import { morningReaders, type NoticeWork, writeMorningNotices, writeProblemNotices } from './writeNotices.ts';

/** Where the password is, where the product is found, and where its files lie. */
export type JobHome = PasswordHome & Pick<Config, 'baseUrl' | 'dataDir'>;

/** Whether a notice waits to be written or sent that has nothing to do with a run of today. */
export const hasNoticeDue = async (db: Db, work: NoticeWork): Promise<boolean> =>
  (await hasOpenNotice(db, isoOf(work.clock()))) || (await morningReaders(db, work)).length > 0;

/**
 * Writes and sends the notices to owners. Nothing that goes wrong here reaches the run: returns what was thrown, for the
 * log, or null. Needs the sender's lock.
 */
export async function tellOwners(
  db: Db,
  work: NoticeWork & { config: JobHome; clock: Clock; goOn: () => boolean },
): Promise<unknown> {
  try {
    await writeMorningNotices(db, work);
    await writeProblemNotices(db, work);
    if (!(await hasOpenNotice(db, isoOf(work.clock())))) return null;
    const transport = transportFor(work.settings, await readSmtpPassword(db, work.config));
    await deliverNotices(db, { ...work, transport });
    return null;
  } catch (error) {
    return error;
  }
}
