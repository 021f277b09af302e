import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isoOf, systemClock } from '../../src/clock.ts';
import { type Settings, settingsSchema } from '../../src/domain/settings.ts';
import { checkMail } from '../../src/services/checkMail.ts';
import { checkSender } from '../../src/services/checkSender.ts';
import type { Finding } from '../../src/services/finding.ts';
import { mailAdvice } from '../../src/services/mailAdvice.ts';
import { writeSmtpPassword } from '../../src/services/smtpPassword.ts';
import { putDocument } from '../../src/store/documents.ts';
import { type Certificates, hasOpenssl, makeCertificates } from '../faults/certificates.ts';
import type { Rule, Setting } from '../faults/rules.ts';
import { type FaultServer, startFaultServer } from '../faults/server.ts';
import { customer, database, firm, invoice, temporaryFolder } from '../support/installation.ts';

const DAY = 86_400_000;
const SECRET = 'correct horse battery';
const folder = temporaryFolder();
let server: FaultServer;
let certificates: Certificates;
const ownAuthorities = getCACertificates('default');

beforeAll(async () => {
  server = await startFaultServer(folder);
  if (!hasOpenssl) return;
  mkdirSync(path.join(folder, 'certificates'));
  certificates = makeCertificates(path.join(folder, 'certificates'));
  setDefaultCACertificates([...ownAuthorities, readFileSync(certificates.authority, 'utf8')]);
});
afterAll(async () => {
  setDefaultCACertificates(ownAuthorities);
  await server.stop();
});
beforeEach(() => server.reset());

const config = { dataDir: folder, secretKey: null, smtpPassword: SECRET };
const account = (differs: Partial<Settings['mail']> = {}): Settings =>
  settingsSchema.parse({
    company: { email: 'anna@meunier.example' },
    mail: { host: '127.0.0.1', port: server.port, security: 'none', user: 'anna@meunier.example', ...differs },
  });

interface Look {
  rules?: Rule[];
  setting?: Partial<Setting>;
  mail?: Partial<Settings['mail']>;
  /** How far this machine's clock is ahead of the real one, in milliseconds. */
  ahead?: number;
  home?: object;
  patience?: number;
}

async function look({ rules = [], setting = {}, mail, ahead = 0, home = config, patience }: Look = {}): Promise<
  Finding[]
> {
  await server.set(rules, { auth: true, ...setting });
  return checkMail(await database(), {
    config: home as typeof config,
    settings: account(mail),
    clock: () => systemClock() + ahead,
    ...(patience === undefined ? {} : { patience }),
  });
}

const about = (findings: Finding[], what: string): Finding | undefined =>
  findings.find((finding) => finding.what === what);
const greeting = (at: number): Rule[] => [
  { at: 'greeting', say: `220 mail.provider.example ready at ${new Date(at).toUTCString()}` },
];

test('a mail account that works: the server is signed in to, and no message is begun', async () => {
  const findings = await look();
  expect(findings.map(({ what, level, todo }) => [what, level, todo])).toEqual(
    ['mail', 'encryption', 'size', 'time'].map((what) => [what, 'ok', null]),
  );
  expect(about(findings, 'mail')?.detail).toBe(
    `127.0.0.1:${server.port} answers, and takes the password of anna@meunier.example`,
  );
  expect(await server.seen()).toMatchObject({ connections: 1, auths: 1, bodies: 0 });
  expect(server.accepted()).toEqual([]);
});

interface Case extends Look {
  level: Finding['level'];
  says: RegExp;
  todo: RegExp;
}

const auth = (say: string): Rule[] => [{ at: 'auth', say }];
const failing: Record<string, Case> = {
  'nobody listens': {
    mail: { port: 1 },
    level: 'problem',
    says: /127\.0\.0\.1:1: .*ECONNREFUSED/,
    todo: /whether port 1 is right/,
  },
  'the name is unknown': {
    mail: { host: 'mail.firm.invalid' },
    level: 'problem',
    says: /mail\.firm\.invalid:/,
    todo: /name of the server is right/,
  },
  'the server hangs up': {
    rules: [{ at: 'greeting', end: 'drop' }],
    level: 'problem',
    says: /closed/i,
    todo: /firewall/,
  },
  'the server is busy': {
    rules: [{ at: 'greeting', say: '421 4.3.2 too busy', end: 'drop' }],
    level: 'attention',
    says: /421 4\.3\.2 too busy/,
    todo: /Wait a while/,
  },
  'the server wants nothing of this machine': {
    rules: [{ at: 'greeting', say: '554 5.7.1 go away', end: 'drop' }],
    level: 'problem',
    says: /554 5\.7\.1 go away/,
    todo: /Ask the provider why/,
  },
  'the password is refused': {
    rules: auth('535 5.7.8 authentication failed'),
    level: 'problem',
    says: /535 5\.7\.8 authentication failed/,
    todo: /wants an app password/,
  },
  'an app password is wanted': {
    rules: auth('534 5.7.9 Application-specific password required'),
    level: 'problem',
    says: /534 5\.7\.9/,
    todo: /Make an app password/,
  },
  'the administrator has to allow it': {
    rules: auth('535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant'),
    level: 'problem',
    says: /5\.7\.139/,
    todo: /“Authenticated SMTP”/,
  },
  'passwords cannot be looked at now': {
    rules: auth('454 4.7.0 temporary failure'),
    level: 'attention',
    says: /454 4\.7\.0/,
    todo: /Wait a while/,
  },
  'no password was ever entered': {
    home: { ...config, smtpPassword: null },
    level: 'problem',
    says: /Missing credentials/,
    todo: /enter the password/,
  },
  'the server tells what it was told': {
    rules: auth(`535 5.7.8 ${SECRET} of anna@meunier.example and of rossi@customer.example is wrong`),
    level: 'problem',
    says: /535 5\.7\.8 … of anna@meunier\.example and of … is wrong$/,
    todo: /password/,
  },
};

test.each(Object.entries(failing))('%s', async (_, { level, says, todo, ...looking }) => {
  const findings = await look(looking);
  expect(findings).toEqual([
    {
      what: 'mail',
      level,
      ok: level !== 'problem',
      detail: expect.stringMatching(says),
      todo: expect.stringMatching(todo),
    },
  ]);
  expect(JSON.stringify(findings)).not.toContain(SECRET);
});

const TLS = { host: '127.0.0.2', security: 'starttls' } as const;
const untrusted: [string, () => Partial<Setting>, RegExp, RegExp][] = [
  ['the server breaks the encryption off', () => ({}), /TLS: .*handshake failure$/, /takes it out/],
  ['its certificate has expired', () => ({ tls: certificates.expired }), /expired/, /tell the provider/],
  ['its certificate is for another name', () => ({ tls: certificates.wrongName }), /127\.0\.0\.2/, /for another name/],
  [
    'nobody vouches for its certificate',
    () => ({ tls: certificates.selfSigned }),
    /self.signed/i,
    /NODE_EXTRA_CA_CERTS/,
  ],
];

(hasOpenssl ? describe : describe.skip)('over encryption', () => {
  test.each(untrusted)('%s: nothing is told to the server', async (_, setting, says, todo) => {
    const findings = await look({ mail: TLS, setting: setting() });
    expect(findings).toMatchObject([{ what: 'mail', level: 'problem' }]);
    expect(findings[0]?.detail).toMatch(says);
    expect(findings[0]?.todo).toMatch(todo);
    expect(await server.seen()).toMatchObject({ auths: 0 });
  });

  test('a port that begins with it is told from one that does not', async () => {
    const findings = await look({ mail: TLS, setting: { tls: certificates.good, implicit: true }, patience: 900 });
    expect(findings[0]).toMatchObject({ what: 'mail', level: 'problem', todo: expect.stringMatching(/choose TLS/) });
  });

  test('a server that offers none gets no password', async () => {
    const findings = await look({ mail: TLS, rules: [{ at: 'starttls', say: '502 5.5.1 not here' }] });
    expect(findings).toMatchObject([{ level: 'problem', detail: expect.stringMatching(/502 5\.5\.1/) }]);
    expect(findings[0]?.todo).toMatch(/takes it out/);
    expect(await server.seen()).toMatchObject({ auths: 0, inClear: [] });
  });

  test('and the other way round', async () => {
    const findings = await look({ mail: { ...TLS, security: 'tls' }, setting: { tls: certificates.good } });
    expect(findings[0]).toMatchObject({ what: 'mail', level: 'problem' });
    expect(findings[0]?.todo).toMatch(/choose STARTTLS/);
  });

  test.each([
    ['starttls', {}],
    ['tls', { implicit: true }],
  ] as const)('says how the connection is encrypted, and for how long (%s)', async (security, more) => {
    const findings = await look({ mail: { ...TLS, security }, setting: { tls: certificates.good, ...more } });
    expect(about(findings, 'mail')?.level).toBe('ok');
    expect(about(findings, 'encryption')).toMatchObject({
      level: 'ok',
      detail: expect.stringMatching(/^TLSv1\.[23], certificate of 127\.0\.0\.2 for (29|30) days more$/),
    });
    expect(about(findings, 'time')?.detail).toMatch(/when the mail server’s certificate was made/);
  });

  test('a certificate that is about to end is worth a look', async () => {
    const findings = await look({ mail: TLS, setting: { tls: certificates.good }, ahead: 25 * DAY });
    expect(about(findings, 'encryption')).toMatchObject({ level: 'attention', todo: expect.stringContaining('Renew') });
  });
});

test('a password that would travel in clear is a problem', async () => {
  const findings = await look({ mail: { host: '127.0.0.2' } });
  expect(about(findings, 'encryption')).toMatchObject({
    level: 'problem',
    detail: 'none: the password and every message can be read on the way',
  });
});

test.each([
  [30_000, 'ok', /\d+ s before this one/],
  [10 * 60_000, 'attention', /60\d s before this one/],
  [2 * DAY, 'problem', /before this one/],
  [-2 * DAY, 'problem', /after this one/],
])('the clock of the mail server is compared, where its greeting shows it (%d ms)', async (ahead, level, says) => {
  const findings = await look({ rules: greeting(systemClock()), ahead });
  expect(about(findings, 'time')).toMatchObject({ level, detail: expect.stringMatching(says) });
});

test.each([
  ['fits', 2_000_000, 'ok', /up to 2 MB$/],
  ['is too large', 1_000_000, 'attention', /1 MB, and the document of invoice F-1 has 900 kB/],
  ['is not limited', undefined, 'ok', /names no limit/],
])('the largest document that may leave %s', async (_, limit, level, says) => {
  await server.set([], { auth: true, ...(limit === undefined ? {} : { size: limit }) });
  const db = await database(firm({ customers: [customer('ROSSI')], invoices: [invoice('ROSSI', 'F-1')] }));
  const { id } = (await db('invoices').first('id')) as { id: number };
  const file = { name: 'F-1.pdf', mediaType: 'application/pdf', content: Buffer.alloc(900_000) };
  await putDocument(db, { invoiceId: id, kind: 'invoice', addedAt: isoOf(systemClock()), ...file });
  const findings = await checkMail(db, { config, settings: account(), clock: systemClock });
  expect(about(findings, 'size')).toMatchObject({ level, detail: expect.stringMatching(says) });
});

test('a password that was sealed with another key is asked for again', async () => {
  const db = await database();
  const elsewhere = temporaryFolder();
  await writeSmtpPassword(db, { ...config, smtpPassword: null, dataDir: elsewhere }, SECRET);
  const home = { ...config, smtpPassword: null };
  const [finding] = await checkMail(db, { config: home, settings: account(), clock: systemClock });
  expect(finding).toMatchObject({
    what: 'mail',
    level: 'problem',
    todo: expect.stringContaining('Enter the password again'),
  });
});

test.each([
  ['off', 'ok', null],
  ['automatic', 'attention', /Connect a mail account/],
] as const)('without a mail account, and sending %s', async (mode, level, todo) => {
  const settings = settingsSchema.parse({ mode });
  const [finding, ...more] = await checkMail(await database(), { config, settings, clock: systemClock });
  expect([finding?.what, finding?.level, more]).toEqual(['mail', level, []]);
  if (todo) expect(finding?.todo).toMatch(todo);
});

describe('what to do about what is hard to bring about', () => {
  const at = { host: 'mail.firm.example', port: 587, security: 'starttls', user: 'anna' } as const;
  const GMAIL = { ...at, host: 'smtp.gmail.com' };
  test.each<[string, object, object, string | undefined, RegExp]>([
    [
      'Google’s 535',
      { responseCode: 535, response: '535-5.7.8 Username and Password not accepted' },
      GMAIL,
      'sign_in',
      /app password.*whole address/,
    ],
    [
      'a certificate of tomorrow',
      { originalCode: 'CERT_NOT_YET_VALID', message: 'certificate is not yet valid' },
      at,
      'tls',
      /Set the clock/,
    ],
    ['TLS 1.0 only', { message: 'SSL routines:unsupported protocol' }, at, 'tls', /TLS 1\.2/],
    ['port 465 without TLS', { message: 'Greeting never received' }, { ...at, port: 465 }, 'unreachable', /choose TLS/],
    [
      'silence on port 25',
      { code: 'ETIMEDOUT', message: 'Connection timeout' },
      { ...at, port: 25 },
      'unreachable',
      /587 or 465/,
    ],
    [
      'a sign-in before encryption',
      { responseCode: 530, response: '530 5.7.0 Must issue a STARTTLS command first' },
      at,
      'sign_in',
      /choose STARTTLS/,
    ],
    ['no network', { originalCode: 'EAI_AGAIN', message: 'getaddrinfo EAI_AGAIN' }, at, 'unreachable', /look names up/],
  ])('%s', (_, error, where, obstacle, todo) => {
    const thrown = Object.assign(new Error(), error);
    expect(mailAdvice(thrown, where as typeof at, obstacle)).toMatch(todo);
  });
});

test.each<[string, Partial<Settings['mail']>, Finding['level'], RegExp]>([
  ['the account’s own address', {}, 'ok', /^anna@meunier\.example$/],
  ['another address of the domain', { from: 'billing@meunier.example' }, 'ok', /billing/],
  ['an address of a subdomain', { from: 'billing@mail.meunier.example' }, 'ok', /billing/],
  ['an account without an address for a name', { user: 'apikey' }, 'ok', /anna/],
  [
    'another domain',
    { from: 'anna@rossi.example' },
    'attention',
    /not in the domain of the account.*anna@meunier\.example/,
  ],
  ['a domain that only ends alike', { from: 'anna@notmeunier.example' }, 'attention', /not in the domain/],
  [
    'a mailbox of everybody’s',
    { from: 'anna@gmail.com', host: 'ssl0.ovh.net' },
    'attention',
    /does not belong to gmail\.com/,
  ],
  [
    'test mode',
    { testAddress: 'anna@home.example' },
    'attention',
    /^anna@meunier\.example, in test mode: customers get nothing$/,
  ],
])('the sender: %s', (_, mail, level, says) => {
  const [finding] = checkSender(account(mail));
  expect(finding).toMatchObject({ what: 'sender', level, detail: expect.stringMatching(says) });
});

test('no sender at all is a problem', () => {
  const settings = settingsSchema.parse({ mail: { host: '127.0.0.1' } });
  expect(checkSender(settings)).toMatchObject([{ what: 'sender', level: 'problem' }]);
});
