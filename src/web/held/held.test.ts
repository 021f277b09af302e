import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newUser, openWeb, type OpenWeb, signIn, visitor, type Visitor } from '../../../test/support/web.ts';
import { readHeld, writeHeld } from '../../store/held.ts';
import { appendJournal, type HandedLine } from '../../store/journal.ts';

const SINCE = '2026-11-22T09:00:00.000Z';
const HELD = { reason: 'restored', since: SINCE, backupAt: '2026-11-19T02:00:00.000Z', trial: false } as const;

const line = (n: number, differs: Partial<HandedLine> = {}): HandedLine => ({
  v: 1,
  event: 'handed',
  epoch: 1,
  at: `2026-11-20T12:0${n}:00.000Z`,
  day: '2026-11-20',
  messageId: `<m${n}@x>`,
  key: `lost|${n}`,
  attempt: 1,
  origin: 'run',
  customer: { code: 'C0', name: `Customer ${n} <b>` },
  plan: null,
  stepId: null,
  occurrenceOn: null,
  currency: 'EUR',
  total: 100,
  language: 'fr',
  subject: `Reminder ${n}`,
  lines: [
    {
      id: 999,
      number: `F-${n}`,
      outstanding: 100,
      step: null,
      refersOn: null,
      nominalOn: null,
      scheduledOn: null,
      dueOn: null,
    },
  ],
  ...differs,
});

let folder: string;
let open: OpenWeb;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dunwell-held-'));
  open = await openWeb({ env: { DUNWELL_DATA_DIR: folder } });
});
afterEach(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A hold, with messages in the journal of which the database knows nothing. */
async function hold(count: number, differs: object = {}): Promise<void> {
  for (let n = 1; n <= count; n++) await appendJournal(folder, line(n));
  await writeHeld(open.db, { ...HELD, ...differs });
}

const decide = (choice: string, since = SINCE, who: Visitor = open.anna): Promise<{ status: number }> =>
  who.post('/held/decision', { choice, since });

test.each(['/invoices', '/customers', '/outbox', '/runs', '/settings', '/held'])(
  'the line on top of %s says it, and nothing else',
  async (page) => {
    await hold(0);
    const { text } = await open.anna.get(page);
    expect(text.match(/class="strip /g)).toHaveLength(1);
    expect(text).toContain('Held: this database was restored from a backup, nothing leaves.');
    expect(text).toContain('<a href="/held">Decide</a>');
  },
);

test.each([
  ['copied', 'this is a copy of another installation', 'Make sure first that the original no longer sends.'],
  ['replaced', 'another database was put into this data folder', 'Payments, invoices and promises'],
  ['behind', 'this database is older than what has left', 'Payments, invoices and promises'],
] as const)('a database that is %s is called so', async (reason, strip, note) => {
  await hold(0, { reason });
  const { text } = await open.anna.get('/held');
  expect(text).toContain(strip);
  expect(text).toContain(note);
});

test('the page names what left, newest first, and what nobody answered; what was refused is not in it', async () => {
  await hold(2);
  await appendJournal(folder, line(3));
  for (const [n, outcome] of [
    [1, 'accepted'],
    [3, 'refused'],
  ] as const)
    await appendJournal(folder, { v: 1, event: 'ended', epoch: 1, at: SINCE, messageId: `<m${n}@x>`, outcome });
  const { text } = await open.anna.get('/held');
  expect(text).toContain('restored from the backup of 19 Nov 2026, 03:00');
  expect(text).toContain('2 messages have left that this database does not know');
  expect(text.indexOf('Reminder 2')).toBeLessThan(text.indexOf('Reminder 1'));
  expect(text).not.toContain('Reminder 3');
  expect(text).toContain('Customer 1 &lt;b&gt;');
  expect([...text.matchAll(/accepted<|no answer known</g)].map(([found]) => found)).toEqual([
    'no answer known<',
    'accepted<',
  ]);
  expect([...text.matchAll(/name="choice" value="(\w+)"/g)].map(([, choice]) => choice)).toEqual([
    'left',
    'again',
    'trial',
  ]);
});

test('without a journal it says that it cannot know, and offers to go on', async () => {
  await hold(0);
  const { text } = await open.anna.get('/held');
  expect(text).toContain('No journal');
  expect([...text.matchAll(/name="choice" value="(\w+)"/g)].map(([, choice]) => choice)).toEqual(['again', 'trial']);
});

test('two hundred are listed, the others counted', async () => {
  for (let n = 1; n <= 203; n++) await appendJournal(folder, line(n % 10, { messageId: `<n${n}@x>` }));
  await hold(0);
  const { text } = await open.anna.get('/held');
  expect(text).toContain('203 messages have left');
  expect(text.match(/<time datetime/g)).toHaveLength(200);
  expect(text).toContain('And 3 earlier ones.');
});

test('a colleague reads why, and cannot decide', async () => {
  await hold(1);
  await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
  const bruno = await visitor(open.app);
  await signIn(bruno, 'bruno@example.test');
  const { text } = await bruno.get('/held');
  expect(text).toContain('An owner of this installation decides how to go on.');
  expect(text).not.toContain('name="choice"');
  expect((await decide('again', SINCE, bruno)).status).toBe(403);
  expect(await readHeld(open.db)).not.toBeNull();
});

test('a decision counts once, for the hold that was shown, and is in the history', async () => {
  await hold(1);
  await decide('again', '2026-11-01T00:00:00.000Z');
  expect(await readHeld(open.db)).not.toBeNull();
  await decide('nonsense');
  expect(await readHeld(open.db)).not.toBeNull();
  await decide('again');
  expect(await readHeld(open.db)).toBeNull();
  await writeHeld(open.db, { ...HELD, since: '2026-11-23T00:00:00.000Z' });
  await decide('again');
  expect(await readHeld(open.db)).not.toBeNull();
  expect(await open.db('history').where({ kind: 'hold_decided' })).toHaveLength(1);
});

test('what the database does not know in any way is said, not hidden', async () => {
  await hold(2);
  const answer = await open.anna.post('/held/decision', { choice: 'left', since: SINCE });
  expect(answer.status).toBe(303);
  const { text } = await open.anna.get('/outbox');
  expect(text).toContain('0 of 2 messages were marked as sent; the others are about customers');
});

test('a copy for trying out says so on every page, and can be let go later', async () => {
  await hold(1);
  await decide('trial');
  const { text } = await open.anna.get('/invoices');
  expect(text).toContain('Held: this is a copy for trying out, nothing leaves.');
  const page = (await open.anna.get('/held')).text;
  expect(page).toContain('It stays held until an owner decides otherwise.');
  expect(page).not.toContain('value="trial"');
  await decide('again');
  expect((await open.anna.get('/held')).text).toContain('Nothing is held');
});

test('a message written meanwhile waits', async () => {
  await hold(0);
  expect((await open.anna.get('/held')).text).toContain('what you write or approve waits in the outbox');
  expect((await open.anna.get('/outbox')).status).toBe(200);
});
