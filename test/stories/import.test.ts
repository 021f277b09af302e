import type { ImportKind } from '../../src/importers/headerWords.ts';
import { importFile, type ImportOptions, type ImportReport } from '../../src/services/importFile.ts';
import type { Db } from '../../src/store/database.ts';
import { integrity } from '../../src/store/database.ts';
import { wrongBalances } from '../../src/store/ledger.ts';
import { add, addition, at, database, dump, firm, payment, runOn } from '../support/installation.ts';

function take(db: Db, kind: ImportKind, csv: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  const bytes = Buffer.from(csv);
  return importFile(db, { name: `${kind}.csv`, bytes, kind }, { clock: at('2026-02-09'), ...options });
}

const HEAD = 'number,customer code,customer name,issued,due,currency,total,outstanding';
const list = (...rows: string[]): string => [HEAD, ...rows].join('\n');
const F1 = 'F-1,C1,Martin,2026-01-05,2026-02-02,EUR,100.00,100.00';
const F2 = 'F-2,C1,Martin,2026-01-05,2026-02-02,EUR,50.00,20.00';

const outstanding = async (db: Db): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await db('invoices').orderBy('number')).map((row: { number: string; outstanding_minor: number }) => [
      row.number,
      row.outstanding_minor,
    ]),
  );

/** Everything but the history, which says that there was an import. */
async function facts(db: Db): Promise<Record<string, unknown[]>> {
  const { history: _, ...tables } = await dump(db);
  return tables;
}

async function sound(db: Db): Promise<void> {
  expect(await integrity(db)).toEqual([]);
  expect(await wrongBalances(db)).toEqual([]);
}

describe('a list of invoices', () => {
  test('brings its customers and invoices, and says so in the history', async () => {
    const db = await database();
    expect(await take(db, 'invoices', list(F1, F2))).toMatchObject({
      customers: { created: 1, updated: 0, unchanged: 0 },
      invoices: { created: 2, updated: 0, unchanged: 0 },
      refused: [],
    });
    expect(await outstanding(db)).toEqual({ 'F-1': 10_000, 'F-2': 2_000 });
    expect(await db('history')).toEqual([
      expect.objectContaining({ kind: 'imported', at: '2026-02-09T12:00:00.000Z' }),
    ]);
    await sound(db);
  });

  test('imported twice changes nothing (F34)', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1, F2));
    const before = await facts(db);
    expect(await take(db, 'invoices', list(F2, F1))).toMatchObject({
      customers: { created: 0, updated: 0, unchanged: 1 },
      invoices: { created: 0, updated: 0, unchanged: 2 },
    });
    expect(await facts(db)).toEqual(before);
  });

  test('updates what changed, and only that', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1, F2));
    const report = await take(
      db,
      'invoices',
      list(F1, F2.replace('20.00', '0.00'), 'F-3,C1,Martin & Fils,2026-01-06,2026-02-03,EUR,7.00,7.00'),
    );
    expect(report).toMatchObject({
      customers: { created: 0, updated: 1, unchanged: 0 },
      invoices: { created: 1, updated: 1, unchanged: 1 },
    });
    expect(await outstanding(db)).toEqual({ 'F-1': 10_000, 'F-2': 0, 'F-3': 700 });
    expect(await db('customers').pluck('name')).toEqual(['Martin & Fils']);
  });

  test('keeps the reminders that an invoice had: imported again, it is not reminded again', async () => {
    const db = await database(firm());
    const csv = list('F-1,MARTIN,MARTIN Ltd,2026-01-05,2026-02-02,EUR,100.00,100.00');
    await take(db, 'invoices', csv);
    expect(await runOn(db, '2026-02-09')).toMatchObject({ queued: 1 });
    await take(db, 'invoices', csv);
    expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 0 });
  });

  test('does not bring an invoice that was written off back to life', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1));
    await db('invoices').update({ state: 'written_off' });
    await take(db, 'invoices', list(F1));
    expect(await db('invoices').pluck('state')).toEqual(['written_off']);
  });

  test('takes negative invoices for credit notes', async () => {
    const db = await database();
    const report = await take(db, 'invoices', list(F1, 'A-1,C1,Martin,2026-01-06,,EUR,-30.00,-30.00'));
    expect(report).toMatchObject({ invoices: { created: 1 }, creditNotes: { created: 1 } });
    expect(await db('credit_notes')).toEqual([
      expect.objectContaining({ number: 'A-1', total_minor: 3000, remaining_minor: 3000, state: 'open' }),
    ]);
    expect(await take(db, 'invoices', list(F1, 'A-1,C1,Martin,2026-01-06,,EUR,-30.00,-30.00'))).toMatchObject({
      creditNotes: { created: 0, unchanged: 1 },
    });
    await sound(db);
  });

  test('of which one row is refused brings nothing; told to skip it, the rest; on a dry run, only the answer', async () => {
    const csv = list(F1, F2.replace('2026-01-05', 'soon'), 'F-3,C2,Rossi,2026-01-06,,EUR,7.00,7.00');
    const db = await database();
    const before = await dump(db);
    await expect(take(db, 'invoices', csv)).rejects.toMatchObject({
      code: 'import_rows',
      params: { count: 1, detail: expect.stringMatching(/^3: .*soon/) },
    });
    expect(await dump(db)).toEqual(before);
    expect(await take(db, 'invoices', csv, { dryRun: true })).toMatchObject({
      invoices: { created: 2 },
      refused: [{ line: 3 }],
    });
    expect(await dump(db)).toEqual(before);
    expect(await take(db, 'invoices', csv, { skipRefused: true })).toMatchObject({ invoices: { created: 2 } });
    expect(Object.keys(await outstanding(db))).toEqual(['F-1', 'F-3']);
  });

  test('counts the term of a customer from the issue date where it tells no due date', async () => {
    const db = await database();
    await take(db, 'customers', 'code,name,payment terms\nC1,Martin,45\n');
    await take(db, 'invoices', list('F-1,C1,Martin,2026-01-05,,EUR,100.00,100.00'));
    expect(await db('invoices').pluck('due_on')).toEqual(['2026-02-19']);
  });

  test('that fails half-way, on something nobody thought of, leaves nothing behind', async () => {
    const db = await database();
    const before = await dump(db);
    await db.raw(`CREATE TRIGGER broken BEFORE INSERT ON invoices WHEN NEW.number = 'F-2'
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    await expect(take(db, 'invoices', list(F1, F2))).rejects.toThrow('disk full');
    expect(await dump(db)).toEqual(before);
  });
});

const known = async (): Promise<Db> => {
  const db = await database();
  await take(db, 'customers', 'code,name,vat number,country\nC1,Martin,FR1,FR\nC2,Rossi,IT2,IT\n');
  return db;
};

describe('customers are found', () => {
  test.each([
    [
      'by code',
      'code,name\nC1,Martin et Fils',
      [
        ['C1', 'Martin et Fils', 'FR1'],
        ['C2', 'Rossi', 'IT2'],
      ],
    ],
    [
      'by legal id, where there is no code',
      'name,vat number\nMartin SA,FR1',
      [
        ['C1', 'Martin SA', 'FR1'],
        ['C2', 'Rossi', 'IT2'],
      ],
    ],
    [
      'by exact name, where there is neither',
      'name,city\nRossi,Torino',
      [
        ['C1', 'Martin', 'FR1'],
        ['C2', 'Rossi', 'IT2'],
      ],
    ],
    [
      'and made with a code of their own, where nothing fits',
      'name,city\nrossi,Torino',
      [
        ['C1', 'Martin', 'FR1'],
        ['C2', 'Rossi', 'IT2'],
        ['K-1', 'rossi', null],
      ],
    ],
  ])('%s', async (_, csv, expected) => {
    const db = await known();
    await take(db, 'customers', `${csv}\n`);
    const rows = await db('customers').orderBy('id').select('code', 'name', 'legal_id');
    expect(rows.map(({ code, name, legal_id }) => [code, name, legal_id])).toEqual(expected);
  });

  test('and an empty cell never wipes what is known', async () => {
    const db = await known();
    expect(await take(db, 'customers', 'code,name,vat number,country\nC1,Martin,,\n')).toMatchObject({
      customers: { created: 0, updated: 0, unchanged: 1 },
    });
    expect(await db('customers').where({ code: 'C1' }).first()).toMatchObject({ legal_id: 'FR1', country: 'FR' });
  });

  test('and written to in the language of their country, unless the file says another', async () => {
    const db = await database(firm({ customers: [], enrolments: [], settings: { language: 'it' } }));
    await take(db, 'customers', 'code,name,country,language\nA,A,FR,\nB,B,IT,\nC,C,GB,\nD,D,DE,\nE,E,FR,en\nF,F,,\n');
    expect(await db('customers').orderBy('code').pluck('language')).toEqual(['fr', 'it', 'en', 'it', 'en', 'it']);
  });

  test('with their contacts, which the same file does not bring twice', async () => {
    const db = await database();
    const csv = 'code,name,email,phone,contact person\nC1,Martin,anne@martin.example,+33 1,Anne\nC2,Rossi,,+39 2,\n';
    await take(db, 'customers', csv);
    await take(db, 'customers', csv.replace('anne@', 'Anne@'));
    expect(await db('contacts').orderBy('id').select('name', 'email', 'phone', 'receives')).toEqual([
      { name: 'Anne', email: 'anne@martin.example', phone: '+33 1', receives: 'to' },
      { name: '', email: null, phone: '+39 2', receives: 'none' },
    ]);
  });

  test('and two invoices of one number belong to two customers', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1, F1.replace('C1,Martin', 'C2,Rossi')));
    expect(await db('invoices')).toHaveLength(2);
  });
});

const withInvoices = async (): Promise<Db> => {
  const db = await database();
  await take(db, 'invoices', list(F1, 'F-2,C1,Martin,2026-01-05,2026-02-02,EUR,50.00,50.00'));
  return db;
};

describe('payments', () => {
  const PAID = 'invoice,customer code,paid on,amount,currency,reference\n';

  test('are set against their invoices, and imported twice they are booked once (F34)', async () => {
    const db = await withInvoices();
    const csv = `${PAID}F-1,C1,2026-02-03,40.00,EUR,a\nF-2,C1,2026-02-03,50.00,EUR,b\n`;
    expect(await take(db, 'payments', csv)).toMatchObject({ payments: { created: 2, unchanged: 0 } });
    const before = await facts(db);
    expect(await take(db, 'payments', csv)).toMatchObject({ payments: { created: 0, unchanged: 2 } });
    expect(await facts(db)).toEqual(before);
    expect(await outstanding(db)).toEqual({ 'F-1': 6_000, 'F-2': 0 });
    await sound(db);
  });

  test('that are alike are two when one file lists both, and stay two', async () => {
    const db = await withInvoices();
    const csv = `${PAID}F-1,C1,2026-02-03,10.00,EUR,a\nF-1,C1,2026-02-03,10.00,EUR,a\n`;
    await take(db, 'payments', csv);
    await take(db, 'payments', csv);
    expect(await outstanding(db)).toEqual({ 'F-1': 8_000, 'F-2': 5_000 });
  });

  test('beyond the claim stay open as credit', async () => {
    const db = await withInvoices();
    await take(db, 'payments', `${PAID}F-1,C1,2026-02-03,70.00,EUR,a\nF-1,C1,2026-02-04,70.00,EUR,b\n`);
    expect(await outstanding(db)).toEqual({ 'F-1': 0, 'F-2': 5_000 });
    expect(await db('payments').orderBy('id').pluck('unapplied_minor')).toEqual([0, 4_000]);
    await sound(db);
  });

  test('that bounce open the invoice again (MW-24)', async () => {
    const db = await withInvoices();
    await take(db, 'payments', `${PAID}F-1,C1,2026-02-03,100.00,EUR,a\nF-1,C1,2026-02-05,-100.00,EUR,bounced\n`);
    expect(await outstanding(db)).toEqual({ 'F-1': 10_000, 'F-2': 5_000 });
    await sound(db);
  });

  test('in another currency than the invoice are not set against it', async () => {
    const db = await withInvoices();
    await take(db, 'payments', `${PAID}F-1,C1,2026-02-03,100.00,USD,a\n`);
    expect(await outstanding(db)).toEqual({ 'F-1': 10_000, 'F-2': 5_000 });
    expect(await db('payments').pluck('unapplied_minor')).toEqual([10_000]);
  });

  test('that came before their invoice are not booked a second time with it', async () => {
    const db = await database();
    await take(db, 'customers', 'code,name\nC1,Martin\n');
    const csv = `${PAID}F-1,C1,2026-02-03,40.00,EUR,a\n`;
    await take(db, 'payments', csv);
    await take(db, 'invoices', list(F1));
    await take(db, 'payments', csv);
    expect(await db('payments').pluck('amount_minor')).toEqual([4_000]);
    await sound(db);
  });

  test('that fit no customer and no invoice are refused, with their line', async () => {
    const db = await withInvoices();
    const before = await dump(db);
    await expect(
      take(db, 'payments', `${PAID}F-1,C1,2026-02-03,40.00,EUR,a\nF-9,,2026-02-03,1.00,EUR,b\n`),
    ).rejects.toMatchObject({
      code: 'import_rows',
      params: { detail: expect.stringMatching(/^3: .*F-9/) },
    });
    expect(await dump(db)).toEqual(before);
  });

  test('on a number that two customers share are refused rather than guessed', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1, F1.replace('C1,Martin', 'C2,Rossi')));
    await expect(take(db, 'payments', 'invoice,paid on,amount\nF-1,2026-02-03,40.00\n')).rejects.toMatchObject({
      code: 'import_rows',
    });
    expect(await outstanding(db)).toEqual({ 'F-1': 10_000 });
  });
});

describe('a payment and the next list', () => {
  const part = payment('C1', 'F-1', '40.00');

  test('that has it already agree', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1));
    await add(db, addition({ payments: [part] }));
    expect(await take(db, 'invoices', list(F1.replace(/100\.00$/, '60.00')))).toMatchObject({
      invoices: { unchanged: 1, updated: 0 },
    });
    expect(await outstanding(db)).toEqual({ 'F-1': 6_000 });
    await sound(db);
  });

  test('that knows of another one on top leave what the list says', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1));
    await add(db, addition({ payments: [part] }));
    await take(db, 'invoices', list(F1.replace(/100\.00$/, '10.00')));
    expect(await outstanding(db)).toEqual({ 'F-1': 1_000 });
    await sound(db);
  });

  test('that tells no outstanding amount leave the payment counted', async () => {
    const db = await database();
    await take(db, 'invoices', list(F1));
    await add(db, addition({ payments: [part] }));
    await take(
      db,
      'invoices',
      'number,customer code,customer name,issued,due,currency,total\nF-1,C1,Martin,2026-01-05,2026-02-02,EUR,100.00\n',
    );
    expect(await outstanding(db)).toEqual({ 'F-1': 6_000 });
  });
});
