import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { SMTPServer } from 'smtp-server';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { openDatabase } from '../../src/store/database.ts';
import { takeLock } from '../../src/store/lock.ts';
import {
  addition,
  customer,
  database,
  dump,
  dunwell,
  dunwellHere,
  firm,
  invoice,
  type Outcome,
  settings,
  temporaryFolder,
  together,
  plan,
} from '../support/installation.ts';

const DAY = '2026-02-09';
const TRAVEL = { DUNWELL_TIME_TRAVEL: '1' };
const base = temporaryFolder();

/** Text of a file in the test's folder. */
function file(name: string, content: string | Buffer): string {
  const full = path.join(base, name);
  writeFileSync(full, content);
  return full;
}

/** A data folder with an installation in it. */
async function installed(name: string, archive: ArchiveInput = standard()): Promise<string> {
  const folder = path.join(base, name);
  mkdirSync(folder);
  const db = await database(archive, path.join(folder, 'dunwell.db'));
  await db.destroy();
  return folder;
}

const standard = (): ArchiveInput =>
  firm({
    plans: [plan(), together()],
    customers: [customer('MARTIN'), customer('ROSSI'), customer('ALDER')],
    enrolments: [
      { customer: 'MARTIN', plan: 'Standard', since: '2020-01-01' },
      { customer: 'ROSSI', plan: 'Together', since: '2020-01-01' },
    ],
    invoices: [
      invoice('MARTIN', 'F-1'),
      invoice('ROSSI', 'F-2'),
      invoice('ROSSI', 'F-3', { total: '20.50' }),
      invoice('ROSSI', 'F-4', { currency: 'USD', total: '7.00' }),
      invoice('ALDER', 'F-5'),
      invoice('ALDER', 'F-1'),
    ],
  });

type Named = { name: string };

async function contentOf(folder: string): Promise<Record<string, unknown[]>> {
  const db = await openDatabase(path.join(folder, 'dunwell.db'));
  try {
    const content = await dump(db);
    // The first command that meets a folder gives it its name.
    return { ...content, settings: (content.settings ?? []).filter((row) => (row as Named).name !== '_instance') };
  } finally {
    await db.destroy();
  }
}

/** Runs command lines a few at a time: a process takes half a second to start. */
async function inTurns<T>(jobs: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const next = jobs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, job] of next) results[index] = await job();
  };
  await Promise.all([worker(), worker()]);
  return results;
}

const refused = (sentence: RegExp) => ({
  code: 2,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`^(?=[^\\n]*${sentence.source})[^\\n]+\\n$`)),
});

describe('what cannot be done is refused in one plain sentence, with exit code 2, and changes nothing', () => {
  const GOOD = 'number;customer;issued;due;total\nX-1;New Ltd;01/02/2026;03/03/2026;1 234,56\n';
  const refusals: Record<string, { args: string[]; says: RegExp; env?: Record<string, string> }> = {
    'an unknown command': { args: ['remind'], says: /no command remind/ },
    'a word that every object has': { args: ['toString'], says: /no command toString/ },
    'an unknown option': { args: ['run', '--fast'], says: /run does not know --fast/ },
    'an option without its value': { args: ['run', '--day'], says: /--day is not used/ },
    'a value for a switch': { args: ['run', '--json=yes'], says: /--json is not used/ },
    'a day without --day': { args: ['run', DAY], says: /run does not know 2026-02-09/ },
    'a second invoice': { args: ['explain', 'F-1', 'F-2'], says: /explain does not know F-2/ },
    'no invoice to explain': { args: ['explain'], says: /needs INVOICE/ },
    'an unknown invoice': { args: ['explain', 'F-99'], says: /no invoice F-99/ },
    'a day that is none': { args: ['run', '--day', '2026-02-30', '--dry-run'], says: /2026-02-30 is not a day/ },
    'a day written otherwise': { args: ['explain', 'F-1', '--day', '09/02/2026'], says: /09\/02\/2026 is not a day/ },
    'days that are no number': { args: ['forecast', '--days', 'ten'], says: /--days needs a whole number/ },
    'more days than anybody waits for': { args: ['forecast', '--days', '99999'], says: /from 0 to 3650, not 99999/ },
    'another day without time travel': { args: ['run', '--day', DAY], says: /another day .*--dry-run/ },
    'a weekend': {
      args: ['run', '--day', '2026-02-08'],
      says: /2026-02-08 is no sending day.*2026-02-09/,
      env: TRAVEL,
    },
    'no file': { args: ['import'], says: /needs FILE/ },
    'a missing file': { args: ['import', '/nowhere/at all.csv'], says: /no file \/nowhere\/at all\.csv/ },
    'a folder for a file': { args: ['import', base], says: /cannot be read/ },
    'an empty file': { args: ['import', file('empty.csv', '')], says: /empty/ },
    'a header and no rows': { args: ['import', file('header.csv', 'number;customer;total\n')], says: /no rows/ },
    'wrong columns': { args: ['import', file('wrong.csv', 'colour,size\nred,4\n')], says: /not clear .*--as/ },
    'wrong columns for the kind': {
      args: ['import', file('wrong2.csv', 'colour,size\nred,4\n'), '--as', 'invoices'],
      says: /No column tells/,
    },
    'broken encoding': {
      args: ['import', file('broken.csv', Buffer.concat([Buffer.from(GOOD), Buffer.from([0xff, 0xc3, 0x28, 0x00])]))],
      says: /cannot be imported: The file is/,
    },
    'a spreadsheet': {
      args: ['import', file('sheet.xlsx', Buffer.from('504b0304140006000800000021', 'hex'))],
      says: /cannot be imported: The file is/,
    },
    'a PDF': { args: ['import', file('invoice.pdf', '%PDF-1.7\n%âãÏÓ\n1 0 obj\n')], says: /PDF/ },
    'rows that are refused, with line and reason': {
      args: ['import', file('rows.csv', `${GOOD}X-2;New Ltd;31/02/2026;;12,00\nX-3;New Ltd;01/02/2026;;abc\n`)],
      says: /2 rows were refused, so nothing was imported.*3: .*31\/02\/2026.*4: .*abc/,
    },
    'a row that quotes a line break': {
      args: ['import', file('multi.csv', 'number;customer;issued;total\nX-2;New;"31/02\n/2026";12,00\n')],
      says: /1 row was refused/,
    },
    'a payment that fits nobody': {
      args: ['import', file('pay.csv', 'invoice,paid on,amount\nNIX,2026-02-01,10.00\n'), '--as', 'payments'],
      says: /2: No customer or invoice fits “NIX”/,
    },
    'an unknown kind': { args: ['import', file('k.csv', GOOD), '--as', 'dogs'], says: /say so with --as/ },
    'a kind that is not read yet': { args: ['import', file('b.csv', GOOD), '--as', 'bank'], says: /not read bank/ },
    'a currency that is none': {
      args: ['import', file('c.csv', GOOD), '--currency', 'euro'],
      says: /euro is not a curr/,
    },
    'broken JSON': { args: ['import', file('broken.json', '{"format": ')], says: /not valid JSON/ },
    'JSON in another encoding': {
      args: [
        'import',
        file('latin.json', Buffer.from(JSON.stringify(addition({ customers: [customer('É')] })), 'latin1')),
      ],
      says: /not valid JSON/,
    },
    'JSON of another program': { args: ['import', file('other.json', '{"a": 1}')], says: /not a Dunwell archive/ },
    'an archive of a newer Dunwell': {
      args: ['import', file('newer.json', '{"format":"dunwell-archive","version":99}')],
      says: /newer Dunwell/,
    },
    'an archive with an unknown reference': {
      args: [
        'import',
        file(
          'reference.json',
          JSON.stringify(addition({ customers: [customer('NEW')], invoices: [invoice('NIX', 'X')] })),
        ),
      ],
      says: /customer NIX is named/,
    },
    'an archive that breaks a rule': {
      args: [
        'import',
        file('rule.json', JSON.stringify(addition({ invoices: [invoice('ALDER', 'X', { total: '-1' })] }))),
      ],
      says: /invoice ALDER \/ X cannot be imported/,
    },
    'an archive with an unknown reference, on a dry run': {
      args: [
        'import',
        '--dry-run',
        file('reference2.json', JSON.stringify(addition({ invoices: [invoice('NIX', 'X')] }))),
      ],
      says: /customer NIX is named/,
    },
    'a folder that holds something, for the export': { args: ['export', base], says: /already exists/ },
    'a file for a folder, for the export': { args: ['export', file('taken', '')], says: /Nothing can be written/ },
    'the example company on top of customers': { args: ['demo'], says: /already holds customers/ },
    'a port that is none': { args: ['check'], says: /DUNWELL_PORT/, env: { DUNWELL_PORT: 'http' } },
    'a switch that is neither on nor off': {
      args: ['check'],
      says: /TIME_TRAVEL/,
      env: { DUNWELL_TIME_TRAVEL: 'yes' },
    },
  };
  const cases = Object.keys(refusals);
  let results: Outcome[];
  let before: Record<string, unknown[]>;
  let folder: string;

  beforeAll(async () => {
    folder = await installed('refusals');
    before = await contentOf(folder);
    results = [];
    for (const name of cases) results.push(await dunwellHere(folder, refusals[name]?.args ?? [], refusals[name]?.env));
  });

  test.each(cases.map((name, index) => ({ name, index })))('$name', ({ name, index }) => {
    expect(results[index]).toEqual(refused(refusals[name]?.says ?? /never/));
  });

  test('and the database is as it was', async () => {
    expect(await contentOf(folder)).toEqual(before);
  });

  test('by the process as a whole', async () => {
    expect(await dunwell(folder, ['explain', 'F-99'])).toEqual(refused(/no invoice F-99/));
  });
});

describe('a database that cannot be used', () => {
  const damaged: Record<string, { make: (folder: string) => void; args?: string[]; says: RegExp }> = {
    'none yet': { make: () => undefined, says: /no database at/ },
    garbage: {
      make: (folder) =>
        writeFileSync(path.join(folder, 'dunwell.db'), 'this is no database, however long it may be'.repeat(99)),
      says: /not a readable database/,
    },
    'a folder in its place': { make: (folder) => mkdirSync(path.join(folder, 'dunwell.db')), says: /cannot be opened/ },
    'of another program': {
      make: (folder) => new Database(path.join(folder, 'dunwell.db')).exec('CREATE TABLE other (x)').close(),
      says: /another program/,
    },
    'of a newer Dunwell': {
      make: (folder) => {
        cpSync(path.join(base, 'whole', 'dunwell.db'), path.join(folder, 'dunwell.db'));
        new Database(path.join(folder, 'dunwell.db'))
          .exec(`INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999_future', 9, 0)`)
          .close();
      },
      says: /newer Dunwell/,
    },
    'damaged in the middle': {
      make: (folder) => {
        const bytes = readFileSync(path.join(base, 'whole', 'dunwell.db'));
        bytes.fill(0x5a, 8 * 4096);
        writeFileSync(path.join(folder, 'dunwell.db'), bytes);
      },
      args: ['export', path.join(base, 'never')],
      says: /not a readable database/,
    },
  };
  const cases = Object.keys(damaged);
  let results: Outcome[];

  beforeAll(async () => {
    await installed('whole');
    results = [];
    for (const [index, name] of cases.entries()) {
      const folder = path.join(base, `damaged-${index}`);
      mkdirSync(folder);
      damaged[name]?.make(folder);
      // What libraries print on their own is only seen from outside.
      const way = name === 'garbage' ? dunwell : dunwellHere;
      results.push(await way(folder, damaged[name]?.args ?? ['run', '--dry-run', '--json']));
    }
  });

  test.each(cases.map((name, index) => ({ name, index })))('($name) is refused', ({ name, index }) => {
    expect(results[index]).toEqual(refused(damaged[name]?.says ?? /never/));
  });

  test('is not made by a command that only reads', () => {
    expect(readdirSync(path.join(base, `damaged-${cases.indexOf('none yet')}`))).toEqual([]);
  });

  test('because a folder stands where a file would, is refused', async () => {
    expect(await dunwellHere(path.join(file('a-file', ''), 'data'), ['demo'])).toEqual(refused(/cannot be written/));
  });

  test('because another program holds it, is refused after a moment', async () => {
    const folder = await installed('busy');
    const other = new Database(path.join(folder, 'dunwell.db'));
    other.exec('BEGIN IMMEDIATE');
    expect(
      await dunwellHere(folder, ['import', file('busy.csv', 'number;customer;issued;total\nX;N;01/02/2026;1,00\n')]),
    ).toEqual(refused(/locked by another program/));
    other.close();
  });
});

describe('the run on the command line', () => {
  test('announces on a dry run what it then does, once, and says so in one JSON document', async () => {
    const folder = await installed('run');
    const json = async (...args: string[]): Promise<{ outcome: Outcome; document: never }> => {
      const outcome = await dunwellHere(folder, [...args, '--day', DAY, '--json'], TRAVEL);
      return { outcome, document: JSON.parse(outcome.stdout) as never };
    };
    const before = await contentOf(folder);
    const dry = await json('run', '--dry-run');
    expect(await contentOf(folder)).toEqual(before);
    expect(dry.document).toEqual({
      day: DAY,
      sends: [
        expect.objectContaining({
          customer: 'MARTIN',
          plan: 'Standard',
          step: 'Reminder 7',
          invoices: ['F-1'],
          total: '100.00',
        }),
        expect.objectContaining({ customer: 'ROSSI', invoices: ['F-2', 'F-3'], currency: 'EUR', total: '120.50' }),
        expect.objectContaining({ customer: 'ROSSI', invoices: ['F-4'], currency: 'USD', total: '7.00' }),
      ],
      holds: [
        { invoice: 'F-1', customer: 'ALDER', reasons: ['no_plan'], until: null },
        { invoice: 'F-5', customer: 'ALDER', reasons: ['no_plan'], until: null },
      ],
    });
    const real = await json('run', '--deliver');
    expect(real.outcome.code).toBe(0);
    const { run, ...decisions } = real.document as { run: unknown };
    expect(decisions).toEqual(dry.document);
    expect(run).toMatchObject({ state: 'done', queued: 3, problems: [], delivery: { sent: 3, failed: 0 } });
    const again = await json('run', '--deliver');
    expect(again.document).toMatchObject({ sends: [], run: { state: 'already_done', delivery: { sent: 0 } } });
    const explained = await json('explain', 'F-2');
    expect(explained.document).toMatchObject({ invoice: 'F-2', customer: 'ROSSI', decision: 'wait' });
    const two = await json('explain', 'F-1');
    expect(two.document).toHaveLength(2);
    const ahead = await json('forecast', '--days', '40');
    expect(
      (ahead.document as { days: { sends: unknown[] }[] }).days.flatMap(({ sends }) => sends).length,
    ).toBeGreaterThan(2);
    expect((await contentOf(folder)).messages).toHaveLength(3);
  });

  test('is refused while another process runs or sends, and goes when that one is done', async () => {
    const folder = await installed('locked');
    const lock = takeLock(path.join(folder, 'sender.lock'));
    const before = await contentOf(folder);
    expect(await dunwell(folder, ['run', '--day', DAY, '--deliver'], TRAVEL)).toEqual(refused(/Another Dunwell/));
    expect(await contentOf(folder)).toEqual(before);
    const dry = await dunwellHere(folder, ['run', '--day', DAY, '--dry-run'], TRAVEL);
    expect(dry.code).toBe(0);
    lock?.release();
    expect(await dunwellHere(folder, ['run', '--day', DAY], TRAVEL)).toMatchObject({ code: 0 });
  });

  test('started three times at once does its work once (F5)', async () => {
    const folder = await installed('thrice');
    const run = (): Promise<Outcome> => dunwell(folder, ['run', '--day', DAY, '--deliver'], TRAVEL);
    const outcomes = await Promise.all([run(), run(), run()]);
    expect(outcomes.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    for (const { code, stderr } of outcomes)
      if (code !== 0) expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^[^\n]+\n$/) });
    const { reminders, messages } = await contentOf(folder);
    expect([reminders?.length, messages?.length]).toEqual([3, 3]);
  });

  test('with the mail server down ends with problems, loses nothing, and sends each message once when it is back', async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData(stream, { envelope }, done) {
        stream.resume();
        stream.on('end', () => {
          received.push(...envelope.rcptTo.map(({ address }) => address));
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as { port: number };
    await new Promise<void>((resolve) => server.server.close(() => resolve()));
    const mail = { host: '127.0.0.1', port, security: 'none' as const };
    const folder = await installed('down', { ...standard(), settings: settings({ mail }) });
    const args = ['run', '--day', DAY, '--deliver'];
    const down = await dunwellHere(folder, args, TRAVEL);
    expect(down.code).toBe(1);
    expect(down.stderr).toMatch(/^The mail server 127\.0\.0\.1 cannot be used now: .*ECONNREFUSED.*Nothing was lost/m);
    expect(down.stderr).not.toMatch(/^\s+at /m);
    const { reminders } = await contentOf(folder);
    expect(reminders?.map((row) => (row as { state: string }).state)).toEqual(['queued', 'queued', 'queued']);
    await new Promise<void>((resolve) => server.server.listen(port, '127.0.0.1', () => resolve()));
    const up = await dunwell(folder, args, TRAVEL);
    expect([up.code, up.stderr]).toEqual([0, expect.stringContaining('3 sent')]);
    await dunwellHere(folder, args, TRAVEL);
    expect(received.toSorted()).toEqual([
      'martin@customer.example',
      'rossi@customer.example',
      'rossi@customer.example',
    ]);
    await new Promise<void>((resolve) => server.close(resolve));
  });

  test('without a sender address is refused before anything is queued', async () => {
    const folder = await installed('sender', {
      ...standard(),
      settings: settings({ company: { name: 'M' }, mail: { host: '127.0.0.1', port: 1 } }),
    });
    const before = await contentOf(folder);
    expect(await dunwellHere(folder, ['run', '--day', DAY, '--deliver'], TRAVEL)).toEqual(refused(/No sender address/));
    expect(await contentOf(folder)).toEqual(before);
  });

  test('says the same wherever the machine stands', async () => {
    const zones = ['UTC', 'America/New_York', 'Asia/Tokyo'];
    // At three in the morning in Paris it is still yesterday in New York, and long today in Tokyo.
    const early = { ...standard(), settings: settings({ sendAt: '03:00' }) };
    const folders = await Promise.all(zones.map((_, n) => installed(`zone-${n}`, early)));
    const commands = [
      ['run', '--day', DAY, '--deliver', '--json'],
      ['forecast', '--day', DAY, '--json'],
    ];
    const spoken = await inTurns(
      zones.map((TZ, n) => async () => {
        const said: string[] = [];
        for (const args of commands) said.push((await dunwell(folders[n] ?? '', args, { ...TRAVEL, TZ })).stdout);
        return said;
      }),
    );
    for (const said of spoken) expect(said).toEqual(spoken[0]);
    const facts = await Promise.all(
      folders.map(async (folder) => {
        const { reminders, completions, history } = await contentOf(folder);
        return [reminders, completions, history].map((rows) =>
          rows?.map((row) => ({ ...(row as object), claimed_by: null, message_id: null })),
        );
      }),
    );
    for (const fact of facts) expect(fact).toEqual(facts[0]);
    expect(JSON.stringify(facts[0])).toContain('"sent_on":"2026-02-09"');
    expect(JSON.stringify(facts[0])).toContain('2026-02-09T02:00:00.000Z');
  });
});

describe('import on the command line', () => {
  const rows =
    'number;customer;issued;due;total\nX-1;New Ltd;01/02/2026;03/03/2026;1 234,56\nX-2;New Ltd;31/02/2026;;12,00\n';

  test('takes the good rows and ends with problems when told to skip the others; keeps nothing on a dry run', async () => {
    const folder = await installed('skip');
    const before = await contentOf(folder);
    const csv = file('skip.csv', rows);
    const dry = await dunwellHere(folder, ['import', csv, '--dry-run', '--json']);
    expect(dry.code).toBe(1);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      kind: 'invoices',
      invoices: { created: 1 },
      refused: [{ line: 3, reason: 'unreadable_date' }],
    });
    expect(await contentOf(folder)).toEqual(before);
    const skipped = await dunwellHere(folder, ['import', csv, '--skip-refused']);
    expect(skipped).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/skip\.csv:3: refused: .*31\/02\/2026/),
    });
    const { invoices } = await contentOf(folder);
    expect(invoices).toHaveLength((before.invoices?.length ?? 0) + 1);
  });

  test('makes the database when there is none; check finds it sound; export gives one file for the owner only', async () => {
    const folder = path.join(base, 'fresh', 'data');
    const csv = file('fresh.csv', 'number;customer;issued;due;total\nX-1;New Ltd;01/02/2026;03/03/2026;1 234,56\n');
    const imported = await dunwellHere(folder, ['import', csv, '--json']);
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({
      customers: { created: 1 },
      invoices: { created: 1 },
      refused: [],
    });
    const checked = await dunwellHere(folder, ['check', '--json']);
    const { findings } = JSON.parse(checked.stdout) as { findings: { what: string; ok: boolean }[] };
    for (const what of ['database', 'balances', 'mail', 'clock'])
      expect(findings).toContainEqual(expect.objectContaining({ what, ok: true }));
    const target = path.join(base, 'out', 'deep');
    expect(await dunwellHere(folder, ['export', target])).toMatchObject({ code: 0, stdout: '' });
    expect(readdirSync(target)).toEqual(['dunwell.json']);
    const copy = path.join(base, 'copy');
    expect(await dunwellHere(copy, ['import', path.join(target, 'dunwell.json')])).toMatchObject({ code: 0 });
    await dunwellHere(copy, ['export', path.join(base, 'out2')]);
    expect(
      readFileSync(path.join(base, 'out2', 'dunwell.json')).equals(readFileSync(path.join(target, 'dunwell.json'))),
    ).toBe(true);
  });

  test('a refused second file leaves the first one in and none of itself', async () => {
    const folder = await installed('two-files');
    const outcome = await dunwellHere(folder, [
      'import',
      file('one.csv', 'number;customer;issued;total\nX-1;N;01/02/2026;1,00\n'),
      file('two.csv', 'number;customer;issued;total\nX-2;N;01/02/2026;2,00\nX-3;N;nope;3,00\n'),
    ]);
    expect(outcome.code).toBe(2);
    const { invoices } = await contentOf(folder);
    const numbers = invoices?.map((row) => (row as { number: string }).number);
    expect(numbers).toContain('X-1');
    expect(numbers).not.toContain('X-2');
  });
});

test('help and version need no database', async () => {
  const folder = path.join(base, 'helpless');
  const [help, version] = await Promise.all([dunwell(folder, ['--help']), dunwell(folder, ['--version'])]);
  expect([help.code, version.code]).toEqual([0, 0]);
  expect(help.stdout).toMatch(/^ {2}run {7}decide/m);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(existsSync(folder)).toBe(false);
});
