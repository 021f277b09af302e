import { accept, type Answer, mailServer, neverAnswers, refuse } from '../../../test/support/installation.ts';
import { ANNA, newUser, openWeb, type OpenWeb, PASSWORD, signIn, visitor } from '../../../test/support/web.ts';
import { clockAt } from '../../clock.ts';
import type { Day } from '../../domain/calendar.ts';
import { messagesOf } from '../../domain/decision.ts';
import type { Settings } from '../../domain/settings.ts';
import { deliverOutbox } from '../../services/deliverOutbox.ts';
import { forecastDays } from '../../services/forecastDays.ts';
import { planDay, runDay } from '../../services/runDay.ts';
import { writeSettings } from '../../store/settings.ts';

const MONDAY: Day = '2026-11-23';
const TUESDAY: Day = '2026-11-24';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const travel = (day: Day, time: string): void => {
  open.web.clock = clockAt(day, time, 'Europe/Paris');
};

async function run(
  day: Day,
  { time = '13:00', lateBy = 0, mode = 'automatic' as Settings['mode'] } = {},
): Promise<void> {
  await writeSettings(open.db, { mode });
  travel(day, time);
  await runDay(open.db, { day, clock: open.web.clock, owner: 'test', lateBy });
}

const deliver = (answer: Answer = accept) =>
  deliverOutbox(open.db, { clock: open.web.clock, owner: 'test', transport: mailServer(answer), ignoreHold: true });

describe('the forecast', () => {
  test('says for its first day exactly what the run of that day would send', async () => {
    const { decisions } = await planDay(open.db, MONDAY);
    const messages = messagesOf(decisions);
    expect(messages.length).toBeGreaterThan(5);
    const { text } = await open.anna.get(`/forecast/${MONDAY}`, { htmx: true });
    expect(text).toContain(`${messages.length} messages to`);
    expect(text.match(/<td class="amount wide">/g)).toHaveLength(messages.length);
    for (const number of messages.flatMap(({ lines }) => lines.map((line) => line.number)))
      expect(text).toContain(number);
  });

  test('shows every day of the next thirty on which something would leave, as a dot and as a line', async () => {
    const days = (await forecastDays(open.db, MONDAY, 30)).filter(({ messages }) => messages.length > 0);
    const { text } = await open.anna.get('/forecast');
    expect(days.length).toBeGreaterThan(3);
    for (const { day } of days) expect(text.split(`href="/forecast/${day}"`)).toHaveLength(3);
    const radii = [...text.matchAll(/<circle cx="20" cy="20" r="([\d.]+)"/g)].map(([, radius]) => Number(radius));
    expect(radii).toHaveLength(days.length);
    const most = days.reduce((a, b) => (b.messages.length > a.messages.length ? b : a));
    expect(Math.max(...radii)).toBe(radii[days.indexOf(most)]);
    expect(text).not.toMatch(/ style=/);
  });

  test('begins with the next sending day once today’s run is over', async () => {
    await run(MONDAY);
    const { text } = await open.anna.get('/forecast');
    expect(text).toContain('Tue 24 Nov at 13:00');
    expect((await open.anna.get(`/forecast/${MONDAY}`)).status).toBe(404);
    expect((await open.anna.get(`/forecast/${TUESDAY}`)).status).toBe(200);
  });

  test('lists what the next run would send, and offers to turn it on, while automatic sending is off', async () => {
    const messages = messagesOf((await planDay(open.db, MONDAY)).decisions);
    const { text } = await open.anna.get('/forecast');
    expect(text).toContain(`it would send ${messages.length} messages`);
    expect(text).toContain('href="/settings/sending/turn-on"');
    for (const { lines } of messages) for (const { number } of lines) expect(text).toContain(number);
    await writeSettings(open.db, { mode: 'automatic' });
    expect((await open.anna.get('/forecast')).text).not.toContain('/settings/sending/turn-on');
  });

  test('sends a colleague to an owner for that', async () => {
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test', PASSWORD);
    const { text } = await bruno.get('/forecast');
    expect(text).not.toContain('/settings/sending/turn-on');
    expect(text).toContain('An owner of this installation can turn it on.');
  });

  test.each(['2026-11-22', '2027-11-23', 'tomorrow', '2026-02-30'])('has no day %s', async (day) => {
    expect((await open.anna.get(`/forecast/${day}`)).status).toBe(404);
  });
});

describe('a run', () => {
  test('is one line that says when, how late, what left, and how it ended', async () => {
    await run(MONDAY, { time: '15:30', lateBy: 150 });
    const { sent } = await deliver();
    const { text } = await open.anna.get('/runs');
    expect(text).toContain('Mon 23 Nov');
    expect(text).toContain('2 h 30 late');
    expect(text).toContain(`${sent} sent`);
    expect(text).toContain('done');
  });

  test('that waits for approval says why', async () => {
    await run(MONDAY, { mode: 'review' });
    const { text } = await open.anna.get('/runs');
    expect(text).toMatch(/\d+ need you/);
    expect(text).toContain('You chose to see every message first.');
  });

  test('opens into what was sent, failed or uncertain, and what was not sent and why', async () => {
    await run(MONDAY);
    let n = 0;
    await deliver((parcel, handOver) => [accept, refuse('550 no'), neverAnswers][n++ % 3]!(parcel, handOver));
    const { text } = await open.anna.get(`/runs/${MONDAY}`);
    for (const part of ['part-sent', 'part-failed', 'part-uncertain']) expect(text).toContain(`id="${part}"`);
    expect(text).toContain('Not sent because…');
    const disputed = text.slice(text.indexOf('disputed'));
    expect(disputed.slice(0, disputed.indexOf('</details>'))).toContain('Alder');
    expect(text).toContain('its date has not come yet');
  });

  test('counts the invoices under a reason as the decisions of that day do', async () => {
    const { decisions } = await planDay(open.db, MONDAY);
    await run(MONDAY);
    const { text } = await open.anna.get(`/runs/${MONDAY}`);
    const waiting = decisions.filter(
      (one) => one.kind === 'wait' && one.reasons.some(({ code }) => code === 'step_date'),
    ).length;
    expect(waiting).toBeGreaterThan(1);
    expect(text).toMatch(new RegExp(`<span class="figures">${waiting}</span> its date has not come yet`));
  });

  test('of the past keeps the decision as it was recorded, whatever happened since', async () => {
    await run(MONDAY);
    const before = await open.anna.get(`/runs/${MONDAY}/reasons/disputed`);
    expect(before.text).toContain('Alder');
    await open.db('disputes').whereNull('lifted_at').update({ lifted_at: '2026-11-23T18:00:00.000Z' });
    await run(TUESDAY);
    await signIn(open.anna, ANNA.email);
    expect((await open.anna.get(`/runs/${MONDAY}/reasons/disputed`)).text).toContain('Alder');
    expect((await open.anna.get(`/runs/${TUESDAY}/reasons/disputed`)).status).toBe(404);
  });

  test('names what could not be written', async () => {
    await open.db('template_versions').update({ body: '<p>{{customer.nmae}}</p>' });
    await run(MONDAY);
    const { text } = await open.anna.get(`/runs/${MONDAY}`);
    expect(text).toContain('with problems');
    expect(text).toContain('the template cannot be filled in');
    expect(text).toContain('MARTIN');
  });

  test('can be held as a whole while its messages wait', async () => {
    await run(MONDAY);
    const { text } = await open.anna.get(`/runs/${MONDAY}`);
    expect(text).toMatch(/Hold the \d+ messages that wait/);
    await open.anna.post(`/runs/${MONDAY}/hold`);
    expect((await deliver()).sent).toBe(0);
  });

  test.each(['2026-11-20', 'yesterday', '2026-11-31'])('of %s, which never was, is missing', async (day) => {
    expect((await open.anna.get(`/runs/${day}`)).status).toBe(404);
  });
});

const strip = async (): Promise<string> => {
  const { text } = await open.anna.get('/runs');
  return [...text.matchAll(/<p class="strip[^>]*>(.*?)<\/p>/gs)].map(([, words]) => words).join(' ');
};

describe('the strip on top', () => {
  test('says how far the sending has come', async () => {
    await run(MONDAY);
    const [first] = await open.db('reminders').where({ channel: 'email', state: 'queued' }).orderBy('id');
    await open.db('reminders').where({ id: first.id }).update({ state: 'sending' });
    expect(await strip()).toMatch(/Sending 1 of \d+…/);
  });

  test('says after the run what was sent and what needs a person', async () => {
    await run(MONDAY);
    let n = 0;
    const { sent } = await deliver((parcel, handOver) => (n++ === 0 ? refuse('550 no') : accept)(parcel, handOver));
    const needs = (await open.db('reminders').whereNot({ channel: 'email' }).where({ state: 'queued' })).length + 1;
    expect(await strip()).toContain(`Today 13:00: ${sent} sent, ${needs} need`);
  });

  test('says that test mode is on', async () => {
    const { mail } = (await planDay(open.db, MONDAY)).settings;
    await writeSettings(open.db, { mail: { ...mail, host: 'localhost', testAddress: ANNA.email } });
    expect(await strip()).toContain(`Test mode: everything goes to ${ANNA.email} instead of the customers.`);
  });
});
