import type { Day } from '../../src/domain/calendar.ts';
import { messagesOf } from '../../src/domain/decision.ts';
import { composeRun } from '../../src/services/composeRun.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { planDay, runDay } from '../../src/services/runDay.ts';
import type { Db } from '../../src/store/database.ts';
import { writeSettings } from '../../src/store/settings.ts';
import {
  add,
  addition,
  at,
  customer,
  database,
  deliverOn,
  dump,
  firm,
  invoice,
  mailServer,
  noonOf,
  payment,
  plan,
  runOn,
  settings,
  step,
  template,
  together,
} from '../support/installation.ts';

const FIRST: Day = '2026-02-09';
const SECOND: Day = '2026-02-16';

const outbox = (db: Db) => db('reminders').orderBy('id');
const said = (messages: ReturnType<typeof messagesOf>) =>
  messages.map(({ key, customerId, stepName, total, lines }) => ({
    key,
    customerId,
    stepName,
    total,
    invoices: lines.map(({ number }) => number),
  }));

const brakes = (maxMessages: number) => settings({ brakes: { maxMessages } });
const due = (number: string, dueOn: Day) => invoice('MARTIN', number, { dueOn });
const recorded = async (db: Db) =>
  (await db('decisions as d').join('runs as r', 'r.id', 'd.run_id').select('r.day', 'd.kind', 'd.reasons')).map(
    ({ day, kind, reasons }) =>
      [day, kind, (JSON.parse(reasons) as { code: string }[]).map(({ code }) => code).join()].join(' ').trim(),
  );

async function demo(): Promise<Db> {
  const db = await database();
  await loadDemo(db, { clock: noonOf('2026-11-20'), language: 'en' });
  await writeSettings(db, { mode: 'automatic' });
  return db;
}

describe('the run over the example company', () => {
  test('queues exactly what the dry run announced', async () => {
    const db = await demo();
    const before = await dump(db);
    const announced = said(messagesOf((await planDay(db, '2026-11-20')).decisions));
    expect(await dump(db)).toEqual(before);
    const { queued, problems } = await runOn(db, '2026-11-20');
    expect(problems).toEqual([]);
    expect(announced.length).toBeGreaterThan(5);
    const rows = await outbox(db);
    expect(rows.map(({ key, total_minor }) => [key, total_minor])).toEqual(
      announced.map(({ key, total }) => [key, total]),
    );
    expect(queued).toBe(announced.length);
  });

  test('leaves no text unfilled and writes to each customer in his language', async () => {
    const db = await demo();
    await runOn(db, '2026-11-20');
    const rows = await db('reminders as r')
      .join('customers as c', 'c.id', 'r.customer_id')
      .select('r.*', { spoken: 'c.language' });
    for (const { subject, html, text, language, spoken, channel } of rows) {
      expect(language).toBe(spoken);
      if (channel === 'call') continue;
      expect(subject).not.toBe('');
      for (const words of [subject, html, text]) expect(words).not.toMatch(/\{\{|undefined|null|NaN/);
    }
  });

  test('sends nothing about Nordlicht, nor about what is disputed, promised, paused, covered, settled or not issued', async () => {
    const db = await demo();
    await writeSettings(db, { brakes: { maxMessages: 1000, maxTimesMedian: 1000, maxDataAgeDays: null } });
    const server = mailServer();
    for (const day of ['2026-11-20', '2026-11-23', '2026-11-24', '2026-11-25'] as Day[]) {
      await runOn(db, day);
      await deliverOn(db, day, server, { ignoreHold: true });
    }
    expect(server.mails.length).toBeGreaterThan(5);
    const reminded = (
      await db('reminder_invoices as ri').join('invoices as i', 'i.id', 'ri.invoice_id').distinct('i.number')
    ).map(({ number }: { number: string }) => number);
    const never = [
      'FA-2026-0874',
      'FA-2026-0884',
      'FA-2026-0917', // Nordlicht
      'FA-2026-0889',
      'FA-2026-0887',
      'FA-2026-0890', // disputed, promised, paused
      'FA-2026-0913',
      'FA-2026-0925',
      'FA-2026-0871', // cancelled, draft, written off
      'FA-2026-0894',
      'FA-2026-0897',
      'FA-2026-0877', // follow-up off, over the ceiling, paid
    ];
    expect(reminded.filter((number) => never.includes(number))).toEqual([]);
  });
});

describe('a run', () => {
  test('of the same day a second time queues nothing and changes nothing', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    expect(await runOn(db, FIRST)).toMatchObject({ state: 'done', queued: 1 });
    const before = await dump(db);
    expect(await runOn(db, FIRST, at(FIRST, '15:00'))).toMatchObject({ state: 'already_done', queued: 0 });
    expect(await dump(db)).toEqual(before);
  });

  test('of the next day queues nothing while the reminder is still under way', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, FIRST);
    expect(await runOn(db, SECOND)).toMatchObject({ queued: 0 });
    expect(await outbox(db)).toHaveLength(1);
  });

  test.each([
    ['off', { state: 'off', queued: 0 }, 0],
    ['review', { state: 'done', queued: 2, held: 'review' }, 2],
    ['automatic', { state: 'done', queued: 2, held: null }, 0],
  ] as const)('in mode %s leaves what that mode says', async (mode, result, needApproval) => {
    const db = await database(
      firm({ settings: settings({ mode }), invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }),
    );
    expect(await runOn(db, FIRST)).toMatchObject(result);
    expect((await outbox(db)).filter((row) => row.needs_approval === 1)).toHaveLength(needApproval);
    if (mode === 'off') expect(await db('runs')).toEqual([]);
  });

  test('of more messages than the limit waits for a person; at the limit it goes', async () => {
    const four = ['F-1', 'F-2', 'F-3', 'F-4'].map((number) => invoice('MARTIN', number));
    const over = await database(firm({ settings: brakes(3), invoices: four }));
    expect(await runOn(over, FIRST)).toMatchObject({ queued: 4, held: 'too_many' });
    expect((await outbox(over)).every((row) => row.needs_approval === 1)).toBe(true);
    expect(await deliverOn(over, FIRST)).toMatchObject({ sent: 0 });
    const within = await database(firm({ settings: brakes(4), invoices: four }));
    expect(await runOn(within, FIRST)).toMatchObject({ queued: 4, held: null });
  });

  test('of far more messages than usual waits for a person', async () => {
    const usual = (['2026-02-02', '2026-02-03', '2026-02-04'] as Day[]).flatMap((dueOn, n) => [
      due(`A-${n}`, dueOn),
      due(`B-${n}`, dueOn),
      due(`C-${n}`, dueOn),
      due(`D-${n}`, dueOn),
    ]);
    const burst = Array.from({ length: 13 }, (_, n) => due(`X-${n}`, '2026-02-05'));
    const db = await database(firm({ plans: [plan({ steps: [step(7)] })], invoices: [...usual, ...burst] }));
    for (const day of ['2026-02-09', '2026-02-10', '2026-02-11'] as Day[])
      expect(await runOn(db, day)).toMatchObject({ queued: 4, held: null });
    expect(await runOn(db, '2026-02-12')).toMatchObject({ queued: 13, held: 'unusually_many' });
  });

  test('of 450 due invoices queues 450 reminders, and all 450 are delivered (IN-19)', async () => {
    const customers = Array.from({ length: 150 }, (_, n) => customer(`C${n}`));
    const invoices = Array.from({ length: 450 }, (_, n) => invoice(`C${n % 150}`, `F-${n}`));
    const db = await database(firm({ settings: settings({ brakes: { maxMessages: 1000 } }), customers, invoices }));
    expect(await runOn(db, FIRST)).toMatchObject({ queued: 450, problems: [], held: null });
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 450 });
    expect(new Set(server.mails.map(({ raw }) => /^Subject: (.*)/m.exec(raw.toString())?.[1])).size).toBe(450);
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0 });
  });

  test('that crashed after the lease is taken up again, once', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await db('runs').insert({
      day: FIRST,
      state: 'open',
      lease_owner: 'dead',
      started_at: '2026-02-09T12:00:00.000Z',
    });
    expect(await runOn(db, FIRST)).toMatchObject({ state: 'done', queued: 1 });
    expect(await db('runs')).toEqual([expect.objectContaining({ day: FIRST, state: 'decided', lease_owner: 'test' })]);
    expect(await runOn(db, FIRST)).toMatchObject({ state: 'already_done' });
  });

  test('that cannot be written leaves nothing of itself behind, and the next attempt does it all', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }));
    await db.raw(`CREATE TRIGGER broken BEFORE UPDATE ON runs WHEN NEW.state <> 'open'
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const before = await db('history');
    await expect(runOn(db, FIRST)).rejects.toThrow('disk full');
    for (const table of ['reminders', 'reminder_invoices', 'decisions']) expect(await db(table)).toEqual([]);
    expect(await db('history')).toEqual(before);
    await db.raw('DROP TRIGGER broken');
    expect(await runOn(db, FIRST)).toMatchObject({ state: 'done', queued: 2 });
  });

  test.each([
    ['reminder', 'reminder_invoices', 'NEW.invoice_id = 2', 'not_written'],
    ['history', 'history', `NEW.kind = 'reminder_queued' AND NEW.invoice_id = 2`, 'not_written'],
  ])(
    'names the one invoice whose %s the database refuses, and sends the others (MW-15)',
    async (_, table, when, code) => {
      const invoices = ['F-1', 'F-2', 'F-3', 'F-4', 'F-5'].map((number) => invoice('MARTIN', number));
      const db = await database(firm({ invoices }));
      await db.raw(`CREATE TRIGGER broken BEFORE INSERT ON ${table} WHEN ${when}
      BEGIN SELECT RAISE(ABORT, 'no room for this one'); END`);
      const { queued, problems } = await runOn(db, FIRST);
      expect(queued).toBe(4);
      expect(problems).toEqual([{ code, customer: 'MARTIN', invoices: ['F-2'], detail: 'no room for this one' }]);
      const server = mailServer();
      expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 4 });
      expect(await db('runs').select('state', 'outcome')).toEqual([{ state: 'closed', outcome: 'problems' }]);
      expect(await db('reminder_invoices').pluck('invoice_id')).toEqual([1, 3, 4, 5]);
      await db.raw('DROP TRIGGER broken');
      expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 1, problems: [] });
    },
  );

  test('names the one invoice whose decision cannot be recorded; its reminder leaves all the same (MW-15)', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }));
    await db.raw(`CREATE TRIGGER broken BEFORE INSERT ON decisions WHEN NEW.invoice_id = 1
      BEGIN SELECT RAISE(ABORT, 'unreadable'); END`);
    const { queued, problems } = await runOn(db, FIRST);
    expect([queued, problems]).toEqual([2, [{ code: 'not_recorded', invoices: ['F-1'], detail: 'unreadable' }]]);
    expect(await db('decisions').pluck('invoice_id')).toEqual([2]);
  });

  test('for a day before the last run is refused, and so is one on a day without sending (OC-02)', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, SECOND);
    const before = await dump(db);
    await expect(runOn(db, FIRST)).rejects.toMatchObject({ code: 'run_day_past', params: { last: SECOND } });
    await expect(runOn(db, '2026-02-21')).rejects.toMatchObject({
      code: 'not_a_sending_day',
      params: { next: '2026-02-23' },
    });
    expect(await dump(db)).toEqual(before);
  });

  test('keeps its hands off public holidays', async () => {
    const db = await database(
      firm({ settings: settings({ holidays: { country: 'FR' } }), invoices: [invoice('MARTIN', 'F-1')] }),
    );
    await expect(runOn(db, '2026-04-06')).rejects.toMatchObject({ params: { next: '2026-04-07' } });
  });

  test('names the one reminder whose template cannot be rendered, and sends the others (MW-15)', async () => {
    const broken = template({ name: 'Broken', versions: { en: { subject: 'x', body: '<p>{{nothing.such}}</p>' } } });
    const db = await database(
      firm({
        templates: [template(), broken],
        customers: [customer('MARTIN'), customer('ROSSI')],
        plans: [plan(), plan({ name: 'Other', steps: [step(7, { template: 'Broken' })] })],
        enrolments: [
          { customer: 'MARTIN', plan: 'Other', since: '2020-01-01' },
          { customer: 'ROSSI', plan: 'Standard', since: '2020-01-01' },
        ],
        invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
      }),
    );
    const { queued, problems } = await runOn(db, FIRST);
    expect(queued).toBe(1);
    expect(problems).toEqual([
      expect.objectContaining({ code: 'template_broken', customer: 'MARTIN', invoices: ['F-1'] }),
    ]);
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    expect(server.addressees()).toEqual(['rossi@customer.example']);
    expect(await db('runs')).toEqual([expect.objectContaining({ state: 'closed', outcome: 'problems' })]);
    await db('template_versions').where({ subject: 'x' }).update({ body: '<p>Mended</p>' });
    expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 1, problems: [] });
  });

  test('names a message whose record cannot be read, and composes the others', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }));
    const { settings: company, decisions } = await planDay(db, FIRST);
    const messages = messagesOf(decisions).map((message, n) => (n === 0 ? { ...message, customerId: 99 } : message));
    const run = {
      settings: company,
      day: FIRST,
      runId: 1,
      held: false,
      from: 'anna@meunier.example',
      clock: at(FIRST),
    };
    const { drafts, problems } = await composeRun(db, messages, run);
    expect(drafts).toHaveLength(1);
    expect(problems).toEqual([{ code: 'unreadable', invoices: ['F-1'], detail: 'no customer 99' }]);
  });

  test('with nothing to send is closed at once and ended well', async () => {
    const db = await database(firm());
    await runOn(db, FIRST);
    expect(await db('runs')).toEqual([expect.objectContaining({ state: 'closed', outcome: 'ok' })]);
  });

  test('writes one history line for each invoice of each reminder', async () => {
    const db = await database(
      firm({ plans: [together()], invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }),
    );
    await runOn(db, FIRST);
    const [reminder] = await outbox(db);
    expect(await db('history').select('kind', 'reminder_id', 'invoice_id', 'at')).toEqual(
      [1, 2].map((invoice_id) => ({
        kind: 'reminder_queued',
        reminder_id: reminder.id,
        invoice_id,
        at: '2026-02-09T12:00:00.000Z',
      })),
    );
  });
});

describe('the decisions of a run', () => {
  test('are recorded when they change, and only then', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    for (const day of ['2026-02-05', '2026-02-06', FIRST, '2026-02-10', '2026-02-11'] as Day[]) await runOn(db, day);
    expect(await recorded(db)).toEqual([
      '2026-02-05 wait step_date',
      '2026-02-09 send',
      '2026-02-10 blocked under_way',
    ]);
  });

  test('end with "gone" after the payment, and start again when it bounces', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, '2026-02-05');
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00', { key: 'p' })] }));
    await runOn(db, FIRST);
    await runOn(db, '2026-02-10');
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '-100.00', { key: 'r', reverses: 'p' })] }));
    expect(await runOn(db, '2026-02-11')).toMatchObject({ queued: 1 });
    expect(await recorded(db)).toEqual(['2026-02-05 wait step_date', '2026-02-09 gone', '2026-02-11 send']);
  });

  test('link the reminder that they led to', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, FIRST);
    const [reminder] = await outbox(db);
    expect(await db('decisions')).toEqual([expect.objectContaining({ kind: 'send', reminder_id: reminder.id })]);
  });
});

describe('over many days', () => {
  test('an invoice that nobody pays gets each step once, on its day', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    const server = mailServer();
    const sentOn: string[] = [];
    for (let n = 1; n <= 28; n++) {
      const day = `2026-02-${String(n).padStart(2, '0')}` as Day;
      const result = await runDay(db, { day, clock: at(day), owner: 'test' }).catch(() => null);
      if (result && (await deliverOn(db, day, server)).sent > 0) sentOn.push(day);
    }
    expect(sentOn).toEqual([FIRST, SECOND]);
    expect(await db('completions').select('completed_on', 'counts_from')).toEqual([
      { completed_on: FIRST, counts_from: FIRST },
      { completed_on: SECOND, counts_from: SECOND },
    ]);
  });

  test('a failed reminder is tried anew by a later run, under a Message-ID of its own', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, FIRST);
    await db('reminders').update({ state: 'failed' });
    expect(await runOn(db, '2026-02-10')).toMatchObject({ queued: 1 });
    const ids = (await outbox(db)).map(({ message_id }) => message_id as string);
    expect(new Set(ids).size).toBe(2);
  });
});
