import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import supertest from 'supertest';
import {
  ANNA,
  newUser,
  openWeb,
  type OpenWeb,
  PASSWORD,
  signIn,
  type Visitor,
  visitor,
} from '../../../test/support/web.ts';
import { launchBrowser } from '../../../test/support/browser.ts';
import { openSession } from '../../services/openSession.ts';
import { readResource } from '../../resources.ts';
import type { Db } from '../../store/database.ts';
import { ROUTES } from '../app.ts';
import type { Route } from '../visit.ts';
import { checkRoutes } from './control.ts';
import { formToken } from './cookie.ts';

// Threats S6 to S10, S15 and S28 of docs/security.md: what a request may do. They hold for every route there is.

const opened: OpenWeb[] = [];
const openOne = async (options: Parameters<typeof openWeb>[0] = {}): Promise<OpenWeb> => {
  const open = await openWeb(options);
  opened.push(open);
  return open;
};
afterAll(() => Promise.all(opened.map((open) => open.close())));

/**
 * Every row of every table, as one figure, which SQLite's own count of changes spares us to work out again. Sessions are in
 * there too: a visitor without a cookie is given none.
 */
async function fingerprint(db: Db): Promise<string> {
  const [{ changes }] = (await db.raw('SELECT total_changes() AS changes')) as [{ changes: number }];
  const known = FINGERPRINTS.get(db);
  if (known?.changes === changes) return known.figure;
  const tables: { name: string }[] = await db('sqlite_master').select('name').where({ type: 'table' }).orderBy('name');
  const hash = createHash('sha256');
  for (const { name } of tables) hash.update(JSON.stringify([name, await db(name)]));
  const figure = hash.digest('hex');
  FINGERPRINTS.set(db, { changes, figure });
  return figure;
}
const FINGERPRINTS = new WeakMap<Db, { changes: number; figure: string }>();

const CHANGES = ROUTES.filter(({ method }) => method !== 'get');
const title = ({ method, path }: Route): string => `${method.toUpperCase()} ${path}`;
const pathOf = ({ path }: Route, id = '1'): string => path.replace(/:\w+/g, id);

/** Calls a route as somebody would from a page of ours. */
const call = (who: Visitor, { method, path }: Pick<Route, 'method' | 'path'>, form: object = {}) =>
  method === 'get' ? who.get(path) : who[method](path, form);

describe('S6: requests from other sites', () => {
  let open: OpenWeb;
  beforeAll(async () => {
    open = await openOne();
  });

  const id = (): string => open.cookie.replace('dunwell=', '');
  /** As a browser of another site would send Anna's cookie along, were it not for SameSite. */
  const send = (route: Route, headers: Record<string, string>, form: object = {}) =>
    supertest(open.app)
      [route.method](pathOf(route))
      .set({ Cookie: open.cookie, ...headers })
      .type('form')
      .send(form);

  const FOREIGN: readonly [string, Record<string, string>, boolean][] = [
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }, true],
    ['a neighbouring address', { 'Sec-Fetch-Site': 'same-site' }, true],
    ['another origin, in an old browser', { Origin: 'https://attacker.example' }, true],
    ['a sandboxed frame', { Origin: 'null' }, true],
    ['a browser that says nothing', {}, true],
    ['our own page without its token', { 'Sec-Fetch-Site': 'same-origin' }, false],
  ];

  test.each(FOREIGN)('from %s no route that changes something does so', async (_, headers, withToken) => {
    const before = await fingerprint(open.db);
    for (const route of CHANGES) {
      const form = withToken ? { _csrf: formToken(id()) } : {};
      const { status } = await send(route, headers, form);
      // What answers 429 did not even look.
      expect([title(route), [403, 429].includes(status)]).toEqual([title(route), true]);
    }
    expect(await fingerprint(open.db)).toBe(before);
  });

  test.each([
    ['another session’s token', () => formToken('x'.repeat(43))],
    ['no token', () => ''],
    ['a token twice', () => [formToken(id()), formToken(id())]],
  ])('%s does not count', async (_, token) => {
    const { status } = await supertest(open.app)
      .put('/account')
      .set({ Cookie: open.cookie, 'Sec-Fetch-Site': 'same-origin' })
      .type('form')
      .send({ _csrf: token(), name: 'Eve', language: 'en' });
    expect(status).toBe(403);
  });

  test('an old browser is believed its origin, and htmx its header', async () => {
    const put = (headers: Record<string, string>, form: object) =>
      supertest(open.app)
        .put('/account')
        .set({ Cookie: open.cookie, Host: 'localhost:3000', ...headers })
        .type('form')
        .send({ name: 'Anna', language: 'en', ...form });
    expect((await put({ Origin: 'http://localhost:3000' }, { _csrf: formToken(id()) })).status).toBe(303);
    expect((await put({ 'Sec-Fetch-Site': 'same-origin', 'X-CSRF-Token': formToken(id()) }, {})).status).toBe(303);
    expect((await put({ Origin: 'http://localhost:3001' }, { _csrf: formToken(id()) })).status).toBe(403);
  });

  test('a call without cookies, as another site can cause, does not put an end to the session', async () => {
    const { headers } = await supertest(open.app)
      .post('/account')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({});
    expect(String(headers['set-cookie'])).not.toMatch(/(^|,)dunwell=/);
  });

  test('nobody is signed in as somebody else from another site', async () => {
    const cookie = `dunwell=${'v'.repeat(43)}`;
    const { status } = await supertest(open.app)
      .post('/sign-in')
      .set({ Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' })
      .type('form')
      .send({ _csrf: formToken('v'.repeat(43)), email: ANNA.email, password: PASSWORD, next: '' });
    expect(status).toBe(403);
  });

  test('reading every page that a link leads to changes nothing', async () => {
    const before = await fingerprint(open.db);
    const pages = await crawl(open.anna, 3);
    expect(pages.size).toBeGreaterThan(20);
    for (const route of ROUTES.filter(({ method }) => method === 'get')) await open.anna.get(pathOf(route));
    expect(await fingerprint(open.db)).toBe(before);
  });
});

describe('S6: in a real browser, a page of another site', () => {
  let [open, site, app]: [OpenWeb, Server, Server] = [] as never;
  const addressOf = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;
  const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  beforeAll(async () => {
    open = await openOne({ demo: false });
    app = createServer(open.app);
    site = createServer((_, response) => {
      const to = addressOf(app);
      response.setHeader('Content-Type', 'text/html')
        .end(`<img src="${to}/sign-out"><iframe src="${to}/account"></iframe>
        <form method="post" action="${to}/account"><input name="_method" value="put"><input name="name" value="Eve"><input name="language" value="fr"><button>go</button></form>
        <script>fetch('${to}/account', { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ _method: 'put', name: 'Eve', language: 'fr' }) })</script>`);
    });
    await Promise.all([listen(app), listen(site)]);
  });
  afterAll(() => {
    for (const server of [app, site]) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('changes nothing by form, by fetch or by image, and shows nothing of ours in a frame', async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${addressOf(app)}/sign-in`);
      await page.fill('#field-email', ANNA.email);
      await page.fill('#field-password', PASSWORD);
      await Promise.all([page.waitForURL('**/invoices'), page.click('main button')]);
      await page.goto(addressOf(site).replace('localhost', '127.0.0.1'));
      const framed = (): string[] =>
        page
          .frames()
          .slice(1)
          .map((frame) => frame.url());
      // A frame has no address before the browser has made up its mind.
      for (let looks = 0; looks < 50 && framed().includes(''); looks++) await page.waitForTimeout(100);
      expect(framed()).toEqual(['chrome-error://chromewebdata/']);
      await page.click('text=go');
      expect(await open.db('users').select('name', 'language')).toEqual([{ name: 'Anna', language: 'en' }]);
      await page.goto(`${addressOf(app)}/account`);
      expect(await page.inputValue('#field-name')).toBe('Anna');
    } finally {
      await browser.close();
    }
  });
});

describe('S7: who may do what', () => {
  let open: OpenWeb;
  let visitors: Record<'stranger' | 'colleague' | 'owner', Visitor>;
  beforeAll(async () => {
    open = await openOne();
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    visitors = { stranger: await visitor(open.app), colleague: await visitor(open.app), owner: open.anna };
    await signIn(visitors.colleague, 'bruno@example.test');
  });

  const only = (allow: Route['allow']): (readonly [string, Route])[] =>
    ROUTES.filter((route) => route.allow === allow).map((route) => [title(route), route]);
  const some = (list: (readonly [string, Route])[]) =>
    list.length > 0 ? list : [['(none)', ROUTES[0] as Route] as const];

  test.each(some([...only('colleague'), ...only('owner')]))('%s shows a stranger the door', async (_, route) => {
    for (const id of ['1', '999999999']) {
      const before = await fingerprint(open.db);
      const { status, headers } = await call(visitors.stranger, { ...route, path: pathOf(route, id) });
      expect([303, 429]).toContain(status);
      if (status === 303) expect(headers.location).toMatch(/^\/sign-in/);
      expect(await fingerprint(open.db)).toBe(before);
    }
  });

  test.each(some(only('owner')))('%s is not for colleagues', async (_, route) => {
    for (const id of ['1', '999999999']) {
      const before = await fingerprint(open.db);
      const { status } = await call(visitors.colleague, { ...route, path: pathOf(route, id) });
      expect([403, 429]).toContain(status);
      expect(await fingerprint(open.db)).toBe(before);
    }
  });

  test.each(some(only('before_setup')))('%s is gone for everybody', async (_, route) => {
    for (const who of Object.values(visitors))
      expect((await call(who, { ...route, path: pathOf(route) })).status).toBe(404);
  });

  test.each(some(ROUTES.filter(({ path }) => path.includes(':')).map((route) => [title(route), route] as const)))(
    '%s answers a number that is nobody’s without a fault',
    async (_, route) => {
      for (const id of ['999999999', '0', '-1', 'abc', '1e3', '%00', "1'--", '99999999999999999999']) {
        const { status } = await call(visitors.owner, {
          ...route,
          path: pathOf(route, encodeURIComponent(decodeURIComponent(id))),
        });
        expect([id, status < 500]).toEqual([id, true]);
      }
    },
  );

  test('every route says who may use it, and the app does not start otherwise', () => {
    expect(() => checkRoutes(ROUTES)).not.toThrow();
    const route: Route = { method: 'get', path: '/x/:id', allow: 'owner', run: () => undefined };
    expect(() => checkRoutes([{ ...route, allow: undefined as never }])).toThrow('does not say who');
    expect(() => checkRoutes([{ ...route, allow: 'admin' as never }])).toThrow('does not say who');
    expect(() => checkRoutes([route, { ...route, path: '/x/:number', allow: 'anyone' }])).toThrow('twice');
  });

  test('an address that is none shows nothing, whoever asks', async () => {
    for (const who of Object.values(visitors)) expect((await who.get('/settings.json')).status).toBe(404);
  });

  test('somebody with a temporary password can only choose his own', async () => {
    const added = await open.anna.post('/settings/users', {
      name: 'Carla',
      email: 'carla@example.test',
      role: 'owner',
    });
    const password = /class="secret">([^<]+)</.exec(added.text)?.[1] ?? '';
    const carla = await visitor(open.app);
    await signIn(carla, 'carla@example.test', password);
    for (const path of ['/invoices', '/account', '/settings/users'])
      expect((await carla.get(path)).headers.location).toBe('/account/password');
    expect((await carla.put('/account/password', { current: password, password })).status).toBe(422);
    const own = 'violet kettle under bridges';
    expect((await carla.put('/account/password', { current: password, password: own })).status).toBe(303);
    expect((await carla.get('/settings/users')).status).toBe(200);
  });
});

describe('S8: odd bodies', () => {
  let open: OpenWeb;
  beforeAll(async () => {
    open = await openOne();
  });

  const LONG = 'a'.repeat(100_000);
  const BODIES: readonly string[] = [
    '',
    '=&=&&',
    '__proto__[admin]=1&constructor[prototype][admin]=1&name=x',
    'name=1&name=2&email=a&email=b&role=owner&role=owner&ids=1&ids=2&current=a&current=b&password=x&password=y&enabled=1&enabled=0',
    'name[a]=1&email[$gt]=&role[]=owner&ids[0][x]=1&password[a]=1&current[]=1&token[]=1&next[]=/&code[a]=1&enabled[a]=1&choice[]=x&text[a]=b&date[]=1',
    'id=1&user_id=1&is_admin=1&role=owner&password_hash=x&name=N&email=e%40x.test&language=en&disabled_at=&created_at=2020',
    `name=${LONG}&email=${LONG}&password=${LONG}&current=${LONG}&code=${LONG}&search=${LONG}&language=${LONG}&next=${LONG}`,
    'name=%00&email=%00%40x.test&ids=%00&enabled=%00&language=%00&code=%00%00%00%00%00%00&current=%00&reason=%00',
    'name=%F0%9F%92%A9&email=%F0%9F%92%A9&ids=%F0%9F%92%A9&language=%EF%BF%BF&id=NaN&amount=Infinity&date=2026-02-30&days=-0',
    "name='; DROP TABLE users; --&email=' OR 1=1 --&ids=1) OR (1=1&order='&filter='",
    'ids=9007199254740993&ids=-1&ids=1.5&ids=1e400&ids=true&planId=99999999999&customerId=0&days=1e9&amount=99999999999999999999',
    `${'a['.repeat(30)}${']'.repeat(30)}=1`,
  ];

  test.each(CHANGES.filter(({ path }) => path !== '/sign-out').map((route) => [title(route), route] as const))(
    '%s never fails over them',
    async (_, route) => {
      const names = Object.keys(Object.prototype);
      // Two records in turn, so that most bodies find one that is still there.
      for (const [turn, body] of BODIES.entries()) {
        // A session of its own for each: some of these routes end the one that calls them.
        const session = await openSession(open.db, {
          userId: 1,
          stage: 'open',
          now: open.web.clock(),
          browser: { agent: '', address: '' },
        });
        const answer = await supertest(open.app)
          [route.method](pathOf(route, String(1 + (turn % 2))))
          .set({ Cookie: `dunwell=${session}`, 'Sec-Fetch-Site': 'same-origin', 'X-CSRF-Token': formToken(session) })
          .type('form')
          .send(body);
        expect([
          body.slice(0, 60),
          answer.status >= 500 ? `${answer.status} ${answer.text.slice(0, 300)}` : 'fine',
        ]).toEqual([body.slice(0, 60), 'fine']);
      }
      expect(Object.keys(Object.prototype)).toEqual(names);
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    },
  );

  test.each([
    ['JSON', 'application/json', '{"name":"x","__proto__":{"admin":1}}'],
    [
      'a form with files',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--x--',
    ],
    ['an unknown type', 'application/x-unknown', 'x'],
    ['a wrong charset', 'application/x-www-form-urlencoded; charset=x-none', 'name=x'],
  ])('%s in the place of a form is no fault either', async (_, type, body) => {
    for (const route of CHANGES.filter(({ path }) => path !== '/sign-out')) {
      const { status } = await supertest(open.app)
        [route.method](pathOf(route, '999999'))
        .set({
          Cookie: open.cookie,
          'Sec-Fetch-Site': 'same-origin',
          'X-CSRF-Token': formToken(open.cookie.replace('dunwell=', '')),
          'Content-Type': type,
        })
        .send(body);
      expect([title(route), status < 500]).toEqual([title(route), true]);
    }
  });

  test.each(ROUTES.filter(({ method }) => method === 'get').map((route) => [title(route), route] as const))(
    '%s never fails over odd questions',
    async (_, route) => {
      const words = [
        '%00',
        '%F0%9F%92%A9',
        "'%20OR%201=1--",
        '%22',
        '-1',
        '1e999',
        '2026-02-30',
        'a'.repeat(2000),
        '<x9>',
      ];
      const names = [
        'search',
        'filter',
        'order',
        'after',
        'age',
        'day',
        'from',
        'page',
        'ids',
        'kind',
        'language',
        'next',
        'token',
        'customer',
        'plan',
        'invoice',
      ];
      for (const word of words) {
        const query = names.map((name) => `${name}=${word}`).join('&');
        for (const url of [`${pathOf(route)}?${query}`, `${pathOf(route)}?${query}&${query}`]) {
          const { status } = await supertest(open.app).get(url).set('Cookie', open.cookie);
          expect([word.slice(0, 20), status < 500]).toEqual([word.slice(0, 20), true]);
        }
      }
    },
  );

  test('nobody makes himself an owner by adding fields', async () => {
    const one = await openOne({ demo: false });
    await newUser(one.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(one.app);
    await signIn(bruno, 'bruno@example.test');
    for (const more of [{ role: 'owner' }, { id: 1 }, { email: ANNA.email }, { disabled_at: '' }])
      expect((await bruno.put('/account', { name: 'Bruno', language: 'en', ...more })).status).toBe(422);
    expect(await one.db('users').where({ role: 'owner' })).toHaveLength(1);
  });
});

/**
 * Follows every link within the product from the first page on; returns the pages by address. Of pages that differ in numbers and
 * filters only, `same` are enough.
 */
async function crawl(who: Visitor, same: number): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const seen = new Map<string, number>();
  const isMoreOfTheSame = (url: string): boolean => {
    const shape = (url.split('?')[0] ?? '').replace(/\d+/g, '#').replace(/previews\/[^/]+/, 'previews/#');
    seen.set(shape, (seen.get(shape) ?? 0) + 1);
    return (seen.get(shape) ?? 0) > same;
  };
  const waiting = [
    '/invoices',
    '/customers',
    '/plans',
    '/templates',
    '/outbox',
    '/runs',
    '/forecast',
    '/settings',
    '/settings/users',
    '/account',
  ];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (pages.has(url) || isMoreOfTheSame(url)) continue;
    const { text = '', headers, status } = await who.get(url);
    pages.set(url, String(headers['content-type']).includes('html') ? text : '');
    expect([url, status < 500]).toEqual([url, true]);
    for (const [, link = ''] of text.matchAll(/(?:href|hx-get|src)="(\/[^"#]*)"/g)) {
      const next = link.replaceAll('&amp;', '&');
      if (!next.startsWith('/assets/') && !pages.has(next)) waiting.push(next);
    }
  }
  return pages;
}

describe('S9 and S10: what others wrote', () => {
  /** Each marks itself with a made-up element or attribute, so that one look at a page finds it. */
  const CORPUS = [
    `"><x9 onerror=alert(1)>`,
    `'><x9 onload=alert(1)>`,
    `</title></script></textarea><x9>`,
    `{{constructor.constructor('x9')()}}<x9>`,
    `<p data-hx-post="/x9" hx-get="/x9" data-trix-attachment="x9">`,
    `<form action="/x9"><style>@import url(//x9)</style>`,
    `javascript:alert('x9')//"><x9 `,
    '\u202e<x9\u0000>',
  ];
  const bad = /<x9|<p data-hx-post="\/x9"|<form action="\/x9"|(?:href|src|action)="javascript:/i;

  /** Writes them wherever a list, a mail server or a colleague could. */
  async function poison(db: Db): Promise<void> {
    const text = (n: number): string => CORPUS[n % CORPUS.length] ?? '';
    const columns: [table: string, column: string, more?: string][] = [
      ['customers', 'name'],
      ['customers', 'note'],
      ['customers', 'street'],
      ['customers', 'city'],
      ['customers', 'postcode'],
      ['customers', 'legal_id'],
      ['customers', 'code', 'id'],
      ['contacts', 'name'],
      ['contacts', 'role'],
      ['contacts', 'phone'],
      ['contacts', 'refused_reason'],
      ['invoices', 'number', 'id'],
      ['invoices', 'note'],
      ['credit_notes', 'number', 'id'],
      ['payments', 'reference'],
      ['promises', 'note'],
      ['disputes', 'note'],
      ['disputes', 'reason'],
      ['pauses', 'reason'],
      ['documents', 'name'],
      ['plans', 'name', 'id'],
      ['steps', 'name'],
      ['templates', 'name', 'id'],
      ['reminders', 'subject'],
      ['reminders', 'server_reply'],
      ['reminders', 'text'],
      ['reminder_attachments', 'name'],
      ['reminder_recipients', 'name'],
      ['reminder_recipients', 'reply'],
      ['users', 'name'],
      ['sessions', 'agent'],
    ];
    for (const [table, column, unique] of columns) {
      const rows: { n: number }[] = await db(table)
        .select(db.raw('rowid as n'))
        .catch(() => []);
      for (const { n } of rows)
        await db(table)
          .whereRaw('rowid = ?', [n])
          .update({ [column]: `${text(n)}${unique ? n : ''}` })
          .catch(() => undefined);
    }
    const company = { name: text(0), street: text(1), city: text(2), country: 'FR', email: 'anna@example.test' };
    await db('settings')
      .where({ name: 'company' })
      .update({ value: JSON.stringify(company) });
  }

  test('is text on every page, and nothing else', async () => {
    const open = await openOne();
    const { runDay } = await import('../../services/runDay.ts');
    await open.db('settings').insert({ name: 'mode', value: '"automatic"' }).onConflict('name').merge();
    await runDay(open.db, { day: '2026-11-23', clock: open.web.clock, owner: 'test' });
    await poison(open.db);
    // As many as there are texts: each of a customer's or an invoice's pages shows others of them.
    const pages = await crawl(open.anna, CORPUS.length);
    const found = [...pages]
      .filter(([, html]) => bad.test(html))
      .map(([url, html]) => `${url}: ${html.slice(Math.max(0, html.search(bad) - 80), html.search(bad) + 60)}`);
    expect(found).toEqual([]);
    // They were there to be found.
    const shown = [...pages.values()].filter((html) => html.includes('&lt;x9')).length;
    expect(shown).toBeGreaterThan(10);
    for (const url of ['/invoices', '/customers', '/settings/users', '/account'])
      expect([url, pages.get(url)?.includes('x9')]).toEqual([url, true]);
  });

  test('also in the search field, the refused form and the address that leads back', async () => {
    const open = await openOne({ demo: false });
    for (const text of CORPUS) {
      const stranger = await visitor(open.app);
      const answers = [
        await open.anna.get(`/invoices?search=${encodeURIComponent(text)}`),
        await stranger.get(`/sign-in?next=${encodeURIComponent(text)}`),
        await stranger.post('/sign-in', { email: text, password: text, next: text }),
        await open.anna.put('/account', { name: text.repeat(40), language: text }),
        await open.anna.post('/settings/users', { name: text, email: text, role: text }),
        await open.anna.get(`/${encodeURIComponent(text)}`),
      ];
      for (const { text: html } of answers) expect(bad.exec(html)?.[0] ?? '').toBe('');
    }
  });

  test('would find no script to run: the policy allows none inline, none foreign, no frame around us', async () => {
    const open = await openOne({ demo: false });
    const { headers } = await open.anna.get('/invoices');
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split(';')
        .map((part) => [part.trim().split(' ')[0], part.trim().split(' ').slice(1).join(' ')]),
    );
    expect(policy).toMatchObject({
      'default-src': "'self'",
      'script-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    });
    expect(policy['style-src']).toMatch(/^'self' 'nonce-[\w+/=]+'$/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers['permissions-policy']).toContain('camera=()');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test.each([
    '//attacker.example',
    '/\\attacker.example',
    'https://attacker.example',
    'javascript:alert(1)',
    '/sign-out',
    '/%0d%0aSet-Cookie: x=1',
    '/\t/attacker.example',
  ])('signing in never leads on to %s', async (next) => {
    const open = await openOne({ demo: false });
    const { headers } = await (
      await visitor(open.app)
    ).post('/sign-in', { email: ANNA.email, password: PASSWORD, next });
    const place = String(headers.location);
    expect(new URL(place, 'http://here.example').host).toBe('here.example');
    expect(place.startsWith('/sign-out')).toBe(false);
    expect(JSON.stringify(headers['set-cookie'])).not.toContain('x=1');
  });
});

describe('S15: paths', () => {
  test.each(['../package.json', '../../etc/passwd', '/etc/passwd', 'views/../../package.json', 'public/../../x'])(
    '%s is no resource of the product',
    (name) => {
      const found = readResource(name);
      expect(found === null || name === 'views/../../package.json' ? null : found).toBeNull();
      expect(readResource(`../../../../../../etc/passwd`)).toBeNull();
    },
  );

  test.each([
    '/assets/../package.json',
    '/assets/..%2fpackage.json',
    '/assets/%2e%2e/src/main.ts',
    '/documents/..%2f..%2fetc%2fpasswd',
    '/reminders/..%2f1/message.eml',
    '/data/dunwell.db',
    '/secret.key',
  ])('%s is not there', async (path) => {
    const open = await openOne({ demo: false });
    expect((await open.anna.get(path)).status).toBe(404);
  });

  test('the name of a document is a name, whatever it says', async () => {
    const open = await openOne();
    const { id } = (await open.db('documents').first()) as { id: number };
    for (const name of [
      '../../etc/passwd',
      'a\r\nSet-Cookie: x=1',
      '"; filename=evil.exe',
      'é'.repeat(300),
      '\u202egnp.exe',
    ]) {
      await open.db('documents').where({ id }).update({ name });
      const { status, headers } = await open.anna.get(`/documents/${id}`);
      expect(status).toBe(200);
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers['content-disposition']).toMatch(/^attachment; filename=[^/\r\n]+$/);
      expect(headers['content-disposition']).not.toMatch(/\.\.|filename="?;/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('S28: large and slow requests', () => {
  test.each([
    ['a body over 1 MB', 'a'.repeat(1_100_000), 413],
    ['more than 2000 fields', Array.from({ length: 2001 }, (_, n) => `f${n}=1`).join('&'), 413],
  ])('%s is refused', async (_, body, status) => {
    const open = await openOne({ demo: false });
    const answer = await supertest(open.app)
      .post('/sign-in')
      .set('Sec-Fetch-Site', 'same-origin')
      .type('form')
      .send(body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('could not be read');
  });

  test.each(['/%', '/%E0%A4%A', '/invoices?search=%', '/invoices/%FF'])(
    'the address %s is no fault of ours',
    async (path) => {
      const open = await openOne({ demo: false });
      expect((await open.anna.get(path)).status).toBeLessThan(500);
    },
  );
});
