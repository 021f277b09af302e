import Database from 'better-sqlite3';
import PostalMime, { type Email } from 'postal-mime';
import type { DecisionsJson, SendJson } from '../../src/cli/describe.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Minor } from '../../src/domain/money.ts';
import { addressOf, partOf, PLANS, SENDER, WALK_IN } from './ledgerCast.ts';
import type { ForecastJson, House } from './ledgerRun.ts';
import {
  type ExpectedCustomer,
  type ExpectedTotal,
  readCustomers,
  readDocuments,
  readTotals,
  type SourceDocument,
} from './ledgerSource.ts';
import type { Received } from './smtpSink.ts';

// Every check gives the faults that it found as sentences; none is right.

interface StoredDocument extends SourceDocument {
  table: 'invoice' | 'credit_note';
}

const DOCUMENTS = `
  SELECT 'invoice' AS "table", number, issued_on AS issuedOn, total_minor AS amount, c.code, c.name
    FROM invoices i JOIN customers c ON c.id = i.customer_id
  UNION ALL
  SELECT 'credit_note', number, issued_on, -total_minor, c.code, c.name
    FROM credit_notes n JOIN customers c ON c.id = n.customer_id`;

/** The documents in the database, as the file would name them. */
function storedDocuments({ databaseFile }: House): StoredDocument[] {
  const rows = readAll<StoredDocument & { code: string; name: string }>(databaseFile, DOCUMENTS);
  return rows.map(({ table, number, issuedOn, amount, code, name }) => ({
    table,
    number,
    issuedOn,
    amount,
    customer: name === WALK_IN ? '' : code,
  }));
}

/** Whether every document of the file is in the database, once, and adds up to the published tables. */
export function importFaults(house: House): string[] {
  const stored = storedDocuments(house);
  return [
    ...setFaults('documents', readDocuments(house.files).map(documentLine), stored.map(documentLine)),
    ...setFaults('totals', readTotals(house.files).map(line), totalsOf(stored).map(line)),
    ...setFaults('customers', readCustomers(house.files).map(line), customersOf(stored).map(line)),
  ];
}

const line = (record: object): string => Object.values(record).join(' ');
const documentLine = ({ number, customer, issuedOn, amount }: SourceDocument): string =>
  line({ number, customer, issuedOn, amount });

function totalsOf(documents: readonly StoredDocument[]): ExpectedTotal[] {
  const kinds = Map.groupBy(documents, kindOf).set('all', [...documents]);
  const customers = new Set(documents.map(({ customer }) => customer).filter((customer) => customer !== ''));
  return [
    ...[...kinds].map(([kind, list]) => ({ kind, documents: list.length, amount: sumOf(list) })),
    { kind: 'customers', documents: customers.size, amount: 0 },
  ];
}

function kindOf({ number, amount }: SourceDocument): string {
  if (number.startsWith('A')) return 'adjustment';
  if (number.startsWith('C')) return 'credit_note';
  return amount === 0 ? 'zero' : 'invoice';
}

function customersOf(documents: readonly StoredDocument[]): ExpectedCustomer[] {
  const named = Map.groupBy(
    documents.filter(({ customer }) => customer !== ''),
    ({ customer }) => customer,
  );
  return [...named].map(([customer, list]) => {
    const invoices = list.filter(({ table }) => table === 'invoice');
    const credits = list.filter(({ table }) => table === 'credit_note');
    const days = list.map(({ issuedOn }) => issuedOn).toSorted();
    return {
      customer,
      invoices: invoices.length,
      creditNotes: credits.length,
      invoiced: sumOf(invoices),
      credited: sumOf(credits),
      first: days[0] as Day,
      last: days.at(-1) as Day,
    };
  });
}

const sumOf = (documents: readonly SourceDocument[]): Minor => documents.reduce((sum, { amount }) => sum + amount, 0);

/** Whether two lists of messages are the same, in any order. */
export const sendFaults = (what: string, wanted: readonly SendJson[], found: readonly SendJson[]): string[] =>
  setFaults(what, wanted.map(sendText), found.map(sendText));

const sendText = (send: SendJson): string => JSON.stringify({ ...send, invoices: send.invoices.toSorted() });

/** Whether the forecast says of a day what the dry run of that day said. */
export function forecastFaults({ days }: ForecastJson, { day, sends }: DecisionsJson): string[] {
  const foreseen = days.find((one) => one.day === day);
  if (!foreseen) return [`the forecast leaves out ${day}`];
  return sendFaults(`the forecast of ${day}`, sends, foreseen.sends);
}

/** Whether exactly what was announced arrived, each message once, to the right address and about the right money. */
export async function receivedFaults(
  house: House,
  announced: readonly SendJson[],
  received: readonly Received[],
): Promise<string[]> {
  const ledger = Map.groupBy(readDocuments(house.files), ({ customer }) => customer);
  const wanted = announced.map((send) => letterOf(send, ledger.get(send.customer) ?? []));
  const mails = await Promise.all(received.map(async (one) => mailOf(one, await PostalMime.parse(one.raw))));
  const byLetter = new Map(mails.map((mail) => [mail.letter, mail]));
  return [
    ...setFaults(
      'messages',
      wanted.map(({ letter }) => letter),
      mails.map(({ letter }) => letter),
    ),
    ...wanted.flatMap((one) => moneyFaults(one, byLetter.get(one.letter))),
    ...mails.flatMap(headFaults),
    ...mails.flatMap(strangerFaults),
    ...twice(mails.map(({ email }) => email.messageId ?? '')).map((id) => `the Message-ID ${id} came twice`),
  ];
}

/** What a message says, in a line that tells it from every other message of its day. */
interface Letter {
  letter: string;
  send: SendJson;
  amounts: Minor[];
}

interface Mail {
  letter: string;
  email: Email;
  received: Received;
}

/** The message that the announced one must become, reckoned from the file alone. */
function letterOf(send: SendJson, documents: readonly SourceDocument[]): Letter {
  const credits = send.plan === PLANS.recap ? documents.filter(({ number }) => number.startsWith('C')) : [];
  const invoices = documents.filter(({ number }) => send.invoices.includes(number));
  const listed = [...invoices, ...credits];
  const numbers = [...send.invoices, ...credits.map(({ number }) => number)];
  const amounts = [...listed.map(({ amount }) => Math.abs(amount)), sumOf(listed)];
  return { letter: letterLine(addressOf(send.customer), numbers), send, amounts };
}

const letterLine = (address: string, numbers: readonly string[]): string =>
  `${address}: ${[...new Set(numbers)].toSorted().join(' ')}`;

/** Documents are six figures, with a C or an A before them where they are no invoices. */
const NUMBER = /(?<![\dA-Z])[AC]?\d{6}(?!\d)/g;
/** 1,234.50 · 1.234,50 · 1 234,50 · 1234,50 */
const AMOUNT = /(?<!\d)(?:\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d+)[.,]\d{2}(?!\d)/g;

const mailOf = (received: Received, email: Email): Mail => ({
  letter: letterLine(received.to.join(', '), email.text?.match(NUMBER) ?? []),
  email,
  received,
});

function moneyFaults({ letter, send, amounts }: Letter, mail: Mail | undefined): string[] {
  const total = amounts.at(-1) ?? 0;
  const announced = Number(send.total.replace('.', ''));
  const faults = announced === total ? [] : [`announced with ${send.total} instead of ${total / 100}: ${letter}`];
  if (!mail) return faults;
  const told = new Set(mail.email.text?.match(AMOUNT)?.map((text) => Number(text.replace(/\D/g, ''))));
  const untold = amounts
    .filter((amount) => !told.has(amount))
    .map((amount) => `${amount / 100} is not told: ${letter}`);
  return [...faults, ...untold, ...subjectFaults(send, mail)];
}

function subjectFaults({ plan, invoices }: SendJson, { letter, email }: Mail): string[] {
  const { subject = '' } = email;
  const names = subject.endsWith(' – The Wholesaler') && (plan !== PLANS.each || subject.includes(invoices[0] ?? '?'));
  return names ? [] : [`“${subject}” is the subject of ${letter}`];
}

function headFaults({ letter, email, received }: Mail): string[] {
  const named = (email.to ?? []).map(({ address }) => address).join(', ');
  const faults: string[] = [];
  if (received.from !== SENDER || email.from?.address !== SENDER) faults.push(`not from ${SENDER}: ${letter}`);
  if (named !== received.to.join(', ')) faults.push(`addressed to ${named}: ${letter}`);
  return faults;
}

function strangerFaults({ received }: Mail): string[] {
  const parts = received.to.map((address) => [address, partOf(address.split('@')[0] ?? '')] as const);
  return parts.flatMap(([address, part]) => (part === 'ordinary' ? [] : [`${address} is ${part}, and got a message`]));
}

const STORED = `
  SELECT r.message_id AS id, m.raw FROM reminders r JOIN messages m ON m.reminder_id = r.id WHERE r.state = 'sent'`;

/** Whether the history keeps, as sent, the very bytes that the mail server received, and no others. */
export function historyFaults({ databaseFile }: House, received: readonly Received[]): string[] {
  const stored = readAll<{ raw: Buffer }>(databaseFile, STORED);
  return setFaults('messages in the history', received.map(bytesOf), stored.map(bytesOf));
}

const bytesOf = ({ raw }: { raw: Buffer }): string => raw.toString('latin1');

/** Which reasons are given for holding something back. */
export const reasonsIn = ({ holds }: DecisionsJson): Set<string> => new Set(holds.flatMap(({ reasons }) => reasons));

/** What one list has and the other has not, each as often as it is there; in figures when it is much. */
function setFaults(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of wanted) left.set(one, (left.get(one) ?? 0) + 1);
  for (const one of found) left.set(one, (left.get(one) ?? 0) - 1);
  const faults = [...left].filter(([, count]) => count !== 0);
  if (faults.length === 0) return [];
  const shown = faults
    .slice(0, 10)
    .map(([one, count]) => `${what}: ${count > 0 ? 'missing' : 'one too many'}: ${one.slice(0, 300)}`);
  return [`${what}: ${faults.length} different, ${found.length} instead of ${wanted.length}`, ...shown];
}

const twice = (values: readonly string[]): string[] => values.filter((value, place) => values.indexOf(value) < place);

function readAll<T>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare(sql).all() as T[];
  } finally {
    database.close();
  }
}
