import type { Currency } from '../domain/money.ts';
import { currencyIn } from './columns.ts';
import type { Field } from './headerWords.ts';
import { countryOf, languageOf } from './places.ts';
import type { Import } from './refusals.ts';
import { cellOf, isTooWide, missingColumns, note, refuse, success, told, words, type Sheet } from './sheet.ts';
import type { Row } from './table.ts';

export interface CustomerRecord {
  line: number;
  code: string | null;
  legalId: string | null;
  name: string;
  language: string | null;
  country: string | null;
  emails: string[];
  contactName: string | null;
  phone: string | null;
  street: string | null;
  postcode: string | null;
  city: string | null;
  currency: Currency | null;
  paymentTermDays: number | null;
}

/** One record per customer: rows of the same code (else legal id, else name) are put together. */
export function customersOf(sheet: Sheet): Import<CustomerRecord> {
  const missing = missingColumns(sheet, [['customerName', 'customerCode', 'lastName']]);
  if (missing) return missing;
  const known = new Map<string, CustomerRecord>();
  for (const row of sheet.rows) takeRow(sheet, row, known);
  return success(sheet, [...known.values()]);
}

function takeRow(sheet: Sheet, row: Row, known: Map<string, CustomerRecord>): void {
  if (isTooWide(sheet, row)) return refuse(sheet, row, 'too_many_cells');
  const record = customerIn(sheet, row);
  if (!record) return refuse(sheet, row, 'missing_customer');
  const before = known.get(identity(record));
  if (!before) return void known.set(identity(record), record);
  const field = conflict(before, record);
  if (field) return refuse(sheet, row, 'customer_twice', field, record.code ?? record.name);
  join(sheet, before, record);
}

/** What tells two customers apart. */
const identity = ({ code, legalId, name }: CustomerRecord): string =>
  code ? `code ${code}` : legalId ? `legal ${legalId}` : `name ${name.toLowerCase()}`;

/** What two rows of one customer may not disagree about; by name alone, the address tells namesakes apart. */
function conflict(before: CustomerRecord, row: CustomerRecord): Field | null {
  const differs = (key: 'legalId' | 'street' | 'postcode'): boolean =>
    before[key] !== null && row[key] !== null && before[key] !== row[key];
  if (before.name.toLowerCase() !== row.name.toLowerCase()) return 'customerName';
  if (differs('legalId')) return 'legalId';
  if (row.code || row.legalId) return null;
  return differs('street') ? 'street' : differs('postcode') ? 'postcode' : null;
}

/** Adds the further row's addresses, and what the first left open. */
function join(sheet: Sheet, before: CustomerRecord, row: CustomerRecord): void {
  if (before.country && row.country && before.country !== row.country)
    note(sheet, row.line, 'country_differs', 'country', row.country);
  before.emails = distinct([...before.emails, ...row.emails]);
  for (const key of Object.keys(row) as (keyof CustomerRecord)[]) fill(before, row, key);
}

function fill<K extends keyof CustomerRecord>(before: CustomerRecord, row: CustomerRecord, key: K): void {
  if (before[key] === null) before[key] = row[key];
}

function customerIn(sheet: Sheet, row: Row): CustomerRecord | null {
  const text = (field: Field): string | null => textIn(sheet, row, field);
  const person = [text('firstName'), text('lastName')].filter((part) => part !== null).join(' ') || null;
  const code = text('customerCode');
  const name = text('customerName') ?? person ?? code;
  if (name === null) return null;
  return {
    line: row.line,
    code,
    legalId: legalIdIn(sheet, row),
    name,
    language: knownIn(sheet, row, 'language'),
    country: knownIn(sheet, row, 'country'),
    emails: emailsIn(sheet, row),
    contactName: text('contactName') ?? person,
    phone: text('phone'),
    street: streetIn(sheet, row),
    postcode: text('postcode'),
    city: text('city'),
    currency: customerCurrency(sheet, row),
    paymentTermDays: termDaysIn(sheet, row),
  };
}

/** The words of a cell, null when it tells nothing. */
export const textIn = (sheet: Sheet, row: Row, field: Field): string | null =>
  words(told(cellOf(sheet, row, field))) || null;

/** Written in one way, so that `FR 12 345` and `FR12345` are the same. */
export const legalIdIn = (sheet: Sheet, row: Row): string | null =>
  told(cellOf(sheet, row, 'legalId'))
    .replace(/[\s.\-/]/g, '')
    .toUpperCase() || null;

/** The code of a country or language; a note when the cell names none we know. */
export function knownIn(sheet: Sheet, row: Row, field: 'country' | 'language'): string | null {
  const text = textIn(sheet, row, field);
  if (text === null) return null;
  const code = field === 'country' ? countryOf(text) : languageOf(text);
  if (code === null) note(sheet, row.line, `unknown_${field}`, field, text);
  return code;
}

/** All addresses of the row, each once: `Anna <anna@x.example>; billing@x.example`. */
export function emailsIn(sheet: Sheet, row: Row): string[] {
  return distinct((['email', 'emailCc'] as const).flatMap((field) => addresses(sheet, row, field)));
}

function addresses(sheet: Sheet, row: Row, field: 'email' | 'emailCc'): string[] {
  const text = told(cellOf(sheet, row, field));
  if (text === '') return [];
  const parts = text.split(/[;,|<>()"\s]+/).map((part) => part.replace(/^mailto:/i, ''));
  const found = parts.filter(isAddress);
  const wrong = parts.find((part) => part.includes('@') && !isAddress(part)) ?? (found.length ? undefined : text);
  if (wrong !== undefined) note(sheet, row.line, 'unreadable_email', field, wrong);
  return found;
}

/** Enough to refuse slips of the pen; whether an address works, only its server knows. */
function isAddress(text: string): boolean {
  const [local, domain, more] = text.split('@');
  return Boolean(local) && more === undefined && text.length <= 254 && /^[^.]+(\.[^.]+)+$/.test(domain ?? '');
}

function distinct(emails: readonly string[]): string[] {
  if (emails.length < 2) return [...emails];
  return [...new Map(emails.toReversed().map((email) => [email.toLowerCase(), email])).values()].toReversed();
}

function streetIn(sheet: Sheet, row: Row): string | null {
  const lines = (['street', 'street2'] as const).flatMap((field) => told(cellOf(sheet, row, field)).split('\n'));
  return (
    lines
      .map(words)
      .map((line) => line.trim())
      .filter(Boolean)
      .join('\n') || null
  );
}

function customerCurrency(sheet: Sheet, row: Row): Currency | null {
  const text = cellOf(sheet, row, 'currency');
  const currency = currencyIn(text, sheet.options.defaultCurrency);
  if (currency === undefined) note(sheet, row.line, 'currency_left_out', 'currency', text);
  return currency ?? null;
}

const TERM =
  /^(?:net|netto|à|a)?\s*(\d{1,3})\s*(?:d|days?|jours?|j|giorni|gg|tagen?|tage|d[ií]as)?(?:\s*net(?:to|s)?)?$/i;
const AT_ONCE =
  /^(?:due )?(?:up)?on receipt$|^immediate(?:ly)?$|^à (?:la )?réception|^comptant$|^sofort|^al contado$|^contado$|^vista fattura$|^a vista$/i;

/** The days of `30`, `Net 30`, `30 jours`; null for an empty cell, and for terms that are no count of days, with a note. */
export function termDaysIn(sheet: Sheet, row: Row): number | null {
  const text = textIn(sheet, row, 'termDays');
  if (text === null) return null;
  if (isAtOnce(text)) return 0;
  const days = TERM.exec(text)?.[1];
  if (days === undefined) note(sheet, row.line, 'unknown_term', 'termDays', text);
  return days === undefined ? null : Number(days);
}

/** `Due on receipt` and the like. */
export const isAtOnce = (text: string): boolean => AT_ONCE.test(text);
