import { readFileSync } from 'node:fs';
import type { CustomerRecord } from './customers.ts';
import { readColumns, readCustomers } from './records.ts';
import type { Success } from './refusals.ts';

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/csv/${name}`);
const read = (source: Buffer | string): Success<CustomerRecord> => {
  const result = readCustomers(Buffer.isBuffer(source) ? source : Buffer.from(source));
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result;
};

test('an Italian customer list', () => {
  const { records, refused, notes } = read(fixture('customers-it.csv'));
  expect(refused).toEqual([]);
  expect(records).toEqual([
    {
      line: 2,
      code: 'C01',
      legalId: 'IT01234567890',
      name: 'Rossi Srl',
      language: 'it',
      country: 'IT',
      emails: ['amministrazione@rossi.example', 'giulia@rossi.example'],
      contactName: 'Giulia Rossi',
      phone: '02 1234',
      street: 'Via Roma 1',
      postcode: '20121',
      city: 'Milano',
      currency: 'EUR',
      paymentTermDays: 30,
    },
    {
      line: 4,
      code: 'C02',
      legalId: null,
      name: 'Boulangerie Martin',
      language: 'fr',
      country: 'FR',
      emails: ['a@martin.example'],
      contactName: null,
      phone: null,
      street: '12 rue du Four',
      postcode: '75006',
      city: 'Parigi',
      currency: 'EUR',
      paymentTermDays: 30,
    },
    expect.objectContaining({
      code: 'C03',
      country: null,
      currency: null,
      emails: [],
      paymentTermDays: null,
      language: 'de',
    }),
  ]);
  expect(notes.map(({ code, value }) => [code, value])).toEqual([
    ['unknown_country', 'Atlantide'],
    ['unreadable_email', 'niente'],
    ['currency_left_out', 'XYZ'],
    ['unknown_term', 'fine mese'],
  ]);
});

test('a list of invoices is a list of customers too', () => {
  const { records, refused, notes } = read(fixture('online-retail-cut.csv'));
  expect([records.length, refused.length]).toEqual([165, 45]);
  expect(records.find(({ code }) => code === '12583')).toMatchObject({ name: '12583', country: 'FR' });
  expect(notes.map(({ code }) => code)).toContain('country_differs');
});

describe('a customer', () => {
  test.each([
    ['the name is the code where no other is told', 'Customer ID\nC1', { code: 'C1', name: 'C1' }],
    ['a person is a customer', 'Vorname,Nachname,PLZ\nAnna,Beck,01234', { name: 'Anna Beck', postcode: '01234' }],
    [
      'a contact beside a firm',
      'Company,First name,Last name\nBeck KG,Anna,Beck',
      { name: 'Beck KG', contactName: 'Anna Beck' },
    ],
    ['two address lines', 'Name,Address 1,Address 2\nA,Via 1,Scala B', { street: 'Via 1\nScala B' }],
    [
      'several addresses in a cell',
      'Name,Email\nA,"x@a.example; X@a.example, y@a.example"',
      { emails: ['x@a.example', 'y@a.example'] },
    ],
    [
      'a second e-mail column',
      'Name,Email,Email 2\nA,x@a.example,z@a.example',
      { emails: ['x@a.example', 'z@a.example'] },
    ],
    ['due at once', 'Name,Payment terms\nA,Due on receipt', { paymentTermDays: 0 }],
  ])('%s', (_, text, record) => {
    expect(read(text).records).toMatchObject([record]);
  });

  test.each([
    ['without a name', 'Code,Name\n,\n,,\nC1,A\n , ', []],
    ['with a mail but no name', 'Name,Email\n,x@a.example', [{ line: 2, reason: 'missing_customer' }]],
    [
      'the same code for two names',
      'Code,Name\nC1,A\nC1,B',
      [{ line: 3, reason: 'customer_twice', field: 'customerName', value: 'C1' }],
    ],
    [
      'namesakes at two addresses',
      'Name,PLZ\nA,10115\nA,20095',
      [{ line: 3, reason: 'customer_twice', field: 'postcode', value: 'A' }],
    ],
    ['cells beyond the header', 'Name,Email\nDupont, Jean,x@a.example', [{ line: 2, reason: 'too_many_cells' }]],
  ])('%s is refused', (_, text, refused) => {
    expect(read(text).refused).toEqual(refused);
  });

  test.each(['a@b', '@b.example', 'a@@b.example', 'a@b..example', 'a@.example'])('%s is no address', (email) => {
    const { records, notes } = read(`Name,Email\nA,${email}`);
    expect(records).toMatchObject([{ emails: [] }]);
    expect(notes).toMatchObject([{ code: 'unreadable_email', value: email }]);
  });
});

test('the columns of a file, for choosing by hand', () => {
  expect(readColumns(Buffer.from('Code;Firma;x\nC1;A;1\n'), 'customers')).toEqual({
    ok: true,
    header: ['Code', 'Firma', 'x'],
    mapping: { customerCode: 0, customerName: 1 },
    separator: ';',
    encoding: 'utf-8',
    samples: [['C1', 'A', '1']],
  });
});
