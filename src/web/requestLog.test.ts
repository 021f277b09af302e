import { recordedLog, type RecordedLog } from '../../test/support/recordedLog.ts';
import { ANNA, openWeb, type OpenWeb, PASSWORD, type Visitor, visitor } from '../../test/support/web.ts';
import { totpAt } from '../services/totp.ts';
import { ROUTES } from './app.ts';
import type { Route } from './visit.ts';

const NAME = 'Boulangerie Martin';

/** Two addresses that end as none of ours should. */
const FAILING: readonly Route[] = [
  {
    method: 'get',
    path: '/failing/half/:id',
    allow: 'anyone',
    run({ response }) {
      response.write('half');
      throw new Error(`no more of ${NAME}`);
    },
  },
  {
    method: 'get',
    path: '/failing/busy',
    allow: 'anyone',
    run() {
      throw Object.assign(new Error(`select '${NAME}' - database is locked`), { code: 'SQLITE_BUSY' });
    },
  },
];

let open: OpenWeb;
let log: RecordedLog;
let stranger: Visitor;
beforeAll(() => (ROUTES as Route[]).push(...FAILING));
beforeEach(async () => {
  open = await openWeb({ demo: false });
  log = recordedLog();
  open.web.log = log.log;
  stranger = await visitor(open.app);
});
afterEach(() => open.close());

const attempt = (password: string, email = ANNA.email) => stranger.post('/sign-in', { email, password, next: '' });

test('pages that are read, found or not, leave nothing in the log', async () => {
  for (const page of ['/invoices?q=Martin', '/customers/1', '/nothing-here', '/settings'])
    expect((await open.anna.get(page)).status).toBeLessThan(500);
  expect((await attempt(PASSWORD)).status).toBe(303);
  expect(log.lines()).toEqual([]);
});

test('a surprise is a line with the route and not the address, and with nothing that was typed', async () => {
  await open.db.raw('ALTER TABLE users RENAME COLUMN email TO mail');
  expect((await attempt(PASSWORD, 'celine@boulangerie-martin.example')).status).toBe(500);
  expect(log.lines()).toEqual([
    expect.objectContaining({
      level: 'error',
      event: 'request_failed',
      route: '/sign-in',
      method: 'POST',
      status: 500,
      ms: 0,
      error: expect.objectContaining({ code: 'SQLITE_ERROR', words: 'no such column' }),
    }),
  ]);
  expect(log.text()).not.toMatch(/celine|martin|lantern/i);
});

test('a database that another program holds is no surprise', async () => {
  expect((await stranger.get('/failing/busy')).status).toBe(503);
  expect(log.lines()).toMatchObject([{ level: 'warn', event: 'database_busy', route: '/failing/busy', status: 503 }]);
  expect(log.text()).not.toContain('Martin');
});

test('an answer that breaks off is logged, and nobody takes it for whole', async () => {
  // Where it is no test, Express prints what reaches it.
  open.app.set('env', 'production');
  const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await expect(stranger.get('/failing/half/7?q=Martin')).rejects.toThrow();
  expect(log.lines()).toMatchObject([{ event: 'request_failed', route: '/failing/half/:id', status: 500 }]);
  expect(log.text()).not.toContain('Martin');
  expect(printed).not.toHaveBeenCalled();
  printed.mockRestore();
});

test('a page that takes more than two seconds is a line with its route', async () => {
  let now = open.web.clock();
  open.web.clock = () => (now += 501);
  await open.anna.get('/invoices?q=Boulangerie+Martin');
  const [line, ...others] = log.lines();
  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 'warn', event: 'request_slow', route: '/invoices', method: 'GET', status: 200 });
  expect(line?.ms).toBeGreaterThan(2000);
  expect(log.text()).not.toContain('Martin');
});

test('refused sign-ins are lines without the address that was typed, and so is the wait that follows', async () => {
  for (let n = 0; n < 6; n++) await attempt('wrong wrong wrong', 'celine@boulangerie-martin.example');
  expect(log.events()).toEqual([...Array.from({ length: 5 }, () => 'sign_in_refused'), 'sign_in_slowed']);
  expect(log.lines().at(-1)).toMatchObject({ level: 'warn', network: '127.0.0.0/24', seconds: expect.any(Number) });
  expect(log.text()).not.toMatch(/celine|martin|example|wrong wrong/i);
});

test('a wrong code after the right password names the user by his number', async () => {
  await open.anna.post('/account/second-factor', { current: PASSWORD });
  const { text } = await open.anna.get('/account/second-factor');
  const secret = /class="secret">([^<]+)</.exec(text)?.[1]?.replaceAll(' ', '') ?? '';
  await open.anna.put('/account/second-factor', { code: totpAt(secret, open.web.clock()) });
  await attempt(PASSWORD);
  expect((await stranger.post('/sign-in/code', { code: '000000', next: '' })).status).toBe(422);
  expect(log.lines()).toMatchObject([{ event: 'second_step_refused', user: 1 }]);
});

test('somebody who calls too often is one line a minute', async () => {
  for (let n = 0; n < 34; n++) await attempt('wrong wrong wrong', `nobody-${n}@example.test`);
  const limited = log.lines().filter(({ event }) => event === 'requests_limited');
  expect(limited).toMatchObject([{ route: '/sign-in', method: 'POST', status: 429, network: '127.0.0.0/24' }]);
});
