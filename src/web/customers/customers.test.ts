import { decide } from '../../domain/decide.ts';
import { messagesOf } from '../../domain/decision.ts';
import { planDay } from '../../services/runDay.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const customer = async (code: string): Promise<number> =>
  (await open.db('customers').where({ code }).first()).id as number;
const plan = async (name: string): Promise<number> => (await open.db('plans').where({ name }).first()).id as number;
const contact = async (name: string): Promise<number> =>
  (await open.db('contacts').where({ name }).first()).id as number;
const historyOf = async (customerId: number): Promise<{ kind: string; data: string }[]> =>
  open.db('history').where({ customer_id: customerId }).orderBy('id', 'desc');
const planOf = async (customerId: number, kind = 'escalation'): Promise<number | null> =>
  ((await open.db('enrolments').where({ customer_id: customerId, kind }).whereNull('ended_at').first())?.plan_id ??
    null) as number | null;
const rowsIn = (text: string): number[] => [...text.matchAll(/id="customer-(\d+)"/g)].map(([, id]) => Number(id));
const undoIn = (trigger: string | undefined): string =>
  (JSON.parse(trigger ?? '{}') as { toast?: { undo?: string } }).toast?.undo ?? '';

describe('the list', () => {
  test('says what each customer owes per currency, his plan, his language and how late he is', async () => {
    const { text, status } = await open.anna.get('/customers');
    expect(status).toBe(200);
    const row = text.slice(text.indexOf(`id="customer-${await customer('HARBOR')}"`)).split('</tr>')[0] ?? '';
    expect(row).toContain('€640.00');
    expect(row).toContain('US$4,120.50');
    expect(row).toContain('All due invoices together');
    expect(row).toContain('English');
    // 49, 33 and 14 days late.
    expect(row).toContain('32 days');
  });

  test('says when the last reminder left', async () => {
    const id = await customer('MARTIN');
    await sentReminder(id, '2026-11-12');
    const { text } = await open.anna.get('/customers?search=Boulangerie+Martin', { htmx: true });
    expect(text).toContain('Thu 12 Nov');
  });

  test('is included in the page as the very fragment that a filter answers with', async () => {
    const page = await open.anna.get('/customers?filter=overdue');
    const fragment = await open.anna.get('/customers?filter=overdue', { htmx: true });
    expect(fragment.text).not.toContain('<html');
    expect(page.text).toContain(fragment.text.trim());
  });

  test.each([
    ['no_plan', ['FOURNIL', 'NORDLICHT']],
    ['paused', ['NORDLICHT']],
    ['no_email', ['HALLES']],
    ['refused', ['BELLECOUR']],
  ])('filters by %s', async (filter, codes) => {
    const { text } = await open.anna.get(`/customers?filter=${filter}`, { htmx: true });
    const wanted = await Promise.all(codes.map(customer));
    expect(rowsIn(text).toSorted()).toEqual(wanted.toSorted());
  });

  test('filters by overdue: nobody who owes nothing late is listed', async () => {
    const { text } = await open.anna.get('/customers?filter=overdue', { htmx: true });
    const late: { id: number }[] = await open
      .db('invoices')
      .distinct({ id: 'customer_id' })
      .where('outstanding_minor', '>', 0)
      .andWhere('due_on', '<', '2026-11-23')
      .andWhere({ state: 'issued' });
    expect(rowsIn(text).toSorted()).toEqual(late.map(({ id }) => id).toSorted());
  });

  test('puts the longest overdue first when asked', async () => {
    const { text } = await open.anna.get('/customers?order=overdue', { htmx: true });
    const oldest = (await open
      .db('invoices')
      .select({ id: 'customer_id' })
      .min({ on: 'due_on' })
      .where('outstanding_minor', '>', 0)
      .andWhere({ state: 'issued' })
      .groupBy('customer_id')
      .orderBy(['on', 'customer_id'])) as unknown as { id: number }[];
    expect(rowsIn(text).slice(0, 5)).toEqual(oldest.slice(0, 5).map(({ id }) => id));
  });

  test.each(['boulangerie', 'MARTIN', 'claire@'])('finds “%s” in names, codes and contacts', async (word) => {
    const { text } = await open.anna.get(`/customers?search=${word}`, { htmx: true });
    expect(rowsIn(text)).toEqual([await customer('MARTIN')]);
  });

  test('takes whatever is typed into the search', async () => {
    for (const word of ['%', '"', "' OR 1=1 --", '\\', '🙂']) {
      const { status } = await open.anna.get(`/customers?search=${encodeURIComponent(word)}`, { htmx: true });
      expect(status).toBe(200);
    }
  });

  test.each(['name', 'overdue', 'newest'])(
    'shows every customer once, page by page, in the order %s',
    async (order) => {
      await open.db('customers').insert(
        Array.from({ length: 120 }, (_, n) => ({
          code: `X-${n}`,
          name: `Extra ${n % 7}`,
          language: 'en',
          created_at: '2026-11-01T00:00:00.000Z',
        })),
      );
      const seen: number[] = [];
      let next: string | undefined = `/customers?order=${order}`;
      while (next) {
        const { text } = await open.anna.get(next, { htmx: true });
        seen.push(...rowsIn(text));
        next = /hx-get="([^"]*after=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      }
      const all = (await open.db('customers').count({ n: '*' }))[0]?.n;
      expect(seen.length).toBe(all);
      expect(new Set(seen).size).toBe(all);
    },
  );

  test('teaches what to do when it is empty', async () => {
    await open.close();
    open = await openWeb({ demo: false });
    const { text } = await open.anna.get('/customers');
    expect(text).toContain('No customers yet');
    expect(text).toContain('href="/customers/new"');
  });
});

describe('+ Add → follow-up plan', () => {
  test('offers the escalations and the recaps', async () => {
    const { text } = await open.anna.get('/customers');
    const bar = text.slice(text.indexOf('class="action-bar"'));
    expect(bar).toMatch(/Escalation[\s\S]*Standard follow-up[\s\S]*Recap[\s\S]*Monthly statement/);
  });

  test('asks first what becomes of invoices that are already late, and changes nothing until it is told', async () => {
    const ids = [await customer('FOURNIL'), await customer('KELLER')];
    const asked = await open.anna.post('/customers/enrolments', { ids, plan: await plan('Standard follow-up') });
    expect(asked.status).toBe(200);
    // Fournil: 87, 54 and 24 days late; Keller: 7.
    expect(asked.text).toContain('2 of these customers have 4 invoices that are already late.');
    expect(asked.text).toContain('First reminder: 4 invoices');
    expect(asked.text).toMatch(
      /First reminder: 1 invoice<[\s\S]*Second reminder: 1 invoice<[\s\S]*Final notice: 2 invoices/,
    );
    expect(asked.text).toContain('See the messages');
    expect(await planOf(ids[0] as number)).toBeNull();
    expect((await historyOf(ids[0] as number)).map(({ kind }) => kind)).not.toContain('enrolled');
  });

  test.each([
    ['gently', ['First reminder', 'First reminder', 'First reminder']],
    ['by_age', ['Final notice', 'Final notice', 'Second reminder']],
    ['leave', []],
  ])('with the choice %s, sends what was shown', async (choice, steps) => {
    const id = await customer('FOURNIL');
    const asked = await open.anna.post('/customers/enrolments', { ids: id, plan: await plan('Standard follow-up') });
    const card = asked.text.slice(asked.text.indexOf(`id="answer-${choice}"`)).split('</section>')[0] ?? '';
    const answered = await open.anna.post('/customers/enrolments', {
      ids: id,
      plan: await plan('Standard follow-up'),
      choice,
    });
    expect(answered.status).toBe(303);
    const { snapshot } = await planDay(open.db, '2026-11-23');
    const messages = messagesOf(decide(snapshot, '2026-11-23')).filter(({ customerId }) => customerId === id);
    expect(messages.map(({ stepName }) => stepName)).toEqual(steps);
    for (const { lines, stepName } of messages) expect(card).toContain(`${stepName} · ${lines[0]?.number}`);
    expect(card.match(/<pre>/g)?.length ?? 0).toBe(steps.length);
  });

  test('says in the history which steps were left out, and sets no distance by them', async () => {
    const id = await customer('FOURNIL');
    await open.anna.post('/customers/enrolments', {
      ids: id,
      plan: await plan('Standard follow-up'),
      choice: 'by_age',
    });
    const skips = await open.db('completions').where({ kind: 'activation' });
    expect(skips.length).toBe(5);
    expect(skips.every(({ counts_from }: { counts_from: string | null }) => counts_from === null)).toBe(true);
    const { text } = await open.anna.get(`/customers/${id}`);
    expect(text).toContain('left out when the plan began');
    expect(text).toContain('Put on a plan');
  });

  test('leaves the old ones: their follow-up is off', async () => {
    const id = await customer('FOURNIL');
    await open.anna.post('/customers/enrolments', { ids: id, plan: await plan('Standard follow-up'), choice: 'leave' });
    const off = await open.db('invoices').where({ customer_id: id, follow_up_enabled: 0 });
    expect(off.map(({ number }: { number: string }) => number)).toEqual([
      'FA-2026-0873',
      'FA-2026-0881',
      'FA-2026-0898',
    ]);
  });

  test('asks nothing for a recap', async () => {
    const id = await customer('FOURNIL');
    const { status } = await open.anna.post('/customers/enrolments', {
      ids: id,
      plan: await plan('Monthly statement'),
    });
    expect(status).toBe(303);
    expect(await planOf(id, 'recap')).toBe(await plan('Monthly statement'));
  });

  test('asks nothing when nothing is late', async () => {
    const id = await customer('FOURNIL');
    await open.db('invoices').where({ customer_id: id }).update({ due_on: '2026-12-01' });
    const { status } = await open.anna.post('/customers/enrolments', {
      ids: id,
      plan: await plan('Standard follow-up'),
    });
    expect(status).toBe(303);
    expect(await planOf(id)).toBe(await plan('Standard follow-up'));
  });

  test('moves a customer from one plan to another, and Undo brings him back since the day he came', async () => {
    const id = await customer('KELLER');
    const [from, to] = [await plan('Monthly statement'), await plan('Weekly overdue summary')];
    const form = { ids: id, customer: id, plan: to };
    const moved = await open.anna.post('/customers/enrolments', form, { htmx: true });
    expect(await planOf(id, 'recap')).toBe(to);
    const undo = undoIn(moved.headers['hx-trigger'] as string);
    expect(undo).toMatch(/^\/customers\/enrolments\/undo\/\d+\/\d+$/);
    await open.anna.post(undo, {}, { htmx: true });
    const back = await open.db('enrolments').where({ customer_id: id }).whereNull('ended_at');
    expect(back).toEqual([expect.objectContaining({ plan_id: from, since_on: '2026-11-02' })]);
  });

  test('leaves who is on the plan already as he is', async () => {
    const id = await customer('MARTIN');
    await open.anna.post('/customers/enrolments', { ids: id, plan: await plan('Standard follow-up') });
    const on = await open.db('enrolments').where({ customer_id: id });
    expect(on).toEqual([expect.objectContaining({ since_on: '2026-06-01', ended_at: null })]);
  });

  test('takes ticked customers off their plans, and Undo puts them back', async () => {
    const id = await customer('MARTIN');
    await open.anna.delete('/customers/enrolments', { ids: [id, await customer('ROSSI')] });
    expect(await planOf(id)).toBeNull();
    expect((await historyOf(id))[0]?.kind).toBe('unenrolled');
    const ended = (await open.db('enrolments').where({ customer_id: id }).first()).id as number;
    await open.anna.post(`/customers/enrolments/undo/0/${ended}`, {}, { htmx: true });
    expect(await planOf(id)).toBe(await plan('Standard follow-up'));
  });

  test('goes back to the list as it was, and nowhere else', async () => {
    const id = await customer('PARC');
    const form = { ids: id, plan: await plan('Weekly overdue summary') };
    const home = await open.anna.post('/customers/enrolments', { ...form, back: '/customers?filter=overdue' });
    expect(home.headers.location).toBe('/customers?filter=overdue');
    const away = await open.anna.delete('/customers/enrolments', { ids: id, back: '//evil.example/' });
    expect(away.headers.location).toBe('/customers');
  });

  test('says so when nobody is ticked', async () => {
    const { status, headers } = await open.anna.post('/customers/enrolments', {
      plan: await plan('Monthly statement'),
    });
    expect([status, headers.location]).toEqual([303, '/customers']);
  });
});

describe('the panel', () => {
  test('gives contacts, plan, address, totals, open invoices with what happens next, and the history', async () => {
    const { text } = await open.anna.get(`/customers/${await customer('MARTIN')}`, { htmx: true });
    expect(text).toContain('claire@boulangerie-martin.example');
    expect(text).toContain('Standard follow-up');
    expect(text).toContain('27 rue du Mail');
    expect(text).toContain('69004 Lyon');
    expect(text).toContain('FA-2026-0893');
    expect(text).toContain('First reminder would leave Mon 23 Nov');
  });

  test('is the very fragment that the page includes and that a change answers with', async () => {
    const path = `/customers/${await customer('MARTIN')}`;
    const fragment = await open.anna.get(path, { htmx: true });
    expect((await open.anna.get(path)).text).toContain(fragment.text.trim());
    const id = await contact('Comptabilité');
    const changed = await open.anna.put(`/customers/contacts/${id}/receives`, { receives: 'cc' }, { htmx: true });
    expect(changed.text.trim()).toBe(fragment.text.trim());
  });

  test('says that a plan has to be assigned to enable follow-up', async () => {
    const { text } = await open.anna.get(`/customers/${await customer('FOURNIL')}`, { htmx: true });
    expect(text).toContain('Assign a follow-up plan to enable automatic follow-up');
  });

  test('asks about late invoices inside the panel, and shows the customer again after the answer', async () => {
    const id = await customer('FOURNIL');
    const form = { ids: id, customer: id, plan: await plan('Standard follow-up') };
    const asked = await open.anna.post('/customers/enrolments', form, { htmx: true });
    expect(asked.text).toContain('Le Fournil');
    expect(asked.text).toContain('has 3 invoices that are already late.');
    expect(asked.text).not.toContain('<html');
    const done = await open.anna.post('/customers/enrolments', { ...form, choice: 'gently' }, { htmx: true });
    expect(done.text).toContain('since 23 November 2026');
  });

  test('a customer who is not there is said to be missing', async () => {
    expect((await open.anna.get('/customers/99999')).status).toBe(404);
    expect((await open.anna.get('/customers/abc')).status).toBe(404);
    expect((await open.anna.put('/customers/99999', { name: 'X', language: 'en' })).status).toBe(404);
    expect((await open.anna.put('/customers/99999/pause', {})).status).toBe(404);
    expect((await open.anna.post('/customers/99999/contacts', { name: 'X', receives: 'to' })).status).toBe(404);
  });
});

describe('contacts', () => {
  test('a switch says who receives reminders, and the decision follows', async () => {
    const id = await contact('Claire Martin');
    await open.anna.put(`/customers/contacts/${id}/receives`, { receives: 'none' }, { htmx: true });
    const { text } = await open.anna.get('/customers?filter=no_email', { htmx: true });
    expect(rowsIn(text)).toContain(await customer('MARTIN'));
    const panel = await open.anna.get(`/customers/${await customer('MARTIN')}`, { htmx: true });
    expect(panel.text).toContain('no e-mail address');
    expect(panel.text).toContain('Contact changed');
  });

  test('a refused address is shown with the server’s words, and “works again” mends it', async () => {
    const id = await customer('BELLECOUR');
    const before = await open.anna.get(`/customers/${id}`, { htmx: true });
    expect(before.text).toContain('refused on 3 November 2026');
    expect(before.text).toContain('user unknown');
    const after = await open.anna.delete(
      `/customers/contacts/${await contact('Hélène Garnier')}/refusal`,
      {},
      { htmx: true },
    );
    expect(after.text).not.toContain('user unknown');
    expect(after.text).toContain('Address works again');
    expect((await open.db('contacts').whereNotNull('refused_on')).length).toBe(0);
  });

  test('a new address starts with a clean sheet, the same address does not', async () => {
    const id = await contact('Hélène Garnier');
    const form = { name: 'Hélène Garnier', role: 'accounts', phone: '', receives: 'to' };
    await open.anna.put(`/customers/contacts/${id}`, { ...form, email: 'h.garnier@hotel-bellecour.example' });
    expect((await open.db('contacts').where({ id }).first()).refused_on).toBe('2026-11-03');
    await open.anna.put(`/customers/contacts/${id}`, { ...form, email: 'compta@hotel-bellecour.example' });
    expect((await open.db('contacts').where({ id }).first()).refused_on).toBeNull();
  });

  test('are added and deleted, and what was sent to them stays', async () => {
    const id = await customer('HALLES');
    const form = { name: 'Nadia', email: 'nadia@halles.example', role: '', phone: '', receives: 'to' };
    const added = await open.anna.post(`/customers/${id}/contacts`, form, { htmx: true });
    expect(added.text).toContain('nadia@halles.example');
    const nadia = await contact('Nadia');
    const reminder = await sentReminder(id, '2026-11-12');
    await open.db('reminder_recipients').insert({
      reminder_id: reminder,
      kind: 'to',
      name: 'Nadia',
      address: 'nadia@halles.example',
      contact_id: nadia,
    });
    const gone = await open.anna.delete(`/customers/contacts/${nadia}`, {}, { htmx: true });
    expect(gone.text).not.toContain('mailto:nadia@halles.example');
    const [kept] = await open.db('reminder_recipients').where({ reminder_id: reminder });
    expect(kept).toMatchObject({ address: 'nadia@halles.example', contact_id: null });
  });

  test.each(['not an address', 'a@b.example, c@d.example', 'x@y.example\nBcc: z@y.example', 'Anna <a@b.example>'])(
    'refuse “%s” as an address, and keep what was typed',
    async (email) => {
      const form = { name: 'Nadia', email, receives: 'to' };
      const path = `/customers/${await customer('HALLES')}/contacts`;
      const { status, text } = await open.anna.post(path, form, { htmx: true });
      expect(status).toBe(422);
      expect(text).toContain('This is not an e-mail address.');
      expect(text).toContain('value="Nadia"');
      expect(await open.db('contacts').where({ name: 'Nadia' })).toEqual([]);
    },
  );

  test('need a name, an address or a number', async () => {
    const path = `/customers/${await customer('HALLES')}/contacts`;
    const { status, text } = await open.anna.post(path, { name: ' ', receives: 'to' }, { htmx: true });
    expect(status).toBe(422);
    expect(text).toContain('Give a name, an e-mail address or a phone number.');
  });
});

describe('a pause', () => {
  test('holds until a day, with a reason, and shows so', async () => {
    const id = await customer('MARTIN');
    const form = { until: '2026-12-15', reason: 'Away until mid-December' };
    const { text } = await open.anna.put(`/customers/${id}/pause`, form, { htmx: true });
    expect(text).toContain('Paused until 15 December 2026');
    expect(text).toContain('Away until mid-December');
    expect(text).toContain('customer paused');
    const { snapshot } = await planDay(open.db, '2026-11-23');
    const sent = messagesOf(decide(snapshot, '2026-11-23')).filter(({ customerId }) => customerId === id);
    expect(sent).toEqual([]);
  });

  test.each([
    ['2026-11-22', 'This day has passed.'],
    ['2026-02-30', 'This is not a date.'],
  ])('cannot end on %s', async (until, sentence) => {
    const path = `/customers/${await customer('MARTIN')}/pause`;
    const { status, text } = await open.anna.put(path, { until, reason: 'Holiday' }, { htmx: true });
    expect(status).toBe(422);
    expect(text).toContain(sentence);
    expect(text).toContain('value="Holiday"');
  });

  test('that began today is lifted without a question', async () => {
    const id = await customer('MARTIN');
    await open.anna.put(`/customers/${id}/pause`, { until: '', reason: '' });
    const { text } = await open.anna.delete(`/customers/${id}/pause`, {}, { htmx: true });
    expect(text).toContain('Resumed');
    expect(await open.db('pauses').where({ customer_id: id }).whereNull('ended_at')).toEqual([]);
  });

  test('after which steps were missed asks what to do about them, and does it', async () => {
    const id = await customer('MARTIN');
    await open.anna.put(`/customers/${id}/pause`, { until: '', reason: '' });
    await open.db('pauses').where({ customer_id: id }).update({ begun_at: '2026-10-01T08:00:00.000Z' });
    const asked = await open.anna.delete(`/customers/${id}/pause`, {}, { htmx: true });
    expect(asked.text).toContain('Boulangerie Martin has');
    expect(asked.text).toContain('name="_method" value="delete"');
    expect(await open.db('pauses').where({ customer_id: id }).whereNull('ended_at')).toHaveLength(1);
    const done = await open.anna.delete(`/customers/${id}/pause`, { choice: 'by_age' }, { htmx: true });
    expect(done.text).toContain('left out when the plan began');
    expect(await open.db('pauses').where({ customer_id: id }).whereNull('ended_at')).toEqual([]);
  });
});

describe('the form of a customer', () => {
  test('makes a customer with a code of its own series', async () => {
    await open.db('customers').where({ code: 'FOURNIL' }).update({ code: 'K-9' });
    const form = { name: 'Nouveau Client', code: '', language: 'fr', country: 'FR', paymentTermDays: '30' };
    const { status, headers } = await open.anna.post('/customers', form);
    expect(status).toBe(303);
    const made = await open.db('customers').where({ name: 'Nouveau Client' }).first();
    expect(made).toMatchObject({ code: 'K-10', language: 'fr', country: 'FR', payment_term_days: 30, legal_id: null });
    expect(headers.location).toBe(`/customers/${made.id}`);
  });

  test('changes a customer, and says so in the history', async () => {
    const id = await customer('HALLES');
    const form = { name: 'Café des Halles', code: 'HALLES', language: 'it', city: 'Lyon', note: 'Call first' };
    const { text } = await open.anna.put(`/customers/${id}`, form, { htmx: true });
    expect(text).toContain('Italian');
    expect(text).toContain('Customer changed');
  });

  test('refuses a code that another customer has, and keeps what was typed', async () => {
    const form = { name: 'Neu', code: 'MARTIN', language: 'de', note: 'from the fair' };
    const { status, text } = await open.anna.post('/customers', form);
    expect(status).toBe(422);
    expect(text).toContain('Another customer has the code MARTIN.');
    expect(text).toContain('from the fair');
    expect(await open.db('customers').where({ name: 'Neu' })).toEqual([]);
  });

  test.each([
    [{ name: '', language: 'en' }, 'This is needed.'],
    [{ name: 'X', language: 'en', paymentTermDays: '400' }, 'A whole number of days'],
    [{ name: 'X', language: 'en', country: 'QQ' }, 'Please check this.'],
    [{ name: 'X'.repeat(201), language: 'en' }, 'This is too long.'],
  ])('refuses %j', async (form, sentence) => {
    const { status, text } = await open.anna.post('/customers', form);
    expect(status).toBe(422);
    expect(text).toContain(sentence);
  });
});

describe('in other languages and without JavaScript', () => {
  test.each([
    ['fr', 'Plan de relance', 'a 3 factures déjà en retard', 'Commencer en douceur'],
    ['it', 'Piano di sollecito', 'ha 3 fatture già scadute', 'Inizia con delicatezza'],
  ])('every word is there in %s', async (language, title, sentence, choice) => {
    await open.db('users').update({ language });
    const id = await customer('FOURNIL');
    const pages = [
      await open.anna.get('/customers'),
      await open.anna.get(`/customers/${id}`),
      await open.anna.get('/customers/new'),
      await open.anna.get(`/customers/${id}/contacts/new`),
      await open.anna.post('/customers/enrolments', { ids: id, customer: id, plan: await plan('Standard follow-up') }),
    ];
    for (const { text } of pages) expect(text).not.toMatch(/\b(customers|reason|event|action|form)\.[a-z]\w+/);
    expect(pages[1]?.text).toContain(title);
    expect(pages[4]?.text).toContain(sentence);
    expect(pages[4]?.text).toContain(choice);
  });

  test('a plain form says the method that it means', async () => {
    const id = await customer('MARTIN');
    const form = { _method: 'delete', ids: id, customer: id, plan: await plan('Standard follow-up') };
    const { status, headers } = await open.anna.post('/customers/enrolments', form);
    expect([status, headers.location]).toEqual([303, `/customers/${id}`]);
    expect(await planOf(id)).toBeNull();
  });

  test('the row behind the panel is brought up to date on the list alone', async () => {
    const id = await contact('Claire Martin');
    const { text } = await open.anna.put(`/customers/contacts/${id}/receives`, { receives: 'cc' }, { htmx: true });
    expect(text).not.toContain('<hx-partial');
  });
});

/** A reminder that left on the day. */
async function sentReminder(customerId: number, on: string): Promise<number> {
  const [made] = (await open
    .db('reminders')
    .insert({
      key: `test|${customerId}|${on}`,
      origin: 'manual',
      customer_id: customerId,
      channel: 'email',
      currency: 'EUR',
      total_minor: 100,
      state: 'sent',
      decided_on: on,
      language: 'fr',
      message_id: `<${customerId}.${on}@test>`,
      sent_on: on,
      created_at: `${on}T12:00:00.000Z`,
    })
    .returning('id')) as { id: number }[];
  return made?.id ?? 0;
}
