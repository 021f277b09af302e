import path from 'node:path';
import { readConfig } from '../../src/config.ts';
import { beating, type DailyJob, look } from '../../src/jobs/daily.ts';
import { SILENT } from '../../src/log.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import type { Pulse } from '../../src/pulse.ts';
import { healthOf } from '../../src/services/health.ts';
import { add, customer, firm, invoice, movableClock, temporaryFolder } from '../support/installation.ts';

const MONDAY = '2026-02-09';

interface House {
  db: Db;
  job: DailyJob;
  pulse: Pulse;
  time: ReturnType<typeof movableClock>;
  /** What the pulse said each time that the job asked whether to go on. */
  beats: (number | null)[];
}

/** Two messages are due, and each takes ten minutes. */
async function house(): Promise<House> {
  const folder = temporaryFolder();
  const db = await openDatabase(path.join(folder, 'dunwell.db'));
  const customers = [customer('MARTIN'), customer('ROSSI')];
  await add(db, firm({ customers, invoices: customers.map(({ code }) => invoice(code, `F-${code}`)) }));
  const time = movableClock(MONDAY, '13:00');
  const pulse: Pulse = { startedAt: time.clock(), lookedAt: null, workingSince: null };
  const beats: (number | null)[] = [];
  const job = beating({
    db,
    pulse,
    clock: time.clock,
    owner: 'server',
    lockFile: path.join(folder, 'sender.lock'),
    log: SILENT,
    config: readConfig({ DUNWELL_DATA_DIR: folder }),
    goOn: () => {
      beats.push(pulse.workingSince);
      time.set(MONDAY, `13:${Math.min(beats.length, 5)}0`);
      return true;
    },
  });
  return { db, job, pulse, time, beats };
}

const health = ({ db, job: { clock, config }, pulse }: House) => healthOf(db, { clock, config, pulse });

test('the pulse tells of looks that went well, and beats before each message of a long one', async () => {
  const { job, pulse, time, beats, db } = await house();
  const from = time.clock();
  const looking = look(job);
  expect(pulse).toMatchObject({ lookedAt: null, workingSince: from });
  await looking;
  expect(await db('reminders').pluck('state')).toEqual(['sent', 'sent']);
  expect(beats.slice(0, 3)).toEqual([0, 10, 20].map((minutes) => from + minutes * 60_000));
  expect(pulse).toMatchObject({ lookedAt: time.clock(), workingSince: null });
  await db.destroy();
});

test('looks that fail do not count: after a minute of them the program says that it is not well', async () => {
  const one = await house();
  const { db, job, pulse, time } = one;
  await look(job);
  const last = pulse.lookedAt;
  await db('settings').insert({ name: 'mode', value: '"nonsense"' }).onConflict('name').merge();
  expect(await health(one)).toBe('ok');
  time.set(MONDAY, '15:00');
  await look(job);
  expect(pulse).toMatchObject({ lookedAt: last, workingSince: null });
  expect(await health(one)).toBe('daily_job');
  await db('settings').where({ name: 'mode' }).update({ value: '"automatic"' });
  await look(job);
  expect(await health(one)).toBe('ok');
  await db.destroy();
});
