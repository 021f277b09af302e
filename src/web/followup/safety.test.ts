import { ANNA, newUser, openWeb, type OpenWeb, signIn, visitor } from '../../../test/support/web.ts';
import { clockAt } from '../../clock.ts';
import type { Day } from '../../domain/calendar.ts';
import { messagesOf } from '../../domain/decision.ts';
import type { Settings } from '../../domain/settings.ts';
import { planDay, runDay } from '../../services/runDay.ts';
import { watchClock } from '../../services/watchClock.ts';
import { readSettings, timetableOf, writeSettings } from '../../store/settings.ts';

const MONDAY: Day = '2026-11-23';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const travel = (day: Day, time: string): void => {
  open.web.clock = clockAt(day, time, 'Europe/Paris');
};

/** Looks at the clock as the daily job does. */
async function look(day: Day, time: string): Promise<void> {
  const settings = await readSettings(open.db);
  await watchClock(open.db, clockAt(day, time, 'Europe/Paris'), timetableOf(settings, 2026));
}

async function run(brakes: Partial<Settings['brakes']> = {}, mode: Settings['mode'] = 'automatic'): Promise<number> {
  const { brakes: before } = await readSettings(open.db);
  await writeSettings(open.db, { mode, brakes: { ...before, ...brakes } });
  travel(MONDAY, '13:00');
  return (await runDay(open.db, { day: MONDAY, clock: open.web.clock, owner: 'test' })).queued;
}

const strip = async (): Promise<string> => {
  const { text } = await open.anna.get('/runs');
  return [...text.matchAll(/<p class="strip[^>]*>(.*?)<\/p>/gs)].map(([, words]) => words).join(' ');
};

/** What is found out after a page was answered is there a moment later. */
async function eventually(look: () => Promise<string>, words: RegExp): Promise<string> {
  for (let n = 0; n < 1500; n++) {
    const found = await look();
    if (words.test(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return look();
}

describe('a held run', () => {
  test('says why in the strip, in the outbox and on its page, and is released with one click', async () => {
    const count = await run({ maxMessages: 3 });
    const why = 'More messages than your limit for one run.';
    expect(await strip()).toContain(`Today 13:00: ${count} messages are held. ${why}`);
    expect((await open.anna.get('/outbox')).text).toContain(why);
    const { text } = await open.anna.get(`/runs/${MONDAY}`);
    expect(text).toContain(why);
    expect(text).toContain(`Approve all ${count} messages`);
    await open.anna.post(`/runs/${MONDAY}/approval`);
    expect(await open.db('reminders').where({ needs_approval: 1 })).toEqual([]);
    expect((await open.anna.get(`/runs/${MONDAY}`)).text).not.toContain('Approve all');
  });

  test('is dropped as a whole with one click, once, and says so', async () => {
    const count = await run({ maxMessages: 3 });
    const answer = await open.anna.post(`/runs/${MONDAY}/cancellation`);
    expect(answer.headers.location).toBe(`/runs/${MONDAY}`);
    expect(await open.db('reminders').where({ state: 'cancelled', reason: 'run_dropped' })).toHaveLength(count);
    expect((await open.anna.get(`/runs/${MONDAY}`)).text).toContain('dropped with its whole run');
    expect((await open.anna.post(`/runs/${MONDAY}/cancellation`)).headers.location).toBe('/outbox');
  });

  test('keeps what a person holds one by one', async () => {
    await run({ maxMessages: 3 });
    const [first] = await open.db('reminders').orderBy('id');
    await open.db('reminders').where({ id: first.id }).update({ reason: 'held' });
    await open.anna.post(`/runs/${MONDAY}/cancellation`);
    expect(await open.db('reminders').where({ state: 'queued' }).pluck('id')).toEqual([first.id]);
  });
});

describe('the clock', () => {
  test('that jumped ahead asks the owner, and only him', async () => {
    await look(MONDAY, '10:00');
    await look('2027-11-23', '10:00');
    travel('2027-11-23', '10:00');
    await signIn(open.anna, ANNA.email);
    expect(await strip()).toContain('Nothing leaves until you say that the date is right.');
    const { text } = await open.anna.get('/clock');
    expect(text).toContain('it was 23 Nov 2026, 10:00');
    expect(text).toContain('The date is right');
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    expect((await bruno.get('/clock')).text).not.toContain('The date is right');
    expect((await bruno.post('/clock/confirmation')).status).toBe(403);
    await open.anna.post('/clock/confirmation');
    expect(await strip()).not.toContain('the date is right');
  });

  test('that was set back is told on every page, without a negative day or delay anywhere', async () => {
    await run();
    await look(MONDAY, '13:00');
    await look('2026-11-22', '13:00');
    travel('2026-11-22', '13:00');
    await signIn(open.anna, ANNA.email);
    expect(await strip()).toContain('The clock was set back.');
    for (const page of ['/invoices', '/outbox', '/runs', `/runs/${MONDAY}`, '/forecast', '/customers']) {
      const { text, status } = await open.anna.get(page);
      expect([page, status, /[-−]\d+ (day|min|h )/.exec(text)?.[0]]).toEqual([page, 200, undefined]);
    }
    expect((await open.anna.get('/clock')).text).toContain('it has already shown 23 Nov 2026, 13:00');
  });
});

test('a full disk is said in the strip as long as it is full', async () => {
  open.web.freeSpace = () => 1024;
  expect(await strip()).toContain('The disk is almost full');
  open.web.freeSpace = () => 1e12;
  expect(await strip()).not.toContain('disk');
});

describe('the strip before the run', () => {
  test('counts what the next run would send, once it has found out, and again when the facts change', async () => {
    await writeSettings(open.db, { mode: 'automatic' });
    expect(await strip()).toContain('Next run today at 13:00.');
    const messages = messagesOf((await planDay(open.db, MONDAY)).decisions);
    const customers = new Set(messages.map(({ customerId }) => customerId)).size;
    const words = await eventually(strip, /messages to/);
    expect(words).toContain(`Next run today at 13:00: ${messages.length} messages to ${customers} customers.`);
    await open.db('invoices').update({ follow_up_enabled: 0 });
    travel(MONDAY, '10:02');
    expect(await eventually(strip, /nothing to send/)).toContain('Next run today at 13:00: nothing to send.');
  });

  test('does not decide the ledger again for each change within a minute', async () => {
    await writeSettings(open.db, { mode: 'automatic' });
    const before = await eventually(strip, /messages to/);
    await open.db('invoices').update({ follow_up_enabled: 0 });
    expect(await strip()).toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await strip()).toBe(before);
  });
});

test.each([
  [
    'off',
    'First reminder would leave Mon 23 Nov',
    'First reminder would leave today at 13:00; automatic sending is off.',
  ],
  ['automatic', 'First reminder, Mon 23 Nov', 'First reminder leaves today at 13:00.'],
] as const)('rows and "why" say what is true while sending is %s', async (mode, row, why) => {
  await writeSettings(open.db, { mode });
  expect((await open.anna.get('/invoices')).text).toContain(row);
  const { id } = await open.db('invoices').where({ number: 'FA-2026-0893' }).first('id');
  expect((await open.anna.get(`/invoices/${id}`, { htmx: true })).text).toContain(why);
});

describe('notices', () => {
  const notice = (user_id: number) =>
    open.db('notices').insert({
      kind: 'problems',
      day: MONDAY,
      user_id,
      state: 'sent',
      transport: 'letterbox',
      address: ANNA.email,
      subject: 'The run of Mon 23 Nov needs you',
      text: 'Failed:\n- <b>MARTIN</b>',
      message_id: `<${user_id}@x>`,
      created_at: '2026-11-23T12:00:00.000Z',
    });

  test('are listed and opened for the owner they were written to, and nobody else', async () => {
    const other = await newUser(open.db, { name: 'Bea', email: 'bea@example.test', role: 'owner' });
    await notice(1);
    expect((await open.anna.get('/notices')).text).toContain('The run of Mon 23 Nov needs you');
    const { text } = await open.anna.get('/notices/1');
    expect(text).toContain('&lt;b&gt;MARTIN');
    expect(text).toContain('in the letterbox');
    const bea = await visitor(open.app);
    await signIn(bea, 'bea@example.test');
    expect((await bea.get('/notices')).text).toContain('No notice yet');
    expect((await bea.get('/notices/1')).status).toBe(404);
    expect(other).toBe(2);
  });
});
