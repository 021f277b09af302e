import { readFileSync } from 'node:fs';
import { readPayments } from './records.ts';

test('a German list of payments', () => {
  const result = readPayments(readFileSync('test/fixtures/csv/payments-de.csv'));
  expect(result).toMatchObject({
    ok: true,
    records: [
      {
        line: 2,
        invoiceNumber: 'RE-1',
        customerCode: '10001',
        paidOn: '2025-02-28',
        currency: 'EUR',
        amount: 123456,
        reference: 'Danke',
      },
      { line: 3, amount: -3456, reference: 'Rücklastschrift' },
    ],
    refused: [
      { line: 4, reason: 'missing_customer' },
      { line: 5, reason: 'zero_amount' },
    ],
  });
});

test.each([
  ['without a date', 'F-1,,5', 'missing_date'],
  ['with a date that is none', 'F-1,soon,5', 'unreadable_date'],
  ['without an amount', 'F-1,2025-01-02,', 'missing_amount'],
  ['with an amount that is none', 'F-1,2025-01-02,all', 'unreadable_amount'],
])('a payment %s is refused', (_, row, reason) => {
  const result = readPayments(Buffer.from(`Invoice,Date,Amount\n${row}`), { defaultCurrency: 'EUR' });
  expect(result).toMatchObject({ ok: true, records: [], refused: [{ line: 2, reason }] });
});

test('two payments alike are two payments', () => {
  const result = readPayments(Buffer.from('Invoice,Date,Amount\nF-1,2025-01-02,5\nF-1,2025-01-02,5'), {
    defaultCurrency: 'EUR',
  });
  expect(result).toMatchObject({ ok: true, records: [{ line: 2 }, { line: 3 }] });
});

test('a list without amounts is refused', () => {
  expect(readPayments(Buffer.from('Invoice,Date\nF-1,2025-01-02'))).toMatchObject({
    ok: false,
    detail: { missing: ['amount'] },
  });
});
