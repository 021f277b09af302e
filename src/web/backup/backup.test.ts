import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type Response } from 'supertest';
import supertest from 'supertest';
import { newUser, openWeb, type OpenWeb, signIn, visitor } from '../../../test/support/web.ts';
import { formToken } from '../access/cookie.ts';
import { readSettings } from '../../store/settings.ts';

let folder: string;
let open: OpenWeb;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dunwell-backup-'));
  open = await openWeb({ file: path.join(folder, 'dunwell.db'), env: { DUNWELL_DATA_DIR: folder } });
});
afterEach(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer with its bytes as they came. */
const download = (cookie: string): Promise<Response> =>
  supertest(open.app)
    .post('/settings/data/backup')
    .set({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' })
    .type('form')
    .send({ _csrf: formToken(/dunwell=([^;]+)/.exec(cookie)?.[1] ?? '') })
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    });

test('an owner downloads one sound file with everything, and nothing of it stays behind', async () => {
  const answer = await download(open.cookie);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-disposition']).toBe('attachment; filename=dunwell-2026-11-23.db');
  const copy = path.join(folder, 'downloaded.db');
  writeFileSync(copy, answer.body as Buffer);
  const db = new Database(copy, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  const [{ n }] = (await open.db('invoices').count({ n: '*' })) as [{ n: number }];
  expect(db.prepare('SELECT count(*) FROM invoices').pluck().get()).toBe(n);
  db.close();
  expect(readdirSync(path.join(folder, 'backups'))).toEqual([]);
});

test('a colleague cannot, and finds no button for it', async () => {
  await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
  const bruno = await visitor(open.app);
  await signIn(bruno, 'bruno@example.test');
  expect((await bruno.get('/settings/data')).text).not.toContain('/settings/data/backup"');
  expect((await bruno.post('/settings/data/backup')).status).toBe(403);
  expect((await bruno.put('/settings/data/backups', { daily: '1', keep: '3' })).status).toBe(403);
});

test('one that cannot be made is said, and the page is there again', async () => {
  writeFileSync(path.join(folder, 'backups'), 'a file where the folder should be');
  expect((await open.anna.post('/settings/data/backup')).status).toBe(303);
  const page = await open.anna.get('/settings/data');
  expect(page.status).toBe(200);
  expect(page.text).toContain('The backup could not be made');
});

test('the page says how old the last nightly backup is, and when that is too old', async () => {
  expect((await open.anna.get('/settings/data')).text).toContain('There is none yet.');
  const file = path.join(folder, 'backups', 'daily-2026-11-23.db');
  mkdirSync(path.dirname(file));
  writeFileSync(file, '');
  const made = (at: string): void => utimesSync(file, new Date(at), new Date(at));
  made('2026-11-23T02:00:00Z');
  const { text } = await open.anna.get('/settings/data');
  expect(text).toContain('The last good one: 23 Nov 2026, 03:00.');
  expect(text).not.toContain('longer ago than it should be');
  made('2026-11-20T02:00:00Z');
  expect((await open.anna.get('/settings/data')).text).toContain('longer ago than it should be');
});

test.each<[object, number, object]>([
  [{ daily: '1', keep: '3' }, 303, { daily: true, keep: 3 }],
  [{ keep: '60' }, 303, { daily: false, keep: 60 }],
  [{ daily: '1', keep: '0' }, 422, { daily: true, keep: 7 }],
  [{ daily: '1', keep: '61' }, 422, { daily: true, keep: 7 }],
  [{ daily: '1', keep: 'many' }, 422, { daily: true, keep: 7 }],
])('%j answers %i', async (form, status, kept) => {
  const answer = await open.anna.put('/settings/data/backups', form);
  expect(answer.status).toBe(status);
  if (status === 422) {
    expect(answer.text).toContain('Choose a whole number from 1 to 60.');
    expect(answer.text).toContain(`value="${(form as { keep: string }).keep}"`);
  }
  expect((await readSettings(open.db)).backups).toEqual(kept);
});
