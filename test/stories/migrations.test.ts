import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../migrations/index.ts';
import { type Db, integrity, openDatabase } from '../../src/store/database.ts';
import { rewriteReminder } from '../../src/store/reminders.ts';
import { database, firm, invoice, plan, runOn, step, temporaryFolder, together } from '../support/installation.ts';

const AT = '2026-01-05T11:00:00.000Z';

const customerRow = (differs: object = {}) => ({
  code: 'NEW',
  name: 'New',
  language: 'en',
  created_at: AT,
  ...differs,
});
const invoiceRow = (differs: object = {}) => ({
  customer_id: 1,
  number: 'N-1',
  issued_on: '2026-01-05',
  due_on: '2026-02-02',
  currency: 'EUR',
  total_minor: 1000,
  outstanding_minor: 1000,
  state: 'issued',
  created_at: AT,
  ...differs,
});
const reminderRow = (differs: object = {}) => ({
  key: 'k',
  origin: 'run',
  customer_id: 1,
  channel: 'email',
  currency: 'EUR',
  total_minor: 1,
  state: 'queued',
  decided_on: '2026-02-09',
  language: 'en',
  message_id: `<${Math.random()}@x>`,
  created_at: AT,
  ...differs,
});
const lineRow = (reminder_id: number, differs: object = {}) => ({
  reminder_id,
  invoice_id: 1,
  position: 0,
  outstanding_minor: 1,
  step_id: 1,
  refers_on: '2026-02-02',
  ...differs,
});

const filled = (): Promise<Db> => database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));

describe('the database refuses', () => {
  let db: Db;
  beforeAll(async () => {
    db = await filled();
  });

  test.each<[string, string, object]>([
    ['half a cent', 'invoices', invoiceRow({ total_minor: 10.5 })],
    ['an amount that is a text', 'invoices', invoiceRow({ total_minor: 'ten' })],
    ['a negative total', 'invoices', invoiceRow({ total_minor: -1 })],
    ['a day written 02/01/2025', 'invoices', invoiceRow({ issued_on: '02/01/2025' })],
    ['the 30th of February', 'invoices', invoiceRow({ due_on: '2026-02-30' })],
    ['a day with a time', 'invoices', invoiceRow({ due_on: '2026-02-03T10:00:00Z' })],
    ['a day that is a number', 'invoices', invoiceRow({ issued_on: 20260105 })],
    ['a missing issue date', 'invoices', invoiceRow({ issued_on: null })],
    ['the currency eur', 'invoices', invoiceRow({ currency: 'eur' })],
    ['the currency EURO', 'invoices', invoiceRow({ currency: 'EURO' })],
    ['an instant of local time', 'invoices', invoiceRow({ created_at: '2026-01-05T11:00:00+01:00' })],
    ['an unknown state', 'invoices', invoiceRow({ state: 'open' })],
    ['an invoice of nobody', 'invoices', invoiceRow({ customer_id: 99 })],
    ['an invoice without a number', 'invoices', invoiceRow({ number: '' })],
    ['a second invoice of the number', 'invoices', invoiceRow({ number: 'F-1' })],
    ['a second customer of the code', 'customers', customerRow({ code: 'MARTIN' })],
    ['a customer without a name', 'customers', customerRow({ name: '' })],
    [
      'a payment of nothing',
      'payments',
      {
        customer_id: 1,
        received_on: '2026-01-05',
        currency: 'EUR',
        amount_minor: 0,
        unapplied_minor: 0,
        source_key: 'x',
        created_at: AT,
      },
    ],
    ['money from nowhere', 'applications', { invoice_id: 1, amount_minor: 5, applied_on: '2026-01-05' }],
    ['a pause of two things', 'pauses', { invoice_id: 1, customer_id: 1, begun_at: AT }],
    ['a pause of nothing', 'pauses', { begun_at: AT }],
    ['a second run of a day', 'runs', { day: '2026-03-02', state: 'open', lease_owner: 'x', started_at: AT }],
    ['a setting that is no JSON', 'settings', { name: 'x', value: 'no' }],
    [
      'a second enrolment of one kind',
      'enrolments',
      { customer_id: 1, plan_id: 1, kind: 'escalation', since_on: '2026-01-05' },
    ],
    ['a recap without a rhythm', 'plans', { name: 'R', kind: 'recap', roles: '[]', created_at: AT }],
    ['a decision about nothing', 'decisions', { run_id: 1, kind: 'wait', reasons: '[]' }],
    [
      'a step before the issue date',
      'steps',
      { plan_id: 1, position: 9, name: 's', trigger_from: 'issue', trigger_days: -1, action: 'email' },
    ],
    ['bytes of a reminder that is none', 'messages', { reminder_id: 99, sha256: 'x', raw: Buffer.from('x') }],
  ])('%s', async (_, table, row) => {
    await db('runs')
      .insert({ day: '2026-03-02', state: 'open', lease_owner: 'x', started_at: AT })
      .onConflict()
      .ignore();
    const [before] = await db(table).count();
    await expect(db(table).insert(row)).rejects.toThrow(/constraint failed|cannot store/);
    expect(await db(table).count()).toEqual([before]);
  });

  test('to forget what something else refers to', async () => {
    await expect(db('customers').where({ id: 1 }).delete()).rejects.toThrow(/FOREIGN KEY/);
    await expect(db('steps').delete()).resolves.toBe(3);
  });

  test('but takes the good rows that these are variations of', async () => {
    await db('invoices').insert(invoiceRow());
    await db('customers').insert(customerRow());
    expect(await db('invoices').where({ number: 'N-1' }).first()).toMatchObject({ total_minor: 1000 });
  });
});

const reminder = async (db: Db, differs: object = {}): Promise<number> => {
  const [made] = (await db('reminders').insert(reminderRow(differs)).returning('id')) as { id: number }[];
  return made?.id ?? 0;
};

describe('a reminder exists once', () => {
  test.each(['queued', 'sending', 'handover', 'sent', 'uncertain'])('while its like is %s', async (state) => {
    const db = await filled();
    await reminder(db, { state });
    await expect(reminder(db)).rejects.toThrow(/UNIQUE/);
  });

  test.each(['cancelled', 'failed'])('and may be made anew after it was %s', async (state) => {
    const db = await filled();
    await reminder(db, { state });
    await reminder(db);
    expect(await db('reminders')).toHaveLength(2);
  });

  test.each(['cancelled', 'failed'])('for an invoice, a step and a date, until it was %s', async (state) => {
    const db = await filled();
    const [first, second] = [await reminder(db, { key: 'a' }), await reminder(db, { key: 'b' })];
    await db('reminder_invoices').insert(lineRow(first));
    await expect(db('reminder_invoices').insert(lineRow(second))).rejects.toThrow(/UNIQUE/);
    await db('reminders').where({ id: first }).update({ state });
    await db('reminder_invoices').insert(lineRow(second));
    expect(await db('reminder_invoices').orderBy('id').pluck('live')).toEqual([0, 1]);
    // What was given up cannot come back to life beside its successor.
    await expect(db('reminders').where({ id: first }).update({ state: 'queued' })).rejects.toThrow(/UNIQUE/);
  });

  test('for an invoice, a step and a date: but another date, another step or a mere listing is another thing', async () => {
    const db = await filled();
    for (const [n, differs] of [
      {},
      { refers_on: '2026-02-03' },
      { step_id: 2 },
      { step_id: null, refers_on: null },
    ].entries())
      await db('reminder_invoices').insert(lineRow(await reminder(db, { key: `k${n}` }), differs));
    expect(await db('reminder_invoices')).toHaveLength(4);
  });

  test('for a recap, a customer, an occurrence and a currency', async () => {
    const db = await filled();
    const recap = { plan_id: 1, occurrence_on: '2026-02-01' };
    const first = await reminder(db, { ...recap, key: 'a' });
    await expect(reminder(db, { ...recap, key: 'b' })).rejects.toThrow(/UNIQUE/);
    await reminder(db, { ...recap, key: 'c', currency: 'USD' });
    await reminder(db, { ...recap, key: 'd', occurrence_on: '2026-03-01' });
    await db('reminders').where({ id: first }).update({ state: 'failed' });
    await reminder(db, { ...recap, key: 'e' });
  });

  test('under one Message-ID, whatever became of it', async () => {
    const db = await filled();
    await reminder(db, { message_id: '<1@x>', state: 'failed' });
    await expect(reminder(db, { key: 'other', message_id: '<1@x>' })).rejects.toThrow(/UNIQUE/);
  });

  test('and keeps its claim on a step when its words are written anew', async () => {
    const db = await database(firm({ plans: [together()], invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, '2026-02-09');
    const [row] = await db('reminder_invoices');
    const completes = {
      stepId: row.step_id,
      stepName: '',
      refersOn: row.refers_on,
      nominalOn: row.nominal_on,
      scheduledOn: row.scheduled_on,
      dueOn: row.due_on,
    };
    await db.transaction((trx) =>
      rewriteReminder(trx, row.reminder_id, {
        language: 'en',
        templateId: null,
        subject: 's',
        html: '',
        text: '',
        total: 1,
        lines: [{ invoiceId: row.invoice_id, number: 'F-1', outstanding: 1, completes }],
        credits: [],
        recipients: [],
        attachments: [],
        paymentCode: '',
        letter: null,
      }),
    );
    expect(await db('reminder_invoices').pluck('live')).toEqual([1]);
  });
});

describe('a customer', () => {
  test('is on one plan of each kind, and may come back to one', async () => {
    const db = await database(
      firm({ plans: [plan(), { kind: 'recap', name: 'R', startOn: '2026-01-01', every: { n: 1, unit: 'month' } }] }),
    );
    await db('enrolments').insert({ customer_id: 1, plan_id: 2, kind: 'recap', since_on: '2026-01-05' });
    await db('enrolments').where({ kind: 'escalation' }).update({ ended_at: AT });
    await db('enrolments').insert({ customer_id: 1, plan_id: 1, kind: 'escalation', since_on: '2026-01-05' });
    expect(await db('enrolments').whereNull('ended_at')).toHaveLength(2);
  });
});

describe('the file', () => {
  test('is written through to the disk, also after the first transaction, and checks its references', async () => {
    const db = await database(firm(), path.join(temporaryFolder(), 'dunwell.db'));
    await db.transaction((trx) => trx('customers').update({ note: 'x' }));
    const pragma = async (name: string): Promise<unknown> =>
      Object.values(((await db.raw(`PRAGMA ${name}`)) as object[])[0] ?? {})[0];
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual([
      'wal',
      2,
      1,
    ]);
  });

  test('is not readable by others', async () => {
    const folder = path.join(temporaryFolder(), 'deep', 'data');
    await database(undefined, path.join(folder, 'dunwell.db'));
    const { mode } = statSync(folder);
    expect(mode & 0o077).toBe(0);
  });

  test('goes up to the newest migration and all the way back to nothing', async () => {
    const db = knex({
      client: 'better-sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    await db.migrate.latest({ migrationSource });
    expect(await db('knex_migrations').pluck('name')).toEqual(migrationNames);
    expect(await integrity(db)).toEqual([]);
    await db.migrate.rollback({ migrationSource }, true);
    const left = (
      await db('sqlite_master').whereIn('type', ['table', 'index', 'trigger', 'view']).pluck('name')
    ).filter((name: string) => !/^(knex_|sqlite_)/.test(name));
    expect(left).toEqual([]);
    await db.migrate.latest({ migrationSource });
    await db.destroy();
  });

  test('opened again is not migrated again, and keeps what it holds', async () => {
    const file = path.join(temporaryFolder(), 'dunwell.db');
    const db = await database(firm(), file);
    await db.destroy();
    const again = await database(undefined, file);
    expect(await again('customers')).toHaveLength(1);
    expect(await again('knex_migrations')).toHaveLength(migrationNames.length);
  });

  test('every table keeps its types', async () => {
    const db = await database();
    const loose = await db.raw(
      `SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND schema = 'main'
        AND name NOT LIKE 'knex%' AND name NOT LIKE 'sqlite%'`,
    );
    expect(loose).toEqual([]);
  });
});

describe('a file that is not ours is refused, and left alone', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder, name);

  const make: Record<string, { code: string; make: () => Promise<string> }> = {
    'a newer Dunwell': {
      code: 'newer_database',
      make: async () => {
        const db = await database(firm(), at('newer.db'));
        await db('knex_migrations').insert({ name: '9999_future', batch: 9, migration_time: new Date() });
        await db.destroy();
        return at('newer.db');
      },
    },
    'another program': {
      code: 'foreign_database',
      make: async () => {
        new Database(at('foreign.db')).exec('CREATE TABLE notes (x); INSERT INTO notes VALUES (1)').close();
        return at('foreign.db');
      },
    },
    garbage: {
      code: 'unreadable_database',
      make: async () => {
        writeFileSync(at('garbage.db'), 'garbage '.repeat(1000));
        return at('garbage.db');
      },
    },
    'a folder': {
      code: 'unwritable_database',
      make: async () => {
        mkdirSync(at('folder.db'));
        return at('folder.db');
      },
    },
    'a file in a folder that is a file': {
      code: 'unwritable_database',
      make: async () => {
        writeFileSync(at('file'), '');
        return at('file/dunwell.db');
      },
    },
  };

  test.each(Object.entries(make))('%s', async (name, { code, make: prepare }) => {
    const file = await prepare();
    const before = name.startsWith('a f') ? null : at(`${name}.copy`);
    if (before) cpSync(file, before);
    await expect(openDatabase(file)).rejects.toMatchObject({ name: 'Refusal', code });
    if (name === 'another program')
      expect(new Database(file).prepare('SELECT name FROM sqlite_master').pluck().all()).toEqual(['notes']);
  });

  test('nothing, when only what exists may be opened', async () => {
    await expect(openDatabase(at('none.db'), { create: false })).rejects.toMatchObject({ code: 'no_database' });
  });
});

describe('the sums that lists show', () => {
  test('follow every change of an invoice', async () => {
    const db = await database(
      firm({
        plans: [plan({ steps: [step(7)] })],
        invoices: [
          invoice('MARTIN', 'F-1'),
          invoice('MARTIN', 'F-2', { currency: 'USD' }),
          invoice('MARTIN', 'F-3', { dueOn: undefined }),
          invoice('MARTIN', 'F-4', { state: 'draft' }),
        ],
      }),
    );
    const agree = async (): Promise<void> => {
      const real = await db('invoices')
        .select('currency', { due_on: db.raw(`coalesce(due_on, '')`) })
        .count({ invoices: '*' })
        .sum({ outstanding_minor: 'outstanding_minor' })
        .where('outstanding_minor', '>', 0)
        .where({ state: 'issued' })
        .groupBy(1, 2)
        .orderBy([1, 2] as never);
      expect(await db('open_amounts').orderBy(['currency', 'due_on'])).toEqual(real);
    };
    await agree();
    const changes: [number, object][] = [
      [1, { outstanding_minor: 10 }],
      [1, { outstanding_minor: 0 }],
      [1, { outstanding_minor: -5 }],
      [1, { outstanding_minor: 700 }],
      [2, { currency: 'EUR' }],
      [2, { due_on: '2026-02-02', currency: 'EUR' }],
      [3, { due_on: '2026-02-02' }],
      [4, { state: 'issued' }],
      [4, { state: 'cancelled' }],
      [3, { state: 'written_off' }],
    ];
    for (const [id, change] of changes) {
      await db('invoices').where({ id }).update(change);
      await agree();
    }
  });
});
