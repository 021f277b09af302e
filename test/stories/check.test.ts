import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isoOf, systemClock } from '../../src/clock.ts';
import { type Settings, settingsSchema } from '../../src/domain/settings.ts';
import { checkClock } from '../../src/services/checkClock.ts';
import { checkDatabase } from '../../src/services/checkDatabase.ts';
import { checkDisk, checkFolder, type Disk } from '../../src/services/checkFolder.ts';
import { checkKeeping } from '../../src/services/checkKeeping.ts';
import { checkZone } from '../../src/services/checkZone.ts';
import type { Finding } from '../../src/services/finding.ts';
import { type MachineClock, machineClock } from '../../src/services/machineClock.ts';
import { addHistory } from '../../src/store/history.ts';
import { journalFile } from '../../src/store/journal.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { writeSettings, writeValue } from '../../src/store/settings.ts';
import { readText } from '../guards/sources.ts';
import { at, customer, database, dunwellHere, firm, invoice, runOn, temporaryFolder } from '../support/installation.ts';

const base = temporaryFolder();
let count = 0;

/** A data folder with an installation in it, as a first command leaves it. */
async function installed(): Promise<string> {
  const folder = path.join(base, `data-${++count}`);
  expect(await dunwellHere(folder, ['demo', '--starter'])).toMatchObject({ code: 0 });
  return folder;
}

async function inside(folder: string, work: (db: Db) => Promise<unknown>): Promise<void> {
  const db = await openDatabase(path.join(folder, 'dunwell.db'));
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}

const about = (findings: Finding[], what: string): Finding | undefined =>
  findings.find((finding) => finding.what === what);
const DAY = 86_400_000;

describe('the command', () => {
  test('says a line for each thing that was looked at, and nothing to do where all is well', async () => {
    const { code, stdout, stderr } = await dunwellHere(await installed(), ['check']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(12);
    // Everything is in columns: what was found begins at the same place everywhere.
    const columns = lines.map((line) => /^(ok {2,})(\w+ +)(?=\S)/.exec(line));
    expect(new Set(columns.map((parts) => `${parts?.[1]?.length} ${parts?.[2]?.length}`)).size).toBe(1);
    expect(stdout).toContain(`database    sound, `);
    expect(stdout).not.toContain('What to do');
  });

  test('says the worst first, and once what several things ask for; attention alone is no problem', async () => {
    const folder = await installed();
    chmodSync(folder, 0o755);
    await inside(folder, (db) =>
      writeSettings(db, { mail: settingsSchema.parse({ mail: MAIL }).mail, mode: 'automatic' }),
    );
    const outcome = await dunwellHere(folder, ['check']);
    expect(outcome.code).toBe(1);
    const todos = outcome.stdout.slice(outcome.stdout.indexOf('What to do:')).trimEnd().split('\n');
    expect(todos).toEqual([
      'What to do:',
      expect.stringMatching(/^- mail: In Settings → Mail account see whether port 1 is right/),
      `- folder: chmod 700 ${folder}`,
      expect.stringMatching(/^- mx, spf, dkim, dmarc: Check again where names can be looked up/),
    ]);
    chmodSync(folder, 0o755);
    await inside(folder, (db) => writeSettings(db, { mail: settingsSchema.parse({}).mail }));
    const mended = await dunwellHere(folder, ['check']);
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/^attention +folder +/m);
    expect(mended.stdout).toMatch(/^attention +mail +letterbox/m);
  });

  test('gives all of it as one JSON document, in fields that are described', async () => {
    const folder = await installed();
    chmodSync(folder, 0o750);
    const { code, stdout } = await dunwellHere(folder, ['check', '--json']);
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    expect([code, ok]).toEqual([0, true]);
    for (const finding of findings) expect(Object.keys(finding)).toEqual(['what', 'level', 'ok', 'detail', 'todo']);
    expect(about(findings, 'folder')).toMatchObject({ level: 'attention', ok: true, todo: `chmod 700 ${folder}` });
    expect(new Set(findings.map(({ what }) => what)).size).toBe(findings.length);
  });

  test('changes nothing', async () => {
    const folder = await installed();
    const stateOf = (): unknown =>
      readdirSync(folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .map((name) => [name, statSync(path.join(folder, name)).mtimeMs, statSync(path.join(folder, name)).size]);
    const before = stateOf();
    await dunwellHere(folder, ['check']);
    expect(stateOf()).toEqual(before);
  });

  test('refuses what cannot be the name of a DKIM key', async () => {
    const folder = await installed();
    for (const name of ['a b', '-k1', '_domainkey', 'k1.']) {
      const { code, stderr } = await dunwellHere(folder, ['check', `--dkim=${name}`]);
      expect([name, code, stderr]).toEqual([name, 2, expect.stringMatching(/is not the name of a DKIM key/)]);
    }
  });

  test('checks the rest where a setting cannot be read, and names it', async () => {
    const folder = await installed();
    await inside(folder, (db) => writeValue(db, 'timeZone', 'Mars/Phobos'));
    const { code, stdout } = await dunwellHere(folder, ['check']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^problem +settings +timeZone: not a known time zone/m);
    expect(stdout).toMatch(/^ok +database/m);
    expect(stdout).not.toMatch(/^\w+ +mail /m);
  });
});

const MAIL = { host: '127.0.0.1', port: 1, from: 'anna@meunier.example', user: 'anna@meunier.example' };

test('docs/self-hosting.md says of each thing what it means', () => {
  const names = [...readText('src/services/finding.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, name = '']) => name);
  const page = readText('docs/self-hosting.md');
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});

describe('the data folder', () => {
  const asRoot = process.getuid?.() === 0;
  const home = (folder: string) => ({ dataDir: folder, secretKey: null });
  function folderOf(mode: number): string {
    const folder = path.join(base, `folder-${++count}`);
    mkdirSync(folder);
    chmodSync(folder, mode);
    writeFileSync(path.join(folder, 'dunwell.db'), '');
    return folder;
  }

  test.each([
    [0o700, 'ok'],
    [0o750, 'attention'],
    [0o701, 'attention'],
  ])('with the mode %o is for its owner only, or not', (mode, level) => {
    const folder = folderOf(mode);
    expect(about(checkFolder(home(folder)), 'folder')).toMatchObject({
      level,
      todo: level === 'ok' ? null : `chmod 700 ${folder}`,
    });
  });

  test.each([
    [0o600, 'ok', null],
    [0o400, 'ok', null],
    [0o640, 'attention', /^chmod 600 \S+secret\.key/],
    [0o604, 'attention', /another password/],
  ] as const)('holds a key with the mode %o', (mode, level, todo) => {
    const folder = folderOf(0o700);
    writeFileSync(path.join(folder, 'secret.key'), 'key');
    chmodSync(path.join(folder, 'secret.key'), mode);
    const finding = about(checkFolder(home(folder)), 'key');
    expect(finding?.level).toBe(level);
    if (todo) expect(finding?.todo).toMatch(todo);
  });

  test('holds no key that counts where the environment gives one', () => {
    const folder = folderOf(0o700);
    expect(checkFolder({ dataDir: folder, secretKey: 'A'.repeat(43) }).map(({ what }) => what)).toEqual(['folder']);
  });

  (asRoot ? test : test.skip)('of somebody else is worth a look, with the command that does it right', () => {
    const folder = folderOf(0o700);
    for (const file of [folder, path.join(folder, 'dunwell.db')]) chownSync(file, 12345, 23456);
    expect(about(checkFolder(home(folder)), 'folder')).toMatchObject({
      level: 'attention',
      detail: `${folder} belongs to user 12345, and this command runs as user 0`,
      todo: expect.stringContaining(`sudo -u '#12345' dunwell check`),
    });
  });

  (asRoot ? test : test.skip)('with a file of somebody else in it is a problem', () => {
    const folder = folderOf(0o700);
    chownSync(folder, 12345, 23456);
    expect(about(checkFolder(home(folder)), 'folder')).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining('dunwell.db does not belong'),
      todo: `chown -R 12345:23456 ${folder}`,
    });
  });

  test('that is gone is a problem', () => {
    expect(about(checkFolder(home(path.join(base, 'nowhere'))), 'folder')).toMatchObject({ level: 'problem' });
  });
});

test.each<[string, Partial<Disk>, number | null, Finding['level'], RegExp]>([
  ['much room', {}, 5e6, 'ok', /^80\.0 GB free$/],
  ['too little to send', { free: 99e6 }, 5e6, 'problem', /99 MB free: nothing is sent/],
  ['little', { free: 400e6 }, 5e6, 'attention', /400 MB free/],
  ['little for so large a database', { free: 2.9e9 }, 1e9, 'attention', /need up to 3\.0 GB/],
  ['enough for a large database', { free: 3.1e9 }, 1e9, 'ok', /3\.1 GB/],
  ['room, but not for files', { freeFiles: 999 }, null, 'problem', /room for 999 more files/],
  ['no limit of files', { freeFiles: 0, files: 0 }, null, 'ok', /GB/],
  ['a network drive', { kind: 0x6969 }, null, 'problem', /network drive/],
  ['memory', { kind: 0x01021994 }, null, 'attention', /tmpfs/],
  ['the inside of a container', { kind: 0x794c7630 }, null, 'attention', /inside a container/],
  ['a folder of another system', { kind: 0x01021997 }, null, 'attention', /9p/],
])('a disk with %s', (_, differs, bytes, level, says) => {
  const disk = { free: 80e9, freeFiles: 1e6, files: 2e6, kind: 0xef53, ...differs };
  expect(checkDisk(disk, bytes)).toMatchObject({ what: 'disk', level, detail: expect.stringMatching(says) });
});

describe('the database', () => {
  const small = { database: 1e6, log: 4e6 };

  test('that is sound', async () => {
    const findings = await checkDatabase(await database(firm()), small);
    expect(findings.map(({ what, level }) => `${what} ${level}`)).toEqual(
      ['database', 'references', 'balances', 'schema', 'durability', 'log'].map((what) => `${what} ok`),
    );
  });

  test.each<[string, (db: Db) => Promise<unknown>, string, RegExp]>([
    ['forgets at a power cut', (db) => db.raw('PRAGMA synchronous = NORMAL'), 'durability', /synchronous NORMAL/],
    [
      'holds a sum that does not follow',
      (db) => db('invoices').update({ outstanding_minor: 1 }),
      'balances',
      /1 do not follow from their payments \(invoices 1\)/,
    ],
    ['was changed by somebody', (db) => db.raw('CREATE TABLE other (x)'), 'schema', /table other is not ours/],
    [
      'holds a row that leads nowhere',
      async (db) => {
        await db.raw('PRAGMA foreign_keys = OFF');
        await db('customers').delete();
      },
      'references',
      /refers to nothing/,
    ],
  ])('that %s', async (_, spoil, what, says) => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await spoil(db);
    const finding = about(await checkDatabase(db, small), what);
    expect(finding).toMatchObject({ level: 'problem', detail: expect.stringMatching(says), todo: expect.any(String) });
  });

  test.each([
    [64e6, 1e6, 'ok'],
    [65e6, 1e6, 'attention'],
    [65e6, 70e6, 'ok'],
  ])('whose log has %d bytes beside %d of its own', async (log, bytes, level) => {
    const findings = await checkDatabase(await database(), { database: bytes, log });
    expect(about(findings, 'log')?.level).toBe(level);
  });
});

describe('the clock', () => {
  const NOW = Date.UTC(2026, 10, 23, 12);
  const settings = settingsSchema.parse({});
  const ORDINARY: MachineClock = { battery: NOW, synchronised: null, board: null };

  async function look(
    now: number,
    {
      db,
      folder = temporaryFolder(),
      machine = { ...ORDINARY, battery: now },
    }: { db?: Db; folder?: string; machine?: MachineClock } = {},
  ): Promise<Finding> {
    return checkClock(db ?? (await database()), { config: { dataDir: folder }, settings, clock: () => now, machine });
  }

  test('that nothing speaks against', async () => {
    expect(await look(NOW)).toMatchObject({
      level: 'ok',
      detail: expect.stringMatching(
        /^it shows 2026-11-23T12:00:00\.000Z, later than this program, the time zone data in it$/,
      ),
    });
  });

  test('of a machine whose battery is empty', async () => {
    expect(await look(0)).toMatchObject({ level: 'problem', detail: expect.stringMatching(/1970-01-01.*cannot be/) });
  });

  test('that stands before this program was built', async () => {
    expect(await look(Date.UTC(2024, 11, 31))).toMatchObject({
      level: 'problem',
      todo: expect.stringContaining('Set the clock'),
    });
  });

  test.each<[string, (db: Db, folder: string) => unknown, RegExp]>([
    ['the last run', (db) => runOn(db, '2026-11-24', at('2026-11-24')), /before the last run of 2026-11-24T12:00/],
    [
      'the newest entry of the history',
      (db) => addHistory(db, [{ at: '2026-11-25T08:00:00.000Z', kind: 'settings_changed' }]),
      /before the newest entry of the history of 2026-11-25T08/,
    ],
    [
      'the last message in the journal',
      (_, folder) => writeFileSync(journalFile(folder), `${JSON.stringify(HANDED)}\n`),
      /before (sent\.jsonl|the last message in sent\.jsonl) of/,
    ],
    [
      'a file in the data folder',
      (_, folder) => {
        writeFileSync(path.join(folder, 'dunwell.db'), '');
        utimesSync(path.join(folder, 'dunwell.db'), NOW / 1000 + 3600, NOW / 1000 + 3600);
      },
      /before dunwell\.db of 2026-11-23T13:00/,
    ],
  ])('that stands before %s', async (_, arrange, says) => {
    const [db, folder] = [await database(firm({ customers: [customer('MARTIN')] })), temporaryFolder()];
    await arrange(db, folder);
    expect(await look(NOW, { db, folder })).toMatchObject({ level: 'problem', detail: expect.stringMatching(says) });
  });

  test('that has jumped ahead is told before the daily job has seen it, and nothing is written down', async () => {
    const db = await database();
    const seen = { seenAt: isoOf(NOW - 365 * DAY), back: null, doubt: null };
    await writeValue(db, '_clock', seen);
    expect(await look(NOW, { db })).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining('nothing is sent until'),
    });
    expect(
      JSON.parse(((await db('settings').where({ name: '_clock' }).first('value')) as { value: string }).value),
    ).toEqual(seen);
  });

  test('that was set back is worth a look', async () => {
    const db = await database();
    const back = { from: isoOf(NOW + DAY), to: isoOf(NOW - 1000) };
    await writeValue(db, '_clock', { seenAt: isoOf(NOW - 1000), back, doubt: null });
    expect(await look(NOW, { db })).toMatchObject({
      level: 'attention',
      detail: expect.stringContaining('was set back'),
    });
  });

  test.each<[string, Record<string, string>, Finding['level'], RegExp]>([
    ['a battery that shows the same', { 'sys/class/rtc/rtc0/since_epoch': `${NOW / 1000 + 5}` }, 'ok', /./],
    ['a battery that keeps local time', { 'sys/class/rtc/rtc0/since_epoch': `${NOW / 1000 + 14 * 3600}` }, 'ok', /./],
    ['an empty battery', { 'sys/class/rtc/rtc0/since_epoch': '946684800' }, 'attention', /shows 2000-01-01/],
    ['neither a battery nor a word', {}, 'ok', /./],
    [
      'a board without a battery',
      { 'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0' },
      'attention',
      /this Raspberry Pi 4 Model B Rev 1\.4 has no clock/,
    ],
    [
      'a board that a time server has set',
      { 'proc/device-tree/model': 'Raspberry Pi 4\0', 'run/systemd/timesync/synchronized': '' },
      'ok',
      /./,
    ],
  ])('of a machine with %s', async (_, files, level, says) => {
    const root = temporaryFolder();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    expect(await look(NOW, { machine: machineClock(root) })).toMatchObject({
      level,
      detail: expect.stringMatching(says),
    });
  });
});

const HANDED = {
  v: 1,
  event: 'handed',
  epoch: 1,
  at: '2026-11-26T12:00:00.000Z',
  day: '2026-11-26',
  messageId: '<a@b>',
  key: 'k',
  attempt: 1,
  origin: 'run',
  customer: { code: 'MARTIN', name: 'Martin' },
  plan: null,
  stepId: null,
  occurrenceOn: null,
  currency: 'EUR',
  total: 1,
  language: 'en',
  subject: 's',
  lines: [],
};

describe('the time zone', () => {
  const zoned = (timeZone: string, country: string, differs: Partial<Settings> = {}): Settings =>
    settingsSchema.parse({ timeZone, company: { country }, holidays: null, ...differs });
  const look = async (settings: Settings, now = Date.UTC(2026, 10, 22, 11, 30)): Promise<Finding> =>
    checkZone(await database(), settings, () => now);

  test('is told with its time, and with the next run', async () => {
    expect(await look(zoned('Europe/Paris', 'FR', { mode: 'automatic' }))).toMatchObject({
      level: 'ok',
      detail: 'Europe/Paris, where it is Sunday 2026-11-22, 12:30; the next run is on Monday 2026-11-23 at 13:00',
    });
    expect((await look(zoned('Europe/Paris', 'FR'))).detail).toMatch(/automatic sending is off$/);
  });

  test.each([
    ['2026-11-20', 'Monday 2026-11-23'],
    ['2026-11-23', 'Tuesday 2026-11-24'],
  ] as const)('and with the last run on %s the next is on %s', async (last, next) => {
    const db = await database(firm());
    await runOn(db, last);
    const settings = zoned('Europe/Paris', 'FR', { mode: 'automatic' });
    const { detail } = await checkZone(db, settings, at('2026-11-23', '13:30'));
    expect(detail).toContain(`the next run is on ${next}`);
  });

  test.each([
    ['Europe/Paris', 'FR', 'ok'],
    ['Europe/Brussels', 'FR', 'ok'],
    ['Europe/London', 'FR', 'attention'],
    ['Europe/London', 'IE', 'ok'],
    ['Africa/Lagos', 'FR', 'attention'],
    ['Atlantic/Canary', 'ES', 'ok'],
    ['America/Denver', 'US', 'ok'],
    ['Europe/Kyiv', 'UA', 'ok'],
    ['UTC', 'GB', 'attention'],
    ['Europe/Paris', 'ZZ', 'ok'],
  ])('%s fits %s, or does not: %s', async (zone, country, level) => {
    expect((await look(zoned(zone, country))).level).toBe(level);
  });

  test('of data that have grown old is worth a look', async () => {
    expect(await look(zoned('Europe/Paris', 'FR'), Date.UTC(2036, 0, 1))).toMatchObject({
      level: 'attention',
      todo: expect.stringContaining('newer Dunwell'),
    });
  });
});

describe('what is kept', () => {
  test('copies that are not made are a problem, and not wanted ones worth a look', async () => {
    const folder = await installed();
    const look = async (hours: number, daily = true): Promise<Finding | undefined> => {
      let findings: Finding[] = [];
      await inside(folder, async (db) => {
        const settings = settingsSchema.parse({ backups: { daily } });
        const clock = (): number => systemClock() + hours * 3_600_000;
        findings = await checkKeeping(db, { config: { dataDir: folder }, settings, clock });
      });
      return about(findings, 'backups');
    };
    expect((await look(47))?.level).toBe('ok');
    expect(await look(49)).toMatchObject({ level: 'problem', todo: expect.stringContaining('dunwell backup FILE') });
    expect((await look(49, false))?.level).toBe('attention');
  });
});
