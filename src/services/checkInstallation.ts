import { statfsSync } from 'node:fs';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { connect } from '../mail/smtp.ts';
import type { Db } from '../store/database.ts';
import { brokenReferences, integrity } from '../store/database.ts';
import { wrongBalances } from '../store/ledger.ts';
import { lastRun } from '../store/runs.ts';
import { readSettings } from '../store/settings.ts';
import { type Keeping, checkKeeping } from './checkKeeping.ts';
import { readSmtpPassword } from './smtpPassword.ts';

/** One thing that was checked, in words. */
export interface Finding {
  ok: boolean;
  what: 'database' | 'references' | 'balances' | Keeping | 'mail' | 'clock' | 'disk';
  detail: string;
}

const LEAST_SPACE = 100 * 1024 * 1024;

/** Checks the database and what is kept of it, the stored balances, the mail account, the clock and the disk. */
export async function checkInstallation(db: Db, config: Config, clock: Clock): Promise<Finding[]> {
  return [
    await database(db),
    await references(db),
    await balances(db),
    ...(await checkKeeping(db, config, clock)),
    await mail(db, config),
    await clockCheck(db, clock),
    disk(config),
  ];
}

async function database(db: Db): Promise<Finding> {
  const problems = await integrity(db);
  return { ok: problems.length === 0, what: 'database', detail: problems[0] ?? 'sound' };
}

async function references(db: Db): Promise<Finding> {
  const broken = await brokenReferences(db);
  return { ok: broken.length === 0, what: 'references', detail: broken[0] ?? 'all lead somewhere' };
}

async function balances(db: Db): Promise<Finding> {
  const wrong = await wrongBalances(db);
  const detail = wrong.length
    ? `${wrong.length} do not follow from their payments (${wrong[0]?.table} ${wrong[0]?.id})`
    : 'all follow';
  return { ok: wrong.length === 0, what: 'balances', detail };
}

async function mail(db: Db, config: Config): Promise<Finding> {
  const { mail: account } = await readSettings(db);
  if (!account.host) return { ok: true, what: 'mail', detail: 'letterbox: nothing leaves this machine' };
  try {
    (await connect({ ...account, password: await readSmtpPassword(db, config) })).quit();
    return { ok: true, what: 'mail', detail: `${account.host}:${account.port} answers` };
  } catch (error) {
    return { ok: false, what: 'mail', detail: `${account.host}:${account.port}: ${(error as Error).message}` };
  }
}

/** A clock that stands before what was already done has been set back, or was never set. */
async function clockCheck(db: Db, clock: Clock): Promise<Finding> {
  const now = isoOf(clock());
  const last = (await lastRun(db))?.started_at ?? '';
  return { ok: now >= last, what: 'clock', detail: now >= last ? now : `${now} is before the last run, ${last}` };
}

function disk({ dataDir }: Config): Finding {
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  return { ok: free >= LEAST_SPACE, what: 'disk', detail: `${Math.round(free / 1024 / 1024)} MB free` };
}
