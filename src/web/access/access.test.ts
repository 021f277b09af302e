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
import { LANGUAGES } from '../../i18n/translate.ts';
import { readSettings } from '../../store/settings.ts';

const opened: OpenWeb[] = [];
const openOne = async (options: Parameters<typeof openWeb>[0] = {}): Promise<OpenWeb> => {
  const open = await openWeb({ demo: false, ...options });
  opened.push(open);
  return open;
};
afterAll(() => Promise.all(opened.map((open) => open.close())));

const TOKEN = 'printed-on-the-console';
const FIRST = {
  token: TOKEN,
  name: 'Anna Meunier',
  email: 'anna@example.test',
  password: PASSWORD,
  company: 'Meunier & Fils',
  country: 'IT',
  timeZone: 'Europe/Rome',
  language: 'it',
  currency: 'CHF',
};
const untouched = async (): Promise<OpenWeb> => {
  const open = await openOne({ owner: false });
  open.web.setupToken = TOKEN;
  return open;
};

describe('the first visit', () => {
  test('every page leads to it, and it says where its link is', async () => {
    const { anna } = await untouched();
    expect((await anna.get('/invoices')).headers.location).toBe('/setup');
    expect((await anna.get('/sign-in')).headers.location).toBe('/setup');
    const { status, text } = await anna.get('/setup');
    expect(status).toBe(403);
    expect(text).toContain('setup?token=');
  });

  test('asks one page of questions and answers with the owner signed in and the company in place', async () => {
    const { anna, db } = await untouched();
    const page = await anna.get(`/setup?token=${TOKEN}`);
    for (const words of ['Italy', 'Europe/Rome', 'Swiss Franc (CHF)', 'Français', 'built-in letterbox'])
      expect(page.text).toContain(words);
    expect((await anna.post('/setup', FIRST)).headers.location).toBe('/start');
    expect((await anna.get('/start')).text).toContain('Come vuoi iniziare?');
    const settings = await readSettings(db);
    expect(settings).toMatchObject({ language: 'it', currency: 'CHF', timeZone: 'Europe/Rome', mode: 'off' });
    expect(settings.company).toMatchObject({ name: 'Meunier & Fils', country: 'IT', email: 'anna@example.test' });
    expect(settings.holidays).toMatchObject({ country: 'IT', region: null });
  });

  test('keeps what was typed when something has to be mended, except the password', async () => {
    const { anna } = await untouched();
    const { status, text } = await anna.post('/setup', { ...FIRST, email: 'anna', timeZone: 'Europe/Nowhere' });
    expect(status).toBe(422);
    expect(text).toContain('This is not an e-mail address.');
    expect(text).toContain('Please check this.');
    expect(text).toContain('value="Meunier &amp; Fils"');
    expect(text).toContain('<option value="CHF" selected>');
    expect(text).not.toContain(PASSWORD);
  });

  test.each(LANGUAGES)('then starts empty, with the first templates and plans in the language %s', async (language) => {
    const { anna, db } = await untouched();
    await anna.post('/setup', { ...FIRST, language });
    expect((await anna.post('/start', { choice: 'empty' })).headers.location).toBe('/invoices');
    const { starterPlanNames } = await import('../../../seeds/starter.ts');
    const names = (await db('plans').orderBy('id')).map(({ name }: { name: string }) => name);
    expect(names.toSorted()).toEqual([...starterPlanNames(language).values()].toSorted());
    expect(await db('customers')).toEqual([]);
  });

  test('or with the example company, once, and in the owner’s language', async () => {
    const { anna, db } = await untouched();
    await anna.post('/setup', FIRST);
    expect((await anna.post('/start', { choice: 'example' })).headers.location).toBe('/invoices');
    expect(await readSettings(db)).toMatchObject({ language: 'it', timeZone: 'Europe/Rome', mode: 'off' });
    expect((await anna.get('/invoices')).text).toContain('Boulangerie Martin');
    expect((await anna.get('/start')).headers.location).toBe('/invoices');
    const before = await db('invoices');
    expect((await anna.post('/start', { choice: 'empty' })).headers.location).toBe('/invoices');
    expect(await db('invoices')).toEqual(before);
  });
});

describe('signing in', () => {
  test('leads to the page that was asked for', async () => {
    const open = await openOne();
    const stranger = await visitor(open.app);
    const door = await stranger.get('/invoices?filter=overdue');
    expect(door.headers.location).toBe('/sign-in?next=%2Finvoices%3Ffilter%3Doverdue');
    const page = await stranger.get(String(door.headers.location));
    expect(page.text).toContain('value="/invoices?filter=overdue"');
    const form = { email: ANNA.email, password: PASSWORD, next: '/invoices?filter=overdue' };
    expect((await stranger.post('/sign-in', form)).headers.location).toBe('/invoices?filter=overdue');
    expect((await stranger.get('/sign-in')).headers.location).toBe('/invoices');
  });

  test('takes the whole page there when only a part was asked for', async () => {
    const open = await openOne();
    const { status, headers, text } = await (await visitor(open.app)).get('/invoices', { htmx: true });
    expect([status, headers['hx-redirect'], text]).toEqual([204, '/sign-in', '']);
  });

  test('does not care for capitals in the address', async () => {
    const open = await openOne();
    expect((await signIn(await visitor(open.app), 'ANNA@Example.test')).status).toBe(303);
  });

  test('speaks the browser’s language before, and the user’s after', async () => {
    const open = await openOne();
    const supertest = (await import('supertest')).default;
    const door = await supertest(open.app).get('/sign-in').set('Accept-Language', 'fr-CH, fr;q=0.9');
    expect(door.text).toContain('Se connecter');
    await open.anna.put('/account', { name: 'Anna', language: 'it' });
    expect((await open.anna.get('/account')).text).toContain('Il tuo account');
  });
});

describe('one’s own account', () => {
  test('shows and changes name and language', async () => {
    const open = await openOne();
    expect((await open.anna.put('/account', { name: '', language: 'xx' })).status).toBe(422);
    expect((await open.anna.put('/account', { name: 'Anna M.', language: 'en' })).headers.location).toBe('/account');
    expect((await open.anna.get('/account')).text).toContain('value="Anna M."');
  });

  test('lists where one is signed in and marks this browser', async () => {
    const open = await openOne();
    await signIn(await visitor(open.app), ANNA.email);
    const { text } = await open.anna.get('/account');
    expect(text.match(/action="\/account\/sessions\/\d+"/g)).toHaveLength(2);
    expect(text.match(/this one/g)).toHaveLength(1);
    expect(text).toContain('Sign out everywhere else');
  });

  test('asks for the present password before another one', async () => {
    const open = await openOne();
    const wrong = await open.anna.put('/account/password', {
      current: 'not the right one',
      password: 'violet kettle under bridges',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('not your present password');
    expect((await open.anna.put('/account/password', { current: PASSWORD, password: PASSWORD })).status).toBe(422);
    await open.anna.put('/account/password', { current: PASSWORD, password: 'violet kettle under bridges' });
    const again = await visitor(open.app);
    expect((await again.post('/sign-in', { email: ANNA.email, password: PASSWORD, next: '' })).status).toBe(422);
    expect((await signIn(again, ANNA.email, 'violet kettle under bridges')).status).toBe(303);
  });
});

describe('the users', () => {
  let open: OpenWeb;
  let bruno: { id: number; password: string; browser: Visitor };
  beforeAll(async () => {
    open = await openOne();
    const added = await open.anna.post('/settings/users', {
      name: 'Bruno',
      email: 'bruno@example.test',
      role: 'colleague',
    });
    const { id } = (await open.db('users').where({ name: 'Bruno' }).first()) as { id: number };
    const password = /class="secret">([^<]+)</.exec(added.text)?.[1] ?? '';
    bruno = { id, password, browser: await visitor(open.app) };
  });

  test('are added with a temporary password that is shown once', async () => {
    expect(bruno.password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect(JSON.stringify(await open.db('users'))).not.toContain(bruno.password);
    const { text } = await open.anna.get('/settings/users');
    expect(text).toContain('bruno@example.test');
    expect(text).toContain('has a temporary password');
    expect(text).not.toContain(bruno.password);
  });

  test('have an address of their own', async () => {
    const { status, text } = await open.anna.post('/settings/users', {
      name: 'B',
      email: 'BRUNO@example.test',
      role: 'owner',
    });
    expect(status).toBe(422);
    expect(text).toContain('uses this address already');
    expect(text).toContain('value="BRUNO@example.test"');
  });

  test('choose their own password first', async () => {
    expect((await signIn(bruno.browser, 'bruno@example.test', bruno.password)).status).toBe(303);
    const own = { current: bruno.password, password: PASSWORD };
    expect((await bruno.browser.put('/account/password', own)).headers.location).toBe('/invoices');
    expect((await bruno.browser.get('/invoices')).status).toBe(200);
    expect((await bruno.browser.get('/settings/users')).status).toBe(403);
  });

  test('become owners and colleagues again', async () => {
    await open.anna.put(`/settings/users/${bruno.id}/role`, { role: 'owner' });
    await signIn(bruno.browser, 'bruno@example.test');
    expect((await bruno.browser.get('/settings/users')).status).toBe(200);
    await open.anna.put(`/settings/users/${bruno.id}/role`, { role: 'colleague' });
    await signIn(bruno.browser, 'bruno@example.test');
    expect((await bruno.browser.get('/settings/users')).status).toBe(403);
  });

  test('are kept out and let in again', async () => {
    await open.anna.put(`/settings/users/${bruno.id}/disabled`, { disabled: '1' });
    const form = { email: 'bruno@example.test', password: PASSWORD, next: '' };
    expect((await bruno.browser.post('/sign-in', form)).status).toBe(422);
    expect((await open.anna.get('/settings/users')).text).toContain('>disabled<');
    await open.anna.put(`/settings/users/${bruno.id}/disabled`, { disabled: '0' });
    expect((await bruno.browser.post('/sign-in', form)).status).toBe(303);
  });

  test('never shut themselves out, nor leave the installation without an owner', async () => {
    const one = await openOne();
    for (const [what, form] of [
      ['role', { role: 'colleague' }],
      ['disabled', { disabled: '1' }],
    ] as const)
      expect((await one.anna.put(`/settings/users/1/${what}`, form)).status).toBe(404);
    await newUser(one.db, { name: 'Carla', email: 'carla@example.test', role: 'owner' });
    const carla = await visitor(one.app);
    await signIn(carla, 'carla@example.test');
    await Promise.all([
      one.anna.put('/settings/users/2/role', { role: 'colleague' }),
      carla.put('/settings/users/1/role', { role: 'colleague' }),
    ]);
    expect((await one.db('users').where({ role: 'owner' })).length).toBeGreaterThan(0);
  });
});
