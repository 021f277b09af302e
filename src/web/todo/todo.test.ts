import { accept, neverAnswers, refuse } from '../../../test/support/installation.ts';
import { MONDAY, todoStage, TUESDAY } from '../../../test/support/todoStage.ts';
import { newUser, openWeb, type OpenWeb, PASSWORD, signIn, visitor } from '../../../test/support/web.ts';
import { decide } from '../../domain/decide.ts';
import { todosOf } from '../../domain/todo.ts';
import { countTodos, listTodos } from '../../services/listTodos.ts';
import { planDay } from '../../services/runDay.ts';
import { insertAll } from '../../store/rows.ts';

let open: OpenWeb;
let stage: ReturnType<typeof todoStage>;
beforeEach(async () => {
  open = await openWeb();
  stage = todoStage(open);
});
afterEach(() => open.close());

const post = (path: string, form: object = {}) => open.anna.post(path, form, { htmx: true });

describe('the list', () => {
  test('is derived from today’s facts: who has no address, whose was refused, what is too large', async () => {
    const text = await stage.list();
    const bellecour = stage.item(text, `todo-address_refused-c${await stage.idOf('Hôtel Bellecour')}`);
    expect(bellecour).toContain('h.garnier@hotel-bellecour.example was refused. There is no such mailbox.');
    expect(bellecour).toContain('user unknown');
    expect(stage.item(text, `todo-no_recipient-c${await stage.idOf('Café des Halles')}`)).toContain(
      'No e-mail address',
    );
    const large = stage.item(text, `todo-over_ceiling-c${await stage.idOf('Groupe Hôtelier des Monts')}`);
    expect(large).toMatch(/href="\/sending\/email\?ids=\d+"/);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['as it is', async () => undefined],
    [
      'without phones where every first step is a call',
      async () => {
        await stage.firstStepIs('call');
        await open.db('contacts').update({ phone: null });
      },
    ],
    [
      'without phones where a later step is a call',
      async () => {
        await open.db('steps').where({ position: 2 }).update({ action: 'call' });
        await open.db('contacts').update({ phone: '' });
        await stage.run();
        await stage.deliver(accept);
      },
    ],
    [
      'without streets where every first step is a letter',
      async () => {
        await stage.firstStepIs('letter');
        await open.db('customers').update({ street: '' });
      },
    ],
    [
      'without templates, and a due date missing',
      async () => {
        await open.db('steps').where({ position: 1 }).update({ template_id: null });
        await open.db('plans').where({ kind: 'recap' }).update({ template_id: null });
        await open.db('invoices').where({ number: 'FA-2026-0893' }).update({ due_on: null });
      },
    ],
    [
      'with odd addresses, some in copy only',
      async () => {
        await open.db('contacts').where('id', '<', 6).update({ email: 'a@b@example.org' });
        await open.db('contacts').where('id', '>', 12).update({ receives: 'cc' });
      },
    ],
    [
      'with plans that choose their recipients by role, and low ceilings',
      async () => {
        await open.db('plans').update({ roles: '["accounts"]' });
        await open.db('plan_limits').update({ ceiling_minor: 50_000 });
      },
    ],
  ])('looks only at some customers, and finds what looking at all of them finds: %s', async (_, change) => {
    await change();
    for (const day of [MONDAY, '2026-12-01', '2027-01-15'] as const) {
      const { snapshot, settings } = await planDay(open.db, day);
      const all = todosOf(decide(snapshot, day), snapshot, day);
      const { open: some } = await listTodos(open.db, settings, day, open.web.clock);
      expect(all.open.length).toBeGreaterThan(0);
      expect(some.filter(({ code }) => code !== 'template_broken')).toEqual(all.open);
    }
  });

  test('moves on from day to day as it is, and what is mended is gone', async () => {
    const id = await stage.idOf('Hôtel Bellecour');
    const before = stage.item(await stage.list(), `todo-address_refused-c${id}`);
    await stage.travel(TUESDAY, '09:00');
    const after = stage.item(await stage.list(), `todo-address_refused-c${id}`);
    const facts = (text: string): string => text.replace(/\d+ days late/g, '').replace(/value="[^"]*"/g, '');
    expect(facts(after)).toBe(facts(before));
    const contact = await open.db('contacts').where({ customer_id: id }).first();
    const { text, headers } = await post(`/todo/addresses/${contact.id}`);
    expect(headers['hx-trigger']).toContain('The next run writes there again.');
    expect(text).not.toContain(`todo-address_refused-c${id}`);
  });

  test('is empty with words that teach', async () => {
    await open.db('enrolments').update({ ended_at: '2026-11-01T00:00:00.000Z' });
    const text = await stage.list();
    expect(text).toContain('Nothing to do');
    expect(text).toContain('messages to approve, calls to make, letters to post');
    expect(await stage.badge()).toBe(0);
  });

  test('a page includes the very fragment that a filter answers with', async () => {
    const page = await open.anna.get('/todo?kind=blocked');
    const fragment = await open.anna.get('/todo?kind=blocked', { htmx: true });
    expect(page.text).toContain(fragment.text.trim());
    expect(fragment.text).not.toContain('id="todo-failed"');
  });

  test('shows twenty of a thousand, then more, and stays small', async () => {
    const { id: plan } = await open.db('plans').where({ kind: 'escalation' }).orderBy('id').first();
    const ids = Array.from({ length: 1000 }, (_, n) => 1000 + n);
    const at = '2026-11-01T00:00:00.000Z';
    const customers = ids.map((id) => ({ id, code: `X${id}`, name: `Customer ${id}`, language: 'en', created_at: at }));
    await insertAll(open.db, 'customers', customers);
    await insertAll(
      open.db,
      'enrolments',
      ids.map((id) => ({ customer_id: id, plan_id: plan, kind: 'escalation', since_on: '2026-01-01' })),
    );
    await insertAll(
      open.db,
      'invoices',
      ids.map((id) => ({
        customer_id: id,
        number: `X-${id}`,
        issued_on: '2026-10-01',
        due_on: '2026-11-01',
        currency: 'EUR',
        total_minor: 9000,
        outstanding_minor: 9000,
        state: 'issued',
        created_at: at,
      })),
    );
    const shown = (text: string): number => text.split('<li class="todo"').length - 1;
    const page = await open.anna.get('/todo');
    expect(Buffer.byteLength(page.text)).toBeLessThan(200_000);
    expect(page.text).toMatch(/id="todo-title-blocked">[^<]*<span class="quiet figures">1002</);
    expect(await stage.badge()).toBe(1003);
    const link = /href="(\/todo\?kind=blocked&amp;upto=\d+)"/.exec(page.text)?.[1]?.replace('&amp;', '&') ?? '';
    expect(shown((await open.anna.get('/todo?kind=blocked', { htmx: true })).text)).toBe(20);
    expect(shown((await open.anna.get(link, { htmx: true })).text)).toBe(70);
  });

  test('opens to a colleague', async () => {
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test', PASSWORD);
    expect((await bruno.get('/todo')).status).toBe(200);
    const [first] = await stage.run(MONDAY, 'review');
    await signIn(bruno, 'bruno@example.test', PASSWORD);
    await bruno.post('/todo/approvals', { ids: first?.id });
    expect((await stage.reminder(first?.id ?? 0)).needs_approval).toBe(0);
  });
});

describe('the number beside it', () => {
  test('is what the list holds, and follows every change', async () => {
    const before = await stage.badge();
    expect(before).toBe(3);
    const queued = await stage.run(MONDAY, 'review');
    expect(await stage.badge()).toBe(before + queued.length);
    await post('/todo/approvals', { ids: queued.map(({ id }) => id) });
    const waits = queued.filter(({ channel }) => channel !== 'email').length;
    expect(await stage.badge()).toBe(before + waits);
  });

  test('is not counted anew while nothing changes, and hardly while messages leave', async () => {
    const { settings } = await planDay(open.db, MONDAY);
    const count = (later = 0): Promise<number> => countTodos(open.db, settings, MONDAY, () => open.web.clock() + later);
    const known = await count();
    const [first] = await stage.run(MONDAY);
    expect(await count()).toBe(known);
    await open.db('reminders').where({ id: first?.id }).update({ state: 'sending' });
    await count(10_000);
    await open.db('contacts').update({ refused_on: null });
    expect(await count(11_000)).toBe(known);
    expect(await count(14_000)).toBe(known - 1);
  });

  test('is counted more rarely where counting takes long', async () => {
    const { settings } = await planDay(open.db, MONDAY);
    let now = open.web.clock();
    // Each look at this clock takes a second.
    const slow = (): Promise<number> => countTodos(open.db, settings, MONDAY, () => (now += 1000));
    const known = await slow();
    await open.db('contacts').update({ refused_on: null });
    expect(await slow()).toBe(known);
    now += 60_000;
    expect(await slow()).toBe(known - 1);
  });

  test('sends the strip to the list when something needs a person', async () => {
    await stage.run();
    await stage.deliver(refuse('550 5.1.1 no such user'));
    const { text } = await open.anna.get('/invoices');
    expect(/<p class="strip strip-danger"[^]*?<\/p>/.exec(text)?.[0]).toContain('href="/todo"');
  });
});

describe('to approve', () => {
  test('one leaves, and Undo brings it back', async () => {
    const [first] = await stage.run(MONDAY, 'review');
    const id = first?.id ?? 0;
    expect(stage.item(await stage.list(), `todo-r${id}`)).toContain('Approve');
    const { headers, text } = await post('/todo/approvals', { ids: id });
    expect(text).not.toContain(`id="todo-r${id}"`);
    expect(headers['hx-trigger']).toContain(`/todo/approvals/${id}/hold`);
    expect((await stage.reminder(id)).needs_approval).toBe(0);
    await post(`/todo/approvals/${id}/hold`);
    expect((await stage.reminder(id)).needs_approval).toBe(1);
    expect(stage.item(await stage.list(), `todo-r${id}`)).toContain('held');
  });

  test('several leave together; the same form sent again changes nothing', async () => {
    const [first, second, third] = await stage.run(MONDAY, 'review');
    const ids = [first?.id, second?.id];
    const { headers } = await post('/todo/approvals', { ids });
    expect(headers['hx-trigger']).toContain('2 messages approved.');
    expect((await post('/todo/approvals', { ids })).headers['hx-trigger']).toContain('Nothing was changed');
    expect((await stage.reminder(third?.id ?? 0)).needs_approval).toBe(1);
  });

  test('many leave together, as many as a form can name', async () => {
    const queued = await stage.run(MONDAY, 'review');
    const ids = [...queued.map(({ id }) => id), ...Array.from({ length: 300 }, (_, n) => 10_000 + n)];
    await post('/todo/approvals', { ids });
    expect(await stage.reminders({ needs_approval: 1 })).toEqual([]);
  });

  test('all of a run leave', async () => {
    const queued = await stage.run(MONDAY, 'review');
    expect(await stage.list()).toContain(`Approve all ${queued.length} messages`);
    const answer = await open.anna.post(`/todo/runs/${MONDAY}/approval`, { kind: 'approval' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/todo?kind=approval']);
    expect(await stage.reminders({ needs_approval: 1 })).toEqual([]);
  });
});

describe('skipping', () => {
  test('needs a reason; what was typed and chosen is kept', async () => {
    const [first, second] = await stage.run(MONDAY, 'review');
    const form = { ids: [first?.id, second?.id], reason: '  ', kind: 'approval' };
    const { status, text } = await post('/todo/skips', form);
    expect(status).toBe(422);
    expect(text).toContain('This is needed.');
    for (const id of form.ids) expect(text).toContain(`name="ids" value="${id}"`);
    expect(text).toContain('name="kind" value="approval"');
    expect(await stage.reminders({ state: 'cancelled' })).toEqual([]);
  });

  test('several with one reason lets their plans go on with the next step', async () => {
    await stage.run(MONDAY, 'review');
    const one = await stage.waiting('email');
    const answer = await post('/todo/skips', { ids: one.id, reason: 'spoken to them' });
    expect([answer.status, answer.headers['hx-redirect']]).toEqual([204, '/todo']);
    expect(await stage.reminder(one.id)).toMatchObject({ state: 'cancelled', reason: 'Spoken to them' });
    expect((await stage.completionsOf(one.invoice)).at(-1)).toMatchObject({ step_id: one.step, kind: 'skipped' });
    const again = await open.anna.post('/todo/skips', { ids: one.id, reason: 'again' });
    expect(again.status).toBe(303);
    expect(await stage.completionsOf(one.invoice)).toHaveLength(1);
  });

  test('is refused while the message may have arrived, also by a direct POST, in a sentence that names it (MW-18)', async () => {
    await stage.run();
    const one = await stage.waiting('email');
    await stage.deliver(neverAnswers);
    const { subject } = await stage.reminder(one.id);
    expect(stage.item(await stage.list(), `todo-r${one.id}`)).not.toContain('Skip');
    const escaped = subject.replaceAll('&', '&amp;');
    const asked = [
      await open.anna.get(`/todo/skips?ids=${one.id}`),
      await post('/todo/skips', { ids: one.id, reason: 'tired of it' }),
      await open.anna.post(`/reminders/${one.id}/cancellation`, { reason: 'tired of it', step: 'skip' }),
    ];
    for (const { status, text } of asked) {
      expect(status).toBe(422);
      expect(text).toContain(escaped);
      expect(text).toContain('may have arrived');
    }
    expect((await stage.reminder(one.id)).state).toBe('uncertain');
    expect(await stage.completionsOf(one.invoice)).toEqual([]);
  });
});

test('an uncertain message is settled here by one of three choices, once', async () => {
  await stage.run();
  const one = await stage.waiting('email');
  await stage.deliver(neverAnswers);
  const text = await stage.list();
  expect(text).toContain('The identical message goes out once more');
  expect((await post(`/todo/settlements/${one.id}`, { settlement: 'perhaps' })).status).toBe(422);
  const settled = await post(`/todo/settlements/${one.id}`, { settlement: 'left' });
  expect(settled.text).not.toContain(`id="todo-r${one.id}"`);
  expect((await stage.completionsOf(one.invoice)).at(-1)).toMatchObject({ step_id: one.step, kind: 'sent' });
  await post(`/todo/settlements/${one.id}`, { settlement: 'drop' });
  expect((await stage.reminder(one.id)).state).toBe('sent');
});

test('letters wait until they are posted; those that were printed say when', async () => {
  await stage.firstStepIs('letter');
  await stage.run();
  const [first] = await stage.reminders({ channel: 'letter', state: 'queued' });
  await open.db('reminders').where({ id: first?.id }).update({ printed_at: '2026-11-23T09:12:00.000Z' });
  const text = await stage.list();
  expect(text).toMatch(/Print (it|all \d+)/);
  const item = stage.item(text, `todo-r${first?.id}`);
  expect(item).toContain('printed today 10:12');
  expect(item).toContain('action="/letters/print" target="_blank"');
  await open.anna.post('/letters/posted', { ids: first?.id });
  expect(await stage.list()).not.toContain(`id="todo-r${first?.id}"`);
});

describe('a message that failed', () => {
  test('for a refused address is one to do with the address, until it is mended', async () => {
    await stage.run();
    const one = await stage.waiting('email');
    await stage.deliver(refuse('550 5.1.1 no such user'));
    const text = await stage.list();
    expect(text).not.toContain(`id="todo-r${one.id}"`);
    expect(stage.item(text, `todo-address_refused-c${one.customer}`)).toContain('There is no such mailbox.');
    const contacts = await open.db('contacts').where({ customer_id: one.customer });
    for (const { id } of contacts) await post(`/todo/addresses/${id}`);
    const mended = await stage.list();
    expect(mended).not.toContain(`id="todo-address_refused-c${one.customer}"`);
    expect(mended).not.toContain(`id="todo-r${one.id}"`);
  });

  test('for another reason says it in plain words, until a later one is on its way or it is paid', async () => {
    await stage.run();
    const one = await stage.waiting('email');
    await stage.deliver(async ({ envelope }) => ({
      kind: 'refused',
      permanent: true,
      reply: '552 5.3.4 message too big',
      recipients: envelope.to.map((address) => ({ address, accepted: true, reply: '' })),
    }));
    const item = stage.item(await stage.list(), `todo-r${one.id}`);
    expect(item).toContain('The message is too large for it.');
    expect(item).toContain('552 5.3.4 message too big');
    expect(item).toContain('The next run writes it again.');
    await stage.run(TUESDAY);
    expect(await stage.list()).not.toContain(`id="todo-r${one.id}"`);
    await open.db('reminders').where({ state: 'queued' }).update({ state: 'cancelled' });
    expect(await stage.list()).toContain(`id="todo-r${one.id}"`);
    await open.db('invoices').where({ id: one.invoice }).update({ outstanding_minor: 0 });
    expect(await stage.list()).not.toContain(`id="todo-r${one.id}"`);
  });

  test('because it could not be written names the template’s fault, until the template is mended', async () => {
    const good = await open.db('template_versions');
    await open.db('template_versions').update({ body: '<p>{{customer.nmae}}</p>' });
    await stage.run();
    expect(await stage.list()).toContain('The message cannot be written');
    for (const { id, body } of good) await open.db('template_versions').where({ id }).update({ body });
    expect(await stage.list()).not.toContain('The message cannot be written');
  });

  test('is none once everything left', async () => {
    await stage.run();
    await stage.deliver(accept);
    expect(await stage.list()).not.toMatch(/id="todo-r\d+"/);
  });
});
