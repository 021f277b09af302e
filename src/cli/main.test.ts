import { existsSync, readdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { dunwellHere, type Outcome, temporaryFolder } from '../../test/support/installation.ts';
import { VERSION } from '../version.ts';
import { FILES } from './manual/surroundings.ts';
import { nearest } from './nearest.ts';

const base = temporaryFolder();
const nowhere = path.join(base, 'none');
const root = path.join(import.meta.dirname, '../..');
const LICENCES = ['', 'dist'].map((folder) => path.join(root, folder, 'THIRD-PARTY-LICENCES.txt'));

const says = (args: string): Promise<Outcome> => dunwellHere(nowhere, args.split(' ').filter(Boolean));

test.each([
  ['--version', `${VERSION}\n`],
  ['version', `${VERSION}\n`],
  ['--help', /^dunwell: payment reminders[^]*^ {2}run {7}decide what leaves today[^]*^Environment: DUNWELL_DATA_DIR/m],
  ['-h', /^dunwell: payment reminders/],
  ['help', /^dunwell: payment reminders/],
  ['help run', /^dunwell run: decide [^]*^Usage\n {2}dunwell run \[--day DAY\][^]*^ {2}--deliver {2}Then send/m],
  ['run --help', /^dunwell run: decide/],
  ['run --day 2026-02-30 --help', /^dunwell run: decide/],
  ['--help run', /^dunwell run: decide/],
  ['user add -h', /^ {2}dunwell user add EMAIL .*\n {2}dunwell user password EMAIL .*\n {2}dunwell user list/m],
  ['forecast --help', /^ {2}--days N {3}How many days, up to 3650\. Standard: 30\./m],
  ['help help', /^dunwell help:/],
  ['help --all', /^NAME\n[^]*^SYNOPSIS\n[^]*^COMMANDS\n[^]*^ENVIRONMENT\n[^]*^FILES\n[^]*^EXAMPLES\n/m],
])('`dunwell %s` says what it is asked for, and makes no data folder', async (args, expected) => {
  const { code, stdout, stderr } = await says(args);
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(expected)]);
  expect(existsSync(nowhere)).toBe(false);
});

test.each([
  ['exprot', 'There is no command exprot; did you mean export?'],
  ['imprt x.csv', 'There is no command imprt; did you mean import?'],
  ['fore', 'There is no command fore; did you mean forecast?'],
  ['rnu', 'There is no command rnu; did you mean run?'],
  ['dance', 'There is no command dance; `dunwell --help` lists them.'],
  ['constructor', 'There is no command constructor; `dunwell --help` lists them.'],
  ['help exprot', 'There is no command exprot; did you mean export?'],
  ['help toString', 'There is no command toString; `dunwell --help` lists them.'],
  ['help run check', 'The command help does not know check; `dunwell help --help` lists what it does.'],
  ['run --dryrun', 'The command run does not know --dryrun; did you mean --dry-run?'],
  ['run -dry-run', 'The command run does not know -dry-run; did you mean --dry-run?'],
  ['run dry-run', 'The command run does not know dry-run; did you mean --dry-run?'],
  ['demo --langage=it', 'The command demo does not know --langage; did you mean --language?'],
  ['check --hlep', 'The command check does not know --hlep; did you mean --help?'],
  ['--prot 3000', 'The command serve does not know --prot; `dunwell serve --help` lists what it does.'],
  ['forecast --days', '--days is not used as the command forecast expects; `dunwell forecast --help` shows how.'],
  ['export -- --help x', 'The command export does not know x; `dunwell export --help` lists what it does.'],
  ['health --url nowhere', 'nowhere is not the address of a server; write it as http://127.0.0.1:3000.'],
])('`dunwell %s` is refused in one sentence, with what was probably meant', async (args, sentence) => {
  expect(await says(args)).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
  expect(existsSync(nowhere)).toBe(false);
});

test.each([
  ['run', 'run'],
  ['impotr', 'import'],
  ['exports', 'export'],
  ['expo', 'export'],
  // Two begin so.
  ['exp', null],
  ['x', null],
  ['', null],
])('to %j the nearest command is %j', (word, expected) => {
  expect(nearest(word, ['run', 'import', 'export', 'explain'])).toBe(expected);
});

test('nothing that is printed is wider than a hundred columns, or colours anything', async () => {
  for (const args of ['--help', 'help --all', 'help import', 'help user']) {
    const { stdout } = await says(args);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).not.toMatch(/[^\n\P{Cc}]|`|\u00a0|[ ]$/mu);
  }
});

test('the licences are printed where a build has left the file, and it says how to make it where none has', async () => {
  const { code, stdout, stderr } = await says('licences');
  if (LICENCES.some(existsSync)) expect([code, stdout.length > 1000]).toEqual([0, true]);
  else expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^[^\n]*`npm run licences`[^\n]*\n$/)]);
});

describe('with an installation', () => {
  const folder = path.join(base, 'demo');
  beforeAll(() => dunwellHere(folder, ['demo']));

  test('of the three things to do with users the one is named that was probably meant', async () => {
    const { code, stderr } = await dunwellHere(folder, ['user', 'lst']);
    expect([code, stderr]).toEqual([2, 'There is no command user lst; did you mean user list?\n']);
  });

  test('the manual names every file', async () => {
    await dunwellHere(folder, ['run']);
    const names = FILES.map(({ name }) => name.replace('.', '\\.').replace('*', '.*').replace('/', ''));
    const made = readdirSync(folder);
    expect(made).toEqual(expect.arrayContaining(['dunwell.db', 'instance.json', 'sent.jsonl', 'sender.lock']));
    expect(made.filter((file) => !names.some((name) => new RegExp(`^${name}$`).test(file)))).toEqual([]);
  });

  test('the forecast has thirty days unless it is told', async () => {
    const forecast = async (...args: string[]): Promise<Outcome> =>
      dunwellHere(folder, ['forecast', '--json', ...args]);
    const standard = await forecast();
    expect(await forecast('--days', '30')).toEqual(standard);
    expect((await forecast('--days', '29')).stdout).not.toBe(standard.stdout);
  });
});

describe('health', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close().closeAllConnections();
  });

  async function serverThat(answer: RequestListener, host = '127.0.0.1'): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return String((server.address() as { port: number }).port);
  }

  const asked: string[] = [];
  const answering =
    (status: number, words: string): RequestListener =>
    (request, response) => {
      asked.push(`${request.headers.host}${request.url}`);
      response.writeHead(status, { location: '/healthz', 'content-length': words.length }).end(words);
    };

  test.each([
    ['ok', 0, answering(200, 'ok')],
    ['daily_job', 1, answering(503, 'daily_job')],
    // Whatever answers there is not Dunwell, or stands before it.
    ['unwell', 1, answering(503, '<h1>503 Bad Gateway</h1>')],
    ['unwell', 1, (_, response) => void response.writeHead(503).write('an answer that does not end')],
    ['unwell', 1, answering(302, 'found')],
    ['unwell', 1, answering(404, 'ok')],
    ['unreachable', 1, (request) => void request.socket.destroy()],
  ] as [string, number, RequestListener][])('prints %s and ends with %i', async (word, code, answer) => {
    const port = await serverThat(answer);
    const outcome = await dunwellHere(nowhere, ['health'], { DUNWELL_PORT: port });
    expect(outcome).toEqual({ code, stdout: `${word}\n`, stderr: '' });
    expect(existsSync(nowhere)).toBe(false);
  });

  test('asks for the page of health alone, wherever it is told to', async () => {
    asked.length = 0;
    const port = await serverThat(answering(200, 'ok'));
    const outcome = await dunwellHere(nowhere, ['health', '--url', `http://localhost:${port}/invoices?x=1`]);
    expect([outcome.code, asked]).toEqual([0, [`localhost:${port}/healthz`]]);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  test.each([
    ['0.0.0.0', '127.0.0.1'],
    ...(hasIpv6
      ? [
          ['::', '[::1]'],
          ['::1', '[::1]'],
        ]
      : []),
  ])('of a server that listens at %s is asked at %s', async (host, here) => {
    asked.length = 0;
    const port = await serverThat(answering(200, 'ok'), host);
    await dunwellHere(nowhere, ['health'], { DUNWELL_PORT: port, DUNWELL_HOST: host });
    expect(asked).toEqual([`${here}:${port}/healthz`]);
  });

  test('does not wait for what is not there', async () => {
    const port = await serverThat(answering(200, 'ok'));
    servers.pop()?.close();
    expect(await dunwellHere(nowhere, ['health'], { DUNWELL_PORT: port })).toMatchObject({ stdout: 'unreachable\n' });
  });
});
