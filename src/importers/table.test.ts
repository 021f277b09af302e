import fc from 'fast-check';
import { readTable, sniffSeparator, type Separator, type Table } from './table.ts';

const tableIn = (text: string): Table => {
  const table = readTable(text);
  if (!table.ok) throw new Error(table.reason);
  return table;
};
const cellsIn = (text: string): string[][] => tableIn(text).rows.map(({ cells }) => cells);

describe('the separator', () => {
  test.each<[string, string, Separator]>([
    ['semicolons, with commas in the amounts', 'Numéro;Total\nA;1,5\nB;2,5', ';'],
    ['commas', 'Number,Total\nA,1.5', ','],
    ['tabs, with commas in the names', 'Number\tClient\nA\tDupont, Jean\nB\tMartin, Luc', '\t'],
    ['pipes', 'JournalCode|PieceRef|Debit\nVT|F1|12,50', '|'],
    ['one that stands inside quotes elsewhere', 'Number,Note\nA,"x;y;z"\nB,"x;y;z"', ','],
    ['unknown names: the one that cuts evenly', 'foo;bar\nx, y;1\nz;2', ';'],
    ['none at all', 'Customer\nMartin\nRossi', ','],
  ])('%s', (_, text, separator) => {
    expect(sniffSeparator(text)).toBe(separator);
  });

  test('is the one that Excel declares', () => {
    const table = tableIn('sep=|\r\nfoo|bar\r\n1;2|3;4\r\n');
    expect(table).toMatchObject({ separator: '|', header: ['foo', 'bar'], headerLine: 2 });
    expect(table.rows).toEqual([{ line: 3, cells: ['1;2', '3;4'] }]);
  });
});

describe('the header', () => {
  test('is found below a title, and the rows keep the lines of the file', () => {
    const table = tableIn('A/R Aging\n"As of May 1, 2025"\n\nNum,Customer,Amount\n\n1001,Rossi,12.00\n');
    expect(table).toMatchObject({ header: ['Num', 'Customer', 'Amount'], headerLine: 4 });
    expect(table.rows).toEqual([{ line: 6, cells: ['1001', 'Rossi', '12.00'] }]);
    expect(table.preamble.map(({ line }) => line)).toEqual([1, 2]);
  });

  test('is the first row where no name is known', () => {
    expect(tableIn('alpha,beta\n1,2').header).toEqual(['alpha', 'beta']);
  });

  test('is not a data row that happens to hold a known word', () => {
    expect(tableIn('Date,Client,Status,Total\nJan 3,Client,Due,Total').headerLine).toBe(1);
  });

  test('may be known to the caller only', () => {
    const table = readTable('title,x\nfoo,bar\n1,2', (cell) => cell === 'bar');
    expect(table).toMatchObject({ header: ['foo', 'bar'] });
  });
});

describe('rows', () => {
  test('may hold separators, quotes and line ends inside quotes', () => {
    const { rows } = tableIn('Number,Client\r\n1,"Dupont, ""Jean""\r\n& fils"\r\n2,x\r\n');
    expect(rows).toEqual([
      { line: 2, cells: ['1', 'Dupont, "Jean"\n& fils'] },
      { line: 4, cells: ['2', 'x'] },
    ]);
  });

  test.each([
    ['shorter and longer rows', 'Number,Client,Total\n1\n1,2,3,4', [['1'], ['1', '2', '3', '4']]],
    ['a quote inside a text', 'Number,Client\n1,Screen 5" wide', [['1', 'Screen 5" wide']]],
    [
      'old Macintosh line ends',
      'Number,Client\r1,x\r2,y',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['blank lines and rows of separators', 'Number,Client\n\n,\n  ,\n1,x\n', [['1', 'x']]],
    ['a cell kept as text by a spreadsheet', 'Number,Client\n="007",x', [['="007"', 'x']]],
  ])('may be %s', (_, text, rows) => {
    expect(cellsIn(text)).toEqual(rows);
  });

  test.each([
    ['a quote never closed', 'Number,Client\n1,x\n2,"y\n3,z', { reason: 'unclosed_quote', detail: { line: 3 } }],
    ['a header alone', 'Number,Client\n', { reason: 'no_rows', detail: { line: 1 } }],
    ['no row at all', '\n\n', { reason: 'empty_file', detail: {} }],
  ])('%s is refused', (_, text, refusal) => {
    expect(readTable(text)).toEqual({ ok: false, ...refusal });
  });
});

const cell = fc.string({
  unit: fc.constantFrom('a', 'é', '7', ' ', ',', ';', '|', '\t', '"', '\n', '.'),
  maxLength: 8,
});

test('a table written with any separator and quoting reads back', () => {
  const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
  const separators = fc.constantFrom<Separator>(';', ',', '\t', '|');
  fc.assert(
    fc.property(rows, separators, fc.boolean(), fc.constantFrom('\n', '\r\n'), (data, separator, always, end) => {
      const quoted = (text: string): string =>
        always || /[,;|\t"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = [['Invoice number', 'Customer', 'Total'], ...data];
      const text = lines.map((cells) => cells.map(quoted).join(separator)).join(end);
      const expected = data.filter((cells) => cells.some((value) => value.trim() !== ''));
      const table = readTable(text);
      expect(table.ok ? table.rows.map(({ cells }) => cells) : []).toEqual(expected);
      if (table.ok) expect(table.separator).toBe(separator);
    }),
  );
});

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', 'a', '\ufeff') }),
      (text) => void readTable(text),
    ),
  );
});
