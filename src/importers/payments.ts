import type { Day } from '../domain/calendar.ts';
import type { Currency, Minor } from '../domain/money.ts';
import { amountIn, columnsOf, currencyFor, dayIn, isProblem, type Columns, type Problem } from './columns.ts';
import { textIn } from './customers.ts';
import type { Import } from './refusals.ts';
import { cellOf, isTooWide, missingColumns, refuse, success, type Sheet } from './sheet.ts';
import type { Row } from './table.ts';

export interface PaymentRecord {
  line: number;
  invoiceNumber: string | null;
  customerCode: string | null;
  customerName: string | null;
  paidOn: Day;
  currency: Currency;
  /** Negative for money that went back. */
  amount: Minor;
  reference: string | null;
}

/** One record a row: two rows alike are two payments. */
export function paymentsOf(sheet: Sheet): Import<PaymentRecord> {
  const missing = missingColumns(sheet, [['paidOn'], ['amount'], ['number', 'customerCode', 'customerName']]);
  if (missing) return missing;
  const columns = columnsOf(sheet);
  const records = sheet.rows.flatMap((row) => {
    const result = paymentIn(sheet, row, columns);
    if (!isProblem(result)) return [result];
    refuse(sheet, row, result.problem, result.field, result.value);
    return [];
  });
  return success(sheet, records);
}

function paymentIn(sheet: Sheet, row: Row, columns: Columns): PaymentRecord | Problem {
  if (isTooWide(sheet, row)) return { problem: 'too_many_cells' };
  const [invoiceNumber, customerCode, customerName, reference] = (
    ['number', 'customerCode', 'customerName', 'reference'] as const
  ).map((field) => textIn(sheet, row, field)) as [string | null, string | null, string | null, string | null];
  if ((invoiceNumber ?? customerCode ?? customerName) === null) return { problem: 'missing_customer', field: 'number' };
  const paidOn = dayIn(cellOf(sheet, row, 'paidOn'), 'paidOn', columns);
  if (paidOn === null) return { problem: 'missing_date', field: 'paidOn' };
  if (isProblem(paidOn)) return paidOn;
  const money = moneyIn(sheet, row, columns);
  if (isProblem(money)) return money;
  return { line: row.line, invoiceNumber, customerCode, customerName, paidOn, ...money, reference };
}

function moneyIn(sheet: Sheet, row: Row, columns: Columns): { currency: Currency; amount: Minor } | Problem {
  const text = cellOf(sheet, row, 'amount');
  const currency = currencyFor(cellOf(sheet, row, 'currency'), { text, field: 'amount' }, columns, sheet);
  if (isProblem(currency)) return currency;
  const amount = amountIn(text, 'amount', currency, columns);
  if (amount === null) return { problem: 'missing_amount', field: 'amount' };
  if (isProblem(amount)) return amount;
  return amount === 0 ? { problem: 'zero_amount', field: 'amount' } : { currency, amount };
}
