import { randomUUID } from 'node:crypto';
import { clockAt } from '../../../src/clock.ts';
import type { Day } from '../../../src/domain/calendar.ts';
import { writeSettings } from '../../store/settings.ts';
import { createApp } from '../app.ts';
import { newUser, openWeb, type OpenWeb, signIn, type Visitor, visitor } from '../../../test/support/web.ts';

let open: OpenWeb;
let id: number;
beforeEach(async () => {
  open = await openWeb();
  await writeSettings(open.db, { mode: 'automatic' });
  id = await idOf(NUMBER);
});
afterEach(() => open.close());

const TODAY = '2026-11-23';
/** 498.60 of Boulangerie Martin, a month late: its first reminder leaves today. */
const NUMBER = 'FA-2026-0893';
const LEAVES = 'First reminder leaves today at 13:00.';
const htmx = { htmx: true };

const idOf = async (number: string): Promise<number> => (await open.db('invoices').where({ number }).first()).id;
const outstanding = async (of = id): Promise<number> =>
  (await open.db('invoices').where({ id: of }).first()).outstanding_minor;
interface Toast {
  text: string;
  undo: string;
}
const toastOf = ({ headers }: { headers: Record<string, string> }): Toast =>
  (JSON.parse(headers['hx-trigger'] ?? '{"toast":{"text":"","undo":""}}') as { toast: Toast }).toast;
const panel = async (of = id): Promise<string> => (await open.anna.get(`/invoices/${of}`, htmx)).text;
const undo = async (answer: { headers: Record<string, string> }): Promise<number> =>
  (await open.anna.post(toastOf(answer).undo, {}, htmx)).status;
const payment = (amount: string, more: object = {}, who: Visitor = open.anna) =>
  who.post(
    `/invoices/${id}/payments`,
    { amount, receivedOn: TODAY, reference: 'VIR 77', formKey: randomUUID(), ...more },
    htmx,
  );
const promise = (form: object) =>
  open.anna.put(`/invoices/${id}/promise`, { until: '2026-12-01', amount: '', note: '', ...form }, htmx);
const dispute = (form: object) => open.anna.put(`/invoices/${id}/dispute`, { reason: '', note: '', ...form }, htmx);
const pause = (form: object) => open.anna.put(`/invoices/${id}/pause`, { until: '', reason: '', ...form }, htmx);
const creditNote = (form: object) =>
  open.anna.post(`/invoices/${id}/credit-notes`, { number: 'A-9', issuedOn: TODAY, amount: '10', ...form }, htmx);
/** The same app on a later day. */
async function later(day: Day): Promise<Visitor> {
  const anna = await visitor(createApp({ ...open.web, clock: clockAt(day, '10:00', 'Europe/Paris') }));
  await signIn(anna, 'anna@example.test');
  return anna;
}

test.each([
  ['payments/new', 'value="498.60"'],
  ['promise/edit', 'value="2026-11-30"'],
  ['dispute/edit', '<option value="Wrong amount">'],
  ['pause/edit', 'name="until"'],
  ['credit-notes/new', 'value="498.60"'],
  ['write-off/edit', 'name="reason"'],
])('the form %s opens in the panel, and is a page of its own without JavaScript', async (address, holds) => {
  const part = await open.anna.get(`/invoices/${id}/${address}`, htmx);
  const page = await open.anna.get(`/invoices/${id}/${address}`);
  expect(part.text).toContain(holds);
  expect(part.text).not.toContain('<html');
  expect(page.text).toContain(holds);
  expect(page.text).toContain('<html');
  expect(part.text.match(/autofocus/g)).toHaveLength(1);
});

describe('a payment', () => {
  test('in full: nothing leaves any more, the toast says so, and Undo opens it again', async () => {
    const answer = await payment('498,60');
    expect(answer.text).toContain('Nothing leaves, because it is paid.');
    expect(toastOf(answer).text).toBe(`€498.60 recorded. ${NUMBER} is paid; nothing more leaves about it.`);
    expect(answer.text).toMatch(/Payment recorded<br><span class="quiet">€498\.60 · on 23 November 2026 · VIR 77</);
    expect(await undo(answer)).toBe(204);
    expect(await outstanding()).toBe(49_860);
    const text = await panel();
    expect(text).toContain(LEAVES);
    expect(text).toContain('No payment is on record.');
    expect(text).toMatch(/Taken back<br><span class="quiet">Payment recorded · €498\.60/);
  });

  test('in part: the rest is open, and the next message is about it', async () => {
    const answer = await payment('1,00');
    expect(toastOf(answer).text).toBe(`€1.00 recorded. €497.60 of ${NUMBER} is still open.`);
    expect(answer.text).toContain(LEAVES);
  });

  test('of more than is open: the rest is the customer’s credit, and one click applies it to another invoice', async () => {
    const answer = await payment('500');
    expect(toastOf(answer).text).toBe('€500.00 recorded. €1.40 of it stays as credit of Boulangerie Martin.');
    const other = await idOf('FA-2026-0902');
    const before = await outstanding(other);
    expect(await panel(other)).toContain('Boulangerie Martin has €1.40 in credit.');
    const applied = await open.anna.post(`/invoices/${other}/credit`, {}, htmx);
    expect(await outstanding(other)).toBe(before - 140);
    expect(applied.text).not.toContain('in credit.');
    expect(await undo(applied)).toBe(204);
    expect(await outstanding(other)).toBe(before);
  });

  test('sent twice is booked once', async () => {
    const formKey = randomUUID();
    const first = await payment('100', { formKey });
    const again = await payment('100', { formKey });
    expect([toastOf(first).undo, toastOf(again).undo]).toEqual([
      expect.stringMatching(/^\/invoices\/\d+\/payments\/\d+\/undo$/),
      '',
    ]);
    expect(await outstanding()).toBe(39_860);
  });

  test.each<[Record<string, string>, string]>([
    [{ amount: '' }, 'This is needed.'],
    [{ amount: 'ten' }, 'This is not an amount.'],
    [{ amount: '1.005' }, 'This has more decimals than the currency.'],
    [{ amount: '5 USD' }, 'This is another currency than the invoice’s.'],
    [{ amount: '0' }, 'An amount is more than zero.'],
    [{ amount: '-5' }, 'For money that went back, use “Reverse” beside the payment.'],
    [{ amount: '5', receivedOn: '2026-11-24' }, 'This day is still to come.'],
    [{ amount: '5', receivedOn: 'yesterday' }, 'This is not a date.'],
    [{ amount: '5', reference: 'x'.repeat(201) }, 'This is too long.'],
  ])('refused: %j; what was typed stays', async (form, sentence) => {
    const typed = { amount: '', receivedOn: TODAY, reference: 'VIR 77', ...form };
    const answer = await payment('', typed);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(sentence);
    for (const value of Object.values(typed)) expect(answer.text).toContain(`value="${value}"`);
    expect(await outstanding()).toBe(49_860);
  });

  test('is reversed beside it: the invoice is open again, and both lines stay', async () => {
    await payment('498.60');
    const [, address = ''] = /href="(\/invoices\/\d+\/payments\/\d+\/reversal)"/.exec(await panel()) ?? [];
    expect((await open.anna.get(address, htmx)).text).toContain('€498.60 did not arrive after all');
    const future = await open.anna.post(address, { on: '2026-12-24' }, htmx);
    expect(future.status).toBe(422);
    const answer = await open.anna.post(address, { on: TODAY }, htmx);
    expect(answer.text).toContain('-€498.60');
    expect(answer.text).not.toContain('/reversal"');
    expect(answer.text).toContain(LEAVES);
    expect(toastOf(await open.anna.post(address, { on: TODAY }, htmx)).text).toMatch(/^Nothing changed/);
    expect(await outstanding()).toBe(49_860);
  });

  test('of another customer is nobody’s to reverse or undo here', async () => {
    await payment('100');
    const { id: paymentId } = await open.db('payments').where({ reference: 'VIR 77' }).first();
    const other = (await open.db('invoices').where('customer_id', '<>', 1).first()).id as number;
    for (const what of ['reversal', 'undo'])
      expect(
        (await open.anna.post(`/invoices/${other}/payments/${paymentId}/${what}`, { on: TODAY }, htmx)).status,
      ).toBe(404);
    expect(await outstanding()).toBe(39_860);
  });
});

describe('a promise', () => {
  test('holds until its day inclusive, says when the plan goes on, and can be taken back', async () => {
    const answer = await promise({ amount: '300', note: 'by phone' });
    expect(toastOf(answer).text).toBe(
      'Noted. Nothing leaves until Tuesday 1 December inclusive; the plan goes on by itself on Wednesday 2 December.',
    );
    expect(answer.text).toContain('€300.00 promised until Tuesday 1 December');
    expect(answer.text).toContain('payment promised (until Tue 1 Dec)');
    expect(answer.text).toMatch(/Promise to pay<br><span class="quiet">€300\.00 · until 1 December 2026 · by phone</);
    expect((await open.anna.get('/customers/1', htmx)).text).toContain('€300.00 · until 1 December 2026 · by phone');
    expect(await undo(answer)).toBe(204);
    expect(await panel()).toContain(LEAVES);
  });

  test('names no day on which the plan goes on where something else stands in its way', async () => {
    await dispute({ reason: 'Wrong amount' });
    expect(toastOf(await promise({})).text).toBe('Noted. Nothing leaves until Tuesday 1 December inclusive.');
  });

  test('lapses by itself, and the panel says so', async () => {
    await promise({ until: '2026-11-24' });
    const { text } = await (await later('2026-11-25')).get(`/invoices/${id}`, htmx);
    expect(text).toContain('The promise until Tuesday 24 November has lapsed; the plan goes on.');
    expect(text).toContain(LEAVES);
    expect(text).not.toContain('End the promise');
  });

  test('is ended before its day, and that can be taken back too', async () => {
    await promise({});
    const answer = await open.anna.delete(`/invoices/${id}/promise`, {}, htmx);
    expect(answer.text).toContain(LEAVES);
    expect(await undo(answer)).toBe(204);
    expect(await panel()).toContain('Promised until Tuesday 1 December');
  });

  test.each([
    [{ until: '' }, 'This is not a date.'],
    [{ until: '2026-11-22' }, 'This day has passed.'],
    [{ until: '2027-12-24' }, 'At most a year ahead.'],
    [{ amount: '498.61' }, 'This is more than is open.'],
    [{ amount: 'half' }, 'This is not an amount.'],
  ])('refused: %j; what was typed stays', async (form, sentence) => {
    const answer = await promise({ note: 'by phone', ...form });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(sentence);
    expect(answer.text).toContain('value="by phone"');
    expect(await open.db('promises').where({ invoice_id: id })).toEqual([]);
  });
});

test('a dispute needs a reason, holds until it is lifted, and lifting can be taken back', async () => {
  const refused = await dispute({ reason: ' ', note: 'they called' });
  expect([refused.status, refused.text.includes('This is needed.'), refused.text.includes('they called')]).toEqual([
    422,
    true,
    true,
  ]);
  const answer = await dispute({ reason: 'settled', note: 'they called' });
  expect(answer.text).toContain('Disputed: settled');
  // What a person wrote is never read as a code of ours.
  expect(answer.text).toMatch(/Disputed<br><span class="quiet">settled · they called</);
  expect(answer.text).not.toContain('/dispute/edit');
  const lifted = await open.anna.delete(`/invoices/${id}/dispute`, {}, htmx);
  expect(lifted.text).toContain(LEAVES);
  await undo(lifted);
  expect(await panel()).toContain('Disputed: settled');
});

describe('a pause of an invoice', () => {
  test('MW-29 without end says so and names no day, with an end it names the day', async () => {
    const endless = await pause({ reason: 'we talk' });
    expect(endless.text).toContain('Paused until you resume');
    expect(endless.text).not.toMatch(/invoice paused \(until/);
    expect(await undo(endless)).toBe(204);
    const ten = await pause({ until: '2026-12-03' });
    expect(ten.text).toContain('Paused until Thursday 3 December');
    expect(ten.text).toContain('invoice paused (until Thu 3 Dec)');
  });

  test('MW-27 an invoice paused until today and a paused customer: both blocked, each with its reason', async () => {
    const text = (await pause({ until: TODAY, reason: 'until today' })).text;
    expect(text).toContain('invoice paused (until Mon 23 Nov)');
    await open.anna.put('/customers/1/pause', { until: '', reason: 'we talk' }, htmx);
    const other = await panel(await idOf('FA-2026-0902'));
    expect(other).toContain('customer paused');
    expect(other).not.toContain('invoice paused');
  });

  test('resumed on the day it began it just goes on; resumed later it asks about what was missed', async () => {
    await pause({});
    expect((await open.anna.delete(`/invoices/${id}/pause`, {}, htmx)).text).toContain(LEAVES);
    await pause({});
    const anna = await later('2026-12-10');
    const question = await anna.delete(`/invoices/${id}/pause`, {}, htmx);
    expect(question.text).toContain('What about this invoice, which is late by now?');
    expect(question.text).toContain('The next run (today, 13:00) sends 1 message.');
    expect((await anna.get(`/invoices/${id}`, htmx)).text).toContain('Paused until you resume');
    const left = await anna.delete(`/invoices/${id}/pause`, { choice: 'leave' }, htmx);
    expect(left.text).toContain('follow-up is off');
    expect(left.text).not.toContain('Paused until you resume');
  });

  test('a pause that has lapsed by itself needs no resuming', async () => {
    await pause({ until: '2026-11-24' });
    const { text } = await (await later('2026-11-25')).get(`/invoices/${id}`, htmx);
    expect(text).toContain(LEAVES);
    expect(text).not.toContain('Paused until');
    expect(text).toContain('/pause/edit');
  });
});

describe('a credit note', () => {
  test('settles up to what is open, is listed by its number, and is cancelled beside it', async () => {
    const answer = await creditNote({ amount: '498.60' });
    expect(answer.text).toContain('Nothing leaves, because it is paid.');
    expect(answer.text).toContain('Credit note A-9');
    const [, address = ''] = /href="(\/invoices\/\d+\/credit-notes\/\d+)\/cancellation"/.exec(answer.text) ?? [];
    expect((await open.anna.get(`${address}/cancellation`, htmx)).text).toContain('Credit note A-9 over €498.60');
    const cancelled = await open.anna.delete(address, {}, htmx);
    expect(cancelled.text).toContain(LEAVES);
    expect(cancelled.text).toContain('Credit note cancelled');
  });

  test('with a number that the customer has is refused; the same form twice is one', async () => {
    await creditNote({});
    expect(toastOf(await creditNote({})).text).toMatch(/^Nothing changed/);
    const answer = await creditNote({ amount: '20' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('The customer has another credit note with this number.');
    expect(answer.text).toContain('value="20"');
    expect(await outstanding()).toBe(48_860);
  });

  test('of more than is open leaves the rest as credit; Undo takes all of it back', async () => {
    const answer = await creditNote({ amount: '500' });
    expect(toastOf(answer).text).toContain('€1.40 of it stays as credit');
    await undo(answer);
    expect(await outstanding()).toBe(49_860);
    expect(await panel(await idOf('FA-2026-0902'))).not.toContain('in credit.');
  });
});

describe('a write-off', () => {
  const writeOff = (reason: string, who = open.anna) => who.put(`/invoices/${id}/write-off`, { reason }, htmx);

  test('needs a reason, stops everything, and is taken back', async () => {
    expect((await writeOff('')).status).toBe(422);
    const answer = await writeOff('bankrupt');
    expect(answer.text).toContain('written off');
    expect(answer.text).toContain('bankrupt');
    expect(answer.text).not.toContain('/promise/edit');
    expect((await open.anna.get('/invoices', htmx)).text).not.toContain(NUMBER);
    const back = await open.anna.delete(`/invoices/${id}/write-off`, {}, htmx);
    expect(back.text).toContain(LEAVES);
    expect(await undo(await writeOff('bankrupt'))).toBe(204);
    expect(await panel()).toContain(LEAVES);
  });

  test('is for owners; everything else is for colleagues too', async () => {
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    expect((await bruno.get(`/invoices/${id}`, htmx)).text).not.toContain('write-off');
    expect((await writeOff('bankrupt', bruno)).status).toBe(403);
    expect((await bruno.get(`/invoices/${id}/write-off/edit`)).status).toBe(403);
    expect((await payment('100', {}, bruno)).status).toBe(200);
  });
});

describe('several invoices marked as paid', () => {
  const ask = async (numbers: string[]) => {
    const ids = await Promise.all(numbers.map(idOf));
    const { headers } = await open.anna.post('/invoices/paid/choice', { ids });
    return { ids, page: await open.anna.get(headers.location ?? '') };
  };

  test('are listed with a total per currency first; then each is paid, and Undo takes all of it back', async () => {
    const usd = (
      await open.db('invoices').where({ currency: 'USD', state: 'issued' }).where('outstanding_minor', '>', 0).first()
    ).number as string;
    const gone = (await open.db('invoices').where({ state: 'written_off' }).first()).number as string;
    const { ids, page } = await ask([NUMBER, 'FA-2026-0902', usd, gone]);
    expect(page.text).toContain('3 invoices paid in full');
    expect(page.text).toContain('€1,132.85');
    expect(page.text).toMatch(/<strong class="figures">US\$[\d,.]+<\/strong>/);
    expect(page.text).toContain('1 of the ticked invoices is left out');
    const formKey = /name="formKey" value="([\w-]+)"/.exec(page.text)?.[1];
    const form = { ids, formKey, receivedOn: TODAY, reference: '' };
    expect((await open.anna.post('/invoices/paid', form)).status).toBe(303);
    await open.anna.post('/invoices/paid', form);
    expect([await outstanding(ids[0]), await outstanding(ids[1]), await outstanding(ids[2])]).toEqual([0, 0, 0]);
    expect(await open.db('payments').where('source_key', 'like', `form:${formKey}:%`)).toHaveLength(3);
    expect((await open.anna.post(`/invoices/paid/${formKey}/undo`, {}, htmx)).status).toBe(204);
    expect(await outstanding()).toBe(49_860);
  });

  test('a day that is still to come is refused, and nothing is booked', async () => {
    const { ids } = await ask([NUMBER]);
    const form = { ids, formKey: randomUUID(), receivedOn: '2026-11-24', reference: 'bank' };
    const answer = await open.anna.post('/invoices/paid', form);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('This day is still to come.');
    expect(answer.text).toContain('value="bank"');
    expect(await outstanding()).toBe(49_860);
  });

  test('with nothing open among them it says so', async () => {
    expect((await open.anna.get('/invoices/paid')).text).toContain('Nothing here is open');
  });
});

test('without JavaScript every change answers with the invoice’s page', async () => {
  const form = { until: '2026-12-01', amount: '', note: '' };
  const answer = await open.anna.put(`/invoices/${id}/promise`, form);
  expect([answer.status, answer.headers.location]).toEqual([303, `/invoices/${id}`]);
  const refused = await open.anna.put(`/invoices/${id}/promise`, { ...form, until: 'soon' });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('<html');
});

test('an invoice that is not there is said to be missing', async () => {
  for (const path of ['payments/new', 'promise/edit', 'payments/1/reversal'])
    expect((await open.anna.get(`/invoices/999999/${path}`)).status).toBe(404);
  for (const path of ['payments', 'credit-notes'])
    expect((await open.anna.post(`/invoices/999999/${path}`, {})).status).toBe(404);
  for (const path of ['promise', 'dispute', 'pause', 'write-off'])
    expect((await open.anna.put(`/invoices/999999/${path}`, { reason: 'x' })).status).toBe(404);
});
