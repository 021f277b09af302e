import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { backUpDaily } from '../../src/services/backUpDaily.ts';
import { sealSecret } from '../../src/services/secrets.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { writeSettings } from '../../src/store/settings.ts';
import {
  database,
  dunwell,
  dunwellHere,
  firm,
  invoice,
  movableClock,
  temporaryFolder,
} from '../support/installation.ts';
import { type LogLine, recordedLog } from '../support/recordedLog.ts';

/** A data folder with an installation in it. */
async function installed(): Promise<string> {
  const folder = temporaryFolder();
  const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }), path.join(folder, 'dunwell.db'));
  await db.destroy();
  return folder;
}

const at = (folder: string, name: string): string => path.join(folder, name);

/** What a file holds, in one line: whether it is sound, and how many invoices and settings are in it. */
function contentOf(file: string): { sound: unknown; invoices: unknown; notes: unknown } {
  const db = new Database(file, { readonly: true });
  try {
    return {
      sound: db.pragma('integrity_check', { simple: true }),
      invoices: db.prepare('SELECT count(*) FROM invoices').pluck().get(),
      notes: db.prepare(`SELECT count(*) FROM settings WHERE name LIKE '_note%'`).pluck().get(),
    };
  } finally {
    db.close();
  }
}

/** Another program that writes two rows at a time without a pause, until it is stopped. */
const WRITER = `
  const Database = require('better-sqlite3');
  const db = new Database(process.argv[1]);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  const add = db.prepare('INSERT INTO settings VALUES (?, ?)');
  const two = db.transaction((n) => { add.run('_note' + n + 'a', '1'); add.run('_note' + n + 'b', '1'); });
  process.stdout.write('ready');
  let n = 0;
  const go = () => { for (let i = 0; i < 50; i++) two(n++); setImmediate(go); };
  go();
`;

describe('a backup', () => {
  test('is whole while another process writes without a pause; a copy by hand is not', async () => {
    const folder = await installed();
    const database = at(folder, 'dunwell.db');
    // The first command in a folder writes down which database belongs there.
    await dunwellHere(folder, ['check']);
    const writer = spawn(process.execPath, ['-e', WRITER, database], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      let before = -1;
      for (let n = 0; n < 4; n++) {
        const target = at(folder, `copy-${n}.db`);
        expect(await dunwellHere(folder, ['backup', target])).toMatchObject({ code: 0 });
        const { sound, invoices, notes } = contentOf(target);
        expect({ sound, invoices }).toEqual({ sound: 'ok', invoices: 1 });
        // Never half of what one transaction wrote, and always what was there when it began.
        expect(Number(notes) % 2).toBe(0);
        expect(Number(notes)).toBeGreaterThan(before);
        before = Number(notes);
      }
      // The control: the file alone lacks what is in the log beside it.
      cpSync(database, at(folder, 'by-hand.db'));
      expect(behind(at(folder, 'by-hand.db'), before)).toBe(true);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  /** Whether a copy lacks what an earlier backup has, or cannot be read at all. */
  function behind(file: string, notes: number): boolean {
    try {
      return Number(contentOf(file).notes) < notes || contentOf(file).sound !== 'ok';
    } catch {
      return true;
    }
  }

  test('of a database that was never closed is whole, where its file alone has no tables at all', async () => {
    const folder = temporaryFolder();
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }), at(folder, 'dunwell.db'));
    cpSync(at(folder, 'dunwell.db'), at(folder, 'by-hand.db'));
    expect(() => contentOf(at(folder, 'by-hand.db'))).toThrow(/no such table/);
    expect(await dunwellHere(folder, ['backup', at(folder, 'copy.db')])).toMatchObject({ code: 0 });
    expect(contentOf(at(folder, 'copy.db'))).toMatchObject({ sound: 'ok', invoices: 1 });
    await db.destroy();
  });

  test('is for its owner only, is one file, and holds no key', async () => {
    const folder = await installed();
    sealSecret({ dataDir: folder, secretKey: null }, 'x', 'y');
    const target = at(folder, 'copy.db');
    const outcome = await dunwellHere(folder, ['backup', target]);
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
    expect(outcome.stderr).toContain('secret.key');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toEqual(['copy.db']);
    const key = readFileSync(at(folder, 'secret.key'), 'utf8').trim();
    expect(readFileSync(target).includes(key)).toBe(false);
  });

  test('replaces a file only when told to, and never one of the installation itself', async () => {
    const folder = await installed();
    const target = at(folder, 'copy.db');
    writeFileSync(target, 'precious');
    const refused = await dunwellHere(folder, ['backup', target]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(await dunwellHere(folder, ['backup', target, '--force'])).toMatchObject({ code: 0 });
    expect(contentOf(target)).toMatchObject({ sound: 'ok' });
    symlinkSync(folder, at(folder, 'link'));
    for (const own of ['dunwell.db', 'dunwell.db-wal', 'sent.jsonl', 'instance.json', 'secret.key', 'link/dunwell.db'])
      expect(await dunwellHere(folder, ['backup', at(folder, own), '--force'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('choose another name'),
      });
    expect(await dunwellHere(folder, ['check', '--json'])).toMatchObject({ code: 0 });
  });

  test.each<[string, (folder: string) => string]>([
    ['a folder that is not there', (folder) => at(folder, 'none/copy.db')],
    ['a folder', (folder) => folder],
    ['no name', () => ''],
  ])('to %s is refused in one sentence', async (_, target) => {
    const folder = await installed();
    const outcome = await dunwellHere(folder, ['backup', target(folder)]);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('that is killed on the way leaves nothing under its name', async () => {
    const folder = await installed();
    const db = new Database(at(folder, 'dunwell.db'));
    const add = db.prepare('INSERT INTO settings VALUES (?, ?)');
    db.transaction(() => {
      for (let n = 0; n < 60; n++) add.run(`_note${n}`, JSON.stringify('x'.repeat(1_000_000)));
    })();
    db.close();
    let cut = 0;
    for (let n = 0; n < 3; n++) {
      const target = at(folder, `killed-${n}.db`);
      const child = spawn(process.execPath, ['src/main.ts', 'backup', target], {
        env: { ...process.env, DUNWELL_DATA_DIR: folder },
        stdio: 'ignore',
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // Not before it has begun: what is beside the name shows that it is at work.
      for (let tries = 0; tries < 300 && !readdirSync(folder).some((name) => name.includes(`killed-${n}`)); tries++)
        await setTimeout(10);
      await setTimeout(n * 30);
      child.kill('SIGKILL');
      await gone;
      if (existsSync(target)) expect(contentOf(target)).toMatchObject({ sound: 'ok', notes: 60 });
      else cut += 1;
    }
    expect(cut).toBeGreaterThan(0);
  });

  test('of a damaged database is no backup', async () => {
    const folder = await installed();
    const bytes = readFileSync(at(folder, 'dunwell.db'));
    bytes.fill(0xab, 4096 * 5, 4096 * 12);
    writeFileSync(at(folder, 'dunwell.db'), bytes);
    const outcome = await dunwell(folder, ['backup', at(folder, 'copy.db')]);
    expect(outcome.code).toBe(2);
    expect(existsSync(at(folder, 'copy.db'))).toBe(false);
  });
});

describe('the backup of the night', () => {
  async function house(): Promise<{
    folder: string;
    lines(): LogLine[];
    look(day: Day, time: string): Promise<string[]>;
    db: Awaited<ReturnType<typeof database>>;
  }> {
    const folder = temporaryFolder();
    const db = await database(firm(), at(folder, 'dunwell.db'));
    const time = movableClock('2026-02-09', '00:00');
    const { log, lines } = recordedLog();
    return {
      folder,
      lines,
      db,
      async look(day, clockTime) {
        time.set(day, clockTime);
        await backUpDaily(db, { config: { dataDir: folder }, clock: time.clock, log });
        return existsSync(at(folder, 'backups')) ? readdirSync(at(folder, 'backups')).toSorted() : [];
      },
    };
  }

  test('is made once a day, in the quiet hours or when the machine comes back', async () => {
    const { folder, look } = await house();
    expect(await look('2026-02-09', '02:59')).toEqual([]);
    expect(await look('2026-02-09', '03:00')).toEqual(['daily-2026-02-09.db']);
    const first = statSync(at(folder, 'backups/daily-2026-02-09.db'));
    expect(await look('2026-02-09', '03:01')).toHaveLength(1);
    expect(statSync(at(folder, 'backups/daily-2026-02-09.db')).ino).toBe(first.ino);
    expect(first.mode & 0o777).toBe(0o600);
    expect(await look('2026-02-10', '15:30')).toEqual(['daily-2026-02-09.db', 'daily-2026-02-10.db']);
    expect(contentOf(at(folder, 'backups/daily-2026-02-10.db'))).toMatchObject({ sound: 'ok' });
  });

  test('lets the oldest go, and what a killed process left', async () => {
    const { folder, look, db } = await house();
    await writeSettings(db, { backups: { daily: true, keep: 3 } });
    mkdirSync(at(folder, 'backups'));
    writeFileSync(at(folder, 'backups/daily-2026-02-01.db.part-1'), 'half');
    writeFileSync(at(folder, 'backups/mine.db'), 'mine');
    for (const day of ['2026-02-09', '2026-02-10', '2026-02-11', '2026-02-12', '2026-02-13'] as const)
      await look(day, '03:00');
    expect(await look('2026-02-13', '04:00')).toEqual([
      'daily-2026-02-11.db',
      'daily-2026-02-12.db',
      'daily-2026-02-13.db',
      'mine.db',
    ]);
  });

  test('stays, though copies made on a clock that ran ahead look newer', async () => {
    const { folder, look, db } = await house();
    await writeSettings(db, { backups: { daily: true, keep: 3 } });
    mkdirSync(at(folder, 'backups'));
    for (const year of ['2030', '2031', '2032']) {
      const ahead = at(folder, `backups/daily-${year}-01-01.db`);
      writeFileSync(ahead, 'made ahead');
      utimesSync(ahead, new Date(`${year}-01-01`), new Date(`${year}-01-01`));
    }
    const left = ['daily-2026-02-09.db', 'daily-2031-01-01.db', 'daily-2032-01-01.db'];
    expect(await look('2026-02-09', '03:00')).toEqual(left);
  });

  test('is not made when switched off', async () => {
    const { look, db } = await house();
    await writeSettings(db, { backups: { daily: false, keep: 7 } });
    expect(await look('2026-02-09', '12:00')).toEqual([]);
  });

  test('that fails is said once an hour, and made as soon as it can be', async () => {
    const { folder, look, lines } = await house();
    writeFileSync(at(folder, 'backups'), 'a file where the folder should be');
    for (const time of ['03:00', '03:01', '03:59', '04:01']) await look('2026-02-09', time).catch(() => []);
    const failed = { level: 'error', event: 'backup_failed', error: { code: 'EEXIST' } };
    expect(lines()).toMatchObject([failed, failed]);
    unlinkSync(at(folder, 'backups'));
    expect(await look('2026-02-09', '05:02')).toEqual(['daily-2026-02-09.db']);
    expect(lines().at(-1)).toMatchObject({ level: 'info', event: 'backup_made', day: '2026-02-09' });
  });
});
