import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DecisionsJson, SendJson } from '../../src/cli/describe.ts';
import { type Archive, archiveSchema } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Delivery } from '../../src/services/deliverOutbox.ts';
import type { ImportReport } from '../../src/services/importFile.ts';
import { type Finished, runDunwell } from './childProcess.ts';
import { castArchive, WALK_IN } from './ledgerCast.ts';
import type { LedgerFiles } from './ledgerSource.ts';
import { type SmtpSink, startSmtpSink } from './smtpSink.ts';

/** An installation of its own, a mail server of its own, and the ledger to import. */
export interface House {
  files: LedgerFiles;
  folder: string;
  dataDir: string;
  databaseFile: string;
  sink: SmtpSink;
  close(): Promise<void>;
}

export async function openHouse(files: LedgerFiles): Promise<House> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-ledger-'));
  const dataDir = path.join(folder, 'data');
  const sink = await startSmtpSink();
  return {
    files,
    folder,
    dataDir,
    databaseFile: path.join(dataDir, 'dunwell.db'),
    sink,
    async close() {
      await sink.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a command printed, and what it took. */
export interface Answer<T> {
  json: T;
  took: Finished;
}

/** What `run` prints beside its decisions. */
export interface RunJson extends DecisionsJson {
  run: { state: string; queued: number; held: string | null; problems: unknown[]; delivery: Delivery | null };
}

export interface ForecastJson {
  from: Day;
  days: { day: Day; sends: SendJson[] }[];
}

const IMPORT = ['--as', 'invoices', '--currency', 'GBP', '--term-days', '30', '--credit-note-prefix', 'C'];

export const importLedger = (house: House): Promise<Answer<ImportReport>> =>
  answerOf(house, ['import', house.files.invoices, ...IMPORT, '--collective', WALK_IN, '--json']);

/** Puts a plan on every customer, and plays what happened to some of them. */
export async function castLedger(house: House, since: Day): Promise<void> {
  await command(house, ['demo', '--starter']);
  const imported = await exported(house);
  const file = path.join(house.folder, 'cast.json');
  const { host, port } = house.sink;
  writeFileSync(file, JSON.stringify(castArchive(imported, { host, port, since })));
  await command(house, ['import', file]);
}

async function exported(house: House): Promise<Archive> {
  const target = path.join(house.folder, 'imported');
  await command(house, ['export', target]);
  return archiveSchema.parse(JSON.parse(readFileSync(path.join(target, 'dunwell.json'), 'utf8')));
}

export const dryRun = (house: House, day: Day): Promise<Answer<DecisionsJson>> =>
  answerOf(house, ['run', '--day', day, '--dry-run', '--json']);

export const deliverDay = (house: House, day: Day): Promise<Answer<RunJson>> =>
  answerOf(house, ['run', '--day', day, '--deliver', '--json']);

export const forecastFrom = (house: House, day: Day, days: number): Promise<Answer<ForecastJson>> =>
  answerOf(house, ['forecast', '--day', day, '--days', String(days), '--json']);

async function answerOf<T>(house: House, args: string[]): Promise<Answer<T>> {
  const took = await command(house, args);
  return { json: JSON.parse(took.stdout) as T, took };
}

async function command({ dataDir }: House, args: string[]): Promise<Finished> {
  const finished = await runDunwell(dataDir, args);
  if (finished.code === 0) return finished;
  const said = finished.stderr.trim().slice(0, 2000);
  throw new Error(`dunwell ${args.join(' ')} ended with ${finished.code}: ${said}`);
}
