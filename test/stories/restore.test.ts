import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { readConfig } from '../../src/config.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { tick } from '../../src/jobs/daily.ts';
import { journalTransport } from '../../src/services/journalTransport.ts';
import { endHold, type HoldChoice, messagesNotKnown } from '../../src/services/endHold.ts';
import { refuseFolder, takeFolder } from '../../src/store/dataFolder.ts';
import { type Db, openDatabase, refusalOf } from '../../src/store/database.ts';
import { readHeld } from '../../src/store/held.ts';
import { type HandedLine, journalFile, readJournal } from '../../src/store/journal.ts';
import {
  accept,
  at as clockAt,
  customer,
  database,
  deliverOn,
  dunwell,
  dunwellHere,
  firm,
  invoice,
  mailServer,
  type Outcome,
  plan,
  settings,
  temporaryFolder,
} from '../support/installation.ts';
import { linesOf, recordedLog } from '../support/recordedLog.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtpSink.ts';

const TRAVEL = { DUNWELL_TIME_TRAVEL: '1' };
/** The three steps of the plan are due on these Mondays. */
const [FIRST, SECOND, THIRD] = ['2026-02-09', '2026-02-16', '2026-03-02'] as const;

let server: SmtpSink;
beforeAll(async () => {
  server = await startSmtpSink();
});
afterAll(() => server.stop());

const at = (folder: string, name: string): string => path.join(folder, name);

/** A data folder of a firm with a mail account, and a recap for one of its customers. */
async function installed(): Promise<string> {
  const folder = temporaryFolder();
  const mail = { host: server.host, port: server.port, security: 'none' as const };
  const recap = {
    kind: 'recap',
    name: 'Monthly',
    startOn: '2026-02-16',
    every: { n: 1, unit: 'month' },
    template: 'Summary',
  };
  const archive = firm({
    settings: settings({ mail }),
    customers: [customer('MARTIN'), customer('ROSSI')],
    plans: [plan(), recap as never],
    enrolments: [
      { customer: 'MARTIN', plan: 'Standard', since: '2020-01-01' },
      { customer: 'ROSSI', plan: 'Monthly', since: '2020-01-01' },
    ],
    invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
  });
  const db = await database(archive, at(folder, 'dunwell.db'));
  await db.destroy();
  return folder;
}

/** Runs a day of the firm and sends; answers how many messages the mail server accepted. */
async function sendOn(folder: string, day: Day): Promise<number> {
  const before = await server.count();
  const outcome = await dunwellHere(folder, ['run', '--day', day, '--deliver'], TRAVEL);
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  return (await server.count()) - before;
}

async function withDb<T>(folder: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(at(folder, 'dunwell.db'));
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Opens the installation as any command does, and says why sending is held, or null. */
async function heldAfterStart(folder: string): Promise<string | null> {
  await dunwellHere(folder, ['check']);
  return withDb(folder, async (db) => (await readHeld(db))?.reason ?? null);
}

const decide = (folder: string, choice: HoldChoice): Promise<unknown> =>
  withDb(folder, async (db) => {
    const since = (await readHeld(db))?.since ?? '';
    return endHold(db, { choice, since, config: { dataDir: folder }, clock: clockAt(SECOND), userId: null });
  });

const messageIdIn = (raw: Buffer): string => /^message-id:\s*(<.*>)/im.exec(raw.toString())?.[1] ?? '';

const missing = (folder: string): Promise<string[]> =>
  withDb(folder, async (db) =>
    (await messagesNotKnown(db, { dataDir: folder })).map(({ customer: who, lines }) =>
      [who.name, ...lines.map(({ number }) => number)].join(' '),
    ),
  );

/** Three weeks of a firm: the first reminder, a backup, then the second and the recap. */
async function afterTheBackup(): Promise<{ folder: string; backup: string }> {
  const folder = await installed();
  expect(await sendOn(folder, FIRST)).toBe(1);
  const backup = at(temporaryFolder(), 'backup.db');
  expect(await dunwellHere(folder, ['backup', backup])).toMatchObject({ code: 0 });
  expect(await sendOn(folder, SECOND)).toBe(2);
  return { folder, backup };
}

describe('a backup of last week', () => {
  test('restored, sends nothing by itself, and names what left since', async () => {
    const { folder, backup } = await afterTheBackup();
    const outcome = await dunwellHere(folder, ['restore', backup]);
    expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/Sending is held.*\/held/) });
    const before = await server.count();
    expect(await dunwellHere(folder, ['run', '--day', SECOND, '--deliver'], TRAVEL)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Sending is held.*\n$/),
    });
    expect(await dunwellHere(folder, ['run', '--day', SECOND, '--dry-run'], TRAVEL)).toMatchObject({ code: 0 });
    const { log, events } = recordedLog();
    await withDb(folder, (db) =>
      tick({
        db,
        clock: clockAt(SECOND, '13:30'),
        owner: 'server',
        lockFile: at(folder, 'sender.lock'),
        config: readConfig({ DUNWELL_DATA_DIR: folder }),
        log,
        goOn: () => true,
      }),
    );
    expect(await withDb(folder, (db) => db('runs').where({ day: SECOND }))).toEqual([]);
    expect(await server.count()).toBe(before);
    expect(events()).toEqual(['sending_held']);
    expect(await missing(folder)).toEqual(expect.arrayContaining(['MARTIN Ltd F-1', 'ROSSI Ltd F-2']));
    expect(await missing(folder)).toHaveLength(2);
    expect(await dunwellHere(folder, ['check'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^problem +sending +held .*restored/m),
    });
  });

  test('with what left marked as sent, goes on where the plans stood: nothing leaves twice', async () => {
    const { folder, backup } = await afterTheBackup();
    await dunwellHere(folder, ['restore', backup]);
    expect(await decide(folder, 'left')).toEqual({ kind: 'ended', recorded: 2, notFound: 0 });
    expect(await sendOn(folder, SECOND)).toBe(0);
    expect(await sendOn(folder, THIRD)).toBe(1);
    const sent = await withDb(folder, (db) => db('completions').select('completed_on', 'kind').orderBy('completed_on'));
    expect(sent.map((row: { completed_on: string }) => row.completed_on)).toEqual([FIRST, SECOND, THIRD]);
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test('sent again on the owner’s word, leaves again under the same Message-ID', async () => {
    const { folder, backup } = await afterTheBackup();
    await dunwellHere(folder, ['restore', backup]);
    expect(await decide(folder, 'again')).toMatchObject({ kind: 'ended', recorded: 0 });
    expect(await sendOn(folder, SECOND)).toBe(2);
    const ids = (await server.messages()).slice(-4).map(({ raw }) => messageIdIn(raw));
    expect(new Set(ids).size).toBe(2);
    // What was decided is not asked again, and what has left since is known.
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test('kept for trying out, stays held, and says so', async () => {
    const { folder, backup } = await afterTheBackup();
    await dunwellHere(folder, ['restore', backup]);
    expect(await decide(folder, 'trial')).toEqual({ kind: 'kept' });
    expect(await dunwellHere(folder, ['run', '--day', SECOND], TRAVEL)).toMatchObject({ code: 2 });
    const { code, stdout } = await dunwellHere(folder, ['check']);
    expect(stdout).toMatch(/^ok +sending +held .*a copy for trying out/m);
    expect(code).toBe(0);
  });

  test('without the hold would have sent both messages twice: the control', async () => {
    const { folder, backup } = await afterTheBackup();
    await dunwellHere(folder, ['restore', backup]);
    await withDb(folder, (db) => db('settings').whereIn('name', ['_held', '_instance']).delete());
    unlinkSync(at(folder, 'instance.json'));
    expect(await sendOn(folder, SECOND)).toBe(2);
  });

  test('with reminders already in its outbox, finds them there and marks those', async () => {
    const folder = await installed();
    await sendOn(folder, FIRST);
    expect(await dunwellHere(folder, ['run', '--day', SECOND], TRAVEL)).toMatchObject({ code: 0 });
    const backup = at(folder, 'backup.db');
    await dunwellHere(folder, ['backup', backup]);
    expect(await sendOn(folder, SECOND)).toBe(2);
    await dunwellHere(folder, ['restore', backup]);
    expect(await decide(folder, 'left')).toMatchObject({ recorded: 2 });
    expect(await sendOn(folder, SECOND)).toBe(0);
    expect(await withDb(folder, (db) => db('reminders').where({ state: 'sent' }).count({ n: '*' }))).toEqual([
      { n: 3 },
    ]);
  });

  test('made in the middle of a message, leaves that one alone until an owner decides', async () => {
    const folder = await installed();
    await dunwellHere(folder, ['run', '--day', FIRST], TRAVEL);
    await withDb(folder, (db) => db('reminders').update({ state: 'sending', attempts: 1 }));
    const backup = at(folder, 'backup.db');
    await dunwellHere(folder, ['backup', backup]);
    expect(await sendOn(folder, FIRST)).toBe(1);
    await dunwellHere(folder, ['restore', backup]);
    const { log, events } = recordedLog();
    await withDb(folder, async (db) => {
      const job = {
        db,
        clock: clockAt(FIRST, '13:30'),
        owner: 'server',
        lockFile: at(folder, 'sender.lock'),
        config: readConfig({ DUNWELL_DATA_DIR: folder }),
        log,
        goOn: () => true,
      };
      for (let n = 0; n < 3; n++) await tick(job);
      expect(await db('reminders').pluck('state')).toEqual(['sending']);
    });
    expect(events()).toEqual(['sending_held']);
    expect(await missing(folder)).toEqual(['MARTIN Ltd F-1']);
    expect(await decide(folder, 'left')).toMatchObject({ recorded: 1 });
    expect(await sendOn(folder, FIRST)).toBe(0);
  });

  test('that knows neither customer nor invoice says so, and records the others', async () => {
    const { folder, backup } = await afterTheBackup();
    await dunwellHere(folder, ['restore', backup]);
    await withDb(folder, (db) => db('customers').where({ code: 'ROSSI' }).update({ code: 'OTHER' }));
    expect(await decide(folder, 'left')).toEqual({ kind: 'ended', recorded: 1, notFound: 1 });
  });

  test('signs everybody out, says when it was made, and keeps the database that was there', async () => {
    const { folder, backup } = await afterTheBackup();
    await withDb(folder, async (db) => {
      const user = {
        email: 'a@b.example',
        name: 'A',
        role: 'owner',
        language: 'en',
        created_at: '2026-01-01T00:00:00.000Z',
      };
      await db('users').insert(user);
    });
    const later = at(folder, 'later.db');
    await dunwellHere(folder, ['backup', later]);
    await withDb(folder, (db) =>
      db('sessions').insert({
        id_hash: 'x',
        user_id: 1,
        stage: 'open',
        agent: '',
        address: '',
        created_at: '2026-01-01T00:00:00.000Z',
        seen_at: '2026-01-01T00:00:00.000Z',
      }),
    );
    await dunwellHere(folder, ['backup', later, '--force']);
    await dunwellHere(folder, ['restore', later]);
    await withDb(folder, async (db) => {
      expect(await db('sessions')).toEqual([]);
      expect(await db('users')).toHaveLength(1);
      expect((await readHeld(db))?.backupAt).toMatch(/^\d{4}-\d\d-\d\dT/);
      expect(await db('settings').where({ name: '_backup' })).toEqual([]);
    });
    const kept = readdirSync(folder).filter((name) => name.startsWith('dunwell-before-restore-'));
    expect(kept).toHaveLength(1);
    expect(countIn(at(folder, kept[0] ?? ''), 'sessions')).toBe(1);
    expect(existsSync(backup)).toBe(true);
  });

  test('comes into a folder that has no database, held as well', async () => {
    const { backup } = await afterTheBackup();
    const folder = at(temporaryFolder(), 'new');
    expect(await dunwellHere(folder, ['restore', backup])).toMatchObject({ code: 0 });
    expect(await heldAfterStart(folder)).toBe('restored');
    expect(await missing(folder)).toEqual([]);
    expect(await decide(folder, 'again')).toMatchObject({ kind: 'ended' });
    expect(await heldAfterStart(folder)).toBeNull();
    expect(await sendOn(folder, SECOND)).toBe(2);
  });

  test.each(['head', 'pages'])('helps when the %s of the present database is damaged', async (part) => {
    const { folder, backup } = await afterTheBackup();
    // A log of the old database beside the new one would be read into it.
    const using = new Database(at(folder, 'dunwell.db'));
    using.pragma('journal_mode = WAL');
    using.exec(`UPDATE customers SET name = 'Of the log'`);
    cpSync(at(folder, 'dunwell.db-wal'), at(folder, 'log'));
    using.close();
    const bytes = readFileSync(at(folder, 'dunwell.db'));
    writeFileSync(at(folder, 'dunwell.db'), bytes.fill('garbage ', part === 'head' ? 0 : 120, 8192));
    expect(await dunwellHere(folder, ['check'])).toMatchObject({ code: 2 });
    renameSync(at(folder, 'log'), at(folder, 'dunwell.db-wal'));
    expect(await dunwellHere(folder, ['restore', backup])).toMatchObject({ code: 0 });
    expect(await missing(folder)).toHaveLength(2);
    expect(await withDb(folder, (db) => db('customers').pluck('name'))).toEqual(['MARTIN Ltd', 'ROSSI Ltd']);
    const kept = readdirSync(folder).find((name) => name.startsWith('dunwell-before-restore-')) ?? '';
    expect(readFileSync(at(folder, kept)).includes('garbage')).toBe(true);
    expect(readFileSync(at(folder, `${kept}-wal`)).includes('Of the log')).toBe(true);
  });
});

const countIn = (file: string, table: string): number => {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  } finally {
    db.close();
  }
};

describe('the journal', () => {
  test('has its line before the message is handed over, and then how it ended', async () => {
    const folder = await installed();
    await dunwellHere(folder, ['run', '--day', FIRST], TRAVEL);
    const seen: unknown[] = [];
    await withDb(folder, async (db) => {
      const inner = mailServer(async (parcel, handOver) => {
        const line = (): unknown =>
          readJournal(folder)?.messages.map(({ lines, outcome }) => [lines[0]?.number, outcome]);
        seen.push(line());
        await handOver();
        seen.push(line());
        return accept(parcel, () => Promise.resolve());
      });
      const watched = { ...inner, deliver: inner.deliver };
      const transport = journalTransport(watched, { db, clock: clockAt(FIRST), config: { dataDir: folder } });
      await deliverOn(db, FIRST, {
        ...transport,
        deliver: (parcel, handOver) =>
          transport.deliver(parcel, async () => {
            // What is committed here comes after the line.
            seen.push((await db('reminders').pluck('state'))[0]);
            expect(readJournal(folder)?.messages).toHaveLength(1);
            await handOver();
          }),
      });
    });
    expect(seen).toEqual([[], 'sending', [['F-1', null]]]);
    expect(readJournal(folder)?.messages).toMatchObject([
      { outcome: 'accepted', attempt: 1, customer: { code: 'MARTIN' }, day: FIRST, epoch: 1 },
    ]);
  });

  test('that cannot be written keeps the message here', async () => {
    const folder = await installed();
    mkdirSync(journalFile(folder));
    const before = await server.count();
    const outcome = await dunwellHere(folder, ['run', '--day', FIRST, '--deliver'], TRAVEL);
    expect(outcome.stderr).not.toMatch(/[1-9] sent/);
    expect(await server.count()).toBe(before);
    expect(await withDb(folder, (db) => db('reminders').pluck('state'))).toEqual(['queued']);
    expect((await dunwellHere(folder, ['check'])).stdout).toMatch(/^problem +journal/m);
    rmSync(journalFile(folder), { recursive: true });
    expect(await sendOn(folder, FIRST)).toBe(1);
  });

  test('does not hold what a refusal kept here', async () => {
    const folder = await installed();
    await withDb(folder, (db) => db('contacts').update({ email: 'dot451@customer.example' }));
    await dunwellHere(folder, ['run', '--day', FIRST, '--deliver'], TRAVEL);
    expect(readJournal(folder)?.messages).toMatchObject([{ outcome: 'refused', mayHaveLeft: false }]);
    expect(await missing(folder)).toEqual([]);
    expect(await heldAfterStart(folder)).toBeNull();
  });
});

describe('a database that does not fit its folder is held', () => {
  test('not on the first start, nor on the next ones', async () => {
    const folder = at(temporaryFolder(), 'data');
    expect(await dunwellHere(folder, ['demo'])).toMatchObject({ code: 0 });
    expect(await heldAfterStart(folder)).toBeNull();
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test('not after an upgrade from a Dunwell that knew neither journal nor name', async () => {
    const folder = await installed();
    expect(readdirSync(folder)).not.toContain('instance.json');
    expect(await heldAfterStart(folder)).toBeNull();
    expect(await sendOn(folder, FIRST)).toBe(1);
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test.each(['folder', 'both'])('not when the first start was cut off after it had named the %s', async (cut) => {
    const folder = await installed();
    await dunwellHere(folder, ['check']);
    const record = JSON.parse(readFileSync(at(folder, 'instance.json'), 'utf8')) as object;
    writeFileSync(at(folder, 'instance.json'), JSON.stringify({ ...record, adopting: true }));
    if (cut === 'folder') await withDb(folder, (db) => db('settings').where({ name: '_instance' }).delete());
    expect(await heldAfterStart(folder)).toBeNull();
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test('not when the folder was moved', async () => {
    const folder = await installed();
    await sendOn(folder, FIRST);
    const moved = at(temporaryFolder(), 'moved');
    renameSync(folder, moved);
    expect(await heldAfterStart(moved)).toBeNull();
  });

  test('not after a crash in the middle of a message', async () => {
    const folder = await installed();
    await sendOn(folder, FIRST);
    const [last] = (readJournal(folder)?.messages ?? []).slice(-1);
    const { outcome: _, mayHaveLeft: __, ...line } = last as HandedLine & { outcome: unknown; mayHaveLeft: unknown };
    await withDb(folder, (db) => db('reminders').update({ state: 'sending', attempts: 2 }));
    appendFileSync(journalFile(folder), `${JSON.stringify({ ...line, attempt: 2 })}\n`);
    expect(await heldAfterStart(folder)).toBeNull();
    // A killed process may leave half a line too; the next one is not glued to it.
    appendFileSync(journalFile(folder), '{"v":1,"event":"han');
    expect(await heldAfterStart(folder)).toBeNull();
    const sent = await sendOn(folder, SECOND);
    expect(sent).toBeGreaterThan(0);
    const journal = readJournal(folder);
    expect(journal?.unreadable).toBe(1);
    const accepted = (await server.messages()).slice(-sent).map(({ raw }) => messageIdIn(raw));
    expect(journal?.messages.map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(accepted));
    expect(await heldAfterStart(folder)).toBeNull();
  });

  test.each<[string, string, (folder: string) => string]>([
    [
      'copied into another folder',
      'copied',
      (folder) => {
        const other = temporaryFolder();
        cpSync(at(folder, 'dunwell.db'), at(other, 'dunwell.db'));
        return other;
      },
    ],
    [
      'copied with its whole folder',
      'copied',
      (folder) => {
        const other = at(temporaryFolder(), 'data');
        cpSync(folder, other, { recursive: true, preserveTimestamps: true });
        return other;
      },
    ],
    [
      'another one, put in its place',
      'replaced',
      (folder) => {
        const db = new Database(at(folder, 'dunwell.db'));
        db.prepare(`UPDATE settings SET value = '{"id":"other","epoch":1}' WHERE name = '_instance'`).run();
        db.close();
        return folder;
      },
    ],
    [
      'made anew in a folder that has sent',
      'replaced',
      (folder) => {
        unlinkSync(at(folder, 'dunwell.db'));
        const db = new Database(at(folder, 'old.db'));
        db.prepare(`DELETE FROM settings WHERE name = '_instance'`).run();
        db.close();
        renameSync(at(folder, 'old.db'), at(folder, 'dunwell.db'));
        return folder;
      },
    ],
    [
      'an older copy of itself, put back by hand',
      'behind',
      (folder) => {
        renameSync(at(folder, 'old.db'), at(folder, 'dunwell.db'));
        return folder;
      },
    ],
  ])('when it is %s', async (_, reason, change) => {
    const folder = await installed();
    await sendOn(folder, FIRST);
    cpSync(at(folder, 'dunwell.db'), at(folder, 'old.db'));
    await sendOn(folder, SECOND);
    const changed = change(folder);
    expect(await heldAfterStart(changed)).toBe(reason);
    expect(await dunwellHere(changed, ['run', '--day', SECOND, '--deliver'], TRAVEL)).toMatchObject({ code: 2 });
    await decide(changed, 'left');
    expect(await heldAfterStart(changed)).toBeNull();
    if (reason === 'behind') expect(await sendOn(changed, SECOND)).toBe(0);
  });

  test('and a copy from before a decision is older than what has left after it', async () => {
    const folder = await installed();
    await sendOn(folder, FIRST);
    const backup = at(folder, 'backup.db');
    await dunwellHere(folder, ['backup', backup]);
    await dunwellHere(folder, ['restore', backup]);
    expect(await decide(folder, 'left')).toMatchObject({ recorded: 0 });
    expect(await sendOn(folder, SECOND)).toBe(2);
    rmSync(at(folder, 'dunwell.db'));
    cpSync(backup, at(folder, 'dunwell.db'));
    expect(await heldAfterStart(folder)).toBe('behind');
    expect(await missing(folder)).toHaveLength(2);
    await decide(folder, 'left');
    expect(await sendOn(folder, SECOND)).toBe(0);
  });
});

describe('a restore is refused in one sentence, and touches nothing', () => {
  const hostile = (change: (db: Database.Database) => void) => (good: string, file: string) => {
    cpSync(good, file);
    const db = new Database(file);
    change(db);
    db.close();
  };
  let folder: string;
  let good: string;
  beforeAll(async () => {
    folder = await installed();
    good = at(folder, 'good.db');
    await dunwellHere(folder, ['backup', good]);
  });
  const EVIL = `CREATE TRIGGER evil AFTER INSERT ON reminders BEGIN UPDATE reminders SET state = 'queued'; END`;

  test.each<[string, RegExp, (good: string, file: string) => void]>([
    ['nothing', /no file/, () => undefined],
    ['an empty file', /not a file that/, (_, file) => writeFileSync(file, '')],
    ['a folder', /not a file that/, (_, file) => void mkdirSync(file)],
    ['a link to a backup', /not a file that/, (good, file) => symlinkSync(good, file)],
    ['random bytes', /not a file that/, (_, file) => writeFileSync(file, Buffer.from('\u0007xyz'.repeat(5000)))],
    ['a zip', /not a file that/, (_, file) => writeFileSync(file, Buffer.from(`PK\u0003\u0004${'0'.repeat(9000)}`))],
    [
      'the head of a database and nothing more',
      /./,
      (good, file) => writeFileSync(file, readFileSync(good).subarray(0, 100)),
    ],
    ['half a backup', /damaged/, (good, file) => void (cpSync(good, file), truncateSync(file, 120_000))],
    [
      'a backup with broken pages',
      /damaged/,
      (good, file) => {
        const bytes = readFileSync(good);
        bytes.fill(0x5a, 4096 * 20, 4096 * 40);
        writeFileSync(file, bytes);
      },
    ],
    [
      'another program’s database',
      /another program/,
      (_, file) => void new Database(file).exec('CREATE TABLE notes (x)').close(),
    ],
    [
      'a newer one',
      /newer Dunwell/,
      hostile((db) => db.exec(`INSERT INTO knex_migrations (name, batch) VALUES ('9999_future', 9)`)),
    ],
    [
      'one that skipped a migration',
      /0002_lists is missing/,
      hostile((db) => db.exec(`DELETE FROM knex_migrations WHERE name = '0002_lists'`)),
    ],
    ['one with a trigger more', /trigger evil is not ours/, hostile((db) => db.exec(EVIL))],
    [
      'one with a view in place of a table',
      /is not ours|is not as we make it/,
      hostile((db) => db.exec('DROP TABLE drafts; CREATE VIEW drafts AS SELECT 1 AS id')),
    ],
    [
      'one whose list of migrations is a view without an end',
      /another program/,
      hostile((db) =>
        db.exec(`ALTER TABLE knex_migrations RENAME TO other;
          CREATE VIEW knex_migrations AS WITH RECURSIVE r(id, name) AS (SELECT 1, 'x' UNION ALL SELECT id + 1, name FROM r) SELECT * FROM r`),
      ),
    ],
    ['one without an index', /reminders_key is missing/, hostile((db) => db.exec('DROP INDEX reminders_key'))],
    ['one with a table more', /table extra is not ours/, hostile((db) => db.exec('CREATE TABLE extra (x)'))],
    [
      'one with rows that refer to nothing',
      /damaged/,
      hostile((db) => {
        db.pragma('foreign_keys = OFF');
        db.exec(
          `INSERT INTO completions (invoice_id, step_id, kind, completed_on) VALUES (999, 999, 'sent', '2026-01-01')`,
        );
      }),
    ],
    [
      'one with a huge value',
      /damaged/,
      hostile((db) => db.prepare(`UPDATE customers SET note = CAST(zeroblob(70000000) AS TEXT)`).run()),
    ],
    [
      'one with a huge setting',
      /damaged/,
      hostile((db) => db.prepare(`INSERT INTO settings VALUES ('x', ?)`).run(JSON.stringify('x'.repeat(2_000_000)))),
    ],
    [
      'one that was copied with its log beside it',
      /-wal/,
      (good, file) => {
        cpSync(good, file);
        writeFileSync(`${file}-wal`, 'x');
      },
    ],
  ])('%s', async (_, says, make) => {
    const file = at(temporaryFolder(), 'file.db');
    make(good, file);
    const before = readFileSync(at(folder, 'dunwell.db'));
    const outcome = await dunwellHere(folder, ['restore', file]);
    expect({ ...outcome, stderr: '' }).toEqual({ code: 2, stdout: '', stderr: '' });
    expect(outcome.stderr).toMatch(says);
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
    expect(readFileSync(at(folder, 'dunwell.db')).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => /restor/.test(name))).toEqual([]);
  });

  test('while Dunwell serves, while another program has the database open, or while it is being restored', async () => {
    const folder = await installed();
    const backup = at(folder, 'backup.db');
    await dunwellHere(folder, ['backup', backup]);
    const serving = spawn(process.execPath, ['src/main.ts', 'serve'], {
      env: { ...process.env, DUNWELL_DATA_DIR: folder, DUNWELL_PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise<void>((resolve) => {
      serving.stdout.on('data', (words) => void (String(words).includes('Dunwell is at') && resolve()));
    });
    const inUse = { code: 2, stderr: expect.stringMatching(/is working with the database/) };
    expect(await dunwell(folder, ['restore', backup])).toMatchObject(inUse);
    // Suspended, it still has it; killed, it has it no longer.
    serving.kill('SIGSTOP');
    expect(await dunwell(folder, ['restore', backup])).toMatchObject(inUse);
    serving.kill('SIGKILL');
    await once(serving, 'exit');
    const other = new Database(at(folder, 'dunwell.db'));
    other.pragma('journal_mode = WAL');
    other.prepare('SELECT count(*) FROM settings').get();
    expect(await dunwell(folder, ['restore', backup])).toMatchObject(inUse);
    other.close();
    const restoring = takeFolder(folder);
    expect(await dunwellHere(folder, ['check'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/being restored/),
    });
    restoring?.release();
    expect(await dunwell(folder, ['restore', backup])).toMatchObject({ code: 0 });
  });
});

test('a restore that is killed leaves the old database or the new one, whole, and the new one held', async () => {
  const { folder, backup } = await afterTheBackup();
  const seen: (string | null)[] = [];
  for (let n = 0; n < 6; n++) {
    const child = spawn(process.execPath, ['src/main.ts', 'restore', backup], {
      env: { ...process.env, DUNWELL_DATA_DIR: folder },
      stdio: 'ignore',
    });
    const gone = once(child, 'exit');
    for (let tries = 0; tries < 400 && !readdirSync(folder).some((name) => name.startsWith('restoring-')); tries++)
      await setTimeout(5);
    await setTimeout(n * 40);
    child.kill('SIGKILL');
    await gone;
    const reason = await heldAfterStart(folder);
    seen.push(reason);
    const { sent, sound } = await withDb(folder, async (db) => ({
      sent: (await db('reminders').where({ state: 'sent' })).length,
      sound: Object.values((await db.raw('PRAGMA integrity_check'))[0] as object)[0],
    }));
    expect({ sent, sound }).toEqual({ sent: reason === null ? 3 : 1, sound: 'ok' });
  }
  expect(seen).toContain(null);
});

describe('a data folder in which nobody can work is refused in one line', () => {
  /** As somebody who is not root: for root nothing is read-only. */
  async function asNobody(folder: string, args: readonly string[]): Promise<Outcome> {
    if (process.getuid?.() !== 0) return dunwell(folder, args);
    const child = spawn(process.execPath, ['src/main.ts', ...args], {
      env: { PATH: process.env.PATH, DUNWELL_DATA_DIR: folder, HOME: '/tmp' },
      uid: 65_534,
      gid: 65_534,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (outcome.stdout += String(text)));
    child.stderr.on('data', (text) => (outcome.stderr += String(text)));
    [outcome.code] = (await once(child, 'close')) as [number];
    return outcome;
  }

  test.each(['check', 'serve', 'backup'])('%s', async (command) => {
    const folder = await installed();
    chmodSync(folder, 0o555);
    const args = command === 'backup' ? ['backup', '/tmp/never.db'] : [command];
    const outcome = await asNobody(folder, args);
    const beneath = await asNobody(at(folder, 'new'), ['serve']);
    chmodSync(folder, 0o700);
    expect(beneath).toMatchObject({ code: 2, stdout: expect.stringMatching(/cannot be written/) });
    expect(outcome.code).toBe(2);
    const sentence = command === 'serve' ? outcome.stdout : outcome.stderr;
    expect(sentence).toMatch(/^[^\n]*cannot be written; check its owner and its rights\.\n$/);
    // The log of the server says the same.
    if (command === 'serve')
      expect(linesOf(outcome.stderr)).toMatchObject([{ event: 'refused', code: 'unwritable_folder' }]);
    else expect(outcome.stdout).toBe('');
  });

  test.each<[string, number]>([
    ['NFS', 0x6969],
    ['SMB', 0xfe534d42],
    ['CIFS', 0xff534d42],
  ])('on %s, where locks cannot be relied on', (_, kind) => {
    const folder = temporaryFolder();
    expect(() => refuseFolder(folder, kind)).toThrow(expect.objectContaining({ code: 'no_locks' }));
    expect(() => refuseFolder(folder, 0xef53)).not.toThrow();
  });

  test.each(['SQLITE_IOERR_LOCK', 'SQLITE_IOERR_SHMMAP', 'SQLITE_PROTOCOL'])('where SQLite says %s', (code) => {
    expect(refusalOf(Object.assign(new Error('x'), { code }), '/data/dunwell.db')).toMatchObject({ code: 'no_locks' });
  });

  test.each(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC'])('but not where %s tells of a full disk', (code) => {
    expect(refusalOf(Object.assign(new Error('x'), { code }), '/data/dunwell.db')).toMatchObject({ code: 'no_space' });
  });
});
