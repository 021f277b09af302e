import {
  accept,
  type Answer,
  mailServer,
  neverAnswers,
  refuse,
  refuseOnly,
} from '../../../test/support/installation.ts';
import { ANNA, openWeb, type OpenWeb, signIn } from '../../../test/support/web.ts';
import { clockAt } from '../../clock.ts';
import type { Day } from '../../domain/calendar.ts';
import { leavesAt } from '../../domain/leaving.ts';
import type { Settings } from '../../domain/settings.ts';
import { letterbox, type Transport } from '../../mail/transport.ts';
import { deliverOutbox } from '../../services/deliverOutbox.ts';
import { runDay } from '../../services/runDay.ts';
import { claimQueued, outboxPage } from '../../store/outboxList.ts';
import type { Reminder } from '../../store/reminders.ts';
import { writeSettings } from '../../store/settings.ts';

const MONDAY: Day = '2026-11-23';
const TUESDAY: Day = '2026-11-24';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

/** The clock on the wall is moved: what is asked from now on is asked then. */
const travel = (day: Day, time: string): void => {
  open.web.clock = clockAt(day, time, 'Europe/Paris');
};

/** The next morning: sessions do not last the night. */
async function nextMorning(time: string): Promise<void> {
  travel(TUESDAY, time);
  await signIn(open.anna, ANNA.email);
}

/** The run of a day at 13:00, in a mode. */
async function run(day: Day = MONDAY, mode: Settings['mode'] = 'automatic'): Promise<Reminder[]> {
  await writeSettings(open.db, { mode });
  travel(day, '13:00');
  await runDay(open.db, { day, clock: open.web.clock, owner: 'test' });
  return reminders({ state: 'queued' });
}

const deliver = (answer: Answer | Transport = accept, more = {}) =>
  deliverOutbox(open.db, {
    clock: open.web.clock,
    owner: 'test',
    transport: typeof answer === 'function' ? mailServer(answer) : answer,
    ...more,
  });

const reminders = (where: object): Promise<Reminder[]> => open.db('reminders').where(where).orderBy('id');
const reminder = async (id: number): Promise<Reminder> => (await reminders({ id }))[0] as Reminder;
const emails = (list: Reminder[]): Reminder[] => list.filter(({ channel }) => channel === 'email');
/** A message that is about a step of one invoice. */
async function aboutOne(list: Reminder[]): Promise<{ id: number; invoice: number; step: number }> {
  for (const { id } of emails(list)) {
    const lines = await open.db('reminder_invoices').where({ reminder_id: id });
    if (lines.length === 1 && lines[0].step_id) return { id, invoice: lines[0].invoice_id, step: lines[0].step_id };
  }
  throw new Error('the example company has none');
}
const completionsOf = (invoice: number) => open.db('completions').where({ invoice_id: invoice }).orderBy('id');
const lastEvent = async (id: number): Promise<string> =>
  (await open.db('history').where({ reminder_id: id }).orderBy('id', 'desc').first()).kind as string;

describe('what waits', () => {
  test('is shown with the time at which it leaves', async () => {
    const queued = await run();
    const { text } = await open.anna.get('/outbox');
    expect(text).toContain('leaves at 13:10');
    for (const { id } of emails(queued)) expect(text).toContain(`id="reminder-${id}"`);
  });

  test('a page includes the very fragment that a filter answers with', async () => {
    await run();
    const page = await open.anna.get('/outbox?state=waiting');
    const fragment = await open.anna.get('/outbox?state=waiting', { htmx: true });
    expect(fragment.text).not.toContain('<html');
    expect(page.text).toContain(fragment.text.trim());
  });

  test('stays when it is held, whatever the time, and leaves when it is released', async () => {
    const [first, second] = emails(await run());
    const held = await open.anna.post(`/reminders/${first?.id}/hold`, {}, { htmx: true });
    expect(held.text).toContain('until you release it');
    expect(held.headers['hx-trigger']).toContain(`/reminders/${first?.id}/release`);
    travel(MONDAY, '14:00');
    await deliver(accept, { ignoreHold: true });
    expect((await reminder(first?.id ?? 0)).state).toBe('queued');
    expect((await reminder(second?.id ?? 0)).state).toBe('sent');
    const released = await open.anna.post(`/reminders/${first?.id}/release`, {}, { htmx: true });
    expect(released.headers['hx-trigger']).toContain('It leaves in a moment.');
    travel(MONDAY, '14:01');
    await deliver();
    expect((await reminder(first?.id ?? 0)).state).toBe('sent');
  });

  test('is never claimed by the sender once somebody holds it', async () => {
    const [first] = emails(await run());
    await open.anna.post(`/reminders/${first?.id}/hold`);
    expect(await claimQueued(open.db, first?.id ?? 0, { attempts: 1 })).toBe(false);
    expect((await reminder(first?.id ?? 0)).state).toBe('queued');
  });

  test('does not wait for the hold window when it is released, but for the sending hours', async () => {
    const [first] = emails(await run());
    travel(MONDAY, '18:30');
    const { headers } = await open.anna.post(`/reminders/${first?.id}/release`, {}, { htmx: true });
    expect(headers['hx-trigger']).toContain('It leaves Tue 24 Nov at 13:00, in the sending hours.');
    expect(await lastEvent(first?.id ?? 0)).toBe('reminder_released');
  });

  test('cannot be held any more when it has left; the list then says how it stands', async () => {
    const [first] = emails(await run());
    travel(MONDAY, '13:30');
    await deliver();
    const { text, headers } = await open.anna.post(`/reminders/${first?.id}/hold`, {}, { htmx: true });
    expect(headers['hx-trigger']).toContain('Nothing was changed');
    expect(text).not.toContain('until you release it');
  });
});

describe('cancelling', () => {
  test('needs a reason; what was chosen is kept', async () => {
    const { id } = await aboutOne(await run());
    const { status, text } = await open.anna.post(
      `/reminders/${id}/cancellation`,
      { reason: '  ', step: 'again' },
      { htmx: true },
    );
    expect(status).toBe(422);
    expect(text).toContain('This is needed.');
    expect(text).toMatch(/value="again" checked/);
    expect((await reminder(id)).state).toBe('queued');
  });

  test('and skipping the step lets the plan go on with the next one', async () => {
    const { id, invoice, step } = await aboutOne(await run());
    const answer = await open.anna.post(`/reminders/${id}/cancellation`, { reason: 'spoken to them', step: 'skip' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/outbox']);
    expect(await reminder(id)).toMatchObject({ state: 'cancelled', reason: 'Spoken to them' });
    expect((await completionsOf(invoice)).at(-1)).toMatchObject({
      step_id: step,
      kind: 'skipped',
      counts_from: MONDAY,
    });
    const again = await run(TUESDAY);
    const steps = await open.db('reminder_invoices').where({ invoice_id: invoice, step_id: step, live: 1 });
    expect([again.length > 0, steps]).toEqual([true, []]);
    await signIn(open.anna, ANNA.email);
    const { text } = await open.anna.get(`/invoices/${invoice}`, { htmx: true });
    expect(text).toContain('Spoken to them');
  });

  test('without skipping lets the next run decide about the same step again', async () => {
    const { id, invoice, step } = await aboutOne(await run());
    await open.anna.post(`/reminders/${id}/cancellation`, { reason: 'paid', step: 'again' });
    await run(TUESDAY);
    const steps = await open.db('reminder_invoices').where({ invoice_id: invoice, step_id: step, live: 1 });
    expect(steps).toHaveLength(1);
    await signIn(open.anna, ANNA.email);
    const { text } = await open.anna.get('/outbox?state=cancelled', { htmx: true });
    expect(text).toContain('Paid');
  });

  test('is not offered for what has left', async () => {
    const [first] = emails(await run());
    travel(MONDAY, '13:30');
    await deliver();
    expect((await open.anna.get(`/reminders/${first?.id}/cancellation`)).status).toBe(404);
    await open.anna.post(`/reminders/${first?.id}/cancellation`, { reason: 'late', step: 'skip' });
    expect((await reminder(first?.id ?? 0)).state).toBe('sent');
  });
});

describe('approving', () => {
  test('one message lets that one leave alone', async () => {
    const [first, second] = emails(await run(MONDAY, 'review'));
    const page = await open.anna.get('/outbox');
    expect(page.text).toContain('until you approve it');
    expect(page.text).toContain('You chose to see every message first.');
    await open.anna.post(`/reminders/${first?.id}/approval`, {}, { htmx: true });
    travel(MONDAY, '13:30');
    await deliver();
    expect((await reminder(first?.id ?? 0)).state).toBe('sent');
    expect((await reminder(second?.id ?? 0)).state).toBe('queued');
  });

  test('a whole run lets all of it leave, except what is held one by one', async () => {
    const [first, second, ...others] = emails(await run(MONDAY, 'review'));
    await open.anna.post(`/reminders/${first?.id}/approval`);
    await open.anna.post(`/reminders/${first?.id}/hold`);
    const { text, headers } = await open.anna.post(`/runs/${MONDAY}/approval`, {}, { htmx: true });
    expect(headers['hx-trigger']).toMatch(/\d+ messages approved/);
    expect(text).toContain('until you release it');
    travel(MONDAY, '14:00');
    await deliver();
    expect((await reminder(first?.id ?? 0)).state).toBe('queued');
    for (const one of [second, ...others]) expect((await reminder(one?.id ?? 0)).state).toBe('sent');
  });

  test('is taken back by “undo” while nothing has left', async () => {
    await run(MONDAY, 'review');
    await open.anna.post(`/runs/${MONDAY}/approval`, {}, { htmx: true });
    await deliver();
    await open.anna.post(`/runs/${MONDAY}/hold`, {}, { htmx: true });
    travel(MONDAY, '14:00');
    expect((await deliver()).sent).toBe(0);
  });
});

/** A message whose server took it and did not answer. */
async function uncertain(): Promise<{ id: number; invoice: number; step: number; raw: Buffer }> {
  const one = await aboutOne(await run());
  travel(MONDAY, '13:30');
  const { message_id } = await reminder(one.id);
  const server = mailServer((parcel, handOver) =>
    parcel.raw.includes(message_id) ? neverAnswers(parcel, handOver) : accept(parcel, handOver),
  );
  await deliver(server);
  const { raw } = await open.db('messages').where({ reminder_id: one.id }).first();
  return { ...one, raw };
}

describe('an uncertain message', () => {
  test('has a section of its own that explains the three choices', async () => {
    await uncertain();
    const { text } = await open.anna.get('/outbox');
    expect(text).toContain('id="part-uncertain"');
    for (const words of [
      'The customer has it: the step is done and the plan goes on.',
      'The identical message goes out once more',
      'It counts as never sent: the next run decides anew',
    ])
      expect(text).toContain(words);
  });

  test('that left completes its step, on the day that it was handed over', async () => {
    const { id, invoice, step } = await uncertain();
    await nextMorning('10:00');
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'left' }, { htmx: true });
    expect(await reminder(id)).toMatchObject({ state: 'sent', sent_on: MONDAY });
    expect((await completionsOf(invoice)).at(-1)).toMatchObject({ step_id: step, kind: 'sent', completed_on: MONDAY });
  });

  test('that is sent again leaves as the same bytes, also on another day and when the template has changed', async () => {
    const { id, raw } = await uncertain();
    await open.db('template_versions').update({ subject: 'Something else' });
    await nextMorning('13:30');
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'again' }, { htmx: true });
    travel(TUESDAY, '13:31');
    const server = mailServer();
    await deliver(server);
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.raw.equals(raw)).toBe(true);
    expect((await reminder(id)).state).toBe('sent');
  });

  test('that is sent again does not leave when it was paid in the meantime', async () => {
    const { id, invoice } = await uncertain();
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'again' });
    await open.db('invoices').where({ id: invoice }).update({ outstanding_minor: 0 });
    travel(MONDAY, '13:40');
    expect((await deliver()).sent).toBe(0);
    expect(await reminder(id)).toMatchObject({ state: 'cancelled', reason: 'settled' });
  });

  test('that is dropped counts as never sent, so the next run decides anew', async () => {
    const { id, invoice, step } = await uncertain();
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'drop' }, { htmx: true });
    expect(await reminder(id)).toMatchObject({ state: 'cancelled', reason: 'dropped' });
    expect(await completionsOf(invoice)).toEqual([]);
    await run(TUESDAY);
    expect(await open.db('reminder_invoices').where({ invoice_id: invoice, step_id: step, live: 1 })).toHaveLength(1);
  });

  test('is settled once, and by a known choice', async () => {
    const { id } = await uncertain();
    const odd = await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'resend' }, { htmx: true });
    expect(odd.status).toBe(422);
    expect((await reminder(id)).state).toBe('uncertain');
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'drop' });
    await open.anna.post(`/reminders/${id}/settlement`, { settlement: 'left' });
    expect((await reminder(id)).state).toBe('cancelled');
  });
});

test('a failed message names the address, until its invoices are paid or another one is on its way', async () => {
  const { id, invoice } = await aboutOne(await run());
  travel(MONDAY, '13:30');
  await deliver(refuse('550 5.1.1 no such user'));
  const [{ address }] = await open.db('reminder_recipients').where({ reminder_id: id, kind: 'to' });
  const { text } = await open.anna.get('/outbox');
  const row = text
    .slice(text.indexOf(`id="reminder-${id}"`))
    .split('</tr>')[0]
    ?.replaceAll('<wbr>', '');
  expect(row).toContain(`<strong class="text-danger">${address}</strong>`);
  expect(row).toContain('550 5.1.1 no such user');
  expect(row).toContain('Mend the address');
  await open.db('invoices').where({ id: invoice }).update({ outstanding_minor: 0 });
  expect((await open.anna.get('/outbox')).text).not.toContain(`id="reminder-${id}"`);
  expect((await open.anna.get('/outbox?state=failed')).text).toContain(`id="reminder-${id}"`);
});

test('letters to post and calls to make wait for a person, who completes their steps', async () => {
  await open.db('steps').where({ position: 1 }).update({ action: 'letter' });
  const queued = await run();
  const letter = queued.find(({ channel }) => channel === 'letter');
  expect(letter).toBeDefined();
  const id = letter?.id ?? 0;
  const { text } = await open.anna.get('/outbox');
  expect(text).toContain('Letters and calls');
  expect(text).toMatch(/Mark as (posted|called)/);
  await open.anna.post(`/reminders/${id}/done`, {}, { htmx: true });
  expect(await reminder(id)).toMatchObject({ state: 'sent', transport: 'hand', sent_on: MONDAY });
  const lines = await open.db('reminder_invoices').where({ reminder_id: id }).whereNotNull('step_id');
  for (const { invoice_id, step_id } of lines)
    expect(await open.db('completions').where({ invoice_id, step_id, kind: 'sent' })).toHaveLength(1);
  const [email] = emails(queued);
  await open.anna.post(`/reminders/${email?.id}/done`);
  expect((await reminder(email?.id ?? 0)).state).toBe('queued');
});

describe('what left', () => {
  beforeEach(async () => {
    await run();
    travel(MONDAY, '13:30');
  });

  test('is listed newest first, page after page by key, each once', async () => {
    await deliver();
    const whole = await outboxPage(open.db, { section: 'sent', search: '', after: null, limit: 1000 });
    const paged: number[] = [];
    let after: string | null = null;
    do {
      const page = await outboxPage(open.db, { section: 'sent', search: '', after, limit: 3 });
      paged.push(...page.rows.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(paged.length).toBeGreaterThan(6);
    expect(paged).toEqual(whole.rows.map(({ id }) => id));
  });

  test('is found by customer', async () => {
    await deliver();
    const { text } = await open.anna.get('/outbox?state=sent&search=boulangerie', { htmx: true });
    expect(text.match(/id="reminder-\d+"/g)?.length).toBeGreaterThan(0);
    expect(text).toContain('Boulangerie Martin');
    expect(text).not.toContain('Rossi');
    for (const word of ['%', "' OR 1=1 --", '\\'])
      expect((await open.anna.get(`/outbox?search=${encodeURIComponent(word)}`, { htmx: true })).status).toBe(200);
  });

  test('is in the letterbox when no mail account is connected, and is said to have reached nobody', async () => {
    await deliver(letterbox);
    const { text } = await open.anna.get('/outbox?state=letterbox', { htmx: true });
    expect(text).toContain('Nobody received them.');
    expect(text).toContain('in the letterbox');
    expect((await open.anna.get('/outbox?state=failed', { htmx: true })).text).toContain('Nothing failed.');
  });

  test('opens exactly as it was sent: what became of each address, the attachments, the bytes', async () => {
    await deliver(refuseOnly('550 no such user', (address) => address.startsWith('claire')));
    const sent = await reminders({ state: 'sent', channel: 'email' });
    const [withPdf] = await open.db('reminder_attachments').whereIn(
      'reminder_id',
      sent.map(({ id }) => id),
    );
    const { text } = await open.anna.get(`/reminders/${withPdf.reminder_id}`);
    expect(text).toContain('accepted');
    expect(text).toContain('250 2.0.0 Ok');
    expect(text).toMatch(/<iframe[^>]* sandbox[ >]/);
    const url = `/reminders/${withPdf.reminder_id}/attachments/${withPdf.position}`;
    expect(text).toContain(url);
    const file = await open.anna.get(url);
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(file.headers['content-security-policy']).toContain('sandbox');
    expect((await open.anna.get(`/reminders/${withPdf.reminder_id}/attachments/99`)).status).toBe(404);
    const { raw } = await open.db('messages').where({ reminder_id: withPdf.reminder_id }).first();
    const eml = await open.anna.get(`/reminders/${withPdf.reminder_id}/message.eml`);
    expect(Buffer.from(eml.text ?? eml.body).toString()).toBe(raw.toString());
  });
});

test.each([
  ['2026-11-23', '09:00', '2026-11-23', 780],
  ['2026-11-23', '13:10', '2026-11-23', 790],
  ['2026-11-23', '18:01', '2026-11-24', 780],
  ['2026-11-27', '20:00', '2026-11-30', 780],
  ['2026-11-28', '14:00', '2026-11-30', 780],
])('what may leave on %s at %s leaves on %s', (day, time, onDay, minute) => {
  const timetable = {
    timeZone: 'Europe/Paris',
    hour: 780,
    latestHour: 1080,
    calendar: { weekdays: [1, 2, 3, 4, 5] as const, holidays: new Set<string>() },
  };
  expect(leavesAt(clockAt(day as Day, time, 'Europe/Paris')(), timetable)).toEqual({ day: onDay, minute });
});
