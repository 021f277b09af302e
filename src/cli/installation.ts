import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { clockAt, type Clock, isoOf, systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Day } from '../domain/calendar.ts';
import { localMoment } from '../domain/timetable.ts';
import { Refusal } from '../refusal.ts';
import { enterUpgraded } from '../services/enterUpgraded.ts';
import { recogniseInstallation } from '../services/recogniseInstallation.ts';
import { workAsSender } from '../services/workAsSender.ts';
import { type Db, isDatabaseError, openDatabase, refusalOf } from '../store/database.ts';
import type { Lock } from '../store/lock.ts';
import { readSettings } from '../store/settings.ts';
import type { ExitCode } from './output.ts';

/** What every command works with. */
export interface Installation {
  config: Config;
  db: Db;
  clock: Clock;
  /** Names this process in leases and claims. */
  owner: string;
  /** When this process opened the database (ISO, UTC), and whether there was none. */
  opened: { at: string; fresh: boolean };
}

/** Opens the database, upgraded where it has to be, looks whether it belongs here, runs the work, and closes it whatever happens. */
export async function withInstallation<T>(
  config: Config,
  work: (installation: Installation) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const opened = { at: isoOf(systemClock()), fresh: !existsSync(config.databaseFile) };
  const use = await enter(config, { create, at: opened.at });
  try {
    const db = await openDatabase(config.databaseFile, { create, at: opened.at });
    try {
      await recogniseInstallation(db, config, systemClock);
      return await work({ config, db, clock: systemClock, owner: `${process.pid}-${randomUUID()}`, opened });
    } catch (error) {
      throw isDatabaseError(error) ? refusalOf(error, config.databaseFile) : error;
    } finally {
      await db.destroy();
    }
  } finally {
    use.release();
  }
}

/** Refuses, in a sentence, a folder that cannot be worked in (RELIABILITY F39). */
async function enter(config: Config, entering: { create: boolean; at: string }): Promise<Lock> {
  try {
    return await enterUpgraded(config, entering);
  } catch (error) {
    throw refusalOf(error, config.databaseFile);
  }
}

/** Runs the work as the only process that runs and sends; refuses at once when another one does. */
export async function alone(
  { db, config: { lockFile } }: Installation,
  clock: Clock,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const code = await workAsSender(db, { lockFile, clock }, work);
  if (code === null) throw new Refusal('locked');
  return code;
}

/** Today in the company's time zone. */
export async function today({ db, clock }: Installation): Promise<Day> {
  return localMoment(clock(), (await readSettings(db)).timeZone).day;
}

/** The clock for a day: today's is the machine's own; another day's stands at the sending hour, where time travel allows it. */
export async function clockOn(installation: Installation, day: Day): Promise<Clock> {
  const { config, db, clock } = installation;
  if (day === (await today(installation))) return clock;
  if (!config.timeTravel) throw new Refusal('other_day');
  const { sendAt, timeZone } = await readSettings(db);
  return clockAt(day, sendAt, timeZone);
}
