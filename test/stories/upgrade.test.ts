import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { migrationNames } from '../../migrations/index.ts';
import { readConfig } from '../../src/config.ts';
import { enterUpgraded } from '../../src/services/enterUpgraded.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { rollBack } from '../../src/services/rollBack.ts';
import { workAsSender } from '../../src/services/workAsSender.ts';
import { enterFolder } from '../../src/store/dataFolder.ts';
import { brokenReferences, type Db, integrity, openDatabase } from '../../src/store/database.ts';
import { lastProgram } from '../../src/store/program.ts';
import { schemaDifferences } from '../../src/store/schema.ts';
import { VERSION } from '../../src/version.ts';
import { NEXT, programOf, rowsOf, stateAfter } from '../support/earlierStates.ts';
import {
  at as clockAt,
  customer,
  database,
  deliverOn,
  dunwell,
  dunwellHere,
  firm,
  invoice,
  mailServer,
  noonOf,
  runOn,
  temporaryFolder,
} from '../support/installation.ts';

const at = (folder: string, name: string): string => path.join(folder, name);
const COMPILED = path.join(tmpdir(), 'dunwell-test-compiled');
const KILL = pathToFileURL(path.resolve('test/support/killAtStatement.ts')).href;
/** How many of the statements of an upgrade the process is killed at, for each state that it may start from. */
const POINTS = process.env.KILL_POINTS === 'all' ? Infinity : 2;

const MONDAY = '2026-02-09';

const base = temporaryFolder();
const demo = at(base, 'demo.db');
const midRun = at(base, 'mid-run.db');
/** What the run of a day decides about the example company, by this program alone. */
let decided: string;

beforeAll(async () => {
  const db = await database(undefined, demo);
  await loadDemo(db, { clock: noonOf('2026-11-23'), language: 'en' });
  await db.destroy();
  const folder = temporaryFolder();
  cpSync(demo, at(folder, 'dunwell.db'));
  decided = await decisionsIn(folder);
  await stopMidRun();
});

const backupsIn = (folder: string): string[] =>
  existsSync(at(folder, 'backups')) ? readdirSync(at(folder, 'backups')).toSorted() : [];

async function decisionsIn(folder: string): Promise<string> {
  const outcome = await dunwellHere(folder, ['run', '--day', '2026-11-24', '--dry-run', '--json'], {
    DUNWELL_TIME_TRAVEL: '1',
  });
  return outcome.code === 0 ? outcome.stdout : outcome.stderr;
}

/** A firm whose process ended with six messages of a run at every point of their way. */
async function stopMidRun(): Promise<void> {
  const codes = ['A', 'B', 'C', 'D', 'E', 'F'];
  const customers = codes.map((code) => customer(code));
  const db = await database(firm({ customers, invoices: codes.map((code) => invoice(code, `F-${code}`)) }), midRun);
  await runOn(db, MONDAY);
  await deliverOn(db, MONDAY, mailServer(), { goOn: goOnFor(1) });
  const claimed = { attempts: 1, claimed_by: 'killed', claimed_at: '2026-02-09T12:00:00.000Z' };
  await db('reminders')
    .whereIn('id', [2, 3])
    .update({ state: 'sending', ...claimed });
  await db('reminders')
    .where({ id: 4 })
    .update({ state: 'handover', ...claimed });
  await db.destroy();
}

const goOnFor = (count: number) => (): boolean => count-- > 0;

/** What becomes of those messages: who gets one, and how each ends. */
async function goOnWith(file: string): Promise<unknown> {
  const db = await openDatabase(file);
  const server = mailServer();
  const sender = { lockFile: `${file}.lock`, clock: clockAt(MONDAY, '14:00') };
  await workAsSender(db, sender, () => deliverOn(db, MONDAY, server, { clock: sender.clock }));
  const ends = await db('reminders').select('key', 'state', 'attempts', 'reason').orderBy('id');
  await db.destroy();
  return { to: server.addressees(), ends };
}

/** What people have in it: each row of the tables of the first migration, by the columns of then. */
function ledgerOf(file: string): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  try {
    const has = (table: string): boolean =>
      db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
    return Object.fromEntries(
      ['customers', 'contacts', 'invoices', 'payments', 'plans', 'steps', 'reminders', 'history']
        .filter(has)
        .map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY id`).all().map(withoutNew)]),
    );
  } finally {
    db.close();
  }
}

/** Columns that a later migration added, at their standard value. */
const ADDED = new Set(['payment_code', 'letter', 'printed_at']);
const withoutNew = (row: unknown): object =>
  Object.fromEntries(Object.entries(row as object).filter(([name]) => !ADDED.has(name)));

/** Opens the database in a folder in a process of its own, and kills that just before a statement. */
async function killedAt(folder: string, statement: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', KILL, 'test/support/openOnce.ts', at(folder, 'dunwell.db')], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, TEST_KILL_AT_STATEMENT: String(statement) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

/** How many statements that takes; the thread that makes the copy has its own. */
async function statementsToOpen(file: string): Promise<number> {
  const prototype = Database.prototype as unknown as Record<'prepare' | 'exec', () => unknown>;
  const spies = (['prepare', 'exec'] as const).map((name) => jest.spyOn(prototype, name));
  await (await openDatabase(file, { at: '2026-11-23T09:00:00.000Z' })).destroy();
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return count;
}

/** Without what a rollback adds by intent: the hold, what it says of itself, who worked with it, and that all are signed out. */
function asThen({ settings, history, sessions: _, ...rows }: Record<string, unknown[]>): object {
  const company = (settings as { name: string }[]).filter(
    ({ name }) => !['_held', '_program', '_clock'].includes(name),
  );
  return { ...rows, company, history: (history as { kind: string }[]).filter(({ kind }) => kind !== 'restored') };
}

const sound = async (db: Db): Promise<string[]> => [
  ...(await integrity(db)),
  ...(await brokenReferences(db)),
  ...(await schemaDifferences(db)),
];

const OLD_STATES = migrationNames.map((name, n) => [n, name] as const);

describe.each(OLD_STATES)('an upgrade from the state with %i migrations, before %s,', (n) => {
  const old = at(base, `state-${n}.db`);
  beforeAll(() => stateAfter(n, old, demo));

  /** A data folder with that database in it. */
  function folderOfThen(): string {
    const folder = temporaryFolder();
    cpSync(old, at(folder, 'dunwell.db'));
    return folder;
  }

  test('keeps every row and the old database, decides the same, and can be rolled back to that very state (MW-54)', async () => {
    const folder = folderOfThen();
    const file = at(folder, 'dunwell.db');
    const before = ledgerOf(old);
    const decisions = await decisionsIn(folder);
    const kept = backupsIn(folder);
    const name = new RegExp(`^before-unrecorded-to-${VERSION}-\\d{8}T\\d{6}Z\\.db$`);
    expect(kept).toEqual(n === 0 ? [] : [expect.stringMatching(name)]);
    if (n === 0) return;
    expect(ledgerOf(file)).toEqual(before);
    expect(ledgerOf(at(folder, `backups/${kept[0]}`))).toEqual(before);
    expect(rowsOf(file).settings).not.toContainEqual(expect.objectContaining({ name: '_held' }));
    expect(decisions).toBe(decided);

    const newer = rowsOf(file);
    const earlier = { program: programOf(`0.0.${n}`, n), clock: noonOf('2026-11-24') };
    const back = await rollBack(readConfig({ DUNWELL_DATA_DIR: folder }), earlier);
    expect(back).toMatchObject({ from: VERSION, lost: { messages: 0, payments: 0, invoices: 0 } });
    expect(rowsOf(back.kept ?? '')).toEqual(newer);
    expect(rowsOf(file).settings).toContainEqual(expect.objectContaining({ name: '_held' }));
    expect(asThen(rowsOf(file))).toEqual(asThen(rowsOf(old)));
  });

  if (n > 0)
    test('in the middle of a run ends each message as the same program would have (F47)', async () => {
      const folder = temporaryFolder();
      cpSync(midRun, at(folder, 'same.db'));
      await stateAfter(n, at(folder, 'dunwell.db'), midRun);
      const ends = await goOnWith(at(folder, 'dunwell.db'));
      expect(ends).toEqual(await goOnWith(at(folder, 'same.db')));
      expect(ends).toMatchObject({
        to: ['b', 'c', 'e', 'f'].map((name) => `${name}@customer.example`),
        ends: ['sent', 'sent', 'sent', 'uncertain', 'sent', 'sent'].map((state) => ({ state })),
      });
    });

  test('that is killed anywhere leaves the old database or the new one, and the next start finishes it', async () => {
    const total = await statementsToOpen(at(folderOfThen(), 'dunwell.db'));
    expect(total).toBeGreaterThan(10);
    const before = ledgerOf(old);
    const points = Math.min(POINTS, total);
    for (let k = 0; k < points; k++) {
      const folder = folderOfThen();
      const file = at(folder, 'dunwell.db');
      // Each state at other points of the way.
      await killedAt(folder, 1 + Math.floor(((k + n / migrationNames.length) / points) * total));
      const raw = new Database(file);
      const seen = raw.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'knex_migrations'`).pluck().get()
        ? raw.prepare('SELECT count(*) FROM knex_migrations').pluck().get()
        : 0;
      raw.close();
      expect([n, migrationNames.length]).toContain(seen);
      if (n > 0) expect(ledgerOf(file)).toEqual(before);
      const db = await openDatabase(file);
      expect(await sound(db)).toEqual([]);
      await db.destroy();
      if (n > 0) expect(ledgerOf(file)).toEqual(before);
    }
  }, 240_000);
});

describe('a database that cannot be upgraded is refused and left as it is', () => {
  test('because its pages are broken', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    await stateAfter(1, file, demo);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096 * 60, 4096 * 70);
    writeFileSync(file, bytes);
    expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 2, stdout: '' });
    const raw = new Database(file);
    expect(raw.prepare('SELECT count(*) FROM knex_migrations').pluck().get()).toBe(1);
    raw.close();
    expect(readdirSync(at(folder, 'backups'))).toEqual([]);
  });

  test('because a migration of ours is missing in the middle', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    await stateAfter(3, file);
    new Database(file).exec(`DELETE FROM knex_migrations WHERE name = '${migrationNames[1]}'`).close();
    expect(await dunwellHere(folder, ['check'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${migrationNames[1]} is missing`),
    });
  });
});

test('a lock that a killed upgrade of an earlier version left stands in nobody’s way', async () => {
  const folder = temporaryFolder();
  await stateAfter(2, at(folder, 'dunwell.db'));
  new Database(at(folder, 'dunwell.db')).exec('UPDATE knex_migrations_lock SET is_locked = 1').close();
  expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 0 });
});

describe('the version of the program', () => {
  /** A folder whose database another program worked with last. */
  async function workedOnBy(program: { version: string; migrations: typeof NEXT.migrations }): Promise<string> {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    cpSync(demo, file);
    new Database(file).exec(`DELETE FROM settings WHERE name = '_program'`).close();
    await (await openDatabase(file, { at: '2026-02-01T10:00:00.000Z', program })).destroy();
    rmSync(at(folder, 'backups'), { recursive: true });
    return folder;
  }

  const programIn = async (folder: string): Promise<unknown> => {
    const db = await openDatabase(at(folder, 'dunwell.db'));
    const last = await lastProgram(db);
    await db.destroy();
    return last;
  };

  test('is written down in a new database, and left as it is by the next start', async () => {
    const folder = temporaryFolder();
    for (const time of ['10', '11'])
      await (await openDatabase(at(folder, 'dunwell.db'), { at: `2026-02-01T${time}:00:00.000Z` })).destroy();
    expect(await programIn(folder)).toEqual({ version: VERSION, since: '2026-02-01T10:00:00.000Z', from: null });
    expect(backupsIn(folder)).toEqual([]);
  });

  test('that rises makes a copy and is written down, though no table changes', async () => {
    const folder = await workedOnBy(programOf('0.0.9'));
    const before = rowsOf(at(folder, 'dunwell.db'));
    const at2 = '2026-02-02T10:00:00.000Z';
    await (await openDatabase(at(folder, 'dunwell.db'), { at: at2 })).destroy();
    expect(await programIn(folder)).toEqual({ version: VERSION, since: at2, from: '0.0.9' });
    const copy = `before-0.0.9-to-${VERSION}-20260202T100000Z.db`;
    expect(backupsIn(folder)).toEqual([copy]);
    expect(withoutMark(rowsOf(at(folder, `backups/${copy}`)))).toEqual(before);
    expect({ ...rowsOf(at(folder, 'dunwell.db')), settings: [] }).toEqual({ ...before, settings: [] });
  });

  const withoutMark = (rows: Record<string, unknown[]>): Record<string, unknown[]> => ({
    ...rows,
    settings: (rows.settings ?? []).filter((row) => (row as { name: string }).name !== '_backup'),
  });

  test('that was built in another way is the same', async () => {
    const folder = await workedOnBy(programOf(`${VERSION}+20260201`));
    expect(await programIn(folder)).toMatchObject({ version: `${VERSION}+20260201` });
    expect(backupsIn(folder)).toEqual([]);
  });

  test.each([['"0.1"'], ['{"version":"../../x","since":"","from":null}'], ['null']])(
    'that says %s counts as an earlier one',
    async (value) => {
      const folder = await workedOnBy(programOf('0.0.9'));
      new Database(at(folder, 'dunwell.db'))
        .exec(`UPDATE settings SET value = '${value}' WHERE name = '_program'`)
        .close();
      expect(await programIn(folder)).toMatchObject({ version: VERSION, from: null });
      expect(backupsIn(folder)).toEqual([expect.stringMatching(`^before-unrecorded-to-${VERSION}-`)]);
    },
  );

  test.each([
    ['knows the same tables', programOf('99.0.0')],
    ['made tables of its own', NEXT],
  ])('that is newer is refused by every command, also where it %s, and nothing is touched', async (_, program) => {
    const folder = await workedOnBy(program);
    const before = readFileSync(at(folder, 'dunwell.db'));
    for (const args of [['check'], ['backup', at(folder, 'copy.db')], ['user', 'list']]) {
      const { code, stdout, stderr } = await dunwellHere(folder, args);
      expect([args[0], code]).toEqual([args[0], 2]);
      for (const words of [VERSION, '99.0.0', '`dunwell rollback`']) expect(stdout + stderr).toContain(words);
    }
    expect(readFileSync(at(folder, 'dunwell.db')).equals(before)).toBe(true);
    expect([...backupsIn(folder), ...readdirSync(folder).filter((name) => name.startsWith('copy'))]).toEqual([]);
  });

  test('of a backup is looked at too: a newer one is not restored', async () => {
    const backup = at(await workedOnBy(programOf('99.0.0')), 'dunwell.db');
    expect(await dunwellHere(temporaryFolder(), ['restore', backup])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/newer Dunwell than this one.*restore it with that version/),
    });
  });

  test('without room for the copy does not change', async () => {
    const folder = await workedOnBy(programOf('0.0.9'));
    const before = readFileSync(at(folder, 'dunwell.db'));
    writeFileSync(at(folder, 'backups'), 'a file where the folder should be');
    expect(await dunwellHere(folder, ['user', 'list'])).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(at(folder, 'dunwell.db')).equals(before)).toBe(true);
  });

  test('leaves the newest copy of an upgrade, and of upgrades the last three', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    await stateAfter(1, file);
    const one = (n: number) => programOf(`0.0.${n}`, 1);
    for (let n = 1; n <= 5; n++)
      await (await openDatabase(file, { at: `2026-02-0${n}T10:00:00.000Z`, program: one(n) })).destroy();
    // The same upgrade once more, as after one that failed, and on a clock that was put back.
    new Database(file)
      .exec(`UPDATE settings SET value = json_set(value, '$.version', '0.0.4') WHERE name = '_program'`)
      .close();
    const later = Date.parse('2036-02-01T10:00:00.000Z') / 1000;
    for (const name of backupsIn(folder)) utimesSync(at(folder, `backups/${name}`), later, later);
    await (await openDatabase(file, { at: '2026-02-06T10:00:00.000Z', program: one(5) })).destroy();
    expect(backupsIn(folder)).toEqual([
      'before-0.0.2-to-0.0.3-20260203T100000Z.db',
      'before-0.0.3-to-0.0.4-20260204T100000Z.db',
      'before-0.0.4-to-0.0.5-20260206T100000Z.db',
    ]);
  });
});

describe('an upgrade needs the folder for itself', () => {
  /** A folder as an earlier Dunwell left it. */
  async function folderOfThen(): Promise<string> {
    const folder = temporaryFolder();
    await stateAfter(3, at(folder, 'dunwell.db'), demo);
    return folder;
  }

  test('so of two processes that start at once one makes it, and both work', async () => {
    const folder = await folderOfThen();
    const outcomes = await Promise.all([dunwell(folder, ['user', 'list']), dunwell(folder, ['user', 'list'])]);
    expect(outcomes).toEqual([
      { code: 0, stdout: '', stderr: '' },
      { code: 0, stdout: '', stderr: '' },
    ]);
    expect(backupsIn(folder)).toHaveLength(1);
    const raw = new Database(at(folder, `backups/${backupsIn(folder)[0]}`), { readonly: true });
    expect(raw.prepare('SELECT count(*) FROM knex_migrations').pluck().get()).toBe(3);
    raw.close();
    const db = await openDatabase(at(folder, 'dunwell.db'));
    expect(await sound(db)).toEqual([]);
    await db.destroy();
  });

  test('so it waits for an earlier Dunwell that goes on working, and is refused in the end', async () => {
    const folder = await folderOfThen();
    const before = rowsOf(at(folder, 'dunwell.db'));
    const config = readConfig({ DUNWELL_DATA_DIR: folder });
    const now = '2026-02-09T10:00:00.000Z';
    const earlier = enterFolder(folder);
    await expect(enterUpgraded(config, { at: now, tries: 2 })).rejects.toMatchObject({
      code: 'upgrade_in_use',
      params: { folder, version: VERSION },
    });
    expect(rowsOf(at(folder, 'dunwell.db'))).toEqual(before);
    expect(backupsIn(folder)).toEqual([]);
    // Nothing of that stands in the way of the earlier one, or of the next try.
    const another = enterFolder(folder);
    expect(another).not.toBeNull();
    another?.release();
    earlier?.release();
    const use = await enterUpgraded(config, { at: now, tries: 2 });
    expect(backupsIn(folder)).toHaveLength(1);
    use.release();
  });
});

test('the tables of knex are as knex makes them', async () => {
  const made = await database();
  const file = at(base, 'of-knex.db');
  await stateAfter(migrationNames.length, file);
  const raw = new Database(file);
  const sqlOf = raw.prepare(`SELECT name, sql FROM sqlite_schema WHERE name LIKE 'knex%' ORDER BY name`).all();
  raw.close();
  expect(await made('sqlite_schema').select('name', 'sql').where('name', 'like', 'knex%').orderBy('name')).toEqual(
    sqlOf,
  );
});
