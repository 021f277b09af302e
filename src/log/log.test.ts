import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordedLog } from '../../test/support/recordedLog.ts';
import { type Fields, logTo, SILENT } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { lineWriter } from './lineWriter.ts';
import { mask } from './mask.ts';
import { networkOf } from './network.ts';

const ADDRESS = 'celine.martin@boulangerie-martin.example';
const NAME = 'Boulangerie Martin';
const IBAN = 'FR76 3000 6000 0112 3456 7890 189';
const TOKEN = 'vH3k9-abcDEF_0123456789abcdefGHI4';
const PASSWORD = 'four quiet brass lanterns';
const SESSION = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** What must never be in the log, whatever it came in with; in lower case and without spaces as well. */
const CANARIES = [
  'celine',
  'boulangerie',
  'martin',
  '30006000',
  '7890189',
  TOKEN.slice(0, 12),
  'lanterns',
  SESSION.slice(0, 16),
  '\u001b',
  '\u009b',
  '\u2028',
  '\u0085',
  '\u202e',
  'JBSWY3DP',
  '612345678',
  'FA-2026-0872',
];

const betrayed = (text: string): string[] => {
  const plain = text.toLowerCase();
  return CANARIES.filter(
    (canary) => plain.includes(canary.toLowerCase()) || plain.replace(/\s/g, '').includes(canary.toLowerCase()),
  );
};

const database = (words: string, code = 'SQLITE_CONSTRAINT_UNIQUE'): Error => {
  const error = new Error(words);
  return Object.assign(error, {
    name: 'SqliteError',
    code,
    message: `insert into \`customers\` (\`name\`, \`iban\`) values ('${NAME} - ${ADDRESS}', '${IBAN}') - ${words}`,
  });
};
const smtp = (response: string): Error =>
  Object.assign(new Error(`Can't send mail - all recipients were rejected: ${response}`), {
    code: 'EENVELOPE',
    responseCode: Number(response.slice(0, 3)),
    response,
    command: 'RCPT TO',
  });
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('no canary comes through', () => {
  test.each<[string, string]>([
    ['an address', `to ${ADDRESS}`],
    ['an address in brackets', `<${ADDRESS}>`],
    ['an address with a name', `"Celine Martin" <${ADDRESS}>`],
    ['an address with a bare name', `to Celine Martin <${ADDRESS}>`],
    ['a quoted address', `"celine martin"@boulangerie-martin.example`],
    ['an address in a query', `/sign-in?email=celine%40boulangerie-martin.example`],
    ['an encoded address', 'celine%40boulangerie-martin.example'],
    ['an address as HTML', 'celine&#64;boulangerie-martin.example'],
    ['an address with what is not seen', 'celine\u200b@boulangerie\u00ad-martin.example'],
    ['an address over two lines', 'celine\r\n @boulangerie-martin.example'],
    ['an address in another script', 'céline.martin＠boulangerie-martin.example'],
    ['an IBAN', `pay to ${IBAN} today`],
    ['an IBAN in one piece', IBAN.replaceAll(' ', '')],
    ['an IBAN with narrow spaces', IBAN.replaceAll(' ', '\u202f')],
    ['an IBAN in small letters', `iban ${IBAN.toLowerCase()}`],
    ['a telephone number', 'call +33 6 12 34 56 78'],
    ['a telephone number of the country', 'call 06 12 34 56 78'],
    ['a token', `the token ${TOKEN} is used`],
    ['the setup token', `GET /setup?token=${TOKEN} HTTP/1.1`],
    ['a query', `/invoices?q=${NAME}&page=2`.replace(' ', '+')],
    ['a session', `Cookie: dunwell=${SESSION}; other=1`],
    ['a hash', `session ${SESSION} ended`],
    ['a second factor', 'secret JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
    ['a password', `password: ${PASSWORD}`],
    ['a password in an address', 'smtp://celine:lanterns@mail.example:587'],
    ['a password as JSON', `{"password":"${PASSWORD}","to":"${ADDRESS}"}`],
    ['a mail server’s reply', `550 5.1.1 <${ADDRESS}>: Recipient address rejected: ${NAME} is unknown`],
    ['a mail server’s reply without a status', `550 no ${NAME} here`],
    ['a quoted reply', `Mail command failed: 452 4.2.2 ${NAME}: mailbox full`],
    ['a reply of many lines', `421-4.7.0 ${NAME}\r\n421 4.7.0 ${ADDRESS}`],
    ['a greeting of something else', `Invalid greeting. response=${NAME}`],
    ['terminal codes', '\u001b[31mred\u001b[0m \u009b2J \u202e'],
    ['an end of line', `a\r\n{"event":"made_up"}\u2028b\u0085c`],
  ])('as a field, or as words: %s', (_name, text) => {
    const { log, text: written, lines } = recordedLog();
    log.info('tried', text, { one: text, several: [text, text], [text]: 1, counts: { [text]: 1 } } as Fields);
    log.error('tried', 'An error with a code.', {}, Object.assign(new Error('x'), { code: text, name: text }));
    expect(written().trimEnd().split('\n')).toHaveLength(2);
    expect(lines().map(({ event }) => event)).toEqual(['tried', 'tried']);
    expect(betrayed(written())).toEqual([]);
  });

  test.each<[string, unknown, object]>([
    ['a plain error', new RangeError(`not a plain address: ${ADDRESS}`), { words: 'not a plain address' }],
    ['an error with a name in it', new Error(`no letter to ${NAME} can be drawn`), { words: 'no letter to' }],
    ['an error with a number in it', new Error('invoice FA-2026-0872 belongs to no customer'), { words: 'invoice' }],
    ['an error that begins with an address', new Error(`${ADDRESS} is unknown`), { name: 'Error' }],
    ['an error that begins with a name', new Error('Martin is unknown'), { name: 'Error' }],
    ['broken JSON', thrownBy(() => JSON.parse(`${NAME} {`)), { name: 'SyntaxError', words: 'Unexpected token' }],
    ['a name as a number', thrownBy(() => BigInt(NAME)), { words: 'Cannot convert' }],
    ['an odd address', thrownBy(() => new URL(NAME)), { code: 'ERR_INVALID_URL', words: 'Invalid' }],
    [
      'a mistake of ours',
      thrownBy(() => (undefined as never as { total: number }).total),
      { words: "Cannot read properties of undefined (reading 'total')" },
    ],
    [
      'a mistake with a text',
      new TypeError(`Cannot create property 'x' on string '${NAME}'`),
      { words: 'Cannot create property' },
    ],
    [
      'a broken rule',
      database('UNIQUE constraint failed: customers.code'),
      { words: 'UNIQUE constraint failed: customers.code' },
    ],
    ['a search', database(`fts5: syntax error near "${NAME}"`, 'SQLITE_ERROR'), { code: 'SQLITE_ERROR' }],
    ['a column of somebody', database('no such column: martin', 'SQLITE_ERROR'), { words: 'no such column' }],
    ['a refused recipient', smtp(`550 5.1.1 <${ADDRESS}>: ${NAME}`), { code: 'EENVELOPE', words: '550 5.1.1 …' }],
    ['a refused sign-in', smtp(`535 ${NAME} may not`), { words: '535 …' }],
    [
      'a file',
      Object.assign(new Error(`ENOENT: no such file or directory, open '/home/martin/${NAME}.db'`), {
        code: 'ENOENT',
        syscall: 'open',
      }),
      { code: 'ENOENT', words: 'open' },
    ],
    ['a refusal', new Refusal('no_user', { email: ADDRESS }), { name: 'Refusal', code: 'no_user' }],
    ['several failures', new AggregateError([new Error(ADDRESS)], NAME), { name: 'AggregateError', cause: {} }],
    ['a text', `${NAME} was thrown`, { name: 'thrown string' }],
    ['a thing', { name: NAME }, { name: 'thrown object' }],
    ['nothing', null, { name: 'thrown object' }],
  ])('as an error: %s', (_name, thrown, described) => {
    const { log, text, lines } = recordedLog();
    log.error('failed', 'It failed.', {}, thrown);
    const cause = new Error(`while writing to ${NAME}`, { cause: thrown });
    log.error('failed', 'It failed.', {}, new Error('outermost', { cause }));
    expect(lines()[0]?.error).toMatchObject(described);
    expect(lines()[1]).toMatchObject({ error: { words: 'outermost', cause: { words: 'while writing to' } } });
    expect(betrayed(text())).toEqual([]);
  });
});

test('a line has its time, level, version, process, event, words and fields, and nothing else', () => {
  const { log, text, lines } = recordedLog();
  const fields = { day: '2026-11-23', queued: 3, held: null, missing: undefined, problem_codes: { no_address: 1 } };
  log.warn('run_done', 'The run of the day is decided.', fields);
  expect(lines()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      pid: process.pid,
      event: 'run_done',
      words: 'The run of the day is decided.',
      day: '2026-11-23',
      queued: 3,
      held: null,
      problem_codes: { no_address: 1 },
    },
  ]);
  expect(text()).toMatch(/^[^\n]+\n$/);
});

test('says where in the code an error was, from our own folder on, and believes no place that the message makes up', () => {
  const { log, lines } = recordedLog();
  const error = new Error(`odd\n    at Martin (/home/martin/src/martin.ts:1:2)`);
  log.error('failed', 'It failed.', {}, error);
  const at = (lines()[0]?.error as { at?: string[] } | undefined)?.at ?? [];
  expect(at[0]).toMatch(/src\/log\/log\.test\.ts:\d+:\d+$/);
  expect(at.join(' ')).not.toMatch(/martin/i);
  expect(at.filter((place) => place.startsWith('/'))).toEqual([]);
  expect(at.length).toBeLessThanOrEqual(12);
});

test('objects, secrets by their name and endless values stay out', () => {
  const { log, text, lines } = recordedLog();
  const fields = {
    customer: { name: NAME, id: 7 },
    setup_token: 'short',
    nested: [{ name: NAME }],
    long: 'ab '.repeat(5000),
    many: Array.from({ length: 500 }, () => 'x'),
    big: 12n,
    odd: Number.NaN,
    act: () => NAME,
  } as unknown as Fields;
  log.info('tried', 'It is tried.', fields);
  const [line] = lines();
  expect(line).toMatchObject({ customer: { id: 7 }, setup_token: '…', big: 12, odd: null });
  expect(String(line?.long).length).toBeLessThanOrEqual(301);
  expect(line?.many).toHaveLength(20);
  expect(betrayed(text())).toEqual([]);
});

test('nothing that is logged can break the log', () => {
  const { log, lines } = recordedLog();
  const hostile = new Error('x');
  Object.defineProperty(hostile, 'stack', { get: () => assertNever() });
  const circle = new Error('round');
  circle.cause = circle;
  log.error('failed', 'It failed.', {}, hostile);
  log.error('failed', 'It failed.', {}, circle);
  expect(lines()).toMatchObject([
    { error: { name: 'unreadable error' } },
    { error: { cause: { cause: { words: 'round' } } } },
  ]);
});

const assertNever = (): never => {
  throw new Error('a getter that throws');
};

test('two lines about one person look alike, and tell no more than a letter and where he is', () => {
  expect(mask(`${ADDRESS} and anna@meunier.co.test, root@localhost`)).toBe('c…@….example and a…@….test, r…@…');
});

test.each([
  'The run of 2026-02-09 is decided.',
  '/invoices/:id/follow-up',
  'http://localhost:3000',
  'https://dunwell.example/',
  'connect ECONNREFUSED 127.0.0.1:587',
  "Hostname/IP does not match certificate's altnames",
  'SQLITE_CONSTRAINT_FOREIGNKEY',
  '0012_upgrades_and_more',
  'src/services/recogniseInstallation.ts',
  '2026-11-22T12:42:40.857Z',
  'Port 3000 is already in use; stop the other program, or set DUNWELL_PORT.',
  'The folder /var/lib/dunwell cannot be written; check its owner and its rights.',
])('what helps whoever looks after the machine is kept: %s', (text) => {
  expect(mask(text)).toBe(text);
});

test.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['::ffff:203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:7:8::9', '2001:db8:7::/48'],
  ['2001:DB8::1', '2001:db8:0::/48'],
  ['::1', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['unknown', ''],
  ['', ''],
])('a visitor at %s is somebody in %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
] as const)('at the level %s it has lines of %j', (level, expected) => {
  const levels: string[] = [];
  const log = logTo({
    level,
    sink: { write: (line) => void levels.push((JSON.parse(line) as { level: string }).level) },
  });
  for (const to of [log, SILENT]) for (const one of ['info', 'warn', 'error'] as const) to[one]('tried', 'Tried.');
  expect(levels).toEqual(expected);
});

describe('where lines are written to', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('they are there when the call returns', () => {
    const file = path.join(folder, 'log');
    const fd = openSync(file, 'w');
    const writer = lineWriter(fd);
    writer.write('one\n');
    expect(readFileSync(file, 'utf8')).toBe('one\n');
    writer.write('two\n');
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    closeSync(fd);
  });

  test('a disk that is full loses lines, and stops nothing', () => {
    const fd = openSync('/dev/full', 'w');
    const writer = lineWriter(fd);
    for (let n = 0; n < 100; n++) writer.write(`${'x'.repeat(1000)}\n`);
    closeSync(fd);
    expect(() => writer.write('after it is closed\n')).not.toThrow();
  });
});
