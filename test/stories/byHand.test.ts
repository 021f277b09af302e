import PostalMime, { type Email } from 'postal-mime';
import type { Day } from '../../src/domain/calendar.ts';
import { weighByHand } from '../../src/domain/byHand.ts';
import { smtpTransport } from '../../src/mail/smtp.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { findOccasion, type HandChannel, type Occasion } from '../../src/services/findOccasion.ts';
import { sendByHand, type HandSending } from '../../src/services/sendByHand.ts';
import { AS_PROPOSED, type Choice, proposeByHand, writeByHand } from '../../src/services/writeByHand.ts';
import { undoByHand } from '../../src/services/undoByHand.ts';
import { markDone } from '../../src/services/markDone.ts';
import { openDispute } from '../../src/services/openDispute.ts';
import { pauseCustomer } from '../../src/services/pauseCustomer.ts';
import { pauseInvoice } from '../../src/services/pauseInvoice.ts';
import { recordPromise } from '../../src/services/recordPromise.ts';
import type { Db } from '../../src/store/database.ts';
import { sha256Of } from '../../src/store/documents.ts';
import { readSettings, sendingCalendar } from '../../src/store/settings.ts';
import { loadSnapshot } from '../../src/store/snapshot.ts';
import { insertUser } from '../../src/store/users.ts';
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
  runOn,
  step,
  template,
} from '../support/installation.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtpSink.ts';

/** Due on Monday 2 February 2026, so the first step is due on the 9th, the second on the 16th, the third on 2 March. */
const PDF = Buffer.from('%PDF-1.4\n% a document\n').toString('base64');
const withPdf = (number: string, differs: object = {}) =>
  invoice('MARTIN', number, {
    documents: [
      {
        name: `${number}.pdf`,
        kind: 'invoice',
        mediaType: 'application/pdf',
        content: PDF,
        addedAt: '2026-01-05T12:00:00.000Z',
      },
    ],
    ...differs,
  });

/** The firm, with a template that can speak of several invoices. */
const grouped = {
  ...template({ name: 'Both', versions: { en: { subject: '{{total}}', body: '<p>{{total}}</p>' } } }),
  scope: 'grouped' as const,
};
const usual = (differs: Parameters<typeof firm>[0] = {}) =>
  firm({ templates: [...(firm().templates ?? []), grouped], ...differs });

const idsOf = async (db: Db, numbers: readonly string[]): Promise<number[]> =>
  Promise.all(numbers.map(async (number) => (await db('invoices').where({ number }).first()).id as number));

async function occasionOf(
  db: Db,
  day: Day,
  numbers: readonly string[],
  channel: HandChannel = 'email',
): Promise<Occasion> {
  const found = await findOccasion(db, { channel, invoiceIds: await idsOf(db, numbers) }, await readSettings(db), day);
  if (!found.ok) throw new Error(`${found.reason}: ${found.about.join()}`);
  return found.occasion;
}

let forms = 0;
interface Asked extends Partial<HandSending> {
  choice?: Partial<Choice>;
  channel?: HandChannel;
  time?: string;
}

/** Somebody writes by hand about some invoices, as the window proposes it unless told otherwise. */
async function write(
  db: Db,
  day: Day,
  numbers: readonly string[],
  { choice, channel, time = '10:00', ...more }: Asked = {},
): Promise<number> {
  const settings = await readSettings(db);
  const occasion = await occasionOf(db, day, numbers, channel);
  const written = await writeByHand(db, occasion, { ...AS_PROPOSED, ...choice }, settings, day);
  if (!written.ok) throw new Error(written.reason);
  const sending = {
    formKey: `form-${(forms += 1)}`,
    completes: true,
    settings,
    day,
    clock: at(day, time),
    userId: null,
  };
  return (await sendByHand(db, occasion, written, { ...sending, ...more })).reminderId;
}

const deliverAt = (db: Db, day: Day, time: string, transport = mailServer()) =>
  deliverOutbox(db, { clock: at(day, time), owner: 'test', transport });

const stepsDone = async (db: Db): Promise<string[]> =>
  (
    await db
      .select('s.name', 'c.completed_on', 'c.counts_from')
      .from('completions as c')
      .join('steps as s', 's.id', 'c.step_id')
      .orderBy('c.id')
  ).map(
    (row: { name: string; completed_on: string; counts_from: string }) =>
      `${row.name} ${row.completed_on} ${row.counts_from}`,
  );
const sentBy = async (db: Db): Promise<string[]> =>
  (
    await db
      .select('r.origin', 'r.sent_on', { step: 's.name' })
      .from('reminders as r')
      .leftJoin('steps as s', 's.id', 'r.step_id')
      .where({ 'r.state': 'sent' })
      .orderBy('r.id')
  ).map(
    (row: { origin: string; sent_on: string; step: string | null }) =>
      `${row.origin} ${row.sent_on} ${row.step ?? '-'}`,
  );

describe('over a real mail server', () => {
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await startSmtpSink();
  });
  afterAll(() => sink.stop());

  const overSmtp = async (db: Db, day: Day, time = '10:01'): Promise<void> => {
    const account = { host: sink.host, port: sink.port, security: 'none' as const, user: '', password: null };
    expect(
      await deliverOutbox(db, { clock: at(day, time), owner: 'test', transport: smtpTransport(account) }),
    ).toMatchObject({ sent: 1 });
  };
  const lastMail = async (): Promise<{ envelope: string[]; raw: string; mail: Email }> => {
    const last = (await sink.messages()).at(-1);
    if (!last) throw new Error('nothing arrived');
    return { envelope: last.to, raw: last.raw.toString('utf8'), mail: await PostalMime.parse(last.raw) };
  };

  test('what was written by hand arrives as it was written, to whom it was written, answered to its writer', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1'), withPdf('M-2')] }));
    const anna = await insertUser(db, {
      name: 'Anna Meunier',
      email: 'anna@writer.example',
      role: 'owner',
      language: 'en',
      passwordHash: null,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const id = await write(db, '2026-02-09', ['M-1', 'M-2'], {
      userId: anna,
      choice: {
        words: {
          subject: 'Café, {{invoiceCount}} invoices',
          body: '<p>Dear {{customer.name}}, <strong>{{total}}</strong> is open.</p>{{{invoiceTable}}}',
        },
        recipients: [
          { kind: 'to', name: 'Claire', address: 'claire@customer.example' },
          { kind: 'to', name: '', address: 'second@customer.example' },
          { kind: 'cc', name: 'Books', address: 'books@customer.example' },
        ],
        copyTo: 'anna@writer.example',
      },
    });
    await overSmtp(db, '2026-02-09');
    const { envelope, raw, mail } = await lastMail();
    expect(envelope).toEqual([
      'claire@customer.example',
      'second@customer.example',
      'books@customer.example',
      'anna@writer.example',
    ]);
    expect(mail.to?.map(({ address }) => address)).toEqual(['claire@customer.example', 'second@customer.example']);
    expect(mail.cc).toMatchObject([{ name: 'Books', address: 'books@customer.example' }]);
    // The blind copy is in the envelope and nowhere else.
    expect(raw.match(/anna@writer\.example/g)).toHaveLength(1);
    expect(mail.replyTo).toMatchObject([{ name: 'Anna Meunier', address: 'anna@writer.example' }]);
    expect(raw).toMatch(/^Reply-To:.*anna@writer\.example/m);
    expect(mail.from?.address).toBe('anna@meunier.example');
    expect(mail.subject).toBe('Café, 2 invoices');
    expect(mail.messageId).toBe((await db('reminders').where({ id }).first()).message_id);
    expect(raw).not.toMatch(/^(Auto-Submitted|X-Auto-Response-Suppress):/m);
    expect(mail.html).toContain('<strong>€200.00</strong>');
    expect(mail.text).toContain('Dear MARTIN Ltd, €200.00 is open.');
    for (const part of [mail.html, mail.text]) for (const number of ['M-1', 'M-2']) expect(part).toContain(number);
    const stored = await db('documents').orderBy('id').select('name', 'sha256');
    const arrived = mail.attachments.map(({ filename, content }) => ({
      name: filename,
      sha256: sha256Of(Buffer.from(content as ArrayBuffer)),
    }));
    expect(arrived).toEqual(stored);
    expect(
      await db('reminder_attachments').where({ reminder_id: id }).orderBy('position').select('name', 'sha256'),
    ).toEqual(stored);
  });

  test('a later message about the same invoice threads under the first, whoever wrote that', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    await runOn(db, '2026-02-09');
    await overSmtp(db, '2026-02-09', '13:00');
    const first = await lastMail();
    expect(first.raw).toMatch(/^Auto-Submitted: auto-generated/m);
    await write(db, '2026-02-10', ['M-1']);
    await overSmtp(db, '2026-02-10');
    const second = await lastMail();
    expect(second.mail.inReplyTo).toBe(first.mail.messageId);
    expect(second.mail.references).toContain(first.mail.messageId);
    expect(second.raw).not.toMatch(/^Auto-Submitted:/m);
  });

  test('without a writer the answer goes where the settings say', async () => {
    const db = await database(
      firm({
        invoices: [withPdf('M-1')],
        settings: { ...firm().settings, mail: { replyTo: 'answers@meunier.example' } } as never,
      }),
    );
    await write(db, '2026-02-09', ['M-1']);
    await overSmtp(db, '2026-02-09');
    expect((await lastMail()).mail.replyTo).toMatchObject([{ address: 'answers@meunier.example' }]);
  });
});

describe('the step that is due', () => {
  test('is completed when the message has left, and the plan goes on with the next one', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    await write(db, '2026-02-09', ['M-1']);
    expect(await stepsDone(db)).toEqual([]);
    await deliverAt(db, '2026-02-09', '10:01');
    expect(await stepsDone(db)).toEqual(['Reminder 7 2026-02-09 2026-02-09']);
    for (const day of ['2026-02-09', '2026-02-10', '2026-02-16'] as const) {
      await runOn(db, day);
      await deliverOn(db, day);
    }
    expect(await sentBy(db)).toEqual(['manual 2026-02-09 -', 'run 2026-02-16 Reminder 14']);
  });

  test('stays due when the tick is off, and waits for the plan’s minimum after the message', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    await write(db, '2026-02-09', ['M-1'], { completes: false });
    await deliverAt(db, '2026-02-09', '10:01');
    expect(await stepsDone(db)).toEqual([]);
    for (const day of ['2026-02-09', '2026-02-10'] as const) {
      await runOn(db, day);
      await deliverOn(db, day);
    }
    expect(await sentBy(db)).toEqual(['manual 2026-02-09 -', 'run 2026-02-10 Reminder 7']);
  });

  test('of several invoices is completed for each', async () => {
    const db = await database(
      usual({
        invoices: [withPdf('M-1'), withPdf('M-2', { dueOn: '2026-01-26' }), withPdf('M-3', { dueOn: '2026-03-01' })],
      }),
    );
    await write(db, '2026-02-09', ['M-1', 'M-2', 'M-3']);
    await deliverAt(db, '2026-02-09', '10:01');
    expect((await stepsDone(db)).map((done) => done.slice(0, 10))).toEqual(['Reminder 7', 'Reminder 7']);
  });

  test('of a letter is completed when it is marked as posted', async () => {
    const steps = [step(7, { action: 'letter', template: 'Post' }), step(14)];
    const letter = {
      name: 'Post',
      kind: 'letter' as const,
      versions: { en: { subject: '{{invoice.number}}', body: '<p>{{total}}</p>' } },
    };
    const customers = [customer('MARTIN', { street: '27 rue du Mail', postcode: '69004', city: 'Lyon' })];
    const db = await database(
      firm({
        customers,
        plans: [plan({ steps })],
        templates: [...(firm().templates ?? []), letter],
        invoices: [withPdf('M-1')],
      }),
    );
    const id = await write(db, '2026-02-09', ['M-1'], { channel: 'letter' });
    await deliverAt(db, '2026-02-09', '10:01');
    expect(await stepsDone(db)).toEqual([]);
    await markDone(db, id, { clock: at('2026-02-10', '10:00'), userId: null } as never);
    expect(await stepsDone(db)).toEqual([expect.stringMatching(/^Reminder 7 2026-02-10 /)]);
  });

  test('is left to whoever has it under way when the message is sent', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    const settings = await readSettings(db);
    const occasion = await occasionOf(db, '2026-02-09', ['M-1']);
    const written = await writeByHand(db, occasion, AS_PROPOSED, settings, '2026-02-09');
    if (!written.ok) throw new Error(written.reason);
    await runOn(db, '2026-02-09', at('2026-02-09'));
    const sending = {
      formKey: 'late-form',
      completes: true,
      settings,
      day: '2026-02-09' as Day,
      clock: at('2026-02-09', '13:01'),
      userId: null,
    };
    expect(await sendByHand(db, occasion, written, sending)).toMatchObject({ kind: 'queued' });
    expect(await deliverAt(db, '2026-02-09', '13:20')).toMatchObject({ sent: 2 });
    expect(await stepsDone(db)).toHaveLength(1);
  });

  test('is not completed by a message that was taken back', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    const id = await write(db, '2026-02-09', ['M-1']);
    expect(await undoByHand(db, id, { reason: 'Taken back', clock: at('2026-02-09', '10:00'), userId: null })).toBe(
      true,
    );
    expect(await deliverAt(db, '2026-02-09', '10:01')).toMatchObject({ sent: 0 });
    const calendar = sendingCalendar(await readSettings(db), 2026);
    const [weighed] = weighByHand(await loadSnapshot(db, calendar), await idsOf(db, ['M-1']), '2026-02-09');
    expect(weighed?.dueStep?.stepName).toBe('Reminder 7');
    expect(weighed?.warnings).toEqual([]);
  });

  test('what has left cannot be taken back', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    const id = await write(db, '2026-02-09', ['M-1']);
    await deliverAt(db, '2026-02-09', '10:01');
    expect(await undoByHand(db, id, { reason: 'Taken back', clock: at('2026-02-09', '10:02'), userId: null })).toBe(
      false,
    );
  });
});

describe('a form that comes again', () => {
  test.each([
    ['while its message waits', async () => undefined],
    ['after it has left', (db: Db) => deliverAt(db, '2026-02-09', '10:01')],
    [
      'after it was taken back',
      (db: Db, id: number) =>
        undoByHand(db, id, { reason: 'Taken back', clock: at('2026-02-09', '10:00'), userId: null }),
    ],
  ] as [string, (db: Db, id: number) => Promise<unknown>][])('%s makes no second message', async (_name, between) => {
    const db = await database(firm({ invoices: [withPdf('M-1')] }));
    const id = await write(db, '2026-02-09', ['M-1'], { formKey: 'the-same-form' });
    await between(db, id);
    expect(await write(db, '2026-02-09', ['M-1'], { formKey: 'the-same-form' })).toBe(id);
    expect(await db('reminders')).toHaveLength(1);
    expect(await db('history').where({ kind: 'reminder_queued' })).toHaveLength(1);
  });
});

describe('ten seconds for a second thought', () => {
  test('nothing leaves within them, and after them it does', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    await write(db, '2026-02-09', ['M-1']);
    const [{ hold_until, created_at }] = await db('reminders');
    expect(Date.parse(hold_until) - Date.parse(created_at)).toBe(10_000);
    expect(await deliverAt(db, '2026-02-09', '10:00')).toMatchObject({ sent: 0 });
    expect(await deliverAt(db, '2026-02-09', '10:01')).toMatchObject({ sent: 1 });
  });

  test('about an invoice that was made a draft again nothing leaves', async () => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    await write(db, '2026-02-09', ['M-1']);
    await db('invoices').where({ number: 'M-1' }).update({ state: 'draft' });
    expect(await deliverAt(db, '2026-02-09', '10:01')).toMatchObject({ sent: 0, cancelled: 1 });
    expect((await db('reminders').first()).reason).toBe('not_issued');
  });

  test('a message leaves on a Sunday, and while automatic sending is off: a person sent it', async () => {
    const db = await database(
      firm({ invoices: [withPdf('M-1')], settings: { ...firm().settings, mode: 'off' } as never }),
    );
    await write(db, '2026-02-15', ['M-1']);
    expect(await deliverAt(db, '2026-02-15', '10:01')).toMatchObject({ sent: 1 });
  });
});

test.each([
  ['in part', '40.00', 'amount_changed'],
  ['in full', '100.00', 'settled'],
])('paid %s while it waits for the server, a message by hand does not ask for the old amount', async (_, paid, why) => {
  const db = await database(usual({ invoices: [withPdf('M-1')] }));
  const id = await write(db, '2026-02-09', ['M-1']);
  await add(db, addition({ payments: [payment('MARTIN', 'M-1', paid)] }));
  const server = mailServer();
  expect(await deliverAt(db, '2026-02-09', '10:01', server)).toMatchObject({ sent: 0, cancelled: 1 });
  expect(await db('reminders').where({ id }).first()).toMatchObject({ state: 'cancelled', reason: why });
  expect(server.visits).toBe(0);
});

describe('what the customer answers while a message by hand waits for the server', () => {
  const doing = { clock: at('2026-02-09', '10:01'), userId: null };
  const promise = { until: '2026-02-20' as Day, amount: null, note: '', ...doing };
  const answers: [string, (db: Db, invoiceId: number, customerId: number) => Promise<unknown>][] = [
    ['disputed', (db, id) => openDispute(db, [id], { reason: 'Quantity', note: '', ...doing })],
    ['promised', (db, id) => recordPromise(db, [id], promise)],
    ['invoice_paused', (db, id) => pauseInvoice(db, id, { until: null, reason: 'Asked', ...doing })],
    ['customer_paused', (db, _, id) => pauseCustomer(db, id, { until: null, reason: 'Asked', ...doing })],
  ];

  test.each(answers)('%s cancels it: the writer could not know', async (why, answer) => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    const id = await write(db, '2026-02-09', ['M-1']);
    const row = await db('invoices').first();
    await answer(db, row.id, row.customer_id);
    expect(await deliverAt(db, '2026-02-09', '10:02')).toMatchObject({ sent: 0, cancelled: 1 });
    expect(await db('reminders').where({ id }).first()).toMatchObject({ state: 'cancelled', reason: why });
  });

  test.each(answers)('%s before he wrote does not: he was told, and wrote', async (_, answer) => {
    const db = await database(usual({ invoices: [withPdf('M-1')] }));
    const row = await db('invoices').first();
    await answer(db, row.id, row.customer_id);
    await write(db, '2026-02-09', ['M-1'], { time: '10:30' });
    expect(await deliverAt(db, '2026-02-09', '10:31')).toMatchObject({ sent: 1 });
  });
});

test('sending at once takes nobody’s second thought away', async () => {
  const db = await database(usual({ invoices: [withPdf('M-1')] }));
  await write(db, '2026-02-09', ['M-1']);
  const now = { clock: at('2026-02-09', '10:00'), owner: 'test', transport: mailServer(), ignoreHold: true };
  expect(await deliverOutbox(db, now)).toMatchObject({ sent: 0 });
  expect(await deliverOutbox(db, { ...now, clock: at('2026-02-09', '10:01') })).toMatchObject({ sent: 1 });
});

test('a message is proposed with the plan’s own words, its conditions worked out and its values kept as variables', async () => {
  const db = await database(usual({ invoices: [withPdf('M-1')] }));
  const occasion = await occasionOf(db, '2026-02-09', ['M-1']);
  const proposal = await proposeByHand(db, occasion, AS_PROPOSED, await readSettings(db), '2026-02-09');
  expect(proposal.template.name).toBe('Reminder');
  expect(proposal.words?.body).toContain('{{invoice.outstanding}}');
  expect(proposal.words?.values['invoice.outstanding']).toBe('€100.00');
});
