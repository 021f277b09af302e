import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { launchBrowser } from '../../../test/support/browser.ts';
import {
  accept,
  add,
  at,
  customer,
  deliverOn,
  firm,
  instantOf,
  invoice,
  mailServer,
  neverAnswers,
  plan,
  refuse,
  runOn,
  step,
  temporaryFolder,
  unreachableServer,
} from '../../../test/support/installation.ts';
import { ANNA, newUser, openWeb, type OpenWeb, signIn, visitor } from '../../../test/support/web.ts';
import { translator } from '../../i18n/translate.ts';
import { measure } from '../../services/measure.ts';
import { writeHeld } from '../../store/held.ts';
import { writeSettings, writeValue } from '../../store/settings.ts';
import { VERSION } from '../../version.ts';

const MONDAY = '2026-02-09';
const PAGE = '/settings/operation';

const opened: OpenWeb[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));

/** A firm whose three customers get a reminder on Monday, and a fourth one that somebody has to approve. */
async function house(): Promise<{ open: OpenWeb; folder: string }> {
  const folder = temporaryFolder();
  const open = await openWeb({
    demo: false,
    day: MONDAY,
    file: path.join(folder, 'dunwell.db'),
    env: { DUNWELL_DATA_DIR: folder },
  });
  opened.push(open);
  const careful = plan({ name: 'Careful', steps: [step(7, { action: 'email_approval' })] });
  const archive = firm({
    customers: ['ADLER', 'BRUN', 'COSTA', 'DIETZ'].map((code) => customer(code)),
    plans: [plan(), careful],
    enrolments: ['ADLER', 'BRUN', 'COSTA', 'DIETZ'].map((code) => ({
      customer: code,
      plan: code === 'DIETZ' ? 'Careful' : 'Standard',
      since: '2020-01-01',
    })),
    invoices: ['ADLER', 'BRUN', 'COSTA', 'DIETZ'].map((code, n) => invoice(code, `F-${n}`)),
  });
  await add(open.db, archive);
  open.web.clock = at(MONDAY, '13:05');
  return { open, folder };
}

/** What stands beside a figure, and its state in a word. */
function figureIn(html: string, id: string): string {
  const [, part = ''] = new RegExp(`<div id="figure-${id}">([\\s\\S]*?)</div>`).exec(html) ?? [];
  const told = part.replace(/<a [\s\S]*?<\/a>/g, '').replace(/<[^>]+>/g, ' ');
  return told.replace(/\s+/g, ' ').trim();
}

const figures = async ({ anna }: OpenWeb, ...ids: string[]): Promise<string[]> => {
  const { text } = await anna.get(PAGE);
  return ids.map((id) => figureIn(text, id));
};

describe('an installation of which everything is known', () => {
  let open: OpenWeb;
  let folder: string;
  beforeAll(async () => {
    ({ open, folder } = await house());
    await runOn(open.db, MONDAY);
    const answers = { adler: accept, brun: refuse('550 5.1.1 no such mailbox'), costa: neverAnswers };
    const server = mailServer((parcel, handOver) => {
      const [name = ''] = parcel.envelope.to[0]?.split('@') ?? [];
      return answers[name as keyof typeof answers](parcel, handOver);
    });
    await deliverOn(open.db, MONDAY, server);
    const backup = path.join(folder, 'backups', `daily-${MONDAY}.db`);
    mkdirSync(path.dirname(backup));
    writeFileSync(backup, Buffer.alloc(4096));
    const made = new Date(instantOf(MONDAY, '03:00'));
    utimesSync(backup, made, made);
    const now = open.web.clock();
    open.web.pulse = { startedAt: now - 7_200_000, lookedAt: now - 3_000, workingSince: null };
    open.web.freeSpace = () => 5e9;
  });

  test('is measured', async () => {
    const found = await measure(open.db, open.web);
    expect(found).toMatchObject({
      version: VERSION,
      mode: 'automatic',
      held: null,
      clockInDoubt: false,
      lastRun: { day: MONDAY, at: Date.parse(instantOf(MONDAY)), queued: 4, problems: 0, held: null },
      nextRun: Date.parse(instantOf('2026-02-10')),
      queue: { waiting: 0, approval: 1, person: 0, sending: 0, handover: 0, uncertain: 1 },
      oldestQueued: null,
      today: { sent: 1, failed: 1, uncertain: 1 },
      total: { sent: 1, failed: 1, cancelled: 0 },
      mail: { connected: false, lastSentAt: Date.parse(instantOf(MONDAY)), failures: 2, stopped: null },
      nightly: true,
      ledger: { invoices: 4, open: 4, customers: 4 },
    });
    expect(found.storage).toMatchObject({
      free: 5e9,
      full: false,
      backup: { at: Date.parse(instantOf(MONDAY, '03:00')), size: 4096 },
    });
    // The uncertain one, the one to approve, and the address that was refused.
    expect(found.todos).toBe(3);
    for (const size of [found.storage.database, found.storage.log, found.memory])
      expect(size).toBeGreaterThanOrEqual(4096);
  });

  test('is told in words, with what needs attention first', async () => {
    const { text } = await open.anna.get(PAGE);
    expect(text).toContain('2 things need attention.');
    const expected = {
      mode: 'Automatic sending Automatic sending is on.',
      obstacle: 'In the way Nothing keeps messages from leaving. Good',
      job: 'Daily job Last looked at the clock 3 seconds ago. Good',
      'last-run': 'Last run 9 Feb 2026, 13:00. Messages prepared: 4, problems: 0. Good',
      'next-run': 'Next run 10 Feb 2026, 13:00',
      waiting: 'Waiting to leave 0',
      uncertain: 'Uncertain 1 Attention',
      approval: 'To approve 1',
      todos: 'To do 3',
      failures: 'Not delivered, last 24 hours 2 Attention',
      today: 'Today Sent: 1, failed: 1, uncertain: 1.',
      total: 'Ever Sent: 1, failed: 1, cancelled: 0.',
      backup: 'Last nightly backup 9 Feb 2026, 03:00 (10 hours ago), 4.1 kB. Good',
      free: 'Free on the disk 5 GB Good',
      ledger: 'Ledger Invoices: 4, of which open: 4. Customers: 4.',
      since: 'Running since 9 Feb 2026, 11:05 (2 hours ago).',
      version: `Version ${VERSION}`,
    };
    const told = Object.fromEntries(Object.keys(expected).map((id) => [id, figureIn(text, id)]));
    expect(told).toEqual(expected);
  });

  test('leads to where one can act', async () => {
    const { text } = await open.anna.get(PAGE);
    const links = [...text.matchAll(/<a id="to-[\w-]+" href="([^"]+)"/g)].map(([, url = '']) => url);
    expect(links).toEqual(
      expect.arrayContaining(['/outbox?state=uncertain', '/outbox?state=failed', `/runs/${MONDAY}`, '/settings/data']),
    );
    for (const url of links) expect([url, (await open.anna.get(url)).status]).toEqual([url, 200]);
  });

  test.each(['en', 'fr', 'it'] as const)('is told in %s', async (language) => {
    await open.db('users').update({ language });
    const { text } = await open.anna.get(PAGE);
    expect(text).toContain(translator(language)('status.needs', { count: 2 }));
    await open.db('users').update({ language: 'en' });
  });
});

describe('what is not as it should be is said', () => {
  test('a mail server that cannot be used, as long as something waits for it', async () => {
    const { open } = await house();
    await writeSettings(open.db, { mail: { host: 'mail.example', from: 'anna@meunier.example' } as never });
    await runOn(open.db, MONDAY);
    await deliverOn(open.db, MONDAY, mailServer(unreachableServer));
    const [account, waiting] = await figures(open, 'account', 'waiting');
    expect(account).toMatch(/cannot be used since 9 Feb 2026, 13:00; .* said: connect ECONNREFUSED .* Attention$/);
    expect(waiting).toBe('Waiting to leave 3 (the oldest was written 5 minutes ago)');
    open.web.clock = at('2026-02-11', '13:05');
    await signIn(open.anna, ANNA.email);
    expect(await figures(open, 'waiting')).toEqual([
      'Waiting to leave 3 (the oldest was written 2 days ago) Attention',
    ]);
    // Tried again, and well, though not everything had its turn yet.
    await open.db('reminders').update({ next_attempt_at: null });
    let turns = 0;
    await deliverOn(open.db, '2026-02-11', mailServer(), { goOn: () => ++turns === 1 });
    expect(await open.db('reminders').where({ state: 'queued', needs_approval: 0 })).toHaveLength(2);
    expect(await figures(open, 'account')).toEqual(['Mail account Messages leave through mail.example. Good']);
  });

  test('a hold, a clock in doubt, a full disk, a silent job, no backups', async () => {
    const { open, folder } = await house();
    await writeHeld(open.db, { reason: 'restored', since: instantOf(MONDAY), backupAt: null, trial: false });
    const seen = instantOf(MONDAY);
    await writeValue(open.db, '_clock', { seenAt: seen, back: null, doubt: { from: seen, to: seen } });
    open.web.freeSpace = () => 1e6;
    const now = open.web.clock();
    open.web.pulse = { startedAt: now - 600_000, lookedAt: now - 300_000, workingSince: null };
    await writeSettings(open.db, { backups: { daily: false, keep: 7 } });
    for (const id of ['held', 'clock', 'disk', 'job', 'free', 'backup'])
      expect(await figures(open, id)).toEqual([expect.stringMatching(/ Attention$/)]);
    expect((await open.anna.get(PAGE)).text).toContain('6 things need attention.');
    await writeSettings(open.db, { backups: { daily: true, keep: 7 } });
    const old = path.join(folder, 'backups', 'daily-2026-02-06.db');
    mkdirSync(path.dirname(old), { recursive: true });
    writeFileSync(old, '');
    utimesSync(old, new Date(instantOf('2026-02-06')), new Date(instantOf('2026-02-06')));
    expect(await figures(open, 'backup')).toEqual([expect.stringMatching(/3 days ago.* Attention$/)]);
    rmSync(old);
    expect(await figures(open, 'backup')).toEqual(['Last nightly backup There is none yet.']);
  });
});

test('it is for owners; everybody who is signed in reads the version on every page, strangers nowhere', async () => {
  const { open } = await house();
  await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
  const bruno = await visitor(open.app);
  const version = `Version ${VERSION}`;
  expect((await bruno.get('/sign-in')).text).not.toContain(version);
  await signIn(bruno, 'bruno@example.test');
  expect((await bruno.get(PAGE)).status).toBe(403);
  expect((await bruno.get('/settings')).text).not.toContain(PAGE);
  expect((await bruno.get('/invoices')).text).toContain(version);
  expect((await open.anna.get('/settings')).text).toContain(PAGE);
});

test('the figures renew themselves while somebody looks, and the place that has the focus keeps it', async () => {
  const { open } = await house();
  const server = open.app.listen(0, '127.0.0.1');
  const browser = await launchBrowser();
  try {
    const base = `http://localhost:${(server.address() as AddressInfo).port}`;
    const context = await browser.newContext();
    await context.addCookies([{ name: 'dunwell', value: open.cookie.replace('dunwell=', ''), url: base }]);
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(base + PAGE);
    await page.fill('#field-current', 'half a passw');
    await page.locator('#to-uncertain').focus();
    await page.evaluate('globalThis.focused = document.activeElement');
    await runOn(open.db, MONDAY);
    await page.clock.fastForward(30_000);
    await page.locator('#figure-waiting', { hasText: '3 (the oldest' }).waitFor();
    // The very element, so that nothing is read out anew.
    expect(await page.evaluate('document.activeElement === globalThis.focused')).toBe(true);
    expect(await page.inputValue('#field-current')).toBe('half a passw');
    // After an hour nobody is looking any more: nothing is asked for, and the session may end.
    await page.clock.fastForward(3_600_000);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.fastForward(300_000);
    expect(asked).toEqual([]);
    await page.mouse.move(10, 10);
    await page.mouse.move(20, 20);
    const again = page.waitForRequest('**/operation/figures');
    await page.clock.fastForward(30_000);
    await again;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
});
