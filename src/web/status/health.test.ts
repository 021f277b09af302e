import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import supertest from 'supertest';
import { dunwellHere } from '../../../test/support/installation.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';
import type { Pulse } from '../../pulse.ts';

const MINUTE = 60_000;

interface House {
  file: string;
  open: OpenWeb;
}

const houses: { folder: string; open: OpenWeb }[] = [];
async function house(): Promise<House> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-health-'));
  const file = path.join(folder, 'dunwell.db');
  const open = await openWeb({ demo: false, file, env: { DUNWELL_DATA_DIR: folder } });
  houses.push({ folder, open });
  return { file, open };
}

let { file, open } = {} as House;
beforeAll(async () => {
  ({ file, open } = await house());
});
afterEach(() => {
  Object.assign(open.web, { pulse: undefined, freeSpace: undefined });
});
afterAll(async () => {
  for (const one of houses) {
    await one.open.close();
    rmSync(one.folder, { recursive: true, force: true });
  }
});

const ask = ({ app } = open) => supertest(app).get('/healthz');
const answer = async (from = open): Promise<[number, string]> => {
  const { status, text } = await ask(from);
  return [status, text];
};

test('says ok to anybody, and nothing more', async () => {
  const { status, text, headers } = await ask().set('Host', 'dunwell.example');
  expect([status, text]).toEqual([200, 'ok']);
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['set-cookie']).toBeUndefined();
  expect(JSON.stringify(headers)).not.toMatch(/version|dunwell|express/i);
  expect((await supertest(open.app).head('/healthz')).status).toBe(200);
  expect((await supertest(open.app).post('/healthz')).status).not.toBe(200);
});

test('`dunwell health` asks this page, and prints its word', async () => {
  const server = createServer(open.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = { DUNWELL_PORT: String((server.address() as { port: number }).port) };
  const well = await dunwellHere('/nonexistent', ['health'], env);
  open.web.freeSpace = () => 0;
  const full = await dunwellHere('/nonexistent', ['health'], env);
  server.close();
  expect([well, full]).toEqual([
    { code: 0, stdout: 'ok\n', stderr: '' },
    { code: 1, stdout: 'disk\n', stderr: '' },
  ]);
});

describe('the daily job', () => {
  const pulseOf = (startedAgo: number, lookedAgo: number | null, workingFor: number | null): Pulse => {
    const before = (ms: number): number => open.web.clock() - ms;
    return {
      startedAt: before(startedAgo),
      lookedAt: lookedAgo === null ? null : before(lookedAgo),
      workingSince: workingFor === null ? null : before(workingFor),
    };
  };

  test.each<[string, [startedAgo: number, lookedAgo: number | null, workingFor: number | null], string]>([
    ['has just looked', [60 * MINUTE, 4_000, null], 'ok'],
    ['has just started, and not looked yet', [4_000, null, null], 'ok'],
    ['has never looked since it started a minute ago', [MINUTE, null, null], 'daily_job'],
    ['last looked a minute ago', [60 * MINUTE, MINUTE, null], 'daily_job'],
    ['sends for hours, its last message begun ten minutes ago', [600 * MINUTE, 300 * MINUTE, 10 * MINUTE], 'ok'],
    ['hangs over one message for half an hour', [600 * MINUTE, 300 * MINUTE, 30 * MINUTE], 'daily_job'],
    ['looked a moment ago by a clock that was set back', [60 * MINUTE, -60 * MINUTE, null], 'ok'],
  ])('that %s', async (_, pulse, word) => {
    open.web.pulse = pulseOf(...pulse);
    expect(await answer()).toEqual([word === 'ok' ? 200 : 503, word]);
  });
});

test('a full disk', async () => {
  open.web.freeSpace = () => 99 * 1024 * 1024;
  expect(await answer()).toEqual([503, 'disk']);
});

describe('the database', () => {
  const others: Database.Database[] = [];
  const another = (): Database.Database => {
    const connection = new Database(file);
    others.push(connection);
    return connection;
  };
  afterEach(() => {
    for (const connection of others.splice(0)) connection.close();
  });

  test('that another program does not give back cannot be written, and is well again after that', async () => {
    const other = another();
    other.exec('BEGIN IMMEDIATE');
    // Whoever asks meanwhile waits for the same look, and pages are served all the same.
    const [first, second, page] = await Promise.all([answer(), answer(), open.anna.get('/invoices')]);
    expect([first, second, page.status]).toEqual([[503, 'database'], [503, 'database'], 200]);
    other.exec('COMMIT');
    expect(await answer()).toEqual([200, 'ok']);
  });

  test('that another program uses for a moment is well', async () => {
    const other = another();
    other.exec('BEGIN IMMEDIATE');
    const asked = answer();
    setTimeout(() => other.exec('COMMIT'), 250);
    expect(await asked).toEqual([200, 'ok']);
  });

  test('that we ourselves are writing is well, however long that takes', async () => {
    let end = (): void => undefined;
    const writing = open.db.transaction(async (trx) => {
      await trx('settings').insert({ name: '_x', value: '1' });
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const asked = await answer();
    end();
    await writing;
    expect(asked).toEqual([200, 'ok']);
  });

  test.each<[string, (broken: string) => void]>([
    ['is gone', (broken) => rmSync(broken)],
    ['is no database any more', (broken) => writeFileSync(broken, 'x'.repeat(8192))],
  ])('that %s', async (_, harm) => {
    const other = await house();
    // Once well: where the file is, is known by then.
    expect(await answer(other.open)).toEqual([200, 'ok']);
    await other.open.db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
    harm(other.file);
    expect(await answer(other.open)).toEqual([503, 'database']);
  });
});
