import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { newUser, openWeb, type OpenWeb, PASSWORD, signIn, type Visitor, visitor } from '../../../test/support/web.ts';
import { clockAt } from '../../clock.ts';
import { messagesOf } from '../../domain/decision.ts';
import { publicHolidays } from '../../domain/holidays.ts';
import { isIban } from '../../domain/iban.ts';
import { settingsSchema, type Settings } from '../../domain/settings.ts';
import { planDay, runDay } from '../../services/runDay.ts';
import { readSettings, writeSettings } from '../../store/settings.ts';

const CANARY = 'correct-horse-canary';

let open: OpenWeb;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dunwell-settings-'));
  open = await openWeb({ env: { DUNWELL_DATA_DIR: folder } });
});
afterEach(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (): Promise<Settings> => readSettings(open.db);

async function colleague(): Promise<Visitor> {
  await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
  const bruno = await visitor(open.app);
  await signIn(bruno, 'bruno@example.test', PASSWORD);
  return bruno;
}

/** The forms as they come filled in, but for what differs. */
const FORMS = {
  company: (differs: object = {}) => ({
    name: 'Meunier & Fils',
    country: 'FR',
    email: 'anna@meunier-fils.example',
    ...differs,
  }),
  sending: (differs: object = {}) => ({
    sendingDays: ['1', '2', '3', '4', '5'],
    sendAt: '13:00',
    sendUntil: '18:00',
    timeZone: 'Europe/Paris',
    holdMinutes: '10',
    maxMessages: '100',
    maxTimesMedian: '3',
    maxDataAgeDays: '',
    ...differs,
  }),
  holidays: (differs: object = {}) => ({ on: '1', country: 'FR', region: '', ...differs }),
  mail: (differs: object = {}) => ({
    from: 'anna@meunier-fils.example',
    fromName: 'Anna',
    replyTo: '',
    copyTo: '',
    host: 'smtp.meunier-fils.example',
    port: '587',
    security: 'starttls',
    user: 'anna',
    password: '',
    ...differs,
  }),
  language: (differs: object = {}) => ({ language: 'fr', currency: 'EUR', ...differs }),
};
type Form = keyof typeof FORMS;
const put = (form: Form, differs: object = {}) => open.anna.put(`/settings/${form}`, FORMS[form](differs));

describe('the settings', () => {
  test('are listed with what is set, in words', async () => {
    const { text } = await open.anna.get('/settings');
    for (const words of [
      'Meunier &amp; Fils, Lyon, France',
      'Mon, Tue, Wed, Thu and Fri at 13:00 (Europe/Paris)',
      'Christmas Day',
    ])
      expect(text).toContain(words);
    for (const part of ['company', 'sending', 'holidays', 'mail', 'language', 'users', 'data'])
      expect(text).toContain(`href="/settings/${part}"`);
  });

  test.each(Object.keys(FORMS) as Form[])('of %s are saved, and in the history by name', async (form) => {
    const { status, headers } = await put(form, form === 'sending' ? { sendAt: '11:30' } : {});
    expect([status, headers.location]).toEqual([303, `/settings/${form}`]);
    const saved = await settings();
    const want: Record<Form, unknown> = {
      company: saved.company.name === 'Meunier & Fils',
      sending: saved.sendAt === '11:30',
      holidays: saved.holidays?.country === 'FR',
      mail: saved.mail.host === 'smtp.meunier-fils.example',
      language: saved.language === 'fr',
    };
    expect(want[form]).toBe(true);
  });

  const REFUSED: [Form, object, string, string][] = [
    ['company', { name: ' ' }, 'name', 'This is needed.'],
    ['company', { email: 'anna@@example' }, 'email', 'This is not an e-mail address.'],
    ['company', { iban: 'FR76 3000 6000 0112 3456 7890 188' }, 'iban', 'This is not an IBAN'],
    ['company', { country: 'Frankreich' }, 'country', 'Please check this.'],
    ['sending', { sendAt: '25:00' }, 'sendAt', 'This is not a time of day.'],
    ['sending', { sendUntil: '12:00' }, 'sendUntil', 'later than the hour of the run'],
    ['sending', { sendingDays: [] }, 'sendingDays', 'At least one sending day is needed.'],
    ['sending', { timeZone: 'Europe/Lyon' }, 'timeZone', 'Please check this.'],
    ['sending', { holdMinutes: '-5' }, 'holdMinutes', 'This is not a number that fits here.'],
    ['sending', { maxMessages: '0' }, 'maxMessages', 'This is not a number that fits here.'],
    ['sending', { maxTimesMedian: '0,5' }, 'maxTimesMedian', 'This is not a number that fits here.'],
    ['holidays', { extra: ['2026-02-30'] }, 'extra', 'This is not a date.'],
    ['mail', { from: 'a@b.example, c@d.example' }, 'from', 'This is not an e-mail address.'],
    ['mail', { copyTo: 'x@y.example\r\nBcc: z@y.example' }, 'copyTo', 'This is not an e-mail address.'],
    ['mail', { host: 'smtp.example/path' }, 'host', 'This is not the name of a server.'],
    ['mail', { port: '22' }, 'port', 'Mail servers use port 25, 465, 587 or 2525'],
    ['language', { currency: 'EURO' }, 'currency', 'Please check this.'],
  ];
  test.each(REFUSED)(
    'of %s with %j are refused at the field, and nothing is saved',
    async (form, differs, field, words) => {
      const before = await settings();
      const { status, text } = await put(form, differs);
      expect(status).toBe(422);
      expect(text).toContain(words);
      const [value] = [Object.values(differs)[0]].flat() as string[];
      if (value && field !== 'country' && field !== 'timeZone' && field !== 'currency')
        expect(text).toContain(`value="${value.trim().replace(/\r\n/, '\r\n')}"`);
      expect(await settings()).toEqual(before);
    },
  );

  test('may be read by a colleague, who changes none of them', async () => {
    const bruno = await colleague();
    const before = await settings();
    for (const form of Object.keys(FORMS) as Form[]) {
      const { status, text } = await bruno.get(`/settings/${form}`);
      expect([form, status]).toEqual([form, 200]);
      expect(text).toContain('<fieldset disabled>');
      expect((await bruno.put(`/settings/${form}`, FORMS[form]())).status).toBe(403);
    }
    expect((await bruno.post('/settings/mail/trial')).status).toBe(403);
    expect((await bruno.put('/settings/sending/turn-off', { mode: 'off' })).status).toBe(403);
    expect(await settings()).toEqual(before);
  });
});

/** What the page asks a person to confirm. */
const page = async () => {
  const { text } = await open.anna.get('/settings/sending/turn-on');
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? '';
  return { text, day: field('day'), seen: field('seen') };
};

describe('turning on automatic sending', () => {
  test('shows exactly what the next run would send', async () => {
    const messages = messagesOf((await planDay(open.db, '2026-11-23')).decisions);
    const { text } = await page();
    expect(text).toContain(`${messages.length} messages to`);
    expect(text).toContain('Mon 23 Nov at 13:00 (Europe/Paris)');
    for (const { lines } of messages) for (const { number } of lines) expect(text).toContain(number);
    expect(text.match(/<td class="amount wide">/g)).toHaveLength(messages.length);
  });

  test('is refused without the tick, and what was chosen is kept (MW-12)', async () => {
    const { day, seen } = await page();
    const { status, text } = await open.anna.put('/settings/sending/turn-on', { mode: 'automatic', day, seen });
    expect(status).toBe(422);
    expect(text).toContain('Please look through the messages above and tick this.');
    expect(text).toMatch(/value="automatic" checked/);
    expect((await settings()).mode).toBe('off');
  });

  test('happens with the tick', async () => {
    const { day, seen } = await page();
    await open.anna.put('/settings/sending/turn-on', { mode: 'automatic', confirmed: '1', day, seen });
    expect((await settings()).mode).toBe('automatic');
  });

  test('is refused when the run would send something else than what was shown', async () => {
    const { day, seen } = await page();
    const [first] = messagesOf((await planDay(open.db, '2026-11-23')).decisions);
    await open.db('invoices').where({ id: first?.lines[0]?.invoiceId }).update({ follow_up_enabled: 0 });
    const { status, text } = await open.anna.put('/settings/sending/turn-on', {
      mode: 'automatic',
      confirmed: '1',
      day,
      seen,
    });
    expect(status).toBe(422);
    expect(text).toContain('has changed in the meantime');
    expect((await settings()).mode).toBe('off');
  });

  test('is asked once: other settings are saved later without it (MW-12)', async () => {
    await writeSettings(open.db, { mode: 'automatic' });
    expect((await put('sending', { sendAt: '10:00' })).status).toBe(303);
    expect(await settings()).toMatchObject({ mode: 'automatic', sendAt: '10:00' });
  });

  test('cannot be smuggled in with the other settings', async () => {
    await put('sending', { mode: 'automatic' });
    expect((await settings()).mode).toBe('off');
    await open.anna.put('/settings/sending/turn-off', { mode: 'automatic' });
    expect((await settings()).mode).toBe('off');
  });

  test('off again holds what still waits in the outbox, because nothing leaves by itself then', async () => {
    await writeSettings(open.db, { mode: 'automatic' });
    const clock = clockAt('2026-11-23', '13:00', 'Europe/Paris');
    await runDay(open.db, { day: '2026-11-23', clock, owner: 'test' });
    const waiting = await open.db('reminders').where({ channel: 'email', needs_approval: 0 });
    expect(waiting.length).toBeGreaterThan(3);
    await open.anna.put('/settings/sending/turn-off', { mode: 'off' });
    expect((await settings()).mode).toBe('off');
    expect(await open.db('reminders').where({ channel: 'email', needs_approval: 0, state: 'queued' })).toEqual([]);
    expect((await open.anna.get('/outbox')).text).toContain('until you release it');
  });
});

describe('holidays', () => {
  test('are listed with their names for this year and the next', async () => {
    const { text } = await open.anna.get('/settings/holidays');
    const days = publicHolidays('FR', null, 2026, 2027);
    expect(days.length).toBeGreaterThan(20);
    for (const { day, name } of days) {
      expect(text).toContain(`datetime="${day}"`);
      expect(text).toContain(name.replace("'", '&#39;'));
    }
  });

  test('of another country are shown before anything is saved, with its regions', async () => {
    const { text } = await open.anna.get('/settings/holidays/places?country=DE&region=BY', { htmx: true });
    expect(text).toContain('Bayern');
    expect(text).toContain('Epiphany');
    expect((await settings()).holidays?.country).toBe('FR');
  });

  test('can be worked on, and days of one’s own closed', async () => {
    await put('holidays', { working: ['2026-12-25', '2099-01-01'], extra: ['2026-12-24', '', '2026-12-24'] });
    expect((await settings()).holidays).toEqual({
      country: 'FR',
      region: null,
      extra: ['2026-12-24'],
      working: ['2026-12-25'],
    });
  });

  test('of a region that another country does not have are forgotten with the country', async () => {
    await put('holidays', { country: 'FR', region: '67' });
    expect((await settings()).holidays?.region).toBe('67');
    await put('holidays', { country: 'IT', region: '67' });
    expect((await settings()).holidays).toMatchObject({ country: 'IT', region: null });
  });

  test('can be left out altogether', async () => {
    await put('holidays', { on: undefined });
    expect((await settings()).holidays).toBeNull();
    expect((await open.anna.get('/settings')).text).toContain('Messages also leave on public holidays.');
  });

  test('move with the company to another country', async () => {
    await put('company', { country: 'IT' });
    expect((await settings()).holidays?.country).toBe('IT');
    await put('holidays', { country: 'DE' });
    await put('company', { country: 'FR' });
    expect((await settings()).holidays?.country).toBe('DE');
  });
});

describe('the mail account', () => {
  test('never shows its password again, and keeps it when none is typed', async () => {
    await put('mail', { password: CANARY });
    expect(JSON.stringify(await open.db('settings'))).not.toContain(CANARY);
    const { text } = await open.anna.get('/settings/mail');
    expect(text).toContain('A password is stored, sealed, and never shown.');
    const refused = await put('mail', { password: CANARY, port: '22' });
    for (const one of [text, refused.text, (await open.anna.get('/settings')).text]) expect(one).not.toContain(CANARY);
    expect((await put('mail', { fromName: 'Anna M.' })).status).toBe(303);
    expect((await open.anna.get('/settings/mail')).text).toContain('A password is stored');
  });

  test.each([{ host: 'smtp.elsewhere.example' }, { security: 'none' }, { port: '2525' }, { user: 'bruno' }])(
    'does not pass a stored password on to another way out: %j',
    async (differs) => {
      await put('mail', { password: CANARY });
      const { status, text } = await put('mail', differs);
      expect(status).toBe(422);
      expect(text).toContain('the stored password is not passed on by itself');
      expect((await settings()).mail.host).toBe('smtp.meunier-fils.example');
      expect((await put('mail', { ...differs, password: 'another' })).status).toBe(303);
    },
  );

  test('forgets its password when it is disconnected', async () => {
    await put('mail', { password: CANARY });
    await put('mail', { host: '' });
    expect((await open.anna.get('/settings/mail')).text).toContain('No password is stored yet.');
  });

  test('in test mode sends to the address of the person who asked, and to none that is typed', async () => {
    await put('mail', { testMode: '1', testAddress: 'victim@example.test' });
    expect((await settings()).mail.testAddress).toBe('anna@example.test');
    await put('mail');
    expect((await settings()).mail.testAddress).toBe('');
  });

  test('needs an address to send from', async () => {
    await writeSettings(open.db, { company: settingsSchema.parse({}).company });
    const { status, text } = await put('mail', { from: '' });
    expect([status, text.includes('An address to send from is needed')]).toEqual([422, true]);
  });
});

const account = (port: number, differs = {}) =>
  put('mail', { host: '127.0.0.1', port: String(port), security: 'none', password: CANARY, ...differs });
const trial = () => open.anna.post('/settings/mail/trial', {}, { htmx: true });

describe('trying the connection', () => {
  const servers: (Server | SMTPServer)[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) void server.close();
  });
  const listening = (server: Server | SMTPServer): Promise<number> => {
    servers.push(server);
    const socket = server instanceof SMTPServer ? server.server : server;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((socket.address() as AddressInfo).port));
    });
  };
  const mailServer = () =>
    listening(
      new SMTPServer({
        disabledCommands: ['STARTTLS'],
        allowInsecureAuth: true,
        onAuth: ({ username, password }, _session, done) =>
          username === 'anna' && password === CANARY ? done(null, { user: 'anna' }) : done(new Error('535 no')),
      }),
    );
  test('signs in to a real server, and sends nothing', async () => {
    await account(await mailServer());
    expect((await trial()).text).toContain('answered and accepted the sign-in');
    expect(await open.db('messages')).toEqual([]);
  });

  test('says when the server does not accept the password', async () => {
    await account(await mailServer(), { password: 'wrong' });
    expect((await trial()).text).toContain('did not accept the user name and password');
  });

  test('says the same of a closed port, of another service and of an unknown name', async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    const other = await listening(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const answers: string[] = [];
    for (const differs of [
      { port: String(closed) },
      { port: String(other) },
      { host: 'nowhere.invalid', port: '25' },
    ]) {
      await account(closed, differs);
      answers.push((await trial()).text);
    }
    expect(answers[0]).toContain('No trustworthy mail server answered there.');
    expect(new Set(answers).size).toBe(1);
  });

  test('is possible only so often in a minute', async () => {
    await put('mail', { host: '' });
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push((await trial()).status);
    expect(answers.slice(0, 6)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(answers.slice(6)).toEqual([429, 429]);
  });
});

test.each([
  ['FR76 3000 6000 0112 3456 7890 189', true],
  ['IT60 X054 2811 1010 0000 0123 456', true],
  ['gb29 nwbk 6016 1331 9268 19', true],
  ['FR76 3000 6000 0112 3456 7890 188', false],
  ['FR76', false],
  ["DE'; DROP TABLE", false],
])('%s is an IBAN: %s', (text, expected) => {
  expect(isIban(text)).toBe(expected);
});

describe('the notices', () => {
  const chosen = () =>
    open.db('users').where({ email: 'anna@example.test' }).first('morning_notice_at', 'problem_notice');
  const save = (form: object) => open.anna.put('/settings/notices', form);

  test('are off in the morning, and come after problems once a mail account is connected', async () => {
    const ticked = async (): Promise<string[]> =>
      [...(await open.anna.get('/settings/notices')).text.matchAll(/name="(\w+)" value="1" checked/g)].map(
        ([, name = '']) => name,
      );
    expect(await ticked()).toEqual([]);
    expect((await open.anna.get('/settings/notices')).text).toContain('value="08:00"');
    await writeSettings(open.db, { mail: { ...(await settings()).mail, host: 'smtp.example.test' } });
    expect(await ticked()).toEqual(['problems']);
  });

  test.each([
    [
      { morning: '1', morningAt: '07:30', problems: '1' },
      { morning_notice_at: '07:30', problem_notice: 1 },
    ],
    [{ morningAt: '07:30' }, { morning_notice_at: null, problem_notice: 0 }],
    [
      { morningAt: '', problems: '1' },
      { morning_notice_at: null, problem_notice: 1 },
    ],
  ])('of one owner are chosen: %p', async (form, expected) => {
    expect((await save(form)).status).toBe(303);
    expect(await chosen()).toEqual(expected);
    expect(await open.db('history').where({ kind: 'notices_chosen' })).toHaveLength(1);
  });

  test.each([
    ['13:00', 'This has to be earlier than the run at 13:00.'],
    ['14:00', 'This has to be earlier than the run at 13:00.'],
    ['25:00', 'This is not a time of day.'],
    ['', 'This is not a time of day.'],
  ])('at %p are refused with a word, and nothing typed is lost', async (morningAt, words) => {
    const answer = await save({ morning: '1', morningAt, problems: '1' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
    expect(answer.text).toContain('name="morning" value="1" checked');
    expect(await chosen()).toEqual({ morning_notice_at: null, problem_notice: null });
  });

  test('are for owners', async () => {
    const bruno = await colleague();
    expect((await bruno.get('/settings/notices')).status).toBe(403);
    expect((await bruno.get('/settings')).text).not.toContain('/settings/notices');
  });
});
