import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Pulse } from '../pulse.ts';
import type { Db } from '../store/database.ts';
import { isUsable } from '../store/probe.ts';
import { isDiskFull, type SpaceReader } from './diskSpace.ts';

/** Whether the product does its work, or the first thing that keeps it from that. */
export type Health = 'ok' | 'database' | 'daily_job' | 'disk';

/** What health is read from. `pulse` is absent where no daily job runs. */
export interface Patient {
  clock: Clock;
  config: Pick<Config, 'dataDir'>;
  pulse?: Pulse | undefined;
  freeSpace?: SpaceReader | undefined;
}

/** The daily job looks every five seconds: a dozen looks in a row that failed, or did not happen, are no accident. */
const LATE_MS = 60_000;
/** One message may take seventeen minutes by the time limits of SMTP (smtp.ts); a run is decided in less. */
const STUCK_MS = 30 * 60_000;

/** Looks at the database, the daily job and the disk, in this order; nothing that a stranger could make slow. */
export async function healthOf(db: Db, { clock, config, pulse, freeSpace }: Patient): Promise<Health> {
  if (!(await isUsable(db))) return 'database';
  if (pulse && !isAlive(pulse, clock())) return 'daily_job';
  return isDiskFull(config.dataDir, freeSpace) ? 'disk' : 'ok';
}

/** Whether the daily job goes on. A look may take hours while messages leave, so then each message counts. */
export function isAlive({ startedAt, lookedAt, workingSince }: Pulse, now: number): boolean {
  if (workingSince !== null && now - workingSince < STUCK_MS) return true;
  return now - (lookedAt ?? startedAt) < LATE_MS;
}
