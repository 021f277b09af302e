import supertest from 'supertest';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';
import { codeIn, pictureOfPage, testWith } from '../../../test/support/pdfTools.ts';
import { formToken } from '../access/cookie.ts';
import { runDay } from '../../services/runDay.ts';
import { readSettings, writeSettings } from '../../store/settings.ts';
import type { Reminder } from '../../store/reminders.ts';

/** The example company with three letters on its to-do list: the e-mails of its run, as if its plans wrote on paper. */
async function withLetters(language = 'en'): Promise<OpenWeb> {
  const open = await openWeb({ language });
  const { db, web } = open;
  const settings = await readSettings(db);
  const company = { ...settings.company, iban: 'FR76 3000 6000 0112 3456 7890 189' };
  await writeSettings(db, { mode: 'automatic', company });
  await db('templates').update({ kind: 'letter' });
  await db('steps').where({ action: 'email' }).update({ action: 'letter' });
  await db('customers').update({ street: '1 Road', city: 'Town' });
  await runDay(db, { day: '2026-11-23', clock: web.clock, owner: 'test' });
  return open;
}

let open: OpenWeb;
beforeEach(async () => {
  open = await withLetters();
});
afterEach(() => open.close());

const letters = (): Promise<Reminder[]> =>
  open.db('reminders').where({ channel: 'letter', state: 'queued' }).orderBy('id');

test('prints what is ticked, for the browser to show', async () => {
  const [one, two] = await letters();
  const answer = await open.anna.post('/letters/print', { ids: [one?.id, two?.id] });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/pdf');
  expect(answer.headers['content-disposition']).toBe('inline; filename="letters-2026-11-23.pdf"');
  expect(answer.body.subarray(0, 5).toString()).toBe('%PDF-');
  expect((await letters()).filter(({ printed_at }) => printed_at !== null).map(({ id }) => id)).toEqual([
    one?.id,
    two?.id,
  ]);
});

test('prints all of them, or one', async () => {
  const all = await letters();
  expect(all.length).toBeGreaterThan(2);
  await open.anna.post('/letters/print', { ids: String(all[0]?.id) });
  expect((await letters()).filter(({ printed_at }) => printed_at !== null)).toHaveLength(1);
  await open.anna.post('/letters/print', { all: '1' });
  expect((await letters()).filter(({ printed_at }) => printed_at === null)).toEqual([]);
});

test('takes more ticks than a browser’s form usually has', async () => {
  const ids = [...Array.from({ length: 300 }, (_, n) => 100_000 + n), ...(await letters()).map(({ id }) => id)];
  const token = formToken(/dunwell(?:_visitor)?=([^;]+)/.exec(open.cookie)?.[1] ?? '');
  const body = new URLSearchParams([['_csrf', token], ...ids.map((id): [string, string] => ['ids', String(id)])]);
  const answer = await supertest(open.app)
    .post('/letters/print')
    .set({ Cookie: open.cookie, 'Sec-Fetch-Site': 'same-origin' })
    .type('form')
    .send(body.toString());
  expect(answer.status).toBe(200);
});

test('what was left out is said on the next page', async () => {
  const [one, two] = await letters();
  await open.db('reminders').where({ id: one?.id }).update({ needs_approval: 1 });
  await open.anna.post('/letters/print', { ids: [one?.id, two?.id] });
  const next = await open.anna.get('/outbox');
  expect(next.text).toMatch(/1 letter was left out: [^<]*\(waits for approval\)/);
});

test('when nothing can be printed a page says why', async () => {
  const [one] = await letters();
  await open.db('reminders').where({ id: one?.id }).update({ needs_approval: 1 });
  const held = await open.anna.post('/letters/print', { ids: [one?.id] });
  expect([held.status, held.text.match(/waits for approval/g)?.length]).toEqual([422, 1]);
  expect(held.text).toContain(`href="/reminders/${one?.id}"`);
  const none = await open.anna.post('/letters/print', {});
  expect([none.status, none.text.includes('No letter was chosen')]).toEqual([422, true]);
  const odd = await open.anna.post('/letters/print', { ids: ['x', '-1', '1e9', '0'] });
  expect([odd.status, odd.text.includes('There is no letter to print')]).toEqual([422, true]);
});

test('posted letters complete their steps, and a word says how many', async () => {
  const [one, two] = await letters();
  const before = (await letters()).length;
  const answer = await open.anna.post('/letters/posted', { ids: [one?.id, two?.id] });
  expect([answer.status, answer.headers.location]).toEqual([303, '/todo']);
  expect(await letters()).toHaveLength(before - 2);
  expect((await open.anna.get('/outbox')).text).toContain('2 letters marked as posted');
  await open.anna.post('/letters/posted', { ids: [one?.id, two?.id] });
  expect((await open.anna.get('/outbox')).text).toContain('No letter was waiting to be posted any more');
});

test('one letter opens from its reminder, before and after it was posted', async () => {
  const [one] = await letters();
  const page = await open.anna.get(`/reminders/${one?.id}`);
  expect(page.text).toContain(`href="/reminders/${one?.id}/letter.pdf"`);
  const pdf = await open.anna.get(`/reminders/${one?.id}/letter.pdf`);
  expect([pdf.status, pdf.headers['content-type']]).toEqual([200, 'application/pdf']);
  await open.anna.post('/letters/posted', { ids: [one?.id] });
  expect(Buffer.compare((await open.anna.get(`/reminders/${one?.id}/letter.pdf`)).body, pdf.body)).toBe(0);
  expect((await open.anna.get('/reminders/99999/letter.pdf')).status).toBe(404);
});

testWith('pdftoppm', 'zbarimg')('its code is the one that is kept with it', async () => {
  const one = (await letters()).find(({ payment_code }) => payment_code !== '');
  const pdf = await open.anna.get(`/reminders/${one?.id}/letter.pdf`);
  expect(codeIn(pictureOfPage(pdf.body, 1))).toBe(one?.payment_code);
});
