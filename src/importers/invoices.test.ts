import { readFileSync } from 'node:fs';
import type { InvoiceRecord } from './invoices.ts';
import { readInvoices } from './records.ts';
import type { Success } from './refusals.ts';
import type { ReadOptions } from './sheet.ts';

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/csv/${name}`);
const read = (source: Buffer | string, options: ReadOptions = { defaultCurrency: 'EUR' }): Success<InvoiceRecord> => {
  const result = readInvoices(Buffer.isBuffer(source) ? source : Buffer.from(source), options);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result;
};
const HEADER = 'Invoice number,Customer,Date,Due date,Total,Amount due,Amount paid,Status,Type,Currency';
/** The one row read under the usual header. */
const row = (cells: string, options?: ReadOptions) => read(`${HEADER}\n${cells}`, options);
const notesOf = (result: Success<InvoiceRecord>): string[] => result.notes.map(({ code }) => code);

/** How many, and their total. */
const sum = (some: InvoiceRecord[]): [number, number] => [some.length, some.reduce((all, { total }) => all + total, 0)];

describe('exports of other tools', () => {
  test('a line an item, with the totals repeated', () => {
    const { records, refused, notes } = read(fixture('line-items.csv'), {});
    expect([refused, notes]).toEqual([[], []]);
    expect(records).toMatchObject([
      {
        line: 2,
        number: 'INV-000001',
        customerCode: '77001',
        customerName: 'Alder & Finch Ltd',
        customerCountry: 'GB',
        issuedOn: '2025-03-01',
        dueOn: '2025-03-31',
        currency: 'GBP',
        total: 10550,
        outstanding: 550,
        status: 'issued',
      },
      {
        line: 4,
        number: 'INV-000002',
        dueOn: '2025-03-16',
        currency: 'EUR',
        total: 1200,
        outstanding: 0,
        status: 'cancelled',
      },
      { line: 5, number: 'INV-000003', dueOn: '2025-03-03', total: 9900, outstanding: 9900, status: 'draft' },
    ]);
  });

  test('lines of quantity and price alone are added up exactly', () => {
    const result = read(fixture('quantity-rate.csv'));
    expect(result.records).toMatchObject([
      { number: 'B-1', customerName: 'Rossi Srl', customerCode: null, total: 5091, outstanding: null },
      { number: 'B-2', total: 1000000 },
    ]);
    expect(result.notes).toEqual([{ code: 'total_from_lines', line: 2, count: 2, field: 'total' }]);
  });

  test('month names, all cells quoted, no currency', () => {
    const { records } = read(fixture('quoted-month-names.csv'), { defaultCurrency: 'USD' });
    expect(records).toMatchObject([
      {
        number: 'INV-1',
        customerName: 'Boulangerie Martin',
        issuedOn: '2025-01-28',
        dueOn: '2025-02-28',
        total: 102000,
        outstanding: null,
        status: 'issued',
      },
      { number: 'INV-2', total: 8550, outstanding: 0, status: 'paid' },
    ]);
  });

  test('a French list in windows-1252, with titles above and a sum below', () => {
    const result = read(fixture('french-list.csv'), {});
    expect(result).toMatchObject({ encoding: 'windows-1252', separator: ';', refused: [] });
    expect(result.notes).toEqual([{ code: 'ignored_row', line: 8, count: 1 }]);
    expect(result.records).toMatchObject([
      {
        line: 5,
        kind: 'invoice',
        number: 'FA-001',
        issuedOn: '2025-04-03',
        currency: 'EUR',
        total: 120000,
        outstanding: 70050,
      },
      { line: 6, customerName: 'Élan Créatif', total: 6000, outstanding: 0, status: 'paid' },
      { line: 7, kind: 'credit_note', number: 'AV-001', dueOn: null, total: 12000, outstanding: 12000 },
    ]);
  });

  test('an ageing report: headings and sums between the rows, the month first', () => {
    const { records, refused, notes } = read(fixture('aging-detail.csv'), { defaultCurrency: 'USD' });
    expect(records).toMatchObject([
      {
        line: 7,
        number: '1001',
        customerName: 'Alder & Finch Ltd',
        issuedOn: '2025-03-05',
        dueOn: '2025-04-04',
        total: 128450,
        outstanding: 128450,
      },
      { line: 8, number: '1002', issuedOn: '2025-03-28', total: 30000, outstanding: 10000 },
    ]);
    expect(refused).toEqual([]);
    expect(notes).toEqual([{ code: 'ignored_row', line: 6, count: 3 }]);
  });

  test('a ledger with credit notes, adjustments and rows without a customer', () => {
    const options: ReadOptions = {
      creditNotePrefix: 'C',
      adjustmentPrefix: 'A',
      withoutCustomer: { name: 'Counter sales' },
    };
    const { records, refused } = read(fixture('online-retail-cut.csv'), options);
    expect(sum(records.filter(({ kind, total }) => kind === 'invoice' && total > 0))).toEqual([241, 10310813]);
    expect(sum(records.filter(({ kind }) => kind === 'credit_note'))).toEqual([28, 169300]);
    expect(sum(records.filter(({ total }) => total === 0))).toEqual([33, 0]);
    expect(refused.map(({ reason, value }) => [reason, value])).toEqual([
      ['adjustment', 'A563185'],
      ['adjustment', 'A563186'],
      ['adjustment', 'A563187'],
    ]);
    expect(records.every(({ currency, dueOn }) => currency === 'GBP' && dueOn === null)).toBe(true);
    expect(new Set(records.map(({ customerCode }) => customerCode).filter(Boolean)).size).toBe(165);
    expect(records.filter(({ customerName }) => customerName === 'Counter sales')).toHaveLength(42);
  });

  test('the same ledger refuses rows without a customer unless told otherwise', () => {
    const { records, refused } = read(fixture('online-retail-cut.csv'), {});
    expect([records.length, refused.length]).toEqual([260, 45]);
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['missing_customer']));
  });

  test('rows of a worksheet that somebody else has read', () => {
    const rows = [
      { line: 1, cells: ['Numero fattura', 'Cliente', 'Data', 'Totale'] },
      { line: 2, cells: ['1/A', 'Rossi Srl', '2025-01-02', '12.5'] },
    ];
    expect(readInvoices(rows, { defaultCurrency: 'EUR' })).toMatchObject({
      ok: true,
      separator: null,
      encoding: null,
      records: [{ number: '1/A', total: 1250 }],
    });
  });
});

describe('a row', () => {
  test('tells all there is', () => {
    expect(row('F-1,Rossi,2025-01-02,2025-02-01,100,40,60,Sent,Invoice,EUR').records).toEqual([
      {
        line: 2,
        kind: 'invoice',
        number: 'F-1',
        customerCode: null,
        customerName: 'Rossi',
        legalId: null,
        customerCountry: null,
        email: null,
        issuedOn: '2025-01-02',
        dueOn: '2025-02-01',
        currency: 'EUR',
        total: 10000,
        outstanding: 4000,
        paid: 6000,
        status: 'issued',
      },
    ]);
  });

  test.each([
    ['without a number', ',Rossi,2025-01-02,,100', 'missing_number'],
    ['without a customer', 'F-1,,2025-01-02,,100', 'missing_customer'],
    ['without a date', 'F-1,Rossi,,,100', 'missing_date'],
    ['with a date that is none', 'F-1,Rossi,2025-02-30,,100', 'unreadable_date'],
    ['with a due date that is none', 'F-1,Rossi,2025-02-03,later,100', 'unreadable_date'],
    ['without an amount', 'F-1,Rossi,2025-01-02,,', 'missing_amount'],
    ['with an amount that is none', 'F-1,Rossi,2025-01-02,,free', 'unreadable_amount'],
    ['with too many decimals', 'F-1,Rossi,2025-01-02,,100.0051', 'too_many_decimals'],
    ['with more open than its total', 'F-1,Rossi,2025-01-02,,100,100.01', 'outstanding_exceeds_total'],
    ['with an unknown currency', 'F-1,Rossi,2025-01-02,,100,,,,,EUX', 'unknown_currency'],
    ['in two currencies', 'F-1,Rossi,2025-01-02,,£100,,,,,EUR', 'currency_mismatch'],
    ['with cells beyond the header', 'F-1,Rossi, Bianchi,2025-01-02,,100,,,,,EUR', 'too_many_cells'],
    ['that is a quote', 'F-1,Rossi,2025-01-02,,100,,,,Quote,\nF-2,Rossi,2025-01-02,,100,,,,Invoice,', 'unknown_kind'],
  ])('%s is refused', (_, cells, reason) => {
    expect(row(cells).refused).toMatchObject([{ line: 2, reason }]);
  });

  test('without a currency is refused where none is told', () => {
    expect(row('F-1,Rossi,2025-01-02,,100', {}).refused).toEqual([
      { line: 2, reason: 'missing_currency', field: 'currency' },
    ]);
  });

  test.each([
    ['beside the amount', '£100', 'GBP'],
    ['in its own column', '100,,,,,usd', 'USD'],
  ])('may tell its currency %s', (_, cells, currency) => {
    expect(row(`F-1,Rossi,2025-01-02,,${cells}`).records).toMatchObject([{ currency }]);
  });

  test.each([
    ['due before its issue', '2025-01-01,100,1', 'due_before_issue', { dueOn: '2025-01-01' }],
    ['paid too much', ',100,-5', 'overpaid', { outstanding: 0 }],
    ['with amounts that disagree', ',100,50,20', 'amounts_disagree', { outstanding: 5000 }],
    ['with an empty outstanding amount', ',100,', 'outstanding_not_told', { outstanding: null }],
    ['paid, with something open', ',100,10,90,Paid', 'paid_but_outstanding', { outstanding: 1000, status: 'paid' }],
    ['with an unknown status', ',100,10,90,Zzz', 'unknown_status', { status: null }],
    ['an invoice below zero', ',-100,-100,,,Invoice', 'negative_invoice', { kind: 'credit_note', total: 10000 }],
  ])('%s is accepted with a note', (_, cells, code, record) => {
    const result = row(`F-1,Rossi,2025-01-02,${cells}`);
    expect(notesOf(result)).toEqual([code]);
    expect(result.records).toMatchObject([record]);
  });

  test.each([
    ['a status of paid leaves nothing open', ',100,,,Payée', { outstanding: 0 }],
    ['a dash leaves nothing open', ',100,-', { outstanding: 0 }],
    ['a total of zero is settled', ',0,0', { kind: 'invoice', total: 0, outstanding: 0 }],
    ['a total below zero is a credit note', ',-12.5,-2.5', { kind: 'credit_note', total: 1250, outstanding: 250 }],
    ['a type says credit note', ',12.5,2.5,,,Nota di credito', { kind: 'credit_note', total: 1250, outstanding: 250 }],
    ['due on receipt', 'Due on receipt,100,1', { dueOn: '2025-01-02' }],
  ])('%s', (_, cells, record) => {
    const result = row(`F-1,Rossi,2025-01-02,${cells}`);
    expect(result.records).toMatchObject([record]);
    expect(result.notes).toEqual([]);
  });

  test('is a credit note by the owner’s prefix', () => {
    expect(row('c-1,Rossi,2025-01-02,,100', { defaultCurrency: 'EUR', creditNotePrefix: 'C' }).records).toMatchObject([
      { kind: 'credit_note', total: 10000 },
    ]);
  });

  test('without a customer goes to the collective one', () => {
    expect(
      row('F-1,,2025-01-02,,100', { defaultCurrency: 'EUR', withoutCustomer: { name: 'Various' } }).records,
    ).toMatchObject([{ customerName: 'Various', customerCode: null }]);
  });

  test('without a due date has the default term', () => {
    const options = { defaultCurrency: 'EUR', defaultTermDays: 30 };
    expect(row('F-1,Rossi,2025-01-31,,100', options).records).toMatchObject([{ dueOn: '2025-03-02' }]);
    expect(read('Number,Client,Date,Payment terms,Total\n1,A,2025-01-31,Net 10,5', options).records).toMatchObject([
      { dueOn: '2025-02-10' },
    ]);
    expect(read('Number,Client,Date,Payment terms,Total\n1,A,2025-01-31,end of month,5', options)).toMatchObject({
      records: [{ dueOn: '2025-03-02' }],
      notes: [{ code: 'unknown_term' }],
    });
  });

  test('keeps leading zeros, however they are protected', () => {
    expect(row('="0007",Rossi,2025-01-02,,100').records).toMatchObject([{ number: '0007' }]);
    expect(row('0007,Rossi,2025-01-02,,100').records).toMatchObject([{ number: '0007' }]);
  });
});

const many = (...rows: string[]) => read(`${HEADER}\n${rows.join('\n')}`);

describe('rows of the same number', () => {
  test('and the same data are one invoice', () => {
    expect(many('F-1,Rossi,2025-01-02,,100', 'F-1,Rossi,2025-01-02,,100').records).toHaveLength(1);
  });
  test('and other data are refused, all of them', () => {
    const { records, refused } = many(
      'F-1,Rossi,2025-01-02,,100',
      'F-2,Rossi,2025-01-02,,5',
      'F-1,Rossi,2025-01-02,,90',
    );
    expect(records.map(({ number }) => number)).toEqual(['F-2']);
    expect(refused).toEqual([
      { line: 2, reason: 'number_twice', field: 'total', value: 'F-1' },
      { line: 4, reason: 'number_twice', field: 'total', value: 'F-1' },
    ]);
  });
  test('of two customers are two invoices', () => {
    expect(many('F-1,Rossi,2025-01-02,,100', 'F-1,Martin,2025-01-03,,90').records).toHaveLength(2);
  });
});

const items = (...rows: string[]) =>
  read(`Number,Client,Date,Item,Line total,Discount,Quantity,Rate\n${rows.join('\n')}`);

describe('line items', () => {
  test('may leave the head of the document out', () => {
    expect(items('F-1,Rossi,2025-01-02,a,10.10,,,', ',,,b,5.05,,,', ',,,"Total clean",,,2,1').records).toMatchObject([
      { total: 1715 },
    ]);
  });
  test('are not the sums below them', () => {
    expect(items('F-1,Rossi,2025-01-02,a,10.10,,,', ',,,Total,10.10,,,')).toMatchObject({
      records: [{ total: 1010 }],
      refused: [],
    });
    expect(items('F-1,Rossi,2025-01-02,a,10.10,,,', ',,,,10.10,,,').refused).toMatchObject([
      { line: 3, reason: 'missing_number' },
    ]);
  });
  test('are refused together when one cannot be read', () => {
    const { records, refused } = items('F-1,Rossi,2025-01-02,a,10.10,,,', 'F-1,Rossi,2025-01-02,b,ten,,,');
    expect(records).toEqual([]);
    expect(refused).toEqual([{ line: 3, reason: 'unreadable_amount', field: 'lineTotal', value: 'ten' }]);
  });
  test('with discounts do not tell the total', () => {
    expect(items('F-1,Rossi,2025-01-02,a,,10%,1,5').refused).toMatchObject([{ reason: 'total_not_told' }]);
  });
  test('may have fractions of a cent that add up', () => {
    expect(items('F-1,Rossi,2025-01-02,a,0.333,,,', 'F-1,Rossi,2025-01-02,b,0.667,,,').records).toMatchObject([
      { total: 100 },
    ]);
    expect(items('F-1,Rossi,2025-01-02,a,0.333,,,').refused).toMatchObject([{ reason: 'too_many_decimals' }]);
  });
});

describe('columns decide together', () => {
  test('which comes first, day or month', () => {
    const text = 'Number,Client,Date,Due date,Total\n1,A,03/04/2025,03/28/2025,5';
    expect(read(text)).toMatchObject({
      records: [{ issuedOn: '2025-03-04', dueOn: '2025-03-28' }],
      notes: [],
    });
  });
  test('or ask when nothing tells', () => {
    const text = 'Number,Client,Date,Total\n1,A,03/04/2025,5';
    const note = { code: 'ambiguous_days', line: 2, count: 1, field: 'issuedOn', value: '03/04/2025' };
    expect(read(text)).toMatchObject({ records: [{ issuedOn: '2025-04-03' }], notes: [note] });
    expect(read(text, { defaultCurrency: 'EUR', dayFirst: false })).toMatchObject({
      records: [{ issuedOn: '2025-03-04' }],
      notes: [note],
    });
  });
  test('what 1.234 means', () => {
    expect(read('Number;Client;Date;Total;Solde\n1;A;2025-01-01;1.234;0,50').records).toMatchObject([
      { total: 123400, outstanding: 50 },
    ]);
    expect(read('Number;Client;Date;Total\n1;A;2025-01-01;1.234', { defaultCurrency: 'TND' })).toMatchObject({
      records: [{ total: 1234 }],
      notes: [{ code: 'ambiguous_amounts' }],
    });
  });
});

describe('a file', () => {
  test('of open amounts only takes them for totals', () => {
    const result = read('Number,Client,Date,Balance\n1,A,2025-01-01,5');
    expect(result).toMatchObject({
      records: [{ total: 500, outstanding: 500 }],
      notes: [{ code: 'total_from_outstanding' }],
    });
  });
  test('whose type column is about something else is read without it', () => {
    expect(read('Number,Client,Type,Date,Total\n1,A,Business,2025-01-01,5').records).toMatchObject([
      { kind: 'invoice' },
    ]);
  });
  test('with unknown columns says which are missing', () => {
    expect(readInvoices(Buffer.from('foo,bar\n1,2'))).toEqual({
      ok: false,
      reason: 'missing_columns',
      detail: { missing: ['number', 'issuedOn', 'total', 'customerCode'], header: ['foo', 'bar'] },
    });
  });
  test('is read by the columns chosen', () => {
    const mapping = { number: 'foo', customerName: 'bar', issuedOn: 'baz', total: 'qux' };
    expect(read('foo,bar,baz,qux\n1,A,2025-01-01,5', { defaultCurrency: 'EUR', mapping }).records).toMatchObject([
      { number: '1', total: 500 },
    ]);
    expect(readInvoices(Buffer.from('foo,bar\n1,2'), { mapping: { number: 'nope' } })).toMatchObject({
      reason: 'unknown_columns',
      detail: { columns: ['nope'] },
    });
  });
  test('that is no table says so', () => {
    expect(readInvoices(Buffer.from('%PDF-1.4'))).toEqual({ ok: false, reason: 'pdf', detail: {} });
    expect(readInvoices(Buffer.from('a,"b'))).toMatchObject({ ok: false, reason: 'unclosed_quote' });
  });
});

/** What this process has worked since: the time on the wall depends on what else the machine does. */
const secondsOfWork = (since: NodeJS.CpuUsage): number => process.cpuUsage(since).user / 1_000_000;

test('a hundred thousand rows take a moment', () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, i) => `F-${i};C${i % 999};${(i % 28) + 1}/0${(i % 9) + 1}/2025;1.${100 + (i % 800)},50`,
  );
  const start = process.cpuUsage();
  const { records } = read(['Nummer;Kunde;Datum;Gesamtbetrag', ...rows].join('\n'));
  expect(records).toHaveLength(100_000);
  expect(secondsOfWork(start)).toBeLessThan(15);
});

const long = (text: string) => text.repeat(200_000 / text.length);

test('long cells and odd rows do not slow the reader down', () => {
  const cells = [' ', 'a@', '1 ', '(', '-', '"="', '\u00a0', '/1'].map(
    (text) => `F,${long(text)},2025-01-01,${long(text)},${long(text)}`,
  );
  const start = process.cpuUsage();
  readInvoices(Buffer.from([HEADER, ...cells].join('\n')), { defaultCurrency: 'EUR' });
  readInvoices(Buffer.from([long('A b-'), ...cells].join('\n')), { defaultCurrency: 'EUR' });
  expect(secondsOfWork(start)).toBeLessThan(5);
});
