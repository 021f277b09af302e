import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { cpSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { readConfig } from '../../src/config.ts';
import { endHold, messagesNotKnown } from '../../src/services/endHold.ts';
import { journalTransport } from '../../src/services/journalTransport.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { rollBack } from '../../src/services/rollBack.ts';
import { enterFolder } from '../../src/store/dataFolder.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { readHeld } from '../../src/store/held.ts';
import { lastProgram, type Program } from '../../src/store/program.ts';
import { schemaDifferences } from '../../src/store/schema.ts';
import { VERSION } from '../../src/version.ts';
import { NEXT, programOf, rowsOf } from '../support/earlierStates.ts';
import {
  add,
  addition,
  at as clockAt,
  customer,
  database,
  deliverOn,
  dunwellHere,
  firm,
  invoice,
  mailServer,
  noonOf,
  payment,
  runOn,
  temporaryFolder,
} from '../support/installation.ts';

const at = (folder: string, name: string): string => path.join(folder, name);
const TRAVEL = { DUNWELL_TIME_TRAVEL: '1' };
const [FIRST, SECOND] = ['2026-02-09', '2026-02-16'] as const;
const UPGRADED = '2026-11-23T10:00:00.000Z';
const NOW = Date.parse('2026-11-24T08:00:00.000Z');

const base = temporaryFolder();
const demo = at(base, 'demo.db');

beforeAll(async () => {
  const db = await database(undefined, demo);
  await loadDemo(db, { clock: noonOf('2026-11-23'), language: 'en' });
  await db.destroy();
});

async function withDb<T>(folder: string, work: (db: Db) => Promise<T>, program?: Program): Promise<T> {
  const db = await openDatabase(at(folder, 'dunwell.db'), { at: UPGRADED, ...(program && { program }) });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

const backUpBy =
  (program: Program, dryRun = false) =>
  (folder: string) =>
    rollBack(readConfig({ DUNWELL_DATA_DIR: folder }), { dryRun, clock: () => NOW, program });

const keptIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('dunwell-before-rollback-'));

/** A firm that has sent its first reminders with this Dunwell, and its second with the next one. */
async function upgradedFirm(): Promise<string> {
  const folder = temporaryFolder();
  const archive = firm({
    customers: [customer('MARTIN'), customer('ROSSI')],
    invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
  });
  await (await database(archive, at(folder, 'dunwell.db'))).destroy();
  await dunwellHere(folder, ['user', 'list']);
  await withDb(folder, (db) => send(db, folder, FIRST));
  await withDb(
    folder,
    async (db) => {
      expect(await send(db, folder, SECOND)).toBe(2);
      const paid = payment('MARTIN', 'F-1', '40.00');
      await add(db, addition({ invoices: [invoice('ROSSI', 'F-3')], payments: [paid] }));
    },
    NEXT,
  );
  return folder;
}

async function send(db: Db, folder: string, day: typeof FIRST | typeof SECOND): Promise<number> {
  const server = mailServer();
  await runOn(db, day);
  await deliverOn(db, day, journalTransport(server, { db, clock: clockAt(day), config: { dataDir: folder } }));
  return server.mails.length;
}

const SINCE = /Since then: 2 messages sent, 1 payment and 1 invoice recorded\./;

describe('after an upgrade to a version that does not suit', () => {
  test('one command goes back, says what is lost, and names what left, which then leaves no second time', async () => {
    const folder = await upgradedFirm();
    const newer = rowsOf(at(folder, 'dunwell.db'));
    expect(await dunwellHere(folder, ['rollback'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(SINCE),
    });
    expect(keptIn(folder)).toHaveLength(1);
    expect(rowsOf(at(folder, keptIn(folder)[0] ?? ''))).toEqual(newer);
    expect(await dunwellHere(folder, ['run', '--day', SECOND, '--deliver'], TRAVEL)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Sending is held/),
    });
    await withDb(folder, async (db) => {
      expect(await schemaDifferences(db)).toEqual([]);
      expect(await lastProgram(db)).toMatchObject({ version: VERSION });
      const names = (await messagesNotKnown(db, { dataDir: folder })).map(({ customer: { code } }) => code);
      expect(names.toSorted()).toEqual(['MARTIN', 'ROSSI']);
      const since = (await readHeld(db))?.since ?? '';
      const choice = {
        choice: 'left',
        since,
        config: { dataDir: folder },
        clock: clockAt(SECOND),
        userId: null,
      } as const;
      expect(await endHold(db, choice)).toEqual({ kind: 'ended', recorded: 2, notFound: 0 });
      expect(await send(db, folder, SECOND)).toBe(0);
    });
    // The next version may come again, with another copy from before it.
    await withDb(folder, async (db) => expect(await readHeld(db)).toBeNull(), NEXT);
  });

  test('a dry run says the same beside a Dunwell that runs, and changes nothing', async () => {
    const folder = await upgradedFirm();
    const [before, files] = [readFileSync(at(folder, 'dunwell.db')), readdirSync(folder).toSorted()];
    const running = enterFolder(folder);
    const outcome = await dunwellHere(folder, ['rollback', '--dry-run']);
    running?.release();
    expect(outcome).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(SINCE) });
    expect(outcome.stdout).toMatch(
      /^This would go back to the database of 2026-11-23T10:00:00.000Z, before the upgrade to 99/,
    );
    expect(readFileSync(at(folder, 'dunwell.db')).equals(before)).toBe(true);
    expect(
      readdirSync(folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .toSorted(),
    ).toEqual(files);
  });

  test('of several copies the newest counts that the program can read, whatever the times of the files say', async () => {
    const folder = temporaryFolder();
    const file = at(folder, 'dunwell.db');
    cpSync(demo, file);
    const [one, two] = [programOf('98.0.0'), programOf('98.1.0')];
    for (const [day, program] of [
      [1, one],
      [2, two],
      [3, NEXT],
    ] as const)
      await (await openDatabase(file, { at: `2026-12-0${day}T10:00:00.000Z`, program })).destroy();
    const names = readdirSync(at(folder, 'backups')).toSorted();
    expect(names).toHaveLength(3);
    for (const [n, name] of names.entries()) utimesSync(at(folder, `backups/${name}`), 9000 - n, 9000 - n);
    writeFileSync(at(folder, 'backups/before-99.0.0.db'), 'not one of ours');
    const madeBy = async (program: Program): Promise<string> => (await backUpBy(program, true)(folder)).copy.madeAt;
    expect(await madeBy(programOf(VERSION))).toBe('2026-12-01T10:00:00.000Z');
    expect(await madeBy(one)).toBe('2026-12-02T10:00:00.000Z');
    expect(await madeBy(programOf('98.0.1'))).toBe('2026-12-02T10:00:00.000Z');
    expect(await madeBy(two)).toBe('2026-12-03T10:00:00.000Z');
  });

  test('what the newer version keeps in another way is counted as unknown', async () => {
    const folder = await upgradedFirm();
    new Database(at(folder, 'dunwell.db')).exec('ALTER TABLE payments RENAME TO receipts').close();
    expect(await dunwellHere(folder, ['rollback'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('2 messages sent, an unknown number of payments and 1 invoice recorded'),
    });
  });
});

describe('a rollback is refused in one sentence, and touches nothing,', () => {
  test.each<[string, RegExp, (folder: string) => unknown]>([
    [
      'with the program that worked with the database last',
      /nothing to roll back.*used by Dunwell (\S+), and this is \1; put the program file of the earlier version back/,
      (folder) => cpSync(demo, at(folder, 'dunwell.db')),
    ],
    [
      'with a newer program than that',
      /used by Dunwell 0\.0\.9,/,
      async (folder) => {
        cpSync(demo, at(folder, 'dunwell.db'));
        new Database(at(folder, 'dunwell.db')).exec(`DELETE FROM settings WHERE name = '_program'`).close();
        await withDb(folder, () => Promise.resolve(), programOf('0.0.9'));
      },
    ],
    [
      'without a copy from before',
      /no copy from before an upgrade/,
      (folder) => withDb(folder, () => Promise.resolve(), NEXT),
    ],
    ['without a database', /no database/, () => undefined],
    [
      'with a database that cannot be read',
      /not a readable database/,
      (folder) => writeFileSync(at(folder, 'dunwell.db'), 'garbage '.repeat(1000)),
    ],
    [
      'with a copy that is damaged',
      /before-.*is damaged/,
      async (folder) => {
        cpSync(demo, at(folder, 'dunwell.db'));
        await withDb(folder, () => Promise.resolve(), NEXT);
        const copy = at(folder, `backups/${readdirSync(at(folder, 'backups'))[0]}`);
        const bytes = readFileSync(copy);
        writeFileSync(copy, bytes.fill(0x5a, 4096 * 60, 4096 * 70));
      },
    ],
  ])('%s', async (_, says, make) => {
    const folder = temporaryFolder();
    await make(folder);
    const content = (): string | null =>
      existsSync(at(folder, 'dunwell.db')) ? readFileSync(at(folder, 'dunwell.db'), 'latin1') : null;
    const before = content();
    const outcome = await dunwellHere(folder, ['rollback']);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(says);
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
    expect(content()).toBe(before);
    expect(readdirSync(folder).filter((name) => /restor|rollback/.test(name))).toEqual([]);
  });

  test('while any process works in the folder', async () => {
    const folder = await upgradedFirm();
    const running = enterFolder(folder);
    const inUse = { code: 2, stderr: expect.stringMatching(/is working with the database/) };
    expect(await dunwellHere(folder, ['rollback'])).toMatchObject(inUse);
    running?.release();
    expect(await dunwellHere(folder, ['rollback'])).toMatchObject({ code: 0 });
  });
});

/** What changes which file stands under which name, or what the disk has of it. */
const MOVES = ['copyFileSync', 'chmodSync', 'linkSync', 'renameSync', 'unlinkSync', 'fsyncSync'] as const;

/** Does the work, and keeps the folder as it is before each move: as a process would leave it that is killed there. */
async function foldersOnTheWay(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  const folders: string[] = [];
  const watch = (name: (typeof MOVES)[number]): jest.SpyInstance => {
    const move = fs[name] as (...args: unknown[]) => unknown;
    return jest.spyOn(fs, name).mockImplementation((...args: unknown[]) => {
      const now = temporaryFolder();
      cpSync(folder, now, { recursive: true });
      folders.push(now);
      return move(...args);
    });
  };
  const spies = MOVES.map(watch);
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return folders;
}

/** `rollback` in a process of its own, killed just before that move of a file. */
async function killedAt(folder: string, move: number): Promise<string> {
  const preload = pathToFileURL(path.resolve('test/support/killAtMove.ts')).href;
  const child = spawn(process.execPath, ['--import', preload, 'src/main.ts', 'rollback'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: path.join(tmpdir(), 'dunwell-test-compiled'),
      DUNWELL_DATA_DIR: folder,
      TEST_KILL_AT_MOVE: String(move),
    },
    stdio: 'ignore',
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  return folder;
}

test('a rollback that is killed at any move of a file leaves the newer database or the older one, whole', async () => {
  const folder = await upgradedFirm();
  // What belongs to this folder alone holds a copy of it by itself.
  rmSync(at(folder, 'instance.json'));
  const newer = rowsOf(at(folder, 'dunwell.db'));
  const copyOf = (): string => {
    const other = temporaryFolder();
    cpSync(folder, other, { recursive: true });
    return other;
  };
  const whole = copyOf();
  const stopped = await foldersOnTheWay(whole, () => dunwellHere(whole, ['rollback']));
  expect(stopped.length).toBeGreaterThan(8);
  const points = [1, Math.ceil(stopped.length / 2), stopped.length - 1];
  for (const move of points) stopped.push(await killedAt(copyOf(), move));
  const ends = new Set<string>();
  for (const left of stopped) {
    const isNewer = rowsOf(at(left, 'dunwell.db')).moods !== undefined;
    ends.add(isNewer ? 'newer' : 'older');
    // Either opens with its own program; the older one is held from its first moment on.
    const program = isNewer ? NEXT : programOf(VERSION);
    await withDb(
      left,
      async (db) => expect((await readHeld(db))?.reason).toBe(isNewer ? undefined : 'restored'),
      program,
    );
    if (!isNewer) continue;
    // And the next try ends well.
    expect(rowsOf(at(left, 'dunwell.db'))).toEqual(newer);
    expect(await dunwellHere(left, ['rollback'])).toMatchObject({ code: 0 });
    expect(rowsOf(at(left, keptIn(left).toSorted().at(-1) ?? ''))).toEqual(newer);
    expect(readdirSync(left).filter((name) => name.startsWith('restoring-'))).toEqual([]);
  }
  expect(ends).toEqual(new Set(['newer', 'older']));
}, 240_000);
