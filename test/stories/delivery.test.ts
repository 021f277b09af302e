import path from 'node:path';
import Database from 'better-sqlite3';
import PostalMime from 'postal-mime';
import type { Day } from '../../src/domain/calendar.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { sha256Of } from '../../src/store/documents.ts';
import type { Db } from '../../src/store/database.ts';
import { recoverReminders } from '../../src/store/reminders.ts';
import { readSettings, writeSettings } from '../../src/store/settings.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { saveMailAccount } from '../../src/services/saveMailAccount.ts';
import { letterbox } from '../../src/mail/transport.ts';
import {
  accept,
  add,
  addition,
  type Answer,
  at,
  customer,
  database,
  deliverOn,
  firm,
  instantOf,
  invoice,
  mailServer,
  movableClock,
  neverAnswers,
  payment,
  plan,
  refuse,
  refuseOnly,
  runOn,
  settings,
  step,
  template,
  temporaryFolder,
  together,
  unreachableServer,
} from '../support/installation.ts';

const FIRST: Day = '2026-02-09';
const SECOND: Day = '2026-02-16';

const outbox = (db: Db) => db('reminders').orderBy('id');
const states = async (db: Db): Promise<string[]> => (await outbox(db)).map(({ state }) => state as string);
const historyOf = async (db: Db): Promise<string[]> =>
  (await db('history').orderBy('id')).map(({ kind }: { kind: string }) => kind);

/** A firm whose run of 9 February has queued its reminders. */
async function queued(differs: Partial<ArchiveInput>): Promise<Db> {
  const db = await database(firm(differs));
  await runOn(db, FIRST);
  return db;
}

const oneInvoice = (): Promise<Db> => queued({ invoices: [invoice('MARTIN', 'F-1')] });
const twoCustomers = (): Promise<Db> =>
  queued({
    customers: [customer('MARTIN'), customer('ROSSI')],
    invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
  });
const threeTogether = (): Promise<Db> =>
  queued({
    plans: [together()],
    invoices: [
      invoice('MARTIN', 'F-1'),
      invoice('MARTIN', 'F-2', { total: '20.50' }),
      invoice('MARTIN', 'F-3', { total: '7.25' }),
    ],
  });

const crashBefore: Answer = async () => {
  throw new Error('killed before the body was out');
};
const crashAfter: Answer = async (_, handOver) => {
  await handOver();
  throw new Error('killed before the reply');
};
const slow: Answer = async (parcel, handOver) => {
  await new Promise((resolve) => setImmediate(resolve));
  return accept(parcel, handOver);
};

const firmOfAnna = (mail: object = {}) =>
  settings({
    company: { name: 'Meunier, "Fils" & Ciè', email: 'anna@meunier.example' },
    mail: { from: 'box@meunier.example', replyTo: 'anna@meunier.example', copyTo: 'copy@meunier.example', ...mail },
  });
const headOf = (raw: Buffer): string => raw.toString('latin1').split('\r\n\r\n')[0] ?? '';

async function sentMail(differs: Partial<ArchiveInput>) {
  const db = await queued({ invoices: [invoice('MARTIN', 'F-1')], ...differs });
  const server = mailServer();
  await deliverOn(db, FIRST, server);
  const [parcel] = server.mails;
  if (!parcel) throw new Error(`nothing was sent: ${JSON.stringify(await outbox(db))}`);
  return { db, parcel, mail: await PostalMime.parse(parcel.raw), head: headOf(parcel.raw) };
}

describe('a message that the server accepted', () => {
  test('is sent: with the reply, the day, the exact bytes, the completed step and the history', async () => {
    const db = await oneInvoice();
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toEqual({
      sent: 1,
      failed: 0,
      uncertain: 0,
      cancelled: 0,
      postponed: 0,
      stopped: null,
    });
    const [row] = await outbox(db);
    expect(row).toMatchObject({
      state: 'sent',
      sent_on: FIRST,
      settled_at: instantOf(FIRST),
      server_reply: '250 2.0.0 Ok: queued as 4XyZ',
      transport: 'smtp',
      attempts: 1,
      claimed_by: null,
    });
    const [stored] = await db('messages');
    expect(stored.raw.equals(server.mails[0]?.raw)).toBe(true);
    expect(stored.sha256).toBe(sha256Of(stored.raw));
    expect(await db('completions')).toEqual([
      expect.objectContaining({ invoice_id: 1, kind: 'sent', completed_on: FIRST, counts_from: FIRST, reminder_id: 1 }),
    ]);
    expect(await historyOf(db)).toEqual(['reminder_queued', 'reminder_sent']);
    expect(await db('runs')).toEqual([expect.objectContaining({ state: 'closed', outcome: 'ok' })]);
  });

  test.each([
    ['on the sending day that it was due on', '2026-02-08', FIRST, '2026-02-07'],
    ['days after it was due', '2026-02-08', '2026-02-12', '2026-02-12'],
  ] as [string, Day, Day, Day][])('%s counts from the right day', async (_, __, leaves, countsFrom) => {
    // Due on Saturday the 7th: Monday the 9th is on time.
    const db = await queued({ invoices: [invoice('MARTIN', 'F-1', { dueOn: '2026-01-31' })] });
    await deliverOn(db, leaves);
    expect(await db('completions').select('completed_on', 'counts_from')).toEqual([
      { completed_on: leaves, counts_from: countsFrom },
    ]);
  });

  test('is never sent again', async () => {
    const db = await oneInvoice();
    const server = mailServer();
    for (let n = 0; n < 3; n++) await deliverOn(db, FIRST, server, { ignoreHold: true });
    expect(server.visits).toBe(1);
  });

  test('goes to the letterbox where no mail server is connected', async () => {
    const db = await oneInvoice();
    await deliverOn(db, FIRST, letterbox);
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'sent', transport: 'letterbox' })]);
    expect(await db('messages')).toHaveLength(1);
  });
});

describe('between the run and the delivery', () => {
  const dispute = { reason: 'Goods damaged', openedAt: '2026-02-09T12:05:00.000Z' };
  const promise = { until: '2026-02-27', madeAt: '2026-02-09T12:05:00.000Z' };
  const pause = { reason: 'Asked to wait' };
  const ending = '2026-02-09T12:05:00.000Z';
  test.each<[string, string, Partial<ArchiveInput>]>([
    ['an invoice paid (MD-02)', 'settled', { payments: [payment('MARTIN', 'F-1', '100.00')] }],
    ['an invoice disputed', 'disputed', { invoices: [invoice('MARTIN', 'F-1', { disputes: [dispute] })] }],
    ['a payment promised', 'promised', { invoices: [invoice('MARTIN', 'F-1', { promises: [promise] })] }],
    ['an invoice paused', 'invoice_paused', { invoices: [invoice('MARTIN', 'F-1', { pause })] }],
    ['an invoice cancelled', 'cancelled', { invoices: [invoice('MARTIN', 'F-1', { state: 'cancelled' })] }],
    ['an invoice written off', 'written_off', { invoices: [invoice('MARTIN', 'F-1', { state: 'written_off' })] }],
    ['follow-up switched off', 'follow_up_off', { invoices: [invoice('MARTIN', 'F-1', { followUpOff: true })] }],
    ['the customer paused', 'customer_paused', { customers: [customer('MARTIN', { pause })] }],
    ['the plan paused', 'plan_paused', { plans: [plan({ pause })] }],
    ['the plan archived', 'no_plan', { plans: [plan({ archivedAt: ending })] }],
    ['the step taken out', 'step_retired', { plans: [plan({ steps: [step(7, { retired: true }), step(14)] })] }],
    ['the plan limited', 'below_minimum', { plans: [plan({ limits: [{ currency: 'EUR', minimum: '150' }] })] }],
    [
      'as much credited',
      'covered_by_credit',
      {
        creditNotes: [{ customer: 'MARTIN', number: 'A-1', issuedOn: FIRST, currency: 'EUR', total: '100.00' }],
      },
    ],
    ['the due date moved', 'step_date', { invoices: [invoice('MARTIN', 'F-1', { dueOn: '2026-02-20' })] }],
    ['the contact gone', 'no_recipient', { customers: [customer('MARTIN', { contacts: [] })] }],
    [
      'the address refused',
      'address_refused',
      { customers: [customer('MARTIN', { contacts: [{ email: 'martin@customer.example', refusedOn: FIRST }] })] },
    ],
  ])('%s cancels the reminder as %s, and nothing leaves', async (_, reason, change) => {
    const db = await oneInvoice();
    await add(db, addition(change));
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, cancelled: 1 });
    expect(server.visits).toBe(0);
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'cancelled', reason, claimed_by: null })]);
    expect(await db('completions')).toEqual([]);
    expect(await db('reminder_invoices')).toEqual([expect.objectContaining({ live: 0 })]);
    expect(await historyOf(db)).toEqual(['reminder_queued', 'reminder_cancelled']);
  });

  test('the customer taken off the plan cancels the reminder', async () => {
    const db = await oneInvoice();
    await db('enrolments').update({ ended_at: ending });
    expect(await deliverOn(db, FIRST)).toMatchObject({ cancelled: 1 });
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'cancelled', reason: 'no_plan' })]);
  });

  test('a step that was skipped or done by other means is superseded, and the next one is not sent in its place', async () => {
    const db = await oneInvoice();
    const [{ id }] = await db('steps').orderBy('position').limit(1);
    await db('completions').insert({ invoice_id: 1, step_id: id, kind: 'skipped', completed_on: FIRST });
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ cancelled: 1, sent: 0 });
    expect(server.visits).toBe(0);
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'cancelled', reason: 'superseded' })]);
  });

  test('a step of a letter now is not mailed', async () => {
    const db = await oneInvoice();
    await db('steps').where({ position: 0 }).update({ action: 'letter' });
    expect(await deliverOn(db, FIRST)).toMatchObject({ cancelled: 1, sent: 0 });
    expect(await outbox(db)).toEqual([expect.objectContaining({ reason: 'superseded' })]);
  });

  test('what a person sent in the meantime keeps the plan quiet for that day: one reminder an invoice and day', async () => {
    const db = await oneInvoice();
    const [{ id: _, run_id: __, ...row }] = await outbox(db);
    const byHand = { ...row, key: 'manual|x', message_id: '<x@x>', origin: 'manual', plan_id: null, step_id: null };
    const [own] = await db('reminders')
      .insert({ ...byHand, state: 'sent', sent_on: FIRST })
      .returning('id');
    await db('reminder_invoices').insert({ reminder_id: own.id, invoice_id: 1, position: 0, outstanding_minor: 1 });
    expect(await deliverOn(db, FIRST)).toMatchObject({ cancelled: 1, sent: 0 });
    expect((await outbox(db))[0]).toMatchObject({ state: 'cancelled', reason: 'minimum_days' });
    expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 1 });
  });

  test('a recap whose next occurrence has come is superseded', async () => {
    const recap = { kind: 'recap', name: 'Weekly', startOn: FIRST, every: { n: 1, unit: 'week' }, template: 'Summary' };
    const db = await queued({ plans: [recap as never], invoices: [invoice('MARTIN', 'F-1')] });
    expect(await states(db)).toEqual(['queued']);
    expect(await deliverOn(db, SECOND)).toMatchObject({ cancelled: 1, sent: 0 });
    expect(await outbox(db)).toEqual([expect.objectContaining({ reason: 'superseded' })]);
  });

  test('one invoice of several that had its step is listed, and completes nothing', async () => {
    const db = await threeTogether();
    const [{ id }] = await db('steps').orderBy('position').limit(1);
    await db('completions').insert({
      invoice_id: 2,
      step_id: id,
      kind: 'skipped',
      completed_on: FIRST,
      counts_from: FIRST,
    });
    expect(await deliverOn(db, FIRST)).toMatchObject({ sent: 1 });
    const done = await db('completions').where({ kind: 'sent' }).orderBy('invoice_id').pluck('invoice_id');
    expect(done).toEqual([1, 3]);
    expect(await db('reminder_invoices').where({ live: 1 })).toHaveLength(3);
  });

  test('a cancelled reminder leaves again when the obstacle is gone', async () => {
    const db = await oneInvoice();
    await db('disputes').insert({ invoice_id: 1, reason: 'damaged', opened_at: ending });
    await deliverOn(db, FIRST);
    await db('disputes').update({ lifted_at: ending });
    expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 1 });
    expect(await deliverOn(db, '2026-02-10')).toMatchObject({ sent: 1 });
  });

  test('a part payment changes the amount in the message (TR-13)', async () => {
    const db = await oneInvoice();
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '49.99')] }));
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    const mail = await PostalMime.parse(server.mails[0]?.raw ?? '');
    expect(mail.subject).toBe('Invoice F-1 over €50.01');
    expect(mail.html).not.toContain('100.00');
    expect(await outbox(db)).toEqual([expect.objectContaining({ total_minor: 5001, subject: mail.subject })]);
    expect(await db('reminder_invoices')).toEqual([expect.objectContaining({ outstanding_minor: 5001, live: 1 })]);
    expect(await db('completions')).toHaveLength(1);
  });

  test('one of several invoices paid leaves a message about the rest (OO-02)', async () => {
    const db = await threeTogether();
    await add(db, addition({ payments: [payment('MARTIN', 'F-2', '20.50')] }));
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    const mail = await PostalMime.parse(server.mails[0]?.raw ?? '');
    expect(mail.subject).toBe('2 invoices, €107.25');
    expect(mail.text).not.toContain('F-2');
    expect(await db('completions').orderBy('invoice_id').pluck('invoice_id')).toEqual([1, 3]);
    expect(await outbox(db)).toEqual([expect.objectContaining({ total_minor: 10_725 })]);
  });

  test('all of several invoices paid cancels the message', async () => {
    const db = await threeTogether();
    await add(
      db,
      addition({
        payments: [
          payment('MARTIN', 'F-1', '100.00'),
          payment('MARTIN', 'F-2', '20.50'),
          payment('MARTIN', 'F-3', '7.25'),
        ],
      }),
    );
    expect(await deliverOn(db, FIRST)).toMatchObject({ cancelled: 1, sent: 0 });
  });

  test('an edited template, a new address and a new name are what leaves', async () => {
    const db = await oneInvoice();
    await add(
      db,
      addition({
        templates: [template({ versions: { en: { subject: 'New words', body: '<p>For {{customer.name}}</p>' } } })],
        customers: [
          customer('MARTIN', { name: 'Renamed', contacts: [{ name: 'New', email: 'new@customer.example' }] }),
        ],
      }),
    );
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    const mail = await PostalMime.parse(server.mails[0]?.raw ?? '');
    expect(mail.subject).toBe('New words');
    expect(mail.text).toContain('For Renamed');
    expect(server.addressees()).toEqual(['new@customer.example']);
  });

  test('a template broken meanwhile fails that reminder alone', async () => {
    const db = await twoCustomers();
    const other = template({ name: 'Other' });
    await add(db, addition({ templates: [other], plans: [plan({ name: 'Other', steps: [step(7)] })] }));
    await db('template_versions').where({ template_id: 1 }).update({ body: '{{nothing.such}}' });
    expect(await deliverOn(db, FIRST)).toMatchObject({ failed: 2, sent: 0 });
    expect((await outbox(db))[0].reason).toContain('Reminder');
  });

  test('the days late are counted to the day it leaves', async () => {
    const db = await oneInvoice();
    const server = mailServer();
    await deliverOn(db, '2026-02-12', server);
    const mail = await PostalMime.parse(server.mails[0]?.raw ?? '');
    expect(mail.text).toMatch(/F-1\s.*\b10\b/);
  });
});

describe('while the server takes its time', () => {
  const pay = addition({ payments: [payment('MARTIN', 'F-1', '100.00')] });
  const payPart = addition({ payments: [payment('MARTIN', 'F-1', '49.99')] });

  test('a payment stops the message before its final dot: nobody has it', async () => {
    const db = await oneInvoice();
    const server = mailServer(async (parcel, handOver) => {
      await add(db, pay);
      return accept(parcel, handOver);
    });
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, cancelled: 1 });
    expect(server.mails).toEqual([]);
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'cancelled', reason: 'settled' })]);
    expect(await db('completions')).toEqual([]);
  });

  test('a part payment makes it a message with the new amount, at once and once', async () => {
    const db = await oneInvoice();
    const server = mailServer(async (parcel, handOver) => {
      if (server.visits === 1) await add(db, payPart);
      return accept(parcel, handOver);
    });
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1, postponed: 0 });
    const [mail] = await Promise.all(server.mails.map(({ raw }) => PostalMime.parse(raw)));
    expect(server.mails).toHaveLength(1);
    expect(mail?.subject).toBe('Invoice F-1 over €50.01');
  });

  test('what has nothing to do with it is no reason to start again', async () => {
    const db = await oneInvoice();
    const server = mailServer(async (parcel, handOver) => {
      await add(db, addition({ customers: [customer('ROSSI')] }));
      return accept(parcel, handOver);
    });
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
    expect(server.visits).toBe(1);
  });

  test('another program that pays is noticed, too', async () => {
    const file = path.join(temporaryFolder(), 'dunwell.db');
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }), file);
    await runOn(db, FIRST);
    const other = await database(undefined, file);
    const server = mailServer(async (parcel, handOver) => {
      await add(other, pay);
      return accept(parcel, handOver);
    });
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, cancelled: 1 });
    expect(server.mails).toEqual([]);
  });
});

describe('an address that the server refuses', () => {
  test('for good fails the reminder, is flagged, and gets nothing more; the others get theirs', async () => {
    const db = await twoCustomers();
    const server = mailServer((parcel, handOver) =>
      (parcel.envelope.to[0] ?? '').startsWith('martin')
        ? refuse('550 5.1.1 no such user')(parcel, handOver)
        : accept(parcel, handOver),
    );
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1, failed: 1, stopped: null });
    expect(await states(db)).toEqual(['failed', 'sent']);
    expect((await outbox(db))[0]).toMatchObject({ reason: '550 5.1.1 no such user', sent_on: null });
    expect(await db('contacts').orderBy('id').select('refused_on', 'refused_reason')).toEqual([
      { refused_on: FIRST, refused_reason: '550 5.1.1 no such user' },
      { refused_on: null, refused_reason: null },
    ]);
    expect(await db('runs')).toEqual([expect.objectContaining({ state: 'closed', outcome: 'problems' })]);
    const { queued: again, decisions } = await runOn(db, '2026-02-10');
    expect(again).toBe(0);
    expect(decisions).toContainEqual(
      expect.objectContaining({ kind: 'blocked', reasons: [{ code: 'address_refused', until: null }] }),
    );
    expect(server.visits).toBe(2);
  });

  const pair = customer('MARTIN', {
    contacts: [
      { name: 'One', email: 'one@customer.example' },
      { name: 'Two', email: 'two@customer.example' },
    ],
  });

  test('as one of two does not make the other get it twice (F27)', async () => {
    const db = await queued({ customers: [pair], invoices: [invoice('MARTIN', 'F-1')] });
    const server = mailServer(refuseOnly('550 5.1.1 gone', (address) => address.startsWith('one')));
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
    await deliverOn(db, FIRST, server);
    expect(server.visits).toBe(1);
    expect(await db('reminder_recipients').orderBy('id').select('address', 'result', 'reply')).toEqual([
      { address: 'one@customer.example', result: 'refused', reply: '550 5.1.1 gone' },
      { address: 'two@customer.example', result: 'accepted', reply: '' },
    ]);
    expect(await db('contacts').whereNotNull('refused_on').pluck('email')).toEqual(['one@customer.example']);
  });

  test('for now only is not flagged', async () => {
    const db = await queued({ customers: [pair], invoices: [invoice('MARTIN', 'F-1')] });
    await deliverOn(db, FIRST, mailServer(refuseOnly('450 4.2.1 busy', (address) => address.startsWith('one'))));
    expect(await db('contacts').whereNotNull('refused_on')).toEqual([]);
  });

  test("is not hidden by the owner's own copy: a reminder that only reached him was not sent", async () => {
    const db = await queued({
      settings: settings({ mail: { copyTo: 'anna@meunier.example' } }),
      invoices: [invoice('MARTIN', 'F-1')],
    });
    const server = mailServer(refuseOnly('550 5.1.1 gone', (address) => address.startsWith('martin')));
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, failed: 1 });
    expect(await db('completions')).toEqual([]);
    expect(await outbox(db)).toEqual([
      expect.objectContaining({ state: 'failed', sent_on: null, reason: '550 5.1.1 gone' }),
    ]);
    expect(await db('contacts').whereNotNull('refused_on')).toHaveLength(1);
  });
});

describe('a message that the server puts off', () => {
  const busy = refuse('451 4.7.1 greylisted, try again');

  test('waits longer each time, and leaves once, with the Message-ID that it always had', async () => {
    const db = await oneInvoice();
    const time = movableClock(FIRST, '13:00');
    const server = mailServer(async (parcel, handOver) =>
      server.visits <= 3 ? busy(parcel, handOver) : accept(parcel, handOver),
    );
    const options = { clock: time.clock, owner: 'test', transport: server };
    const next: string[] = [];
    for (const clockTime of ['13:00', '13:05', '13:15', '13:16']) {
      time.set(FIRST, clockTime);
      await deliverOutbox(db, options);
      next.push((await outbox(db))[0].next_attempt_at);
    }
    expect(next).toEqual([
      instantOf(FIRST, '13:05'),
      instantOf(FIRST, '13:15'),
      instantOf(FIRST, '13:35'),
      instantOf(FIRST, '13:35'),
    ]);
    expect(server.visits).toBe(3);
    const { message_id } = (await outbox(db))[0];
    time.set(FIRST, '13:35');
    expect(await deliverOutbox(db, options)).toMatchObject({ sent: 1 });
    const mail = await PostalMime.parse(server.mails[0]?.raw ?? '');
    expect(mail.messageId).toBe(message_id);
    expect(await historyOf(db)).toEqual(['reminder_queued', ...Array(3).fill('reminder_postponed'), 'reminder_sent']);
  });

  test('keeps its bytes, Date included, for the next attempt of the same day', async () => {
    const db = await oneInvoice();
    const seen: Buffer[] = [];
    const server = mailServer(async (parcel, handOver) => {
      seen.push(parcel.raw);
      return seen.length === 1 ? busy(parcel, handOver) : accept(parcel, handOver);
    });
    const time = movableClock(FIRST, '13:00');
    const options = { clock: time.clock, owner: 'test', transport: server };
    await deliverOutbox(db, options);
    time.set(FIRST, '13:30');
    await deliverOutbox(db, options);
    expect(seen).toHaveLength(2);
    expect(seen[0]?.equals(seen[1] ?? Buffer.alloc(0))).toBe(true);
  });

  test('is re-checked at each attempt: paid meanwhile, it is cancelled', async () => {
    const db = await oneInvoice();
    await deliverOn(db, FIRST, mailServer(busy));
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00')] }));
    const server = mailServer();
    expect(await deliverOn(db, '2026-02-10', server)).toMatchObject({ cancelled: 1, sent: 0 });
    expect(server.visits).toBe(0);
  });

  test('is given up after three more sending days, and not before', async () => {
    const db = await oneInvoice();
    const server = mailServer(busy);
    for (const day of [FIRST, '2026-02-10', '2026-02-11', '2026-02-12'] as Day[]) {
      expect(await deliverOn(db, day, server)).toMatchObject({ postponed: 1, failed: 0 });
      await runOn(db, day);
    }
    expect(await deliverOn(db, '2026-02-13', server)).toMatchObject({ failed: 1 });
    expect(await outbox(db)).toEqual([
      expect.objectContaining({ state: 'failed', reason: '451 4.7.1 greylisted, try again', attempts: 5 }),
    ]);
    expect(await db('contacts').whereNotNull('refused_on')).toEqual([]);
  });

  test('holds nobody else up', async () => {
    const db = await twoCustomers();
    const server = mailServer((parcel, handOver) =>
      (parcel.envelope.to[0] ?? '').startsWith('martin') ? busy(parcel, handOver) : accept(parcel, handOver),
    );
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ postponed: 1, sent: 1 });
  });
});

describe('a message without an answer after its final dot', () => {
  test('is uncertain, and stays so: it is not sent again, and later steps wait', async () => {
    const db = await oneInvoice();
    const silent = mailServer(neverAnswers);
    expect(await deliverOn(db, FIRST, silent)).toMatchObject({ uncertain: 1, sent: 0 });
    expect(await outbox(db)).toEqual([
      expect.objectContaining({ state: 'uncertain', reason: 'Connection closed', sent_on: null }),
    ]);
    const server = mailServer();
    await recoverReminders(db, instantOf(FIRST));
    await deliverOn(db, '2026-02-10', server, { ignoreHold: true });
    const { queued: later, decisions } = await runOn(db, SECOND);
    expect(later).toBe(0);
    expect(decisions).toContainEqual(
      expect.objectContaining({ kind: 'blocked', reasons: [{ code: 'uncertain', until: null }] }),
    );
    await deliverOn(db, SECOND, server);
    expect(server.visits).toBe(0);
    expect(await db('completions')).toEqual([]);
    expect(await db('runs').where({ day: FIRST }).first()).toMatchObject({ state: 'closed', outcome: 'problems' });
  });

  test('does not keep the next message from leaving', async () => {
    const db = await twoCustomers();
    const server = mailServer((parcel, handOver) =>
      server.visits === 1 ? neverAnswers(parcel, handOver) : accept(parcel, handOver),
    );
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ uncertain: 1, sent: 1 });
  });
});

describe('a crash', () => {
  test('before the hand-over puts the message back, and it leaves once', async () => {
    const db = await oneInvoice();
    await expect(deliverOn(db, FIRST, mailServer(crashBefore))).rejects.toThrow('killed');
    expect(await states(db)).toEqual(['sending']);
    expect(await recoverReminders(db, instantOf(FIRST))).toEqual({ requeued: 1, uncertain: 0 });
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
    expect(server.mails).toHaveLength(1);
  });

  test('after the hand-over makes it uncertain, and it does not leave again', async () => {
    const db = await oneInvoice();
    await expect(deliverOn(db, FIRST, mailServer(crashAfter))).rejects.toThrow('killed');
    expect(await states(db)).toEqual(['handover']);
    expect(await recoverReminders(db, instantOf(FIRST))).toEqual({ requeued: 0, uncertain: 1 });
    const server = mailServer();
    await deliverOn(db, FIRST, server, { ignoreHold: true });
    expect(server.visits).toBe(0);
    expect(await outbox(db)).toEqual([expect.objectContaining({ state: 'uncertain', reason: 'interrupted' })]);
  });

  test('while the outcome is written down leaves it uncertain, never sent twice', async () => {
    const db = await oneInvoice();
    await db.raw(`CREATE TRIGGER full BEFORE INSERT ON completions BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const server = mailServer();
    await expect(deliverOn(db, FIRST, server)).rejects.toThrow('disk full');
    await db.raw('DROP TRIGGER full');
    await recoverReminders(db, instantOf(FIRST));
    await deliverOn(db, FIRST, server);
    expect(server.visits).toBe(1);
    expect(await states(db)).toEqual(['uncertain']);
  });
});

describe('another program that writes to the database for a while', () => {
  test('makes the delivery wait, not fail: what the server accepted is written down (F36)', async () => {
    const file = path.join(temporaryFolder(), 'dunwell.db');
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }), file);
    await runOn(db, FIRST);
    const other = new Database(file);
    const server = mailServer(async (parcel, handOver) => {
      const receipt = await accept(parcel, handOver);
      other.exec('BEGIN IMMEDIATE');
      // The wait for the lock blocks the event loop, so this is heard between two tries.
      setTimeout(() => other.exec('COMMIT'), 20);
      return receipt;
    });
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
    other.close();
    expect(await states(db)).toEqual(['sent']);
  });
});

describe('a mail server that cannot be used', () => {
  test('stops the delivery at the first message, and everything stays in the queue', async () => {
    const db = await twoCustomers();
    const down = mailServer(unreachableServer);
    expect(await deliverOn(db, FIRST, down)).toMatchObject({ sent: 0, stopped: 'connect ECONNREFUSED 127.0.0.1:25' });
    expect(down.visits).toBe(1);
    expect(await states(db)).toEqual(['queued', 'queued']);
  });

  test('is not tried again with each of the other messages before its delay is over (F26)', async () => {
    const db = await twoCustomers();
    const down = mailServer(unreachableServer);
    const time = movableClock(FIRST, '13:00');
    for (const clockTime of ['13:00', '13:01', '13:02', '13:04']) {
      time.set(FIRST, clockTime);
      await deliverOutbox(db, { clock: time.clock, owner: 'test', transport: down });
    }
    expect(down.visits).toBe(1);
    time.set(FIRST, '13:05');
    const up = mailServer();
    expect(await deliverOutbox(db, { clock: time.clock, owner: 'test', transport: up })).toMatchObject({ sent: 2 });
  });

  test('is tried at once when a person asks for it', async () => {
    const db = await twoCustomers();
    await deliverOn(db, FIRST, mailServer(unreachableServer));
    const up = mailServer();
    expect(await deliverOn(db, FIRST, up, { ignoreHold: true })).toMatchObject({ sent: 2 });
    expect(up.mails).toHaveLength(2);
  });
});

describe('a server that is out of order', () => {
  const many = (): Promise<Db> =>
    queued({ invoices: Array.from({ length: 8 }, (_, n) => invoice('MARTIN', `F-${n}`)) });
  const stop =
    (more: object): Answer =>
    async () =>
      ({ kind: 'unavailable', reply: 'no', stop: true, ...more }) as never;
  const next = async (db: Db): Promise<string[]> => [
    ...new Set((await outbox(db)).map(({ next_attempt_at }) => next_attempt_at as string)),
  ];

  test('ends the delivery after three messages without an answer, not after all of them', async () => {
    const db = await many();
    expect(await deliverOn(db, FIRST, mailServer(neverAnswers))).toMatchObject({
      uncertain: 3,
      stopped: 'Connection closed',
    });
    expect((await states(db)).filter((state) => state === 'queued')).toHaveLength(5);
  });

  test('breaks off with some messages: the others get their turn before those', async () => {
    const db = await many();
    const bad: string[] = (await outbox(db)).slice(0, 3).map(({ message_id }) => message_id as string);
    const breaks: Answer = async (parcel, handOver) =>
      bad.some((id) => parcel.raw.includes(id))
        ? { kind: 'unavailable', reply: 'reset', stop: false }
        : accept(parcel, handOver);
    const time = movableClock(FIRST, '13:00');
    const options = { clock: time.clock, owner: 'test', transport: mailServer(breaks) };
    expect(await deliverOutbox(db, options)).toMatchObject({ postponed: 3, stopped: 'reset' });
    time.set(FIRST, '13:05');
    await deliverOutbox(db, options);
    time.set(FIRST, '13:10');
    await deliverOutbox(db, options);
    expect((await states(db)).filter((state) => state === 'sent')).toHaveLength(5);
  });

  test.each([
    ['cannot be reached', { obstacle: 'unreachable' }, '13:05'],
    [
      'refuses the password: four hours, or the mailbox is locked (F26)',
      { obstacle: 'sign_in', lasting: true },
      '17:00',
    ],
    ['has given all of this hour: until the next (F46)', { obstacle: 'limit' }, '14:00'],
  ])('%s', async (_, more, until) => {
    const db = await many();
    const server = mailServer(stop(more));
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ stopped: 'no', postponed: 1 });
    expect(server.visits).toBe(1);
    const waits = (await outbox(db)).slice(1).map(({ next_attempt_at }) => next_attempt_at);
    expect([...new Set(waits)]).toEqual([instantOf(FIRST, until)]);
    const [event] = await db('history').where({ kind: 'delivery_stopped' });
    expect(JSON.parse(event.data)).toMatchObject({ reply: 'no', obstacle: more.obstacle });
  });

  test('is tried less and less, and as before once something got through', async () => {
    const db = await many();
    const time = movableClock(FIRST, '13:00');
    const options = { clock: time.clock, owner: 'test', transport: mailServer(stop({ obstacle: 'unreachable' })) };
    for (const clockTime of ['13:00', '13:05', '13:15']) {
      time.set(FIRST, clockTime);
      await deliverOutbox(db, options);
    }
    expect(await next(db)).toEqual([instantOf(FIRST, '13:35')]);
    time.set(FIRST, '13:35');
    let visits = 0;
    const once = mailServer((parcel, handOver) =>
      ++visits === 1 ? accept(parcel, handOver) : stop({ obstacle: 'unreachable' })(parcel, handOver),
    );
    await deliverOutbox(db, { ...options, transport: once });
    expect((await outbox(db)).at(-1).next_attempt_at).toBe(instantOf(FIRST, '13:40'));
  });

  test('is tried at once when the account was mended', async () => {
    const db = await many();
    await deliverOn(db, FIRST, mailServer(stop({ obstacle: 'sign_in', lasting: true })));
    const { mail } = await readSettings(db);
    const home = { secretKey: null, dataDir: temporaryFolder(), smtpPassword: null };
    await saveMailAccount(db, home as never, { account: mail, password: '', clock: at(FIRST), userId: null });
    expect(await deliverOn(db, FIRST)).toMatchObject({ sent: 8 });
  });

  test('whose account takes two messages an hour gets two, and two in the next', async () => {
    const db = await queued({
      settings: settings({ mail: { perHour: 2 } }),
      invoices: Array.from({ length: 5 }, (_, n) => invoice('MARTIN', `F-${n}`)),
    });
    const time = movableClock(FIRST, '13:00');
    const server = mailServer();
    const sent: number[] = [];
    for (const clockTime of ['13:00', '13:30', '14:00', '14:01', '15:01', '16:02']) {
      time.set(FIRST, clockTime);
      await deliverOutbox(db, { clock: time.clock, owner: 'test', transport: server });
      sent.push(server.mails.length);
    }
    expect(sent).toEqual([2, 2, 4, 4, 5, 5]);
  });
});

describe('the sending hours', () => {
  test.each([
    ['an automatic message waits outside them', '18:01', {}, 0],
    ['a person may ask for it all the same', '18:01', { ignoreHold: true }, 1],
    ['the last minute still counts', '18:00', {}, 1],
  ])('%s', async (_, clockTime, more, sent) => {
    const db = await oneInvoice();
    expect(await deliverOn(db, FIRST, mailServer(), { clock: at(FIRST, clockTime), ...more })).toMatchObject({ sent });
  });

  test('end a long delivery, and so does switching off', async () => {
    for (const end of ['late', 'off'] as const) {
      const db = await twoCustomers();
      const time = movableClock(FIRST, '18:00');
      const server = mailServer(async (parcel, handOver) => {
        if (end === 'late') time.set(FIRST, '18:02');
        else await writeSettings(db, { mode: 'off' });
        return accept(parcel, handOver);
      });
      await deliverOutbox(db, { clock: time.clock, owner: 'test', transport: server });
      expect(await states(db)).toEqual(['sent', 'queued']);
    }
  });
});

describe('what waits in the outbox', () => {
  test('does not leave before its hold window is over', async () => {
    const db = await queued({ settings: settings({ holdMinutes: 10 }), invoices: [invoice('MARTIN', 'F-1')] });
    const server = mailServer();
    const time = movableClock(FIRST, '13:09');
    const options = { clock: time.clock, owner: 'test', transport: server };
    await deliverOutbox(db, options);
    expect(server.visits).toBe(0);
    time.set(FIRST, '13:10');
    expect(await deliverOutbox(db, options)).toMatchObject({ sent: 1 });
  });

  test('leaves within its hold window when a person asks for it', async () => {
    const db = await queued({ settings: settings({ holdMinutes: 10 }), invoices: [invoice('MARTIN', 'F-1')] });
    expect(await deliverOn(db, FIRST, mailServer(), { ignoreHold: true })).toMatchObject({ sent: 1 });
  });

  test.each([
    ['a reminder that needs approval', plan({ steps: [step(7, { action: 'email_approval' })] })],
    ['a letter', plan({ steps: [step(7, { action: 'letter' })] })],
    ['a call', plan({ steps: [step(7, { action: 'call' })] })],
  ])('is not mailed by itself when it is %s', async (_, own) => {
    const db = await queued({
      plans: [own],
      customers: [
        customer('MARTIN', { street: 'Rue 1', city: 'Lyon', contacts: [{ email: 'm@x.example', phone: '+33 1' }] }),
      ],
      invoices: [invoice('MARTIN', 'F-1')],
    });
    expect(await states(db)).toEqual(['queued']);
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server, { ignoreHold: true })).toMatchObject({ sent: 0 });
    expect(server.visits).toBe(0);
  });

  test('leaves once when two deliveries run at the same time', async () => {
    const invoices = Array.from({ length: 12 }, (_, n) => invoice('MARTIN', `F-${n}`));
    const db = await queued({ invoices });
    const [one, two] = [mailServer(slow), mailServer(slow)];
    const counts = await Promise.all([deliverOn(db, FIRST, one), deliverOn(db, FIRST, two)]);
    expect(one.mails.length + two.mails.length).toBe(12);
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(12);
    expect(await db('completions')).toHaveLength(12);
  });

  test('stops after the message in flight when the process is asked to stop', async () => {
    const db = await twoCustomers();
    const server = mailServer();
    await deliverOn(db, FIRST, server, { goOn: () => server.visits === 0 });
    expect(await states(db)).toEqual(['sent', 'queued']);
  });
});

describe('the message', () => {
  const pdf = Buffer.from('%PDF-1.7\n\u0000\u00ff binary \r\n.\r\n end', 'latin1');
  const withPdf = {
    documents: [
      { name: 'Rechnung Nº 1 – März.pdf', content: pdf.toString('base64') },
      { name: 'delivery.pdf', kind: 'attachment' as const, content: pdf.toString('base64') },
    ],
  };

  test('carries the headers of an automatic mail, and the copy is nowhere in it', async () => {
    const { db, parcel, mail, head } = await sentMail({ settings: firmOfAnna() });
    const [row] = await outbox(db);
    const headers = new Map(mail.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toBe(row.message_id);
    expect(mail.messageId).toMatch(/^<[0-9a-f]{32}@meunier\.example>$/);
    expect(mail.from).toMatchObject({ name: 'Meunier, Fils & Ciè', address: 'box@meunier.example' });
    expect(mail.replyTo).toMatchObject([{ address: 'anna@meunier.example' }]);
    expect(mail.to).toMatchObject([{ name: 'Accounts of MARTIN', address: 'martin@customer.example' }]);
    expect(mail.bcc).toBeUndefined();
    expect(head).not.toMatch(/copy@meunier|^bcc/im);
    expect(parcel.envelope).toEqual({
      from: 'box@meunier.example',
      to: ['martin@customer.example', 'copy@meunier.example'],
    });
    expect(new Date(mail.date ?? 0).toISOString()).toBe(instantOf(FIRST));
  });

  test('has these headers and no others, whatever its words are (S13)', async () => {
    const { head } = await sentMail({
      settings: firmOfAnna(),
      customers: [customer('MARTIN', { name: 'X\r\nX-Evil: 1\r\nBcc: evil@x.test' })],
      invoices: [invoice('MARTIN', 'F-1', withPdf)],
    });
    const names = head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => line.split(':')[0]);
    const allowed =
      'Auto-Submitted X-Auto-Response-Suppress From To Reply-To Subject Message-ID Date MIME-Version Content-Type';
    expect(names.toSorted()).toEqual(allowed.split(' ').toSorted());
  });

  test('has a text part that says what the HTML part says', async () => {
    const { parcel, mail } = await sentMail({});
    expect(parcel.raw.toString()).toMatch(/Content-Type: multipart\/alternative/);
    for (const part of [mail.html, mail.text])
      for (const word of ['MARTIN Ltd', 'F-1', '€100.00']) expect(part).toContain(word);
    expect(mail.text).not.toMatch(/<[a-z]/);
  });

  test("has the invoice's PDF attached, byte for byte, and no other document", async () => {
    const { db, parcel, mail } = await sentMail({ invoices: [invoice('MARTIN', 'F-1', withPdf)] });
    expect(parcel.raw.toString()).toMatch(/Content-Type: multipart\/mixed/);
    expect(mail.attachments).toHaveLength(1);
    const [attachment] = mail.attachments;
    expect(attachment).toMatchObject({ filename: 'Rechnung Nº 1 – März.pdf', mimeType: 'application/pdf' });
    expect(Buffer.from(attachment?.content as ArrayBuffer).equals(pdf)).toBe(true);
    expect(await db('reminder_attachments')).toEqual([expect.objectContaining({ sha256: sha256Of(pdf) })]);
  });

  test('keeps every alphabet in subject, names and text', async () => {
    const name = 'Ünïcode Société «Łódź» 株式会社 😀';
    const { mail, parcel } = await sentMail({
      customers: [customer('MARTIN', { name, contacts: [{ name, email: 'martin@customer.example' }] })],
      templates: [
        template({ versions: { en: { subject: '{{customer.name}} – rappel', body: '<p>{{customer.name}}</p>' } } }),
      ],
    });
    expect(mail.subject).toBe(`${name} – rappel`);
    expect(mail.to?.[0]?.name).toBe(name);
    expect(mail.text).toContain(name);
    // Nothing in it needs an eight-bit road.
    expect([...parcel.raw].every((byte) => byte < 128)).toBe(true);
  });

  test('escapes what customers are called', async () => {
    const { mail } = await sentMail({
      customers: [customer('MARTIN', { name: '<script>alert(1)</script> & "Co"' })],
    });
    expect(mail.html).not.toContain('<script>');
    expect(mail.text).toContain('<script>alert(1)</script> & "Co"');
  });

  test('of a later step answers the first one, in the same thread', async () => {
    const db = await queued({ invoices: [invoice('MARTIN', 'F-1')] });
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    for (const day of [SECOND, '2026-03-02'] as Day[]) {
      await runOn(db, day);
      await deliverOn(db, day, server);
    }
    const mails = await Promise.all(server.mails.map(({ raw }) => PostalMime.parse(raw)));
    const ids = mails.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(3);
    expect(mails.map(({ inReplyTo, references }) => [inReplyTo, references])).toEqual([
      [undefined, undefined],
      [ids[0], ids[0]],
      [ids[1], `${ids[0]} ${ids[1]}`],
    ]);
  });

  test('goes to the test address alone in test mode', async () => {
    const { parcel } = await sentMail({ settings: firmOfAnna({ testAddress: 'me@meunier.example' }) });
    expect(parcel.envelope.to).toEqual(['me@meunier.example']);
  });

  test('names every reminder contact once, "cc" where they are so marked, and nobody else', async () => {
    const contacts = [
      { name: 'A', email: 'a@x.example' },
      { name: 'B', email: 'b@x.example', receives: 'cc' as const },
      { name: 'C', email: 'c@x.example', receives: 'none' as const },
      { name: 'A again', email: 'A@X.example' },
    ];
    const { parcel, mail } = await sentMail({ customers: [customer('MARTIN', { contacts })] });
    expect(parcel.envelope.to).toEqual(['a@x.example', 'b@x.example']);
    expect(mail.cc).toMatchObject([{ address: 'b@x.example' }]);
  });

  describe('cannot be led astray (S13)', () => {
    const innocent = customer('ROSSI');
    test.each([
      ['a line break', 'c@d.test\r\nBcc: evil@x.test'],
      ['a list', 'c@d.test, evil@x.test'],
      ['a list with semicolons', 'c@d.test; evil@x.test'],
      ['a group', 'friends:evil@x.test,c@d.test;'],
      ['a route', '<@evil.test:c@d.test>'],
      ['a display name', 'Someone <evil@x.test>'],
      ['a quoted part', '"c@d.test, evil"@x.test'],
      ['a comment', 'c@d.test(evil@x.test)'],
      ['a blank', 'c@d.test evil@x.test'],
      ['a null', 'c@d.test\u0000evil@x.test'],
      ['no address at all', 'none'],
    ])('by %s in an address: it gets nothing, the others get theirs', async (_, email) => {
      const db = await queued({
        customers: [customer('MARTIN', { contacts: [{ name: 'M', email }] }), innocent],
        invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
      });
      const server = mailServer();
      await deliverOn(db, FIRST, server);
      expect(server.addressees()).toEqual(['rossi@customer.example']);
      expect(server.mails.every(({ raw }) => !/evil/.test(raw.toString()))).toBe(true);
    });

    test.each(['to', 'cc'] as const)('by one bad address (%s) beside a good one', async (receives) => {
      const db = await queued({
        customers: [
          customer('MARTIN', {
            contacts: [{ email: 'good@d.test' }, { email: 'c@d.test\r\nBcc: evil@x.test', receives }],
          }),
        ],
        invoices: [invoice('MARTIN', 'F-1')],
      });
      const server = mailServer();
      await deliverOn(db, FIRST, server);
      expect(server.addressees().filter((address) => address !== 'good@d.test')).toEqual([]);
    });

    test.each([
      ['a line break', 'Bob\r\nBcc: evil@x.test\r\n\r\nbody'],
      ['an address', 'Bob <evil@x.test>,'],
      ['quotes', '" <evil@x.test>, "'],
      ['a group', 'friends: evil@x.test;'],
    ])('by %s in the names of contact, customer and invoice', async (_, name) => {
      const { parcel, mail, head } = await sentMail({
        customers: [customer('MARTIN', { name, contacts: [{ name, email: 'martin@customer.example' }] })],
        templates: [
          template({ versions: { en: { subject: '{{customer.name}} {{contact.name}}', body: '<p>x</p>' } } }),
        ],
        invoices: [invoice('MARTIN', name)],
      });
      expect(parcel.envelope.to).toEqual(['martin@customer.example']);
      expect(mail.to?.map(({ address }) => address)).toEqual(['martin@customer.example']);
      expect(mail.cc ?? mail.bcc).toBeUndefined();
      expect(head).not.toMatch(/^bcc:/im);
    });

    test.each(['copyTo', 'replyTo', 'from', 'testAddress'])('by the setting %s', async (name) => {
      const db = await queued({
        settings: firmOfAnna({ [name]: 'a@b.test\r\nBcc: evil@x.test' }),
        invoices: [invoice('MARTIN', 'F-1')],
      });
      const server = mailServer();
      await deliverOn(db, FIRST, server);
      expect(server.addressees()).toEqual([]);
    });

    test('into attaching files of this machine or fetching from others', async () => {
      const { mail } = await sentMail({
        invoices: [
          invoice('MARTIN', 'F-1', {
            documents: [{ name: '../../../etc/passwd', content: Buffer.from('harmless').toString('base64') }],
          }),
        ],
        templates: [
          template({
            versions: {
              en: {
                subject: 'x',
                body: '<img src="file:///etc/passwd"><img src="/etc/passwd"><img src="http://x.test/">',
              },
            },
          }),
        ],
      });
      expect(mail.attachments).toHaveLength(1);
      expect(Buffer.from(mail.attachments[0]?.content as ArrayBuffer).toString()).toBe('harmless');
    });
  });

  test('whose PDF is missing does not leave without it, and stops no other (MW-40)', async () => {
    const db = await queued({
      customers: [customer('MARTIN'), customer('ROSSI')],
      invoices: [invoice('MARTIN', 'F-1', withPdf), invoice('ROSSI', 'F-2')],
    });
    await db.raw('PRAGMA foreign_keys = OFF');
    await db('blobs').delete();
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ failed: 1, sent: 1 });
    expect(server.addressees()).toEqual(['rossi@customer.example']);
  });
});

describe('one poisoned reminder', () => {
  test('that cannot even be looked at does not keep the others from leaving (F28)', async () => {
    const db = await twoCustomers();
    await db('reminders').where({ id: 1 }).update({ credits: '{"not": "a list"}' });
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    expect(server.addressees()).toEqual(['rossi@customer.example']);
    expect(await states(db)).toEqual(['failed', 'sent']);
  });
});

describe('sending hours', () => {
  test('keep automatic reminders in, and let what a person wrote out', async () => {
    const db = await twoCustomers();
    await db('reminders').where({ id: 2 }).update({ origin: 'manual' });
    const server = mailServer();
    await deliverOutbox(db, { clock: at(FIRST, '22:00'), owner: 'test', transport: server, onlyManual: true });
    expect(server.addressees()).toEqual(['rossi@customer.example']);
  });

  test('a reminder written by hand leaves although the plan has no say in it, but not about a paid invoice', async () => {
    const db = await twoCustomers();
    await db('reminders').update({ origin: 'manual' });
    await writeSettings(db, { mode: 'off' });
    await db('enrolments').update({ ended_at: instantOf(FIRST) });
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00')] }));
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1, cancelled: 1 });
    expect(server.addressees()).toEqual(['rossi@customer.example']);
    expect(server.mails[0]?.raw.toString()).not.toContain('Auto-Submitted');
  });
});
