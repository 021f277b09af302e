import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { addDays } from '../../src/domain/calendar.ts';
import { writeProgram } from '../../src/store/program.ts';
import { readSettings, writeSettings } from '../../src/store/settings.ts';
import { customer, database, firm, invoice, settings, temporaryFolder } from '../support/installation.ts';
import { startApp } from '../support/liveApp.ts';
import { dayAtNoon, NOON_ZONE } from '../support/noon.ts';
import { Walker } from '../support/overHttp.ts';
import { runProgram, SOURCES } from '../support/program.ts';
import { type LogLine, linesOf } from '../support/recordedLog.ts';
import { ANNA, newUser } from '../support/web.ts';

// S26: what the running server writes down while things go wrong, read from the outside.

const NAMES = /martin|rossi|boulangerie|celine|meunier|anna|customer\.example|invoice f-|f-7|lanterns/i;

/** A mail server that refuses the first recipient and then the sender, and quotes both. */
async function rudeServer(): Promise<{ port: number; close(): void }> {
  let refused = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).write('220 here\r\n');
    socket.on('data', (bytes) => {
      const line = bytes.toString().trim();
      if (/^QUIT/i.test(line)) return void socket.end('221 bye\r\n');
      if (/^MAIL/i.test(line) && refused > 0)
        return void socket.write(`550 5.7.1 ${line.slice(10)}: not of Meunier\r\n`);
      if (/^RCPT/i.test(line)) refused += 1;
      const to = line.slice('RCPT TO:'.length);
      socket.write(/^RCPT/i.test(line) ? `550 5.1.1 ${to}: Boulangerie Martin is unknown\r\n` : '250 ok\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A firm that sends at any minute of any day, and has something to send today. */
function firmOfToday(): ArchiveInput {
  const day = dayAtNoon();
  const dates = { issuedOn: addDays(day, -37), dueOn: addDays(day, -7) };
  return firm({
    settings: settings({
      timeZone: NOON_ZONE,
      sendingDays: [1, 2, 3, 4, 5, 6, 7],
      sendAt: '00:00',
      sendUntil: '23:59',
    }),
    customers: [customer('MARTIN', { name: 'Boulangerie Martin' }), customer('ROSSI')],
    invoices: [invoice('MARTIN', 'F-71', dates), invoice('ROSSI', 'F-72', dates)],
  });
}

async function until(done: () => boolean, what: () => string): Promise<void> {
  for (let tries = 0; tries < 600 && !done(); tries++) await setTimeout(50);
  if (!done()) throw new Error(`it never came: ${what()}`);
}

const eventsOf = (lines: readonly LogLine[]): string[] => lines.map(({ event }) => event);

test('the log of a day on which much fails: lines of JSON, each event once, nobody named', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'dunwell.db');
  const server = await rudeServer();
  const db = await database(firmOfToday(), file);
  const { mail } = await readSettings(db);
  const account = { from: 'box@meunier.example', host: '127.0.0.1', port: server.port, security: 'none' } as const;
  await writeSettings(db, { mail: { ...mail, ...account } });
  await newUser(db, { ...ANNA, role: 'owner' });
  await writeProgram(db, { version: '0.0.1', since: '2026-01-05T12:00:00.000Z', from: null });
  await db.destroy();
  const app = await startApp(folder);
  await until(() => app.log().includes('delivery_done'), app.log);
  const visitor = new Walker(app.base);
  const form = { email: 'celine@boulangerie-martin.example', password: 'four quiet brass lanterns' };
  expect((await visitor.get('/setup?token=boulangerie')).status).toBe(404);
  expect((await visitor.submit('/sign-in?next=%2Finvoices%3Fq%3DMartin', /sign-in/, form)).status).toBe(422);
  const other = new Database(file);
  other.exec('ALTER TABLE users RENAME COLUMN email TO mail');
  other.close();
  expect((await visitor.submit('/sign-in', /sign-in/, form)).status).toBe(500);
  await app.stop();
  server.close();
  const lines = linesOf(app.log());
  expect(eventsOf(lines).filter((event) => event !== 'backup_made')).toEqual([
    'upgraded',
    'started',
    'run_done',
    'delivery_stopped',
    'delivery_done',
    'sign_in_refused',
    'request_failed',
    'stopping',
    'stopped',
  ]);
  const line = (event: string): LogLine | undefined => lines.find((one) => one.event === event);
  expect(line('upgraded')).toMatchObject({ from: '0.0.1' });
  expect(line('started')).toMatchObject({ level: 'info', first_visit: false });
  expect(line('run_done')).toMatchObject({ queued: 2, held: null, problems: 0, state: 'done' });
  expect(line('delivery_stopped')).toMatchObject({ level: 'warn', reply: '550 5.7.1 …' });
  expect(line('delivery_done')).toMatchObject({ level: 'warn', by: 'smtp', sent: 0, failed: 1 });
  expect(line('request_failed')).toMatchObject({ route: '/sign-in', method: 'POST', status: 500 });
  expect(line('stopping')).toMatchObject({ why: 'SIGTERM' });
  expect(app.log()).not.toMatch(NAMES);
});

/** What Node compiled for one process serves the next. */
const ENV = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: path.join(tmpdir(), 'dunwell-test-compiled') };

/** What some code does in the middle of serving: warns, prints, and throws where nobody catches it. */
const MISHAPS = `
let looks = 0;
const timer = setInterval(() => {
  if (process.listenerCount('uncaughtException') === 0 && ++looks < 2000) return;
  clearInterval(timer);
  process.emitWarning('Boulangerie Martin is warned of');
  console.error(new Error('mail to celine@boulangerie-martin.example').stack);
  console.warn('%s\\n{"event":"made_up"}', 'Boulangerie Martin');
  setTimeout(() => void Promise.reject(new RangeError('not a plain address: celine@boulangerie-martin.example')), 50);
}, 10);`;

test('warnings, prints of a library and what nobody catches are lines as well; then the process ends with 1', async () => {
  const { code, stdout, stderr } = await runProgram(SOURCES, ['serve'], {
    cwd: path.join(__dirname, '..', '..'),
    env: {
      ...ENV,
      DUNWELL_DATA_DIR: temporaryFolder(),
      DUNWELL_PORT: '0',
      DUNWELL_LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(MISHAPS)}`,
    },
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^(Dunwell is at|$)/);
  const lines = linesOf(stderr);
  expect(eventsOf(lines).toSorted()).toEqual(['crashed', 'foreign_output', 'foreign_output', 'runtime_warning']);
  expect(lines.at(-1)).toMatchObject({ level: 'error', error: { name: 'RangeError', words: 'not a plain address' } });
  expect(stderr).not.toMatch(NAMES);
});

test('what keeps the server from starting is a line of the log, and a sentence for whoever started it by hand', async () => {
  const env = { ...ENV, DUNWELL_DATA_DIR: temporaryFolder(), DUNWELL_LOG_LEVEL: 'loud' };
  const { code, stdout, stderr } = await runProgram(SOURCES, ['serve'], { cwd: path.join(__dirname, '..', '..'), env });
  expect([code, stdout]).toEqual([2, expect.stringMatching(/^The environment variable DUNWELL_LOG_LEVEL [^\n]+\n$/)]);
  expect(linesOf(stderr)).toMatchObject([
    { level: 'error', event: 'refused', code: 'bad_environment', words: stdout.trim() },
  ]);
});
