import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { main } from '../../src/cli/main.ts';
import { type Clock, clockAt, isoOf } from '../../src/clock.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Envelope } from '../../src/mail/message.ts';
import type { Receipt, Transport } from '../../src/mail/transport.ts';
import { importArchive } from '../../src/services/archives.ts';
import { deliverOutbox, type Delivery, type DeliveryOptions } from '../../src/services/deliverOutbox.ts';
import { runDay, type RunResult } from '../../src/services/runDay.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { memoryDatabase } from './memoryDatabase.ts';
import { migrationNames } from '../../migrations/index.ts';

type Section<K extends keyof ArchiveInput> = NonNullable<ArchiveInput[K]>[keyof NonNullable<ArchiveInput[K]> & number];

// Data of an installation: say only what differs.

/** A firm that sends on weekdays by itself, at once, with no holidays, and one plan of four weeks that its customers are on. */
export function firm(differs: Partial<ArchiveInput> = {}): ArchiveInput {
  const customers = differs.customers ?? [customer('MARTIN')];
  const plans = differs.plans ?? [plan()];
  return {
    format: 'dunwell-archive',
    version: 1,
    settings: settings(),
    templates: [template(), template({ name: 'Summary', versions: { en: SUMMARY } })],
    customers,
    plans,
    enrolments: customers.map(({ code }) => ({ customer: code, plan: plans[0]?.name ?? '', since: '2020-01-01' })),
    ...differs,
  };
}

export const settings = (differs: Partial<NonNullable<ArchiveInput['settings']>> = {}): ArchiveInput['settings'] => ({
  company: { name: 'Meunier & Fils', email: 'anna@meunier.example' },
  timeZone: 'Europe/Paris',
  holidays: null,
  mode: 'automatic',
  holdMinutes: 0,
  brakes: { maxMessages: 100, maxTimesMedian: 3 },
  ...differs,
});

const LETTER = {
  subject: 'Invoice {{invoice.number}} over {{invoice.outstanding}}',
  body: '<p>Dear {{customer.name}}, {{invoice.outstanding}} of invoice {{invoice.number}} is open.</p>{{{invoiceTable}}}',
};
const SUMMARY = {
  subject: '{{invoiceCount}} invoices, {{total}}',
  body: '<p>{{total}} is open.</p>{{{invoiceTable}}}',
};

export const template = (differs: Partial<Section<'templates'>> = {}): Section<'templates'> => ({
  name: 'Reminder',
  versions: { en: LETTER },
  ...differs,
});

export const step = (days: number, differs: object = {}) => ({
  name: `Reminder ${days}`,
  days,
  template: 'Reminder',
  ...differs,
});

/** Steps 7, 14 and 28 days after the due date: Mondays, for an invoice due on a Monday. */
export const plan = (differs: object = {}): Section<'plans'> => ({
  kind: 'escalation',
  name: 'Standard',
  steps: [step(7), step(14), step(28)],
  ...differs,
});

/** The same steps for all due invoices of a customer together. */
export const together = (differs: object = {}): Section<'plans'> =>
  plan({
    name: 'Together',
    together: true,
    steps: [7, 14, 28].map((days) => step(days, { template: 'Summary' })),
    ...differs,
  });

export const customer = (code: string, differs: Partial<Section<'customers'>> = {}): Section<'customers'> => ({
  code,
  name: `${code} Ltd`,
  contacts: [{ name: `Accounts of ${code}`, email: `${code.toLowerCase()}@customer.example` }],
  ...differs,
});

/** 100.00 EUR, due on Monday 2 February 2026: the first step is due on the 9th, the second on the 16th. */
export const invoice = (of: string, number: string, differs: object = {}): Section<'invoices'> => ({
  customer: of,
  number,
  issuedOn: '2026-01-05',
  dueOn: '2026-02-02',
  currency: 'EUR',
  total: '100.00',
  ...differs,
});

export const payment = (of: string, about: string, amount: string, differs: object = {}): Section<'payments'> => ({
  key: `bank-${about}-${amount}`,
  customer: of,
  receivedOn: '2026-02-09',
  currency: 'EUR',
  amount,
  applied: [{ invoice: about, amount, on: '2026-02-09' }],
  ...differs,
});

/** One small addition to what is there, as `import` takes it. */
export const addition = (differs: Partial<ArchiveInput>): ArchiveInput => ({
  format: 'dunwell-archive',
  version: 1,
  ...differs,
});

// Databases.

const open: Db[] = [];
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(open.splice(0).map((db) => db.destroy()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-test-'));
  folders.push(folder);
  return folder;
}

/** A database of its own, in memory unless a file is named, with an archive in it; closed after the suite. */
export async function database(archive?: ArchiveInput, file = ':memory:'): Promise<Db> {
  const db = file === ':memory:' ? await memoryDatabase() : await openDatabase(file);
  open.push(db);
  if (archive) await add(db, archive);
  return db;
}

export const add = (db: Db, archive: ArchiveInput, clock: Clock = noonOf('2026-01-05')): Promise<void> =>
  importArchive(db, archive, { file: 'archive.json', clock });

/** Every row of every table, to compare before and after. */
export async function dump(db: Db): Promise<Record<string, unknown[]>> {
  const names: { name: string }[] = await db('sqlite_master')
    .select('name')
    .where({ type: 'table' })
    .whereNot('name', 'like', 'sqlite_%')
    .whereNot('name', 'like', 'knex_%')
    .whereNot('name', 'like', 'invoice_search%')
    .orderBy('name');
  const tables: Record<string, unknown[]> = {};
  for (const { name } of names) tables[name] = await db(name);
  return tables;
}

export const migrations: readonly string[] = migrationNames;

// Time.

export const ZONE = 'Europe/Paris';
export const noonOf = (day: Day): Clock => clockAt(day, '12:00', ZONE);
export const at = (day: Day, time = '13:00'): Clock => clockAt(day, time, ZONE);

/** A clock that a test moves. */
export function movableClock(day: Day, time: string, zone = ZONE): { clock: Clock; set(day: Day, time: string): void } {
  let now = clockAt(day, time, zone)();
  return {
    clock: () => now,
    set: (toDay, toTime) => {
      now = clockAt(toDay, toTime, zone)();
    },
  };
}

export const instantOf = (day: Day, time = '13:00'): string => isoOf(at(day, time)());

// Runs and deliveries.

export const runOn = (db: Db, day: Day, clock: Clock = at(day)): Promise<RunResult> =>
  runDay(db, { day, clock, owner: 'test' });

export const deliverOn = (
  db: Db,
  day: Day,
  transport: Transport = mailServer(),
  more: Partial<DeliveryOptions> = {},
): Promise<Delivery> => deliverOutbox(db, { clock: at(day), owner: 'test', transport, ...more });

export interface Parcel {
  envelope: Envelope;
  raw: Buffer;
}
export type Answer = (parcel: Parcel, handOver: () => Promise<void>) => Promise<Receipt>;

/** What a mail server does with one message. */
export const accept: Answer = async ({ envelope }, handOver) => {
  await handOver();
  const reply = '250 2.0.0 Ok: queued as 4XyZ';
  return {
    kind: 'accepted',
    reply,
    recipients: envelope.to.map((address) => ({ address, accepted: true, reply: '' })),
  };
};
export const refuse =
  (reply: string): Answer =>
  async ({ envelope }) => ({
    kind: 'refused',
    reply,
    permanent: reply.startsWith('5'),
    recipients: envelope.to.map((address) => ({ address, accepted: false, reply })),
  });
export const neverAnswers: Answer = async (_, handOver) => {
  await handOver();
  return { kind: 'unknown', reply: 'Connection closed' };
};
export const unreachableServer: Answer = async () => ({
  kind: 'unavailable',
  reply: 'connect ECONNREFUSED 127.0.0.1:25',
  stop: true,
});
/** Accepts the message for some of its recipients. */
export const refuseOnly =
  (reply: string, refused: (address: string) => boolean): Answer =>
  async (parcel, handOver) => {
    const receipt = await accept(parcel, handOver);
    if (receipt.kind !== 'accepted') return receipt;
    const recipients = parcel.envelope.to.map((address) =>
      refused(address) ? { address, accepted: false, reply } : { address, accepted: true, reply: '' },
    );
    return { ...receipt, recipients };
  };

export interface MailServer extends Transport {
  /** What it accepted. */
  mails: Parcel[];
  /** To whom, in order. */
  addressees(): string[];
  /** How often something was brought to it. */
  visits: number;
}

/** A transport double that remembers what it accepted and answers as it is told: accepting, unless told otherwise. */
export function mailServer(answer: Answer = accept): MailServer {
  const server: MailServer = {
    kind: 'smtp',
    mails: [],
    visits: 0,
    addressees: () => server.mails.flatMap(({ envelope }) => envelope.to),
    close: () => undefined,
    async deliver(parcel, handOver) {
      server.visits += 1;
      const receipt = await answer(parcel, handOver);
      if (receipt.kind === 'accepted') server.mails.push(parcel);
      return receipt;
    },
  };
  return server;
}

// The command line, as a process of its own.

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

const ROOT = path.join(__dirname, '..', '..');
/** Starting is most of what a short command does; what Node compiled for one process serves the next. */
const COMPILED = path.join(tmpdir(), 'dunwell-test-compiled');

/** Runs `dunwell` with these arguments on a data folder. */
export function dunwell(dataDir: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, DUNWELL_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...outcome, code }));
  });
}

/** The same without a process: twenty times quicker, for what does not depend on being one. One at a time. */
export async function dunwellHere(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  const before = process.env;
  const hear = (name: 'stdout' | 'stderr'): jest.SpyInstance =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      outcome[name] += String(text);
      return true;
    });
  const spies = [hear('stdout'), hear('stderr')];
  process.env = { DUNWELL_DATA_DIR: dataDir, ...env };
  try {
    outcome.code = await main([...args]);
  } finally {
    process.env = before;
    for (const spy of spies) spy.mockRestore();
  }
  return outcome;
}
