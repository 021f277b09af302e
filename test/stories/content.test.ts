import { backlog } from '../../src/domain/activation.ts';
import { decide } from '../../src/domain/decide.ts';
import { addDays, type Day } from '../../src/domain/calendar.ts';
import { letterbox } from '../../src/mail/transport.ts';
import { printLetters } from '../../src/services/printLetters.ts';
import { letterPdfOf } from '../../src/services/letterPdf.ts';
import { invoicePage } from '../../src/store/invoiceList.ts';
import { messageOf } from '../../src/store/reminders.ts';
import { readSettings, sendingCalendar } from '../../src/store/settings.ts';
import { loadSnapshot } from '../../src/store/snapshot.ts';
import type { Db } from '../../src/store/database.ts';
import {
  add,
  addition,
  at,
  customer,
  database,
  deliverOn,
  firm,
  invoice,
  mailServer,
  plan,
  refuse,
  runOn,
  step,
  template,
} from '../support/installation.ts';
import { newUser, openWeb, type OpenWeb, signIn, visitor } from '../support/web.ts';

// Section G of the scenarios: what a message is, who may see it, and what the lists say.

const FIRST = '2026-02-09';

const snapshotOf = async (db: Db): ReturnType<typeof loadSnapshot> =>
  loadSnapshot(db, sendingCalendar(await readSettings(db), 2026));

describe('evidence', () => {
  let open: OpenWeb;
  let id: number;
  let bytes: Buffer;

  beforeAll(async () => {
    open = await openWeb({ demo: false });
    await add(open.db, firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(open.db, FIRST);
    await deliverOn(open.db, FIRST, letterbox);
    const row: { id: number } = await open.db('reminders').first();
    ({ id } = row);
    bytes = (await messageOf(open.db, id)) as Buffer;
  });
  afterAll(() => open.close());

  test('MW-36: the exact bytes that left can be had from the history, by users and nobody else', async () => {
    const eml = await open.anna.get(`/reminders/${id}/message.eml`);
    expect(Buffer.from(eml.text, 'utf8').equals(bytes) || Buffer.from(eml.body as Buffer).equals(bytes)).toBe(true);
    const stranger = await visitor(open.app);
    for (const path of [`/reminders/${id}/message.eml`, `/reminders/${id}`, `/reminders/${id}/body`])
      expect([path, (await stranger.get(path)).status]).toEqual([path, 303]);
  });

  test('OB-01: after a run the screen says who got what and when, mail by mail', async () => {
    const page = await open.anna.get(`/runs/${FIRST}`);
    expect(page.text).toContain('MARTIN Ltd');
    expect(page.text).toContain(`/reminders/${id}`);
    const message = await open.anna.get(`/reminders/${id}`);
    expect(message.text).toContain('martin@customer.example');
    expect(message.text).toContain('datetime="2026-02-09T12:00:00.000Z"');
  });
});

describe('a letter', () => {
  const POSTAL = { street: '1 rue du Four', postcode: '69001', city: 'Lyon', country: 'FR' };
  const LETTER = { kind: 'letter' as const, name: 'Letter' };
  const onPaper = (): ReturnType<typeof firm> =>
    firm({
      customers: [customer('MARTIN', POSTAL)],
      templates: [template(LETTER)],
      plans: [plan({ steps: [step(7, { action: 'letter', template: 'Letter' })] })],
      invoices: [invoice('MARTIN', 'F-1')],
    });

  test('MW-41: printed twice is one letter, the same one, and two lines in the history', async () => {
    const db = await database(onPaper());
    await runOn(db, FIRST);
    const row: { id: number } = await db('reminders').first();
    const order = { ids: [row.id], clock: at(FIRST), userId: null };
    const first = await printLetters(db, order);
    const second = await printLetters(db, order);
    const bytes = [first, second].map((one) => (one.kind === 'printed' ? one.pdf.toString('base64') : one.kind));
    expect(bytes[0]).toBe(bytes[1]);
    expect(bytes[0]).toMatch(/^JVBERi/);
    expect(await db('reminders')).toHaveLength(1);
    expect(await db('history').where({ kind: 'letter_printed' })).toHaveLength(2);
  });

  test('MW-46: the PDF opens for owners and colleagues, and for no stranger', async () => {
    const open = await openWeb({ demo: false });
    await add(open.db, onPaper());
    await runOn(open.db, FIRST);
    const row: { id: number } = await open.db('reminders').first();
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    const stranger = await visitor(open.app);
    const address = `/reminders/${row.id}/letter.pdf`;
    const seen = await Promise.all([open.anna, bruno, stranger].map(async (who) => (await who.get(address)).status));
    expect(seen).toEqual([200, 200, 303]);
    expect((await letterPdfOf(open.db, row.id))?.subarray(0, 5).toString()).toBe('%PDF-');
    await open.close();
  });
});

describe('MW-48: invoices 35, 1, 12 and 20 days late on a plan of 3, 10, 20 and 30 days', () => {
  const TODAY: Day = '2026-03-02';
  const AMOUNTS: [string, string, number][] = [
    ['A-120', '120.00', 35],
    ['B-60', '60.00', 1],
    ['C-96', '96.00', 12],
    ['D-36', '36.00', 20],
  ];
  const late = (): Promise<Db> =>
    database(
      firm({
        plans: [plan({ steps: [3, 10, 20, 30].map((days) => step(days)) })],
        customers: AMOUNTS.map(([number]) => customer(number)),
        enrolments: AMOUNTS.map(([number]) => ({ customer: number, plan: 'Standard', since: TODAY })),
        invoices: AMOUNTS.map(([number, total, days]) =>
          invoice(number, number, { total, issuedOn: '2026-01-01', dueOn: addDays(TODAY, -days) }),
        ),
      }),
    );

  test('stand at stages 4, 0, 2 and 3 by their age, with their amounts, and begin gently with the first', async () => {
    const db = await late();
    const snapshot = await snapshotOf(db);
    const planId = snapshot.plans[0]?.id ?? 0;
    const found = backlog(snapshot, planId, new Set(snapshot.customers.map(({ id }) => id)), TODAY);
    const numberOf = new Map(snapshot.invoices.map(({ id, number }) => [id, number]));
    const ages = found.map(({ invoiceId, byAge, gentle }) => [numberOf.get(invoiceId), byAge.name, gentle.name]);
    expect(ages.toSorted()).toEqual([
      ['A-120', 'Reminder 30', 'Reminder 3'],
      ['C-96', 'Reminder 10', 'Reminder 3'],
      ['D-36', 'Reminder 20', 'Reminder 3'],
    ]);
    expect(decide(snapshot, TODAY).filter(({ kind }) => kind === 'wait')).toMatchObject([
      { subject: { number: 'B-60' } },
    ]);
    expect(snapshot.invoices.map(({ outstanding }) => outstanding).toSorted((a, b) => a - b)).toEqual([
      3600, 6000, 9600, 12000,
    ]);
  });

  test('MW-49: ordered by amount, in pages of two', async () => {
    const db = await late();
    const query = { filter: 'open', order: 'amount', search: '', age: null, limit: 2, today: TODAY } as const;
    const first = await invoicePage(db, { ...query, after: null });
    const second = await invoicePage(db, { ...query, after: first.next });
    const amounts = (page: typeof first): number[] => page.rows.map(({ outstanding }) => outstanding / 100);
    expect([amounts(first), amounts(second), second.next]).toEqual([[120, 96], [60, 36], null]);
    const one = await invoicePage(db, { ...query, search: 'C-96', after: null });
    expect(one.rows.map(({ number }) => number)).toEqual(['C-96']);
  });
});

test('MW-51: while messages are being sent every page says how far it has come', async () => {
  const open = await openWeb({ demo: false });
  await add(open.db, firm({ invoices: ['F-1', 'F-2', 'F-3'].map((number) => invoice('MARTIN', number)) }));
  await runOn(open.db, FIRST);
  await open.db('runs').update({ day: '2026-11-23' });
  await deliverOn(open.db, FIRST, mailServer(), { goOn: once() });
  await open.db('reminders').where({ state: 'queued' }).orderBy('id').limit(1).update({ state: 'sending' });
  expect((await open.anna.get('/invoices')).text).toContain('Sending 2 of 3');
  await open.close();
});

/** True the first time only. */
function once(): () => boolean {
  let asked = 0;
  return () => asked++ === 0;
}

test('IS-01: a message that failed keeps its place in the history, marked as failed, beside the one that left later', async () => {
  const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, mailServer(refuse('554 5.7.1 spam')));
  await db('contacts').update({ refused_on: null });
  await runOn(db, '2026-02-10');
  await deliverOn(db, '2026-02-10');
  expect((await db('reminders').orderBy('id')).map(({ state }) => state)).toEqual(['failed', 'sent']);
  const kinds: string[] = await db('history').whereNotNull('reminder_id').orderBy('id').pluck('kind');
  expect(kinds).toEqual(['reminder_queued', 'reminder_failed', 'reminder_queued', 'reminder_sent']);
});

test('EN-11: new words for a recap move none of its dates', async () => {
  const recap = {
    kind: 'recap' as const,
    name: 'Monthly',
    startOn: '2026-02-02',
    every: { n: 1, unit: 'month' as const },
    scope: 'overdue' as const,
    action: 'email' as const,
    template: 'Summary',
  };
  const db = await database(firm({ plans: [recap as never], invoices: [invoice('MARTIN', 'F-1')] }));
  const next = async (): Promise<unknown> => decide(await snapshotOf(db), FIRST).map((one) => [one.kind, one.subject]);
  const before = await next();
  const waits = decide(await snapshotOf(db), FIRST).map((one) => (one.kind === 'wait' ? one.until : one.kind));
  await add(
    db,
    addition({
      templates: [template({ name: 'Summary', versions: { en: { subject: 'Anew', body: '<p>{{total}}</p>' } } })],
    }),
  );
  expect(await next()).toEqual(before);
  expect(decide(await snapshotOf(db), FIRST).map((one) => (one.kind === 'wait' ? one.until : one.kind))).toEqual(waits);
});
