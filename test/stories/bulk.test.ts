import path from 'node:path';
import { type Clock, isoOf } from '../../src/clock.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { openDispute } from '../../src/services/openDispute.ts';
import { prepareBatch } from '../../src/services/prepareBatch.ts';
import { type BulkOrder, startBatch, type Started } from '../../src/services/startBatch.ts';
import { summariesOf } from '../../src/services/summariseCustomers.ts';
import { undoBatch } from '../../src/services/undoBatch.ts';
import { workBatches } from '../../src/services/workBatches.ts';
import { batchItems } from '../../src/store/batchList.ts';
import type { Db } from '../../src/store/database.ts';
import { readSettings } from '../../src/store/settings.ts';
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
  payment,
  plan,
  template,
  temporaryFolder,
} from '../support/installation.ts';

const DAY: Day = '2026-02-11';
const clock: Clock = at(DAY, '10:00');
const seconds =
  (n: number): Clock =>
  () =>
    clock() + n * 1000;

const code = (n: number): string => `C${String(n).padStart(3, '0')}`;
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const WORDS = { subject: '{{invoiceCount}} invoices, {{total}}', body: '<p>{{total}} is open.</p>{{{invoiceTable}}}' };
const templates = [template(), template({ name: 'Summary', scope: 'grouped', versions: { en: WORDS } })];

/** So many customers with two invoices each; nobody is on a plan unless said. */
const town = (n: number, differs: Partial<ArchiveInput> = {}): ArchiveInput =>
  firm({
    customers: range(n).map((i) => customer(code(i))),
    invoices: range(n).flatMap((i) => [
      invoice(code(i), `F-${i}-1`),
      invoice(code(i), `F-${i}-2`, { total: '300.00' }),
    ]),
    enrolments: [],
    templates,
    ...differs,
  });

/** An order for all invoices there are, with everything ticked that the page ticks, and more where a test says so. */
async function orderFor(db: Db, differs: Partial<BulkOrder> = {}, also: readonly string[] = []): Promise<BulkOrder> {
  const invoiceIds: number[] = differs.invoiceIds ? [...differs.invoiceIds] : await db('invoices').pluck('id');
  const question = { channel: 'email' as const, templateId: null, ...differs, invoiceIds };
  const { lines, template } = await prepareBatch(db, question, await readSettings(db), DAY);
  const ticked = lines.filter(
    ({ heavy, obstacle, key }) => obstacle === null && (heavy.length === 0 || also.includes(key)),
  );
  return {
    key: 'form-key',
    copyTo: '',
    completes: true,
    ...question,
    templateId: template?.id ?? null,
    lines: new Map(ticked.map(({ key, heavy }) => [key, heavy])),
    ...differs,
  };
}

const start = async (db: Db, order: BulkOrder, when: Clock = clock): Promise<Started> =>
  startBatch(db, order, { settings: await readSettings(db), day: DAY, clock: when, userId: null });
const begun = async (db: Db, order: BulkOrder): Promise<number> => {
  const started = await start(db, order);
  if (!('batchId' in started)) throw new Error(started.kind);
  return started.batchId;
};
/** A worker that is stopped after so many messages. */
const after = (n: number): (() => boolean) => {
  let left = n;
  return () => left-- > 0;
};
const messages = (db: Db) => db('reminders as r').join('customers as c', 'c.id', 'r.customer_id').orderBy('r.id');
const leftOut = async (db: Db, batchId: number): Promise<[string, string][]> =>
  (await batchItems(db, batchId, { offset: 0, limit: 1000, onlyOdd: true })).map(({ customer: name, reason }) => [
    name.replace(' Ltd', ''),
    reason,
  ]);
const idOf = async (db: Db, number: string): Promise<number> => (await db('invoices').where({ number }).first()).id;

describe('the lines of a bulk sending', () => {
  const linesOf = async (db: Db, channel: 'email' | 'letter' = 'email') => {
    const invoiceIds: number[] = await db('invoices').pluck('id');
    const { lines } = await prepareBatch(db, { channel, invoiceIds, templateId: null }, await readSettings(db), DAY);
    return lines;
  };

  test('are one for each customer and currency, never a sum of two (EN-08, DO-06)', async () => {
    const db = await database(
      firm({
        customers: [customer('A'), customer('B')],
        enrolments: [],
        templates,
        invoices: [
          invoice('A', 'E-1'),
          invoice('A', 'U-1', { currency: 'USD' }),
          invoice('B', 'E-2', { total: '100.00' }),
          invoice('B', 'E-3', { total: '300.00' }),
        ],
      }),
    );
    const lines = await linesOf(db);
    expect(
      lines.map(({ customer: { code: of }, currency, total, invoices }) => [of, currency, total, invoices.length]),
    ).toEqual([
      ['A', 'EUR', 10_000, 1],
      ['A', 'USD', 10_000, 1],
      ['B', 'EUR', 40_000, 2],
    ]);
  });

  const fact = async (db: Db, values: Record<string, unknown>): Promise<void> => {
    await db('pauses').insert({ begun_at: isoOf(clock()), ...values });
  };
  test.each<[string, (db: Db, id: number) => Promise<unknown>, readonly string[], string | null]>([
    ['nothing speaks against it', async () => undefined, [], null],
    [
      'one invoice is disputed',
      (db, id) => openDispute(db, [id], { reason: 'wrong goods', note: '', clock, userId: null }),
      ['disputed'],
      null,
    ],
    [
      'a payment is promised',
      (db, id) => db('promises').insert({ invoice_id: id, until_on: '2026-02-20', made_at: isoOf(clock()) }),
      ['promised'],
      null,
    ],
    ['the invoice is paused', (db, id) => fact(db, { invoice_id: id }), ['invoice_paused'], null],
    ['the customer is paused', (db) => fact(db, { customer_id: 1 }), ['customer_paused'], null],
    ['nobody has an address', (db) => db('contacts').delete(), [], 'no_recipient'],
    [
      'the only address was refused',
      (db) => db('contacts').update({ refused_on: '2026-02-01', refused_reason: '550' }),
      [],
      'address_refused',
    ],
    ['all is paid', (db) => db('invoices').update({ outstanding_minor: 0 }), [], 'settled'],
    ['all is cancelled', (db) => db('invoices').update({ state: 'cancelled' }), [], 'cancelled'],
    ['the template cannot be filled in', breakTemplate, [], 'template_broken'],
    ['the template says nothing', (db) => db('template_versions').delete(), [], 'no_template'],
  ])('%s', async (_, change, heavy, obstacle) => {
    const db = await database(town(1));
    await change(db, await idOf(db, 'F-1-1'));
    expect((await linesOf(db)).map((line) => [line.heavy, line.obstacle])).toEqual([[heavy, obstacle]]);
  });

  test('who was reminded less than a week ago, or than his plan waits, is looked at first', async () => {
    const db = await database(town(2));
    await workedThrough(db, await orderFor(db, { invoiceIds: [await idOf(db, 'F-1-1')] }));
    await deliverOn(db, DAY, mailServer(), { ignoreHold: true });
    expect((await linesOf(db)).map(({ customer: { code: of }, heavy }) => [of, heavy])).toEqual([
      ['C001', ['reminded']],
      ['C002', []],
    ]);
  });

  test('a letter needs a postal address, and no e-mail address', async () => {
    const db = await database(
      town(2, {
        customers: [customer('C001', { street: '1 Road', city: 'Town', contacts: [] }), customer('C002')],
        templates: [
          {
            name: 'Paper',
            kind: 'letter',
            scope: 'grouped',
            versions: { en: { subject: 's', body: '<p>{{total}}</p>' } },
          },
          { name: 'Reminder', versions: { en: { subject: 's', body: '<p>b</p>' } } },
        ],
      }),
    );
    expect((await linesOf(db, 'letter')).map(({ obstacle }) => obstacle)).toEqual([null, 'no_postal_address']);
  });

  test('a record that cannot be read stands among those that cannot go, and hides no other', async () => {
    const db = await database(town(3));
    await db.raw('PRAGMA ignore_check_constraints = ON');
    await db('invoices').whereLike('number', 'F-2-%').update({ due_on: '2026-99-99' });
    expect((await linesOf(db)).map(({ obstacle }) => obstacle)).toEqual([null, 'unreadable', null]);
  });

  test('a summary is about what is overdue, or about all that is open where nothing is', async () => {
    const db = await database(
      town(3, {
        invoices: [
          invoice('C001', 'late'),
          invoice('C001', 'early', { dueOn: '2026-03-01' }),
          invoice('C002', 'only', { dueOn: '2026-03-01' }),
        ],
      }),
    );
    const ids: number[] = await db('customers').orderBy('id').pluck('id');
    const { invoiceIds, withoutAny } = await summariesOf(db, ids, DAY);
    expect(await db('invoices').whereIn('id', invoiceIds).orderBy('id').pluck('number')).toEqual(['late', 'only']);
    expect(withoutAny).toEqual([ids[2]]);
  });
});

async function breakTemplate(db: Db): Promise<void> {
  await db('template_versions').update({ body: '<p>{{no.such.thing}}</p>' });
}

async function workedThrough(db: Db, order: BulkOrder): Promise<number> {
  const batchId = await begun(db, order);
  await workBatches(db, { clock });
  return batchId;
}

describe('a bulk sending', () => {
  test('writes to a hundred customers once each; the broken, the unreachable, the paid and the disputed are named', async () => {
    const db = await database(town(100));
    await db('contacts').where({ customer_id: 2 }).delete();
    await openDispute(db, [await idOf(db, 'F-3-1')], { reason: 'wrong goods', note: '', clock, userId: null });
    await db.raw(`CREATE TRIGGER broken BEFORE INSERT ON history WHEN NEW.customer_id = 4
      BEGIN SELECT RAISE(ABORT, 'this record is broken'); END`);
    const order = await orderFor(db);
    expect(order.lines.size).toBe(98);
    const batchId = await begun(db, order);
    await workBatches(db, { clock, goOn: after(50) });
    await add(db, addition({ payments: [payment('C090', 'F-90-1', '100.00'), payment('C090', 'F-90-2', '300.00')] }));
    await add(db, addition({ payments: [payment('C091', 'F-91-1', '100.00')] }));
    await openDispute(db, [await idOf(db, 'F-92-2')], { reason: 'too late', note: '', clock, userId: null });
    await workBatches(db, { clock });
    expect(await leftOut(db, batchId)).toEqual([
      ['C004', 'failed'],
      ['C090', 'settled'],
      ['C092', 'disputed'],
    ]);
    const server = mailServer();
    await deliverOn(db, DAY, server, { clock: seconds(11) });
    const expected = range(100).filter((n) => ![2, 3, 4, 90, 92].includes(n));
    expect(server.addressees().toSorted()).toEqual(expected.map((n) => `${code(n).toLowerCase()}@customer.example`));
    // Two rows and one total for each (EN-03); what was paid meanwhile is not mentioned.
    const rows = await messages(db).select('c.code', 'r.total_minor', 'r.subject');
    for (const { code: of, total_minor, subject } of rows)
      expect([of, total_minor, /^[12] invoices/.test(subject)]).toEqual([of, of === 'C091' ? 30_000 : 40_000, true]);
  });

  test('loses and doubles nothing when its process dies: another goes on where it stopped', async () => {
    const file = path.join(temporaryFolder(), 'dunwell.db');
    const first = await database(town(40), file);
    const batchId = await begun(first, await orderFor(first));
    await workBatches(first, { clock, goOn: after(17) });
    expect(await first('reminders').count({ n: '*' })).toEqual([{ n: 17 }]);
    await first.destroy();
    const second = await database(undefined, file);
    await workBatches(second, { clock: seconds(60) });
    await workBatches(second, { clock: seconds(70) });
    expect(await messages(second).countDistinct({ n: 'c.id' })).toEqual([{ n: 40 }]);
    expect(await second('reminders').count({ n: '*' })).toEqual([{ n: 40 }]);
    const { finished_at } = await second('batches').where({ id: batchId }).first();
    expect(finished_at).toBe(isoOf(seconds(60)()));
  });

  test('shared by two processes is still one message each', async () => {
    const file = path.join(temporaryFolder(), 'dunwell.db');
    const one = await database(town(30), file);
    const other = await database(undefined, file);
    await begun(one, await orderFor(one));
    await Promise.all([workBatches(one, { clock }), workBatches(other, { clock })]);
    expect(await one('reminders').count({ n: '*' })).toEqual([{ n: 30 }]);
    expect(await one('batch_items').where({ state: 'queued' }).count({ n: '*' })).toEqual([{ n: 30 }]);
  });

  test('ordered twice with one form is one batch', async () => {
    const db = await database(town(5));
    const order = await orderFor(db);
    const [first, second] = [await start(db, order), await start(db, order)];
    expect([first.kind, second.kind]).toEqual(['started', 'already']);
    await workBatches(db, { clock });
    expect(await start(db, order)).toEqual({ ...first, kind: 'already' });
    await workBatches(db, { clock });
    expect(await db('reminders').count({ n: '*' })).toEqual([{ n: 5 }]);
  });

  test('of 450 customers is 450 messages (IN-19)', async () => {
    const db = await database(town(450));
    await workedThrough(db, await orderFor(db));
    expect(await messages(db).countDistinct({ n: 'c.id' })).toEqual([{ n: 450 }]);
  });

  test('lets nothing leave before all of it is written, and ten seconds more', async () => {
    const db = await database(town(6));
    await begun(db, await orderFor(db));
    await workBatches(db, { clock, goOn: after(3) });
    const server = mailServer();
    await deliverOn(db, DAY, server, { clock: seconds(3_600) });
    await workBatches(db, { clock: seconds(3_600) });
    await deliverOn(db, DAY, server, { clock: seconds(3_609) });
    expect(server.mails).toHaveLength(0);
    await deliverOn(db, DAY, server, { clock: seconds(3_610) });
    expect(server.mails).toHaveLength(6);
  });

  test('tells who got what and when (OB-01)', async () => {
    const db = await database(town(2));
    const batchId = await workedThrough(db, await orderFor(db));
    await deliverOn(db, DAY, mailServer(), { clock: seconds(11) });
    expect(await batchItems(db, batchId, { offset: 0, limit: 10 })).toMatchObject([
      {
        customer: 'C001 Ltd',
        numbers: ['F-1-1', 'F-1-2'],
        total: 40_000,
        state: 'sent',
        settledAt: isoOf(seconds(11)()),
      },
      {
        customer: 'C002 Ltd',
        numbers: ['F-2-1', 'F-2-2'],
        total: 40_000,
        state: 'sent',
        settledAt: isoOf(seconds(11)()),
      },
    ]);
  });

  test('completes the steps that are due on its channel, and no call; unticked, none', async () => {
    const enrolments = ['C001', 'C002'].map((of) => ({ customer: of, plan: 'Standard', since: '2020-01-01' }));
    const completed = async (steps: object[], completes: boolean): Promise<number> => {
      const db = await database(town(2, { plans: [plan({ steps })], enrolments }));
      await workedThrough(db, await orderFor(db, { completes }));
      await deliverOn(db, DAY, mailServer(), { clock: seconds(11) });
      return db('completions')
        .pluck('id')
        .then((ids: unknown[]) => ids.length);
    };
    const email = { name: 'First', days: 7, template: 'Reminder' };
    expect(await completed([email], true)).toBe(4);
    expect(await completed([email], false)).toBe(0);
    expect(await completed([{ name: 'Call', days: 7, action: 'call' }], true)).toBe(0);
  });

  test('sends a copy of each to whoever asked for it', async () => {
    const db = await database(town(2));
    await workedThrough(db, await orderFor(db, { copyTo: 'anna@meunier.example' }));
    expect(await db('reminder_recipients').where({ kind: 'bcc' }).pluck('address')).toEqual(
      range(2).map(() => 'anna@meunier.example'),
    );
  });

  test('whose template was put away meanwhile says so, and never takes another one', async () => {
    const more = template({ name: 'Other', scope: 'grouped', versions: { en: WORDS } });
    const db = await database(town(2, { templates: [...templates, more] }));
    const order = await orderFor(db);
    const batchId = await begun(db, order);
    await db('templates')
      .where({ id: order.templateId })
      .update({ archived_at: isoOf(clock()) });
    await workBatches(db, { clock });
    expect(await leftOut(db, batchId)).toEqual([
      ['C001', 'no_template'],
      ['C002', 'no_template'],
    ]);
    expect(await start(db, { ...order, key: 'another' })).toEqual({ kind: 'no_template' });
    expect(await db('reminders')).toEqual([]);
  });

  test('of letters waits to be printed, and nothing of it leaves by itself', async () => {
    const customers = range(2).map((n) => customer(code(n), { street: '1 Road', postcode: 'AB1', city: 'Town' }));
    const paper = { subject: 'Reminder', body: '<p>{{total}} is open.</p>{{{invoiceTable}}}' };
    const templates = [
      { name: 'Paper', kind: 'letter' as const, scope: 'grouped' as const, versions: { en: paper } },
      { name: 'Reminder', versions: { en: paper } },
    ];
    const db = await database(town(2, { customers, templates }));
    await workedThrough(db, await orderFor(db, { channel: 'letter' }));
    const server = mailServer();
    await deliverOn(db, DAY, server, { ignoreHold: true });
    expect(server.visits).toBe(0);
    expect(await db('reminders').select('channel', 'state', 'hold_until')).toEqual(
      range(2).map(() => ({ channel: 'letter', state: 'queued', hold_until: null })),
    );
  });
});

describe('taking a bulk sending back', () => {
  const undo = (db: Db, batchId: number, when: Clock) =>
    undoBatch(db, batchId, { reason: 'taken back', clock: when, userId: null });

  test('within ten seconds cancels every message, and the next run decides as if it had not been', async () => {
    const db = await database(town(8));
    const batchId = await workedThrough(db, await orderFor(db));
    expect(await undo(db, batchId, seconds(9))).toEqual({ kind: 'undone', cancelled: 8, stopped: 0 });
    expect(await undo(db, batchId, seconds(9))).toEqual({ kind: 'already' });
    const server = mailServer();
    await deliverOn(db, DAY, server, { ignoreHold: true });
    expect(server.visits).toBe(0);
    expect((await orderFor(db)).lines.size).toBe(8);
  });

  test('while it is being written stops the rest', async () => {
    const db = await database(town(8));
    const order = await orderFor(db);
    const batchId = await begun(db, order);
    await workBatches(db, { clock, goOn: after(3) });
    expect(await undo(db, batchId, seconds(1))).toEqual({ kind: 'undone', cancelled: 3, stopped: 5 });
    await workBatches(db, { clock: seconds(2) });
    expect(await db('reminders').whereNot({ state: 'cancelled' })).toEqual([]);
    // The form that comes again finds the same batch, taken back as it is.
    expect(await start(db, order)).toEqual({ kind: 'already', batchId });
    await workBatches(db, { clock: seconds(3) });
    expect(await db('reminders').count({ n: '*' })).toEqual([{ n: 3 }]);
  });

  test('at the very moment in which a message is to be written leaves none behind', async () => {
    const db = await database(town(8));
    const batchId = await begun(db, await orderFor(db));
    let taken: ReturnType<typeof undo> | null = null;
    let looked = 0;
    // Between the look for the next message and its writing.
    const goOn = (): boolean => {
      looked += 1;
      if (looked === 4) taken = undo(db, batchId, clock);
      return true;
    };
    await workBatches(db, { clock, goOn });
    expect(await taken).toEqual({ kind: 'undone', cancelled: 3, stopped: 5 });
    expect(await db('reminders').pluck('state')).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('later changes nothing', async () => {
    const db = await database(town(3));
    const batchId = await workedThrough(db, await orderFor(db));
    expect(await undo(db, batchId, seconds(13))).toEqual({ kind: 'too_late' });
    expect(await undo(db, 99, clock)).toEqual({ kind: 'unknown' });
    expect(await db('reminders').where({ state: 'queued' })).toHaveLength(3);
  });
});
