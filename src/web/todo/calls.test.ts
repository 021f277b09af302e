import { recordedLog } from '../../../test/support/recordedLog.ts';
import { todoStage, TUESDAY } from '../../../test/support/todoStage.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';

let open: OpenWeb;
let stage: ReturnType<typeof todoStage>;
let call: { id: number; customer: number; invoice: number; step: number };
beforeEach(async () => {
  open = await openWeb();
  stage = todoStage(open);
  await stage.firstStepIs('call');
  await stage.run();
  call = await stage.waiting('call');
});
afterEach(() => open.close());

const save = (form: object) => open.anna.post(`/todo/calls/${call.id}`, { attempt: 0, ...form }, { htmx: true });
const contact = () => open.db('contacts').where({ customer_id: call.customer }).orderBy('position').first();

test('a call has a number to dial, who answers it, and what is open', async () => {
  const { phone, name } = await contact();
  const item = stage.item(await stage.list(), `todo-r${call.id}`);
  expect(item).toContain(`href="tel:${phone.replace(/[^+\d]/g, '')}"`);
  expect(item).toContain(name);
  expect(item).toMatch(/\d+ days late/);
  const { text } = await open.anna.get(`/todo/calls/${call.id}`);
  expect(text).toContain('What came of it?');
  expect(text).toContain(phone);
});

describe('its result', () => {
  test('a promise holds the plan until that day, and the call is made', async () => {
    const answer = await save({ result: 'promise', until: '2026-12-04', amount: '50', note: 'in two parts' });
    expect(answer.headers['hx-redirect']).toBe('/todo');
    expect(await open.db('promises').where({ invoice_id: call.invoice }).first()).toMatchObject({
      until_on: '2026-12-04',
      amount_minor: 5000,
      note: 'in two parts',
    });
    expect((await stage.completionsOf(call.invoice)).at(-1)).toMatchObject({ step_id: call.step, kind: 'sent' });
    expect(await stage.eventsOf(call.invoice)).toEqual(expect.arrayContaining(['promise_recorded', 'reminder_called']));
    expect((await stage.reminder(call.id)).state).toBe('sent');
  });

  test('a dispute blocks it until it is lifted', async () => {
    await save({ result: 'dispute', reason: 'Half of it was broken' });
    const dispute = await open.db('disputes').where({ invoice_id: call.invoice }).first();
    expect(dispute).toMatchObject({ reason: 'Half of it was broken', lifted_at: null });
    expect((await stage.reminder(call.id)).state).toBe('sent');
  });

  test('a talk completes it, and what was said is in the history', async () => {
    await save({ result: 'reached', note: 'will look into it' });
    expect((await stage.completionsOf(call.invoice)).at(-1)).toMatchObject({ step_id: call.step, kind: 'sent' });
    const { text } = await open.anna.get(`/invoices/${call.invoice}`, { htmx: true });
    expect(text).toContain('Reached by phone');
    expect(text).toContain('Will look into it');
  });

  test('nobody there keeps it for another day, and counts', async () => {
    await save({ result: 'nobody', note: 'voice mail' });
    expect(await stage.reminder(call.id)).toMatchObject({ state: 'queued', attempts: 1 });
    expect(await stage.eventsOf(call.invoice)).toContain('call_unanswered');
    await stage.travel(TUESDAY, '10:00');
    expect(stage.item(await stage.list(), `todo-r${call.id}`)).toContain('Tried once already.');
  });

  test('a wrong number is replaced by the right one, and the call stays', async () => {
    const { id, phone } = await contact();
    await save({ result: 'wrong_number', contact: id, phone: '+33 4 00 00 00 01' });
    expect((await contact()).phone).toBe('+33 4 00 00 00 01');
    expect((await stage.reminder(call.id)).state).toBe('queued');
    expect(stage.item(await stage.list(), `todo-r${call.id}`)).toContain('tel:+33400000001');
    const { data } = await open.db('history').where({ kind: 'call_wrong_number' }).first();
    expect(data).toContain(phone);
  });

  test('a wrong number that nobody knows better is removed, and the next decision says that there is none', async () => {
    const { id } = await contact();
    await save({ result: 'wrong_number', contact: id });
    expect((await contact()).phone).toBeNull();
    expect(await stage.reminder(call.id)).toMatchObject({ state: 'cancelled', reason: 'wrong_number' });
    expect(await stage.completionsOf(call.invoice)).toEqual([]);
    const text = await stage.list();
    expect(text).not.toContain(`id="todo-r${call.id}"`);
    expect(text).toContain(`id="todo-no_phone-c${call.customer}"`);
  });

  test('a removed number is news again, although somebody had dismissed that there was none', async () => {
    const { id, phone } = await contact();
    const { id: invoiceId, ...invoice } = await open.db('invoices').where({ id: call.invoice }).first();
    await open.db('contacts').where({ id }).update({ phone: null });
    await open.db('invoices').insert({ ...invoice, number: 'NEW-1' });
    const item = new RegExp(`value="(no_phone-c${call.customer}-\\w+)"`).exec(await stage.list())?.[1];
    await open.anna.post('/todo/dismissals', { items: item, reason: 'He has none' });
    expect(await stage.list()).not.toContain(`id="todo-no_phone-c${call.customer}"`);
    await open.db('contacts').where({ id }).update({ phone });
    await save({ result: 'wrong_number', contact: id });
    expect(await stage.list()).toContain(`id="todo-no_phone-c${call.customer}"`);
    expect(invoiceId).toBe(call.invoice);
  });

  test('of another customer’s contact changes nothing of his', async () => {
    const other = await open.db('contacts').whereNot({ customer_id: call.customer }).whereNotNull('phone').first();
    await save({ result: 'wrong_number', contact: other.id, phone: '1' });
    expect((await open.db('contacts').where({ id: other.id }).first()).phone).toBe(other.phone);
  });
});

describe('a form', () => {
  test.each<[string, object, string]>([
    ['without a result', { result: '' }, 'This is needed.'],
    ['with a promise without its day', { result: 'promise', until: '' }, 'This is needed.'],
    ['with a promise on no day', { result: 'promise', until: '2026-13-01' }, 'This is not a date.'],
    ['with a promise of yesterday', { result: 'promise', until: '2026-11-22' }, 'Choose today or a later day'],
    ['with a promise in two years', { result: 'promise', until: '2028-11-22' }, 'Choose today or a later day'],
    ['with no amount', { result: 'promise', until: '2026-12-01', amount: 'half' }, 'This is not an amount.'],
    [
      'with more than is open',
      { result: 'promise', until: '2026-12-01', amount: '99999999' },
      'more than what is open',
    ],
    ['with a dispute about nothing', { result: 'dispute', reason: ' ' }, 'This is needed.'],
    ['with no number', { result: 'wrong_number', contact: 1, phone: 'unknown' }, 'This is not a phone number.'],
    ['with a novel', { result: 'reached', note: 'x'.repeat(501) }, 'This is too long.'],
  ])('%s is refused, and what was typed is kept', async (_, form, sentence) => {
    const { status, text } = await save({ note: 'kept words', ...form });
    expect(status).toBe(422);
    expect(text).toContain(sentence);
    for (const [name, value] of Object.entries({ note: 'kept words', ...form }))
      if (typeof value === 'string' && value.trim() && name !== 'result') expect(text).toContain(value);
    expect(await stage.reminder(call.id)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await stage.completionsOf(call.invoice)).toEqual([]);
  });

  test.each(['nobody', 'reached', 'promise'])('that is sent twice counts once: %s', async (result) => {
    const form = { result, until: '2026-12-04', note: 'twice' };
    await save(form);
    const events = await stage.eventsOf(call.invoice);
    await save(form);
    expect(await stage.eventsOf(call.invoice)).toEqual(events);
    expect((await stage.reminder(call.id)).attempts).toBe(1);
  });

  test('is not offered for what is no call that waits', async () => {
    await save({ result: 'reached' });
    expect((await open.anna.get(`/todo/calls/${call.id}`)).status).toBe(404);
    const [email] = await stage.reminders({ channel: 'email' });
    if (email) expect((await open.anna.get(`/todo/calls/${email.id}`)).status).toBe(404);
  });
});

test('a result that cannot be recorded whole is not recorded at all', async () => {
  await open.db.raw(
    `CREATE TRIGGER broken BEFORE INSERT ON completions BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`,
  );
  const { log, lines } = recordedLog();
  open.web.log = log;
  const { status } = await save({ result: 'promise', until: '2026-12-04' });
  expect(status).toBe(500);
  expect(lines()).toMatchObject([{ event: 'request_failed', route: '/todo/calls/:id', method: 'POST', status: 500 }]);
  expect(await open.db('promises').where({ invoice_id: call.invoice, until_on: '2026-12-04' })).toEqual([]);
  expect(await stage.reminder(call.id)).toMatchObject({ state: 'queued', attempts: 0 });
});
