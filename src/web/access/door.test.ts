import supertest from 'supertest';
import { ANNA, CHEAP, newUser, openWeb, type OpenWeb, PASSWORD, signIn, visitor } from '../../../test/support/web.ts';
import { hashPassword, STANDARD_COST, verifyPassword } from '../../services/passwordHash.ts';
import { totpAt } from '../../services/totp.ts';
import { passwordProblem } from '../../domain/passwordRules.ts';
import { createApp } from '../app.ts';

// Threats S1 to S5 and S27 of docs/security.md: who comes in, and stays in.

const opened: OpenWeb[] = [];
const openOne = async (options: Parameters<typeof openWeb>[0] = {}): Promise<OpenWeb> => {
  const open = await openWeb({ demo: false, ...options });
  opened.push(open);
  return open;
};
afterAll(() => Promise.all(opened.map((open) => open.close())));

const FIRST = {
  name: 'Anna Meunier',
  email: 'anna@example.test',
  password: PASSWORD,
  company: 'Meunier & Fils',
  country: 'IT',
  timeZone: 'Europe/Rome',
  language: 'it',
  currency: 'CHF',
};

/** An installation that nobody has visited, whose console printed a token. */
async function untouched(token: string | undefined = 'printed-on-the-console'): Promise<OpenWeb> {
  const open = await openOne({ owner: false });
  open.web.setupToken = token;
  return open;
}

/** A clock that stands where it is told to. */
function move(open: OpenWeb, ms: number): void {
  const before = open.web.clock();
  open.web.clock = () => before + ms;
}
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const isIn = async (who: { get(path: string): Promise<{ status: number }> }): Promise<boolean> =>
  (await who.get('/account')).status === 200;

describe('S1: the first visit', () => {
  test.each([
    ['without a token', ''],
    ['with a guessed token', 'printed-on-the-consolf'],
  ])('%s shows nothing and makes nobody', async (_, token) => {
    const open = await untouched();
    expect((await open.anna.get(`/setup?token=${token}`)).status).toBe(403);
    expect((await open.anna.post('/setup', { ...FIRST, token })).status).toBe(403);
    expect(await open.db('users')).toEqual([]);
  });

  test('is not possible at all when no token was printed, not even from this computer', async () => {
    const open = await untouched();
    open.web.setupToken = undefined;
    for (const token of ['', 'undefined', 'null'])
      expect((await open.anna.post('/setup', { ...FIRST, token })).status).toBe(403);
  });

  test('makes one owner out of fifty that arrive at once', async () => {
    const open = await untouched();
    const visitors = await Promise.all(Array.from({ length: 50 }, () => visitor(createApp(open.web))));
    const answers = await Promise.all(
      visitors.map((one, n) =>
        one.post('/setup', { ...FIRST, email: `owner${n}@example.test`, token: 'printed-on-the-console' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(49);
    expect(await open.db('users')).toHaveLength(1);
  });

  test('is over for good once an owner exists, also with the token, and whatever else the database forgets', async () => {
    const open = await untouched();
    const token = 'printed-on-the-console';
    expect((await open.anna.post('/setup', { ...FIRST, token })).headers.location).toBe('/start');
    await open.db('settings').delete();
    const stranger = await visitor(open.app);
    expect((await stranger.get(`/setup?token=${token}`)).status).toBe(404);
    expect((await stranger.post('/setup', { ...FIRST, token })).status).toBe(404);
  });

  test('the database itself refuses a second first owner', async () => {
    const open = await openOne();
    const row = { name: 'X', role: 'owner', language: 'en', created_at: '2026-01-01T00:00:00.000Z', first_owner: 1 };
    await open.db('users').insert({ ...row, email: 'x@example.test' });
    await expect(open.db('users').insert({ ...row, email: 'y@example.test' })).rejects.toThrow('UNIQUE');
  });
});

describe('S2: guessing a password', () => {
  test('a hash costs 19 MiB and two passes of argon2id, and the loop goes on meanwhile', async () => {
    expect(STANDARD_COST).toEqual({ memory: 19_456, passes: 2 });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const hash = await hashPassword(PASSWORD);
    const right = await verifyPassword(PASSWORD, hash);
    clearInterval(timer);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([right, await verifyPassword(`${PASSWORD} `, hash)]).toEqual([true, false]);
    expect(turns).toBeGreaterThan(3);
  });

  test('two of the same passwords look different', async () => {
    expect(await hashPassword(PASSWORD, CHEAP)).not.toBe(await hashPassword(PASSWORD, CHEAP));
  });

  test('an accent typed as one sign or as two is the same', async () => {
    const hash = await hashPassword('caf\u00e9 au lait du matin', CHEAP);
    expect(await verifyPassword('cafe\u0301 au lait du matin', hash)).toBe(true);
  });

  test('an unknown address, a wrong password and a disabled user get the same answer', async () => {
    const open = await openOne();
    await newUser(open.db, { name: 'Gone', email: 'gone@example.test', role: 'colleague' });
    await open.db('users').where({ email: 'gone@example.test' }).update({ disabled_at: '2026-01-01T00:00:00.000Z' });
    const answers = [];
    for (const [email, password] of [
      [ANNA.email, 'not the right one'],
      ['nobody@example.test', PASSWORD],
      ['gone@example.test', PASSWORD],
    ] as const) {
      const stranger = await visitor(open.app);
      const { status, text } = await stranger.post('/sign-in', { email, password, next: '' });
      answers.push([
        status,
        text
          .replaceAll(email, '')
          .replace(/name="_csrf" value="[^"]*"|"X-CSRF-Token": "[^"]*"|nonce" content="[^"]*"/g, ''),
      ]);
    }
    expect(answers[0]?.[0]).toBe(422);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('an unknown address costs the same work as a known one', async () => {
    const hash = await hashPassword(PASSWORD);
    await verifyPassword('warm', null);
    const time = async (known: string | null): Promise<number> => {
      const from = process.hrtime.bigint();
      await verifyPassword('wrong', known);
      return Number(process.hrtime.bigint() - from);
    };
    const [unknown, known]: [number[], number[]] = [[], []];
    for (let n = 0; n < 9; n++) {
      unknown.push(await time(null));
      known.push(await time(hash));
    }
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.3);
    expect(ratio).toBeLessThan(3);
  });

  test('wrong tries make the next one wait, longer each time, even with the right password; nobody is locked out', async () => {
    const open = await openOne();
    const stranger = await visitor(open.app);
    const attempt = (password: string) => stranger.post('/sign-in', { email: ANNA.email, password, next: '' });
    for (let n = 0; n < 5; n++) expect((await attempt('wrong wrong wrong')).status).toBe(422);
    const refused = await attempt(PASSWORD);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('2');
    move(open, 2000);
    expect((await attempt('wrong wrong wrong')).status).toBe(422);
    expect((await attempt(PASSWORD)).headers['retry-after']).toBe('4');
    move(open, 15 * MINUTE);
    expect((await attempt(PASSWORD)).status).toBe(303);
  });

  test('tries that arrive together count one by one', async () => {
    const open = await openOne();
    const stranger = await visitor(open.app);
    await stranger.get('/sign-in');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        stranger.post('/sign-in', { email: ANNA.email, password: 'wrong wrong wrong', next: '' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
  });

  test.each([
    ['password', 'tooShort'],
    ['password1234', 'common'],
    ['Motdepasse2026', 'common'],
    ['qwertyuiop12', 'common'],
    ['123456789012', 'common'],
    ['aaaaaaaaaaaaaa', 'common'],
    ['Meunier2026!!', 'personal'],
    ['anna.meunier1', 'personal'],
    ['x'.repeat(201), 'tooLong'],
    ['four quiet brass lanterns', null],
    ['un pont, deux rivières', null],
    ['日本語のとても長い合言葉', null],
  ])('of the passwords, %s is judged %s', (password, problem) => {
    expect(passwordProblem(password, ['Meunier & Fils', 'anna@meunier.example'])).toBe(problem);
  });

  test('a weak password is refused wherever one is chosen', async () => {
    const open = await untouched();
    const token = 'printed-on-the-console';
    const refused = await open.anna.post('/setup', { ...FIRST, token, password: 'password1234' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('tried first');
    expect(refused.text).toContain('Meunier &amp; Fils');
    expect(refused.text).not.toContain('password1234');
    await open.anna.post('/setup', { ...FIRST, token, language: 'en' });
    const changed = await open.anna.put('/account/password', { current: PASSWORD, password: 'Meunier2026!!' });
    expect(changed.status).toBe(422);
  });
});

/** Anna with a second factor; returns its secret and her recovery codes. */
async function withSecondFactor(open: OpenWeb): Promise<{ secret: string; codes: string[] }> {
  await open.anna.post('/account/second-factor', { current: PASSWORD });
  const page = await open.anna.get('/account/second-factor');
  const secret = (/class="secret">([A-Z2-7 ]+)</.exec(page.text)?.[1] ?? '').replaceAll(' ', '');
  const done = await open.anna.put('/account/second-factor', { code: totpAt(secret, open.web.clock()) });
  const codes = [...done.text.matchAll(/class="secret">([A-Z2-7-]+)</g)].map(([, code = '']) => code);
  return { secret, codes };
}

describe('S3: the second factor', () => {
  test('makes the codes of RFC 6238', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const codes = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000].map((at) =>
      totpAt(secret, at * 1000),
    );
    expect(codes).toEqual(['287082', '081804', '050471', '005924', '279037', '353130']);
  });

  test('is asked for after the password; until then nothing opens', async () => {
    const open = await openOne();
    const { secret, codes } = await withSecondFactor(open);
    expect(codes).toHaveLength(8);
    move(open, MINUTE);
    const telephone = await visitor(open.app);
    expect((await signIn(telephone, ANNA.email)).headers.location).toBe('/sign-in/code?next=%2Finvoices');
    expect((await telephone.get('/invoices')).headers.location).toBe('/sign-in/code');
    const right = await telephone.post('/sign-in/code', { code: totpAt(secret, open.web.clock()), next: '/customers' });
    expect(right.headers.location).toBe('/customers');
    expect(await isIn(telephone)).toBe(true);
  });

  test('takes a code of 30 seconds ago or ahead, none of 90, and none twice', async () => {
    const open = await openOne();
    const { secret } = await withSecondFactor(open);
    move(open, 10 * MINUTE);
    const answers = [];
    for (const ahead of [-90, 90, -30, 30, 30, 0]) {
      const one = await visitor(open.app);
      await signIn(one, ANNA.email);
      const code = totpAt(secret, open.web.clock() + ahead * 1000);
      answers.push((await one.post('/sign-in/code', { code, next: '' })).status);
    }
    // The last is older than one that was used.
    expect(answers).toEqual([422, 422, 303, 303, 422, 422]);
  });

  test('gives a recovery code one use, and stores none of them readably', async () => {
    const open = await openOne();
    const { codes } = await withSecondFactor(open);
    expect(JSON.stringify(await open.db('recovery_codes'))).not.toContain(codes[0]);
    const typed = (codes[0] ?? '').toLowerCase().replaceAll('-', ' ');
    const use = async (): Promise<number> => {
      const one = await visitor(open.app);
      await signIn(one, ANNA.email);
      return (await one.post('/sign-in/code', { code: typed, next: '' })).status;
    };
    expect([await use(), await use()]).toEqual([303, 422]);
    expect((await open.anna.get('/account')).text).toContain('7 recovery codes are left');
  });

  test('begins anew after five wrong codes', async () => {
    const open = await openOne();
    await withSecondFactor(open);
    const thief = await visitor(open.app);
    await signIn(thief, ANNA.email);
    const tries = [];
    for (let n = 0; n < 5; n++) tries.push((await thief.post('/sign-in/code', { code: '000000', next: '' })).status);
    expect(tries).toEqual([422, 422, 422, 422, 303]);
    expect((await thief.post('/sign-in/code', { code: '000000', next: '' })).headers.location).toBe('/sign-in');
  });

  test('is switched on and off only with the password, and its secret is stored sealed', async () => {
    const open = await openOne();
    expect((await open.anna.post('/account/second-factor', { current: 'not the right one' })).status).toBe(422);
    const { secret } = await withSecondFactor(open);
    expect(JSON.stringify(await open.db('users'))).not.toContain(secret);
    expect((await open.anna.delete('/account/second-factor', { current: 'not the right one' })).status).toBe(422);
    expect((await open.anna.delete('/account/second-factor', { current: PASSWORD })).status).toBe(303);
    expect((await signIn(await visitor(open.app), ANNA.email)).headers.location).toBe('/invoices');
  });
});

describe('S4: sessions', () => {
  test('a planted cookie is never the one that signing in opens', async () => {
    const open = await openOne();
    const planted = 'p'.repeat(43);
    const { formToken } = await import('./cookie.ts');
    const answer = await supertest(open.app)
      .post('/sign-in')
      .set({ Cookie: `dunwell=${planted}`, 'Sec-Fetch-Site': 'same-origin' })
      .type('form')
      .send({ _csrf: formToken(planted), email: ANNA.email, password: PASSWORD, next: '' });
    expect(answer.status).toBe(303);
    expect(answer.headers['set-cookie']?.[0]).not.toContain(planted);
    expect((await supertest(open.app).get('/account').set('Cookie', `dunwell=${planted}`)).status).toBe(303);
  });

  test('the cookie is hidden from scripts and from other sites, and the database knows only its hash', async () => {
    const open = await openOne();
    const id = open.anna.cookie().replace('dunwell=', '');
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(await open.db('sessions'))).not.toContain(id);
    const [set = ''] = (await supertest(open.app).get('/sign-in')).headers['set-cookie'] ?? [];
    expect(set).toMatch(/^dunwell_visitor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const [entered = ''] = (await signIn(await visitor(open.app), ANNA.email)).headers['set-cookie'] ?? [];
    expect(entered).toMatch(/^dunwell=[\w-]{43}; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  });

  test.each([
    ['signing out', (open: OpenWeb) => open.anna.post('/sign-out')],
    [
      'ending it in the list',
      async (open: OpenWeb) => {
        const { id } = (await open.db('sessions').first()) as { id: number };
        return open.anna.delete(`/account/sessions/${id}`);
      },
    ],
    [
      'another password',
      (open: OpenWeb) =>
        open.anna.put('/account/password', { current: PASSWORD, password: 'violet kettle under bridges' }),
    ],
  ])('a copied cookie opens nothing after %s', async (_, end) => {
    const open = await openOne();
    const copy = open.anna.cookie();
    const thief = () => supertest(open.app).get('/account').set('Cookie', copy);
    expect((await thief()).status).toBe(200);
    expect((await end(open)).status).toBe(303);
    expect((await thief()).status).toBe(303);
  });

  test.each([
    ['disabled', 'disabled', { disabled: '1' }],
    ['given another role', 'role', { role: 'owner' }],
    ['given a new password', 'password', {}],
  ])('a user who is %s is signed out everywhere', async (_, what, form) => {
    const open = await openOne();
    const id = await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    expect(await isIn(bruno)).toBe(true);
    const path = `/settings/users/${id}/${what}`;
    const answer = what === 'password' ? await open.anna.post(path, form) : await open.anna.put(path, form);
    expect(answer.status).toBeLessThan(400);
    expect(await isIn(bruno)).toBe(false);
    expect(await isIn(open.anna)).toBe(true);
  });

  test('another password keeps the one who changed it signed in, under a new id', async () => {
    const open = await openOne();
    const before = open.anna.cookie();
    await open.anna.put('/account/password', { current: PASSWORD, password: 'violet kettle under bridges' });
    expect(await isIn(open.anna)).toBe(true);
    expect(open.anna.cookie()).not.toContain(before);
  });

  test('a session ends after 12 hours without a visit', async () => {
    const open = await openOne();
    move(open, 11 * HOUR);
    expect(await isIn(open.anna)).toBe(true);
    move(open, 11 * HOUR);
    expect(await isIn(open.anna)).toBe(true);
    move(open, 12 * HOUR + MINUTE);
    expect(await isIn(open.anna)).toBe(false);
    expect(await open.db('sessions')).toEqual([]);
  });

  test('and after 30 days however often it is used', async () => {
    const open = await openOne();
    for (let half = 0; half < 60; half++) {
      move(open, 12 * HOUR - 1);
      expect(await isIn(open.anna)).toBe(true);
    }
    move(open, MINUTE);
    expect(await isIn(open.anna)).toBe(false);
  });

  test('one ends one’s own sessions only', async () => {
    const open = await openOne();
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    const { id } = (await open.db('sessions').where({ user_id: 1 }).first()) as { id: number };
    expect((await bruno.delete(`/account/sessions/${id}`)).status).toBe(404);
    expect(await isIn(open.anna)).toBe(true);
    const second = await visitor(open.app);
    await signIn(second, ANNA.email);
    expect((await second.delete('/account/sessions')).status).toBe(303);
    expect([await isIn(open.anna), await isIn(second), await isIn(bruno)]).toEqual([false, true, true]);
  });
});

describe('S5: plain HTTP', () => {
  const ask = (open: OpenWeb, headers: Record<string, string>) => supertest(open.app).get('/sign-in').set(headers);

  test.each([
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['[::1]:3000', 200],
    ['192.168.1.5', 403],
    ['dunwell.example', 403],
    ['localhost.attacker.example', 403],
    ['127.0.0.1.attacker.example', 403],
  ])('at %s the answer is %i', async (host, status) => {
    const open = await openOne();
    expect((await ask(open, { Host: host })).status).toBe(status);
  });

  test('is taken at the address that DUNWELL_BASE_URL says, and at no other', async () => {
    const open = await openOne({ env: { DUNWELL_BASE_URL: 'http://192.168.1.5:3000' } });
    expect((await ask(open, { Host: '192.168.1.5:3000' })).status).toBe(200);
    expect((await ask(open, { Host: '192.168.1.6:3000' })).status).toBe(403);
  });

  test('an https address makes cookies that only TLS carries', async () => {
    const open = await openOne({ owner: false, env: { DUNWELL_BASE_URL: 'https://dunwell.example' } });
    const [set = ''] = (await ask(open, { Host: 'dunwell.example' })).headers['set-cookie'] ?? [];
    expect(set).toMatch(/^__Host-dunwell_visitor=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('what a stranger says in X-Forwarded-Proto is believed only where a proxy is declared', async () => {
    const spoofed = { Host: '192.168.1.5', 'X-Forwarded-Proto': 'https' };
    const without = await ask(await openOne(), spoofed);
    expect(without.status).toBe(403);
    expect(without.headers['strict-transport-security']).toBeUndefined();
    const declared = await ask(await openOne({ env: { DUNWELL_TRUST_PROXY: '1' } }), spoofed);
    expect(declared.status).not.toBe(403);
    expect(declared.headers['strict-transport-security']).toContain('max-age=');
    expect(declared.headers['set-cookie']?.[0]).toContain('__Host-dunwell_visitor=');
  });
});

describe('S27: counting by the address', () => {
  const sweep = async (open: OpenWeb): Promise<number[]> => {
    const stranger = supertest.agent(open.app);
    await stranger.get('/sign-in');
    const statuses = [];
    for (let n = 0; n < 40; n++)
      statuses.push(
        (
          await stranger
            .post('/sign-in')
            .set({ 'X-Forwarded-For': `10.0.0.${n}`, 'Sec-Fetch-Site': 'same-origin' })
            .type('form')
            .send({ email: `u${n}@example.test` })
        ).status,
      );
    return statuses;
  };

  test('thirty sign-ins a minute from one connection, whatever X-Forwarded-For says', async () => {
    const statuses = await sweep(await openOne());
    expect(statuses.slice(29)).toEqual(Array.from({ length: 11 }, () => 429));
    // Anna’s own was one of the thirty.
    expect(statuses.slice(0, 29)).not.toContain(429);
  });

  test('behind a declared proxy it counts those who stand in front of it', async () => {
    expect(await sweep(await openOne({ env: { DUNWELL_TRUST_PROXY: '1' } }))).not.toContain(429);
  });

  test('the wait for one account cannot be dodged by it either', async () => {
    const open = await openOne();
    const stranger = await visitor(open.app);
    const attempt = (n: number) =>
      stranger.post('/sign-in', { email: ANNA.email, password: `wrong wrong ${n}`, next: '' });
    for (let n = 0; n < 5; n++) await attempt(n);
    expect((await attempt(6)).status).toBe(429);
  });
});
