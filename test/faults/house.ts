import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { importArchive } from '../../src/services/archives.ts';
import { clockAt } from '../../src/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Accepted } from './rules.ts';

export const ROOT = path.join(import.meta.dirname, '..', '..');
/** What Node compiled for one process serves the next: most of what a short command takes. */
const COMPILED = path.join(tmpdir(), 'dunwell-faults-compiled');

/** The Monday on which every invoice of these houses has its first reminder. */
export const DAY: Day = '2026-02-09';

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function temporary(where = tmpdir()): string {
  const folder = mkdtempSync(path.join(where, 'dunwell-faults-'));
  folders.add(folder);
  return folder;
}

export const discard = (folder: string): void => {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
};

/** An installation in a folder of its own. */
export interface House {
  dataDir: string;
  file: string;
}

/** Who owes what: an address (one or several) for each invoice. */
export type Debtor = string | readonly string[];

/** A firm with one open invoice for each debtor, due two weeks before the day of the runs. */
export function firmOf(debtors: readonly Debtor[], differs: Partial<ArchiveInput> = {}): ArchiveInput {
  const customers = debtors.map((debtor, n) => ({
    code: `C${n}`,
    name: `Customer ${n}`,
    contacts: [debtor].flat().map((email) => ({ name: `Accounts ${n}`, email })),
  }));
  return {
    format: 'dunwell-archive',
    version: 1,
    settings: {
      company: { name: 'Meunier & Fils', email: 'anna@meunier.example' },
      timeZone: 'Europe/Paris',
      holidays: null,
      mode: 'automatic',
      holdMinutes: 0,
      brakes: { maxMessages: 1_000_000, maxTimesMedian: 1_000_000 },
    },
    templates: [
      { name: 'Reminder', versions: { en: { subject: '{{invoice.number}}', body: '<p>{{customer.name}}</p>' } } },
    ],
    customers,
    plans: [
      {
        kind: 'escalation',
        name: 'Standard',
        steps: [7, 21].map((days) => ({ name: `+${days}`, days, template: 'Reminder' })),
      },
    ],
    enrolments: customers.map(({ code }) => ({ customer: code, plan: 'Standard', since: '2020-01-01' })),
    invoices: customers.map(({ code }, n) => ({
      customer: code,
      number: `F-${n}`,
      issuedOn: '2026-01-05',
      dueOn: '2026-02-02',
      currency: 'EUR',
      total: '100.00',
    })),
    ...differs,
  } as ArchiveInput;
}

export const debtors = (count: number, prefix = 'c'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}@customer.example`);

/** Makes the database file of a firm, to be copied for as many houses as are needed. */
export async function blueprint(file: string, archive: ArchiveInput): Promise<string> {
  const db = await openDatabase(file);
  await importArchive(db, archive, { file: 'archive.json', clock: clockAt('2026-01-05', '12:00', 'Europe/Paris') });
  await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  await db.destroy();
  return file;
}

/** A house after a blueprint, whose mail goes to the port. */
export function build(plan: string, mail: Record<string, unknown>, where = tmpdir()): House {
  const dataDir = path.join(temporary(where), 'data');
  mkdirSync(dataDir);
  const file = path.join(dataDir, 'dunwell.db');
  copyFileSync(plan, file);
  write(file, (db) => setMail(db, mail));
  return { dataDir, file };
}

export const demolish = ({ dataDir }: House): void => discard(path.dirname(dataDir));

export function setMail(db: Database.Database, mail: Record<string, unknown>): void {
  const value = JSON.stringify({ from: 'box@meunier.example', host: '127.0.0.1', security: 'none', ...mail });
  db.prepare(
    `INSERT INTO settings (name, value) VALUES ('mail', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  ).run(value);
}

/** Works on the database itself, as no other program should. */
export function write<T>(file: string, work: (db: Database.Database) => T): T {
  const db = new Database(file, { timeout: 10_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** How a process of the product ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A process of the product that runs. */
export interface Running {
  child: ChildProcess;
  said(): string;
  ended: Promise<Ended>;
}

export interface Start {
  env?: Record<string, string>;
  /** A program that runs the product: strace, prlimit. */
  under?: readonly string[];
  script?: string;
  stdin?: string;
}

/** Starts the product, as a person would. */
export function start(
  house: House,
  args: readonly string[],
  { env = {}, under = [], script, stdin }: Start = {},
): Running {
  const line = [...under, process.execPath, script ?? path.join(ROOT, 'src', 'main.ts'), ...args];
  const child = spawn(line[0] as string, line.slice(1), {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILED,
      NODE_NO_WARNINGS: '1',
      // The machine's zone must not matter (F14).
      TZ: 'America/New_York',
      DUNWELL_DATA_DIR: house.dataDir,
      DUNWELL_TIME_TRAVEL: '1',
      DUNWELL_PORT: '0',
      DUNWELL_SMTP_LIMIT_MS: '20000',
      ...env,
    },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(stdin);
  const words = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (words.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words.stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...words }));
  });
  return { child, ended, said: () => words.stdout + words.stderr };
}

export const run = (house: House, args: readonly string[], how?: Start): Promise<Ended> =>
  start(house, args, how).ended;

/** The daily run with delivery, on the day of these houses. */
export const DELIVER = ['run', '--day', DAY, '--deliver', '--json'];

export interface Row {
  id: number;
  state: string;
  reason: string;
  message_id: string;
  attempts: number;
  next_attempt_at: string | null;
  server_reply: string;
}

export const rows = (house: House): Row[] =>
  write(house.file, (db) => db.prepare('SELECT * FROM reminders ORDER BY id').all() as Row[]);

/** What the comparison of the product's records with the server's truth found. */
export interface Count {
  lost: number;
  doubled: number;
  uncertain: number;
  problems: string[];
}

/**
 * Compares what the product says with what the server has: `expected` invoices, one reminder each. Lost is what nobody has
 * and nobody knows of: it was said to be sent and was not, or it is neither sent nor shown. Doubled is one reminder that
 * the server has twice.
 */
export function compare(house: House, accepted: readonly Accepted[], expected: number): Count {
  const { reminders, covered, integrity } = write(house.file, (db) => ({
    reminders: db.prepare('SELECT * FROM reminders ORDER BY id').all() as Row[],
    covered: db
      .prepare(
        `SELECT count(DISTINCT l.invoice_id) AS n FROM reminder_invoices l JOIN reminders r ON r.id = l.reminder_id
         WHERE r.state IN ('sent', 'uncertain', 'failed', 'cancelled')`,
      )
      .pluck()
      .get() as number,
    integrity: db.pragma('integrity_check', { simple: true }) as string,
  }));
  const count: Count = { lost: Math.max(0, expected - covered), doubled: 0, uncertain: 0, problems: [] };
  if (integrity !== 'ok') count.problems.push(`integrity: ${integrity}`);
  const times = new Map<string, number>();
  for (const { messageId } of accepted) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  for (const { state, message_id } of reminders) {
    const n = times.get(message_id) ?? 0;
    times.delete(message_id);
    if (n > 1) count.doubled += n - 1;
    if (state === 'uncertain') count.uncertain += 1;
    else if (state === 'sent' ? n === 0 : n > 0) {
      count.problems.push(`${message_id} is ${state} and was accepted ${n} times`);
      if (state === 'sent') count.lost += 1;
    }
  }
  for (const id of times.keys()) count.problems.push(`${id} was accepted and is nobody's`);
  return count;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so, and gives up after a while. */
export async function until(what: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (let n = 0; n < seconds * 50; n++) {
    if (await what()) return;
    await sleep(20);
  }
  throw new Error(`it did not happen in ${seconds} s: ${what}`);
}

/** Numbers that are random and the same for the same seed. */
export function dice(seed: number): { below(n: number): number; pick<T>(from: readonly T[]): T } {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}
