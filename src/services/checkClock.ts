import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { isImpossible, lookAt } from '../domain/clockMemory.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment } from '../domain/timetable.ts';
import { backupsIn } from '../store/backupFolder.ts';
import type { Db } from '../store/database.ts';
import { newestEntryAt } from '../store/history.ts';
import { readJournalTail } from '../store/journal.ts';
import { lastRun } from '../store/runs.ts';
import { timetableOf } from '../store/settings.ts';
import { attention, fine, type Finding, problem } from './finding.ts';
import { type MachineClock, machineClock } from './machineClock.ts';
import { clockMemory } from './watchClock.ts';

/** Something that has happened, so that it is later now; instants in milliseconds since 1970. */
interface Past {
  name: string;
  at: number;
  /** How far it may be ahead all the same; a little, unless it says so. */
  within?: number;
}

/** File systems round, and time servers correct a little. */
const TOLERANCE = 2 * 60_000;
/** A battery's clock may keep local time, and so may the dates in an archive that a program was unpacked from. */
const LOCAL_TIME = 26 * 3_600_000;
const SET =
  'Set the clock of this machine, best by a time server (on Linux: timedatectl set-ntp true), then restart Dunwell.';

/**
 * Compares the machine's clock with everything at hand that knows something of the time: what was written down and when files
 * changed, the age of this program, the battery's clock, and what the daily job remembers (RELIABILITY F10, F11). A clock
 * that is wrong and was never right cannot be told so; that needs somebody else's.
 */
export async function checkClock(
  db: Db,
  { config, settings, clock, machine = machineClock() }: ClockHome,
): Promise<Finding> {
  const now = clock();
  const shows = `it shows ${isoOf(now)}`;
  if (isImpossible(now)) return problem('clock', `${shows}, which cannot be: its battery may be empty`, SET);
  const past = await pastOf(db, config.dataDir);
  const later = past.filter(({ at, within = TOLERANCE }) => at > now + within).toSorted((a, b) => b.at - a.at)[0];
  if (later) return problem('clock', `${shows}, before ${later.name} of ${isoOf(later.at)}`, SET);
  const { day } = localMoment(now, settings.timeZone);
  const { doubt, back } = lookAt(await clockMemory(db), now, timetableOf(settings, Number(day.slice(0, 4))));
  if (doubt)
    return problem(
      'clock',
      `${shows}, and it last showed ${doubt.from ?? 'nothing'}: nothing is sent until somebody says that the date is right`,
      'If the date is right, say so in the app, by the line at the top; if not, set the clock first.',
    );
  return (
    ofTheMachine(shows, now, machine) ?? setBack(shows, back) ?? fine('clock', `${shows}, later than ${namesOf(past)}`)
  );
}

export interface ClockHome {
  config: Pick<Config, 'dataDir'>;
  settings: Settings;
  clock: Clock;
  machine?: MachineClock;
}

function ofTheMachine(shows: string, now: number, { battery, synchronised, board }: MachineClock): Finding | null {
  if (battery !== null && Math.abs(battery - now) > LOCAL_TIME)
    return attention(
      'clock',
      `${shows}, and the clock that goes on while the machine is off shows ${isoOf(battery)}`,
      'Replace the battery on the mainboard, or write the right time to it with hwclock --systohc; else the next start may begin with a wrong date.',
    );
  if (battery !== null || board === null || synchronised) return null;
  return attention(
    'clock',
    `${shows}; this ${board} has no clock that goes on while it is off, and nothing says that a time server has set it`,
    'Turn on time synchronisation (timedatectl set-ntp true), and let the machine reach a time server before Dunwell starts.',
  );
}

const setBack = (shows: string, back: { from: string | null } | null): Finding | null =>
  back &&
  attention(
    'clock',
    `${shows}, and was set back: it has already shown ${back.from}`,
    'Make sure that the date is right; no run is made twice, and nothing is sent twice.',
  );

const namesOf = (past: readonly Past[]): string => past.map(({ name }) => name).join(', ');

async function pastOf(db: Db, dataDir: string): Promise<Past[]> {
  const noted: [string, string | null | undefined][] = [
    ['the last run', (await lastRun(db))?.started_at],
    ['the newest entry of the history', await newestEntryAt(db)],
    ['the last message in sent.jsonl', readJournalTail(dataDir).at(-1)?.at],
  ];
  return [
    ...noted.flatMap(([name, at]) => (at ? [{ name, at: Date.parse(at) }] : [])),
    ...[dataDir, backupsIn(dataDir)].flatMap(newestFile),
    ...fileAt('this program', process.execPath).map((one) => ({ ...one, within: LOCAL_TIME })),
    ...runtimeData(),
  ];
}

/** The file of ours in a folder that changed last. */
function newestFile(folder: string): Past[] {
  try {
    const files = readdirSync(folder).filter((name) => /\.(db|db-wal|jsonl|json|key)$/.test(name));
    const found = files.flatMap((name) => fileAt(name, path.join(folder, name)));
    return found.toSorted((a, b) => b.at - a.at).slice(0, 1);
  } catch {
    return [];
  }
}

function fileAt(name: string, file: string): Past[] {
  const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return at === undefined ? [] : [{ name, at }];
}

/** The time zone data in this program bear their year, such as 2026c: it was built no earlier. */
function runtimeData(): Past[] {
  const year = Number.parseInt(process.versions.tz ?? '', 10);
  return year > 2000 ? [{ name: 'the time zone data in it', at: Date.UTC(year, 0, 1) }] : [];
}
