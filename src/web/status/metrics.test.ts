import path from 'node:path';
import supertest, { type Response } from 'supertest';
import { readText } from '../../../test/guards/sources.ts';
import { readExposition, type Sample } from '../../../test/support/prometheusText.ts';
import {
  accept,
  add,
  at,
  customer,
  deliverOn,
  dunwellHere,
  firm,
  instantOf,
  invoice,
  mailServer,
  neverAnswers,
  runOn,
  temporaryFolder,
} from '../../../test/support/installation.ts';
import { openWeb, type OpenWeb, PASSWORD } from '../../../test/support/web.ts';
import { exportArchive } from '../../services/archives.ts';
import { METRICS_TOKEN } from '../../services/metricsToken.ts';
import { openDatabase } from '../../store/database.ts';
import { readValue } from '../../store/settings.ts';
import { VERSION } from '../../version.ts';

const MONDAY = '2026-02-09';
const TOKENS = '/settings/operation/token';

/** Left out where there is no nightly backup yet. */
const UNKNOWN_HERE = ['dunwell_backup_size_bytes'];

const opened: OpenWeb[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));

async function house(folder = temporaryFolder()): Promise<OpenWeb> {
  const file = path.join(folder, 'dunwell.db');
  const open = await openWeb({ demo: false, day: MONDAY, file, env: { DUNWELL_DATA_DIR: folder } });
  opened.push(open);
  return open;
}

const scrape = ({ app }: OpenWeb, authorization?: string): Promise<Response> => {
  const request = supertest(app).get('/metrics');
  return authorization === undefined ? request : request.set('Authorization', authorization);
};

/** Makes a token as an owner does, and reads it from the page. */
async function makeToken({ anna }: OpenWeb): Promise<string> {
  const { text, status } = await anna.post(TOKENS, { current: PASSWORD });
  const token = /<code class="secret">([^<]+)</.exec(text)?.[1] ?? '';
  expect([status, token]).toEqual([200, expect.stringMatching(/^[\w-]{43}$/)]);
  return token;
}

describe('the token', () => {
  let open: OpenWeb;
  beforeAll(async () => {
    open = await house();
  });

  test('is not there at first, and then nothing is found at the address', async () => {
    for (const answer of [await scrape(open), await scrape(open, `Bearer ${'x'.repeat(43)}`)])
      expect([answer.status, answer.text]).toEqual([404, '']);
  });

  test.each([{}, { current: '' }, { current: 'not the password' }, { current: PASSWORD, admin: '1' }])(
    'is made for nobody who says %j',
    async (form) => {
      expect((await open.anna.post(TOKENS, form)).status).toBe(422);
      expect(await readValue(open.db, METRICS_TOKEN)).toBeNull();
    },
  );

  test('opens the figures, to whoever brings it as a bearer does', async () => {
    const token = await makeToken(open);
    const { status, headers, text } = await scrape(open, `Bearer ${token}`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).toContain('dunwell_build_info');
    expect((await scrape(open, `bearer ${token}`)).status).toBe(200);
    const wrong = ['', 'Bearer', `Basic ${token}`, token, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer é'];
    const answers = await Promise.all([undefined, ...wrong].map((one) => scrape(open, one)));
    for (const answer of answers)
      expect([answer.status, answer.text, answer.headers['www-authenticate']]).toEqual([401, '', 'Bearer']);
    // The owner's own session is no token.
    expect((await open.anna.get('/metrics')).status).toBe(401);
  });

  test('is shown once, with what a Prometheus has to be told; only its hash is kept, and no archive has even that', async () => {
    const { text } = await open.anna.post(TOKENS, { current: PASSWORD });
    const token = /<code class="secret">([^<]+)</.exec(text)?.[1] ?? '';
    expect(text).toContain(`credentials: ${token}\n`);
    expect(text).toContain('targets: [&#39;localhost:3000&#39;]');
    const later = await open.anna.get('/settings/operation');
    expect(later.text).not.toContain(token);
    expect(later.text).toContain('credentials_file: ');
    const rows = JSON.stringify([await open.db('settings'), await open.db('history')]);
    expect(rows).not.toContain(token);
    const { hash } = (await readValue(open.db, METRICS_TOKEN)) as { hash: string };
    expect(rows).toContain(hash);
    expect(await exportArchive(open.db)).not.toMatch(new RegExp(`${hash}|${METRICS_TOKEN}`));
  });

  test('ends with the next one, and for good when it is revoked', async () => {
    const first = await makeToken(open);
    const second = await makeToken(open);
    expect((await scrape(open, `Bearer ${first}`)).status).toBe(401);
    expect((await scrape(open, `Bearer ${second}`)).status).toBe(200);
    expect((await open.anna.delete(TOKENS)).headers.location).toBe('/settings/operation');
    expect((await scrape(open, `Bearer ${second}`)).status).toBe(404);
    expect((await open.anna.get('/settings/operation')).text).toContain('There is no token yet');
    const kinds: string[] = await open.db('history').whereLike('kind', 'metrics%').orderBy('id').pluck('kind');
    expect(kinds.slice(-3)).toEqual(['metrics_token_made', 'metrics_token_made', 'metrics_token_revoked']);
  });

  test('is asked for a few times a minute and no more', async () => {
    const other = await house();
    const statuses = [];
    for (let n = 0; n < 61; n++) statuses.push((await scrape(other)).status);
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([404, 429]);
  });

  test('does not come back with a backup', async () => {
    const folder = temporaryFolder();
    const one = await house(folder);
    await makeToken(one);
    const backup = path.join(folder, 'kept.db');
    expect((await dunwellHere(folder, ['backup', backup])).code).toBe(0);
    await one.close();
    opened.splice(opened.indexOf(one), 1);
    expect((await dunwellHere(folder, ['restore', backup])).code).toBe(0);
    const db = await openDatabase(path.join(folder, 'dunwell.db'));
    expect(await readValue(db, METRICS_TOKEN)).toBeNull();
    await db.destroy();
  });
});

describe('the figures', () => {
  let samples: Sample[];
  let text: string;
  const value = (name: string, labels: object = {}): number | undefined =>
    samples.find((one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels))?.value;

  beforeAll(async () => {
    const open = await house();
    const customers = ['ADLER', 'BRUN', 'COSTA'].map((code) => customer(code));
    const invoices = ['ADLER', 'BRUN', 'COSTA'].map((code) => invoice(code, `F-${code}`));
    await add(open.db, firm({ customers, invoices }));
    await runOn(open.db, MONDAY);
    const server = mailServer((parcel, handOver) =>
      (parcel.envelope.to[0]?.startsWith('brun') ? neverAnswers : accept)(parcel, handOver),
    );
    let asked = 0;
    await deliverOn(open.db, MONDAY, server, { goOn: () => ++asked <= 2 });
    open.web.clock = at(MONDAY, '13:30');
    open.web.pulse = { startedAt: open.web.clock() - 60_000, lookedAt: open.web.clock() - 1_000, workingSince: null };
    open.web.freeSpace = () => 5e9;
    ({ text } = await scrape(open, `Bearer ${await makeToken(open)}`));
    samples = [...readExposition(text).values()].flatMap((family) => family.samples);
  });

  test('are in the format of Prometheus to the letter, each with a sentence of help', () => {
    const families = readExposition(text);
    for (const [name, { type }] of families)
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    const own = [...families].filter(([name]) => name.startsWith('dunwell_'));
    expect(own.length).toBeGreaterThan(20);
    for (const [name, { help, type, samples: some }] of own) {
      expect([name, help]).toEqual([name, expect.stringMatching(/^[A-Z1].*\.$/)]);
      expect(['counter', 'gauge']).toContain(type);
      expect([name, some.every((one) => Number.isFinite(one.value))]).toEqual([name, true]);
    }
    expect(families.has('process_resident_memory_bytes')).toBe(true);
  });

  test('say what the database says', () => {
    const seconds = (time: string): number => Date.parse(instantOf(MONDAY, time)) / 1000;
    expect(value('dunwell_build_info', { version: VERSION })).toBe(1);
    for (const [state, count] of Object.entries({ waiting: 1, approval: 0, person: 0, sending: 0, uncertain: 1 }))
      expect([state, value('dunwell_reminders', { state })]).toEqual([state, count]);
    expect(value('dunwell_reminders_settled_total', { end: 'sent' })).toBe(1);
    expect(value('dunwell_reminders_settled_total', { end: 'failed' })).toBe(0);
    expect(value('dunwell_last_run_timestamp_seconds')).toBe(seconds('13:00'));
    expect(value('dunwell_last_run_queued')).toBe(3);
    expect(value('dunwell_next_run_timestamp_seconds')).toBe(seconds('13:00') + 86_400);
    expect(value('dunwell_oldest_waiting_seconds')).toBe(1800);
    expect(value('dunwell_daily_job_timestamp_seconds')).toBe(seconds('13:30') - 1);
    expect(value('dunwell_daily_job_alive')).toBe(1);
    expect(value('dunwell_sending_mode', { mode: 'automatic' })).toBe(1);
    expect(value('dunwell_sending_mode', { mode: 'off' })).toBe(0);
    expect(value('dunwell_obstacle', { kind: 'held' })).toBe(0);
    expect(value('dunwell_mail_failures_last_day')).toBe(1);
    expect(value('dunwell_mail_stopped')).toBe(0);
    expect(value('dunwell_todos')).toBe(1);
    expect(value('dunwell_backup_timestamp_seconds')).toBe(0);
    expect(value('dunwell_backup_size_bytes')).toBeUndefined();
    expect(value('dunwell_disk_free_bytes')).toBe(5e9);
    expect(value('dunwell_invoices_open')).toBe(3);
  });

  test('are those that the manual names, in its table and in its alarms', () => {
    const manual = readText('docs/self-hosting.md');
    const own = [...readExposition(text).keys()].filter((name) => name.startsWith('dunwell_'));
    const known = new Set([...own, ...UNKNOWN_HERE]);
    const inTable = (name: string): boolean => new RegExp(`\\| .*\`${name.slice(8)}[\`{]`).test(manual);
    expect([...known].filter((name) => !inTable(name))).toEqual([]);
    const inAlarms = [...manual.matchAll(/\bdunwell_\w+/g)].map(([name]) => name);
    expect(inAlarms.filter((name) => !known.has(name))).toEqual([]);
    expect(inAlarms.length).toBeGreaterThan(4);
  });

  test('name nobody', () => {
    expect(text).not.toMatch(/adler|brun|costa|anna|meunier|@|F-|EUR/i);
  });
});

test.each([
  ['a figure without its type', 'a 1\n'],
  ['a type without help', '# TYPE a gauge\na 1\n'],
  ['the same figure twice', '# HELP a x\n# TYPE a gauge\na{b="c"} 1\na{b="c"} 2\n'],
  ['figures that are torn apart', '# HELP a x\n# TYPE a gauge\n# HELP b x\n# TYPE b gauge\na 1\n'],
  ['a value that is none', '# HELP a x\n# TYPE a gauge\na null\n'],
  ['a label without its end', '# HELP a x\n# TYPE a gauge\na{b="c} 1\n'],
  ['a last line without its end', '# HELP a x\n# TYPE a gauge\na 1'],
])('the reader of these tests refuses %s', (_, text) => {
  expect(() => readExposition(text)).toThrow();
});
