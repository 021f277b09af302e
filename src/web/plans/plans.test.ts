import { clockAt } from '../../clock.ts';
import { ANNA, openWeb, type OpenWeb, signIn } from '../../../test/support/web.ts';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const idOf = async (table: string, name: string): Promise<number> =>
  (await open.db(table).where({ name }).first()).id as number;
const planId = (name = 'Standard follow-up'): Promise<number> => idOf('plans', name);
const templateId = (name: string): Promise<number> => idOf('templates', name);

interface StepRow {
  id: number;
  name: string;
  trigger_days: number;
  trigger_from: string;
  deadline_days: number | null;
  position: number;
  retired: number;
}
const stepsOf = async (plan: number): Promise<StepRow[]> =>
  (await open.db('steps').where({ plan_id: plan }).orderBy('position')) as StepRow[];
const namesOf = async (plan: number): Promise<string[]> =>
  (await stepsOf(plan)).filter(({ retired }) => !retired).map(({ name }) => name);

/** Goes on to 10:00 of another day; sessions do not last that long. */
async function wait(day: '2026-12-01' | '2026-12-14'): Promise<void> {
  open.web.clock = clockAt(day, '10:00', 'Europe/Paris');
  await signIn(open.anna, ANNA.email);
}

/** A step as the form sends it. */
const step = (template: number, differs: object = {}): Record<string, string> => ({
  name: 'A nudge',
  when: 'after',
  days: '10',
  action: 'email',
  templateId: String(template),
  deadlineDays: '',
  ...differs,
});

/** Several steps as the form of a new plan sends them. */
const rows = (...steps: Record<string, string>[]): Record<string, string> =>
  Object.fromEntries(
    steps.flatMap((one, place) =>
      Object.entries(one).map(([name, value]) => [`steps[${place}][${name}]`, value] as const),
    ),
  );

const wordsIn = (html: string): string =>
  html
    .replace(/<br>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replace(/&#39;/g, '’')
    .replace(/\s+/g, ' ');

const recapForm = (template: number, differs: object = {}): object => ({
  kind: 'recap',
  name: 'Fortnightly',
  everyN: '2',
  everyUnit: 'week',
  startOn: '2026-12-01',
  recipients: 'contacts',
  scope: 'open',
  withCreditNotes: '1',
  action: 'email',
  templateId: String(template),
  ...differs,
});

describe('the list', () => {
  test('names each plan with its kind in words, who is on it, its state and what left', async () => {
    const { text } = await open.anna.get('/plans');
    const words = wordsIn(text);
    expect(words).toContain('Standard follow-up Escalation, for each invoice · 4 steps 8 customers');
    expect(words).toContain('All due invoices together Escalation, for all invoices due · 3 steps 2 customers');
    expect(words).toContain('Monthly statement Recap, every month 2 customers');
    expect(words).toContain('0 messages running');
    expect(words).toContain('Create a new plan');
  });

  test('counts what left in the last 30 days and not before', async () => {
    const plan = await planId();
    for (const [day, key] of [
      ['2026-11-20', 'a'],
      ['2026-10-25', 'b'],
      ['2026-10-24', 'c'],
    ] as const)
      await sentReminder(plan, day, key);
    expect(wordsIn((await open.anna.get('/plans')).text)).toContain('2 messages running');
    const page = wordsIn((await open.anna.get(`/plans/${plan}`)).text);
    expect(page).toContain('Fri 20 Nov Boulangerie Martin');
    expect(page).not.toContain('Sat 24 Oct');
  });

  test('says what to do when there is no plan', async () => {
    const empty = await openWeb({ demo: false });
    const { text } = await empty.anna.get('/plans');
    expect(text).toContain('No plans yet');
    expect(text).toContain('href="/plans/new"');
    await empty.close();
  });
});

async function sentReminder(plan: number, sentOn: string, key: string): Promise<void> {
  const [first] = await stepsOf(plan);
  await open.db('reminders').insert({
    key,
    origin: 'run',
    customer_id: await idOf('customers', 'Boulangerie Martin'),
    plan_id: plan,
    step_id: first?.id,
    channel: 'email',
    currency: 'EUR',
    total_minor: 100,
    state: 'sent',
    decided_on: sentOn,
    sent_on: sentOn,
    language: 'fr',
    message_id: key,
    created_at: `${sentOn}T12:00:00.000Z`,
  });
}

describe('creating an escalation', () => {
  test('goes from the two cards over “for each invoice” or “for all invoices due” to name and steps', async () => {
    const cards = await open.anna.get('/plans/new');
    expect(cards.text).toContain('href="/plans/new/recap"');
    expect(cards.text).toContain('href="/plans/new/escalation"');
    const scope = await open.anna.get('/plans/new/escalation');
    expect(scope.text).toContain('For each invoice');
    expect(scope.text).toContain('For all invoices due');
    const { text } = await open.anna.get('/plans/new/escalation?for=together');
    expect(text).toContain('All due invoices: first reminder');
    expect(text).not.toContain('>⚡ First reminder<');
  });

  test('puts the steps in the order of their dates', async () => {
    const template = await templateId('⚡ First reminder');
    const steps = rows(
      step(template, { name: 'Late', days: '20' }),
      step(template, { name: 'Soon due', when: 'before', days: '3' }),
      step(template, { name: 'Call', when: 'previous', days: '7', action: 'call', templateId: '' }),
    );
    const made = await open.anna.post('/plans', { kind: 'escalation', together: '', name: 'Hotels', ...steps });
    expect(made.status).toBe(303);
    const id = await planId('Hotels');
    expect(made.headers.location).toBe(`/plans/${id}`);
    expect((await stepsOf(id)).map((one) => [one.name, one.trigger_from, one.trigger_days])).toEqual([
      ['Soon due', 'due', -3],
      ['Call', 'previous', 7],
      ['Late', 'due', 20],
    ]);
    const words = wordsIn((await open.anna.get(`/plans/${id}`)).text);
    expect(words).toContain('3 days before the due date, send the e-mail ⚡ First reminder automatically');
    expect(words).toContain('7 days after the previous step, call the customer');
    expect(words).toContain('Nobody is on this plan yet.');
  });

  test('keeps at least 7 days between messages to a customer, or 1 day between reminders of an invoice', async () => {
    const grouped = await templateId('⚡ All due invoices: first reminder');
    await open.anna.post('/plans', { kind: 'escalation', together: '1', name: 'All', ...rows(step(grouped)) });
    const single = await templateId('⚡ First reminder');
    await open.anna.post('/plans', { kind: 'escalation', together: '', name: 'Each', ...rows(step(single)) });
    expect((await open.db('plans').where({ name: 'All' }).first()).minimum_days).toBe(7);
    expect((await open.db('plans').where({ name: 'Each' }).first()).minimum_days).toBe(1);
  });

  test('is refused in sentences, with everything that was typed kept', async () => {
    const template = await templateId('⚡ First reminder');
    const steps = rows(
      step(template, { name: 'One', when: 'previous', deadlineDays: '400' }),
      step(template, { name: 'one', when: 'before', monthEnd: '1', action: 'letter' }),
    );
    const form = { kind: 'escalation', together: '', name: 'Standard follow-up', ...steps };
    const { status, text } = await open.anna.post('/plans', form, { htmx: true });
    expect(status).toBe(422);
    expect(text).not.toContain('<html');
    for (const sentence of [
      'Another plan has this name.',
      'The first step has no step before it.',
      'At most 365 days to pay.',
      'Another step has this name.',
      'cannot move to the end of a month',
      'This template is of another kind.',
    ])
      expect(text).toContain(sentence);
    expect(text).toContain('value="400"');
    expect(text).toContain('value="Standard follow-up"');
    expect(await open.db('plans').where({ kind: 'escalation' })).toHaveLength(3);
  });

  test('needs a name and at least one step', async () => {
    const none = await open.anna.post('/plans', { kind: 'escalation', together: '', name: 'Empty' });
    expect(none.status).toBe(422);
    expect(none.text).toContain('A plan needs at least one step.');
    const template = await templateId('⚡ First reminder');
    const nameless = await open.anna.post('/plans', { kind: 'escalation', name: ' ', ...rows(step(template)) });
    expect(nameless.status).toBe(422);
    expect(nameless.text).toContain('This is needed.');
  });

  test('adds and removes rows without checking or saving, and without JavaScript', async () => {
    const template = await templateId('⚡ First reminder');
    const kept = step(template, { name: 'Kept', days: '' });
    const form = { together: '', name: 'Draft', ...rows(kept) };
    const added = await open.anna.post('/plans/new/escalation', form);
    expect(added.text.match(/step-card/g)).toHaveLength(2);
    expect(added.text).toContain('value="Kept"');
    expect(added.text).toContain('value="Draft"');
    const both = { ...form, ...rows(kept, step(template, { name: 'Gone' })), without: '1' };
    const removed = await open.anna.post('/plans/new/escalation', both);
    expect(removed.text.match(/step-card/g)).toHaveLength(1);
    expect(removed.text).not.toContain('Gone');
    expect(await open.db('plans').where({ name: 'Draft' })).toHaveLength(0);
  });
});

describe('the steps of a plan', () => {
  test('are drawn around the due date, and the drawing says in words what it shows', async () => {
    const { text } = await open.anna.get(`/plans/${await planId()}`);
    expect(text).toContain('The steps around the due date: Before the due date, 3 days before; First reminder, 5 days');
    expect(text.match(/<circle class="point/g)).toHaveLength(4);
    expect(text).not.toMatch(/\sstyle=/);
  });

  test('a page includes the very part that opening a form answers with', async () => {
    const id = await planId();
    const page = await open.anna.get(`/plans/${id}/steps/new`);
    const part = await open.anna.get(`/plans/${id}/steps/new`, { htmx: true });
    expect(part.text).not.toContain('<html');
    expect(page.text).toContain(part.text.trim());
  });

  test('a new one takes its place by its date and says how many invoices get it next', async () => {
    const id = await planId();
    const before = await stepsOf(id);
    const template = await templateId('⚡ First reminder');
    const added = await open.anna.post(`/plans/${id}/steps`, step(template, { days: '4' }), { htmx: true });
    expect(added.status).toBe(200);
    expect(added.headers['hx-trigger']).toMatch(/The step is in the plan. \d+ invoices get it next, never two steps/);
    expect(await namesOf(id)).toEqual([
      'Before the due date',
      'A nudge',
      'First reminder',
      'Second reminder',
      'Final notice',
    ]);
    const ids = new Set((await stepsOf(id)).map((one) => one.id));
    expect(before.every((one) => ids.has(one.id))).toBe(true);
  });

  test('an edit keeps the step’s identity, and with it what invoices are through with', async () => {
    const id = await planId();
    const [, first] = await stepsOf(id);
    const invoice = await open.db('invoices').where({ number: 'FA-2026-0893' }).first();
    const done = { invoice_id: invoice.id, step_id: first?.id, kind: 'sent', completed_on: '2026-11-20' };
    await open.db('completions').insert({ ...done, counts_from: '2026-11-20' });
    const template = await templateId('⚡ First reminder');
    const form = step(template, { name: 'Renamed', days: '40' });
    const { status, text } = await open.anna.put(`/plans/${id}/steps/${first?.id}`, form, { htmx: true });
    expect(status).toBe(200);
    expect(wordsIn(text)).toContain('40 days after the due date');
    expect((await namesOf(id)).at(-1)).toBe('Renamed');
    expect(await open.db('completions').where(done)).toHaveLength(1);
  });

  test('a payment period over 365 days is refused, and the old one stays', async () => {
    const id = await planId();
    const last = (await stepsOf(id)).at(-1);
    const form = step(await templateId('⚡ Final notice'), { name: last?.name, days: '30', deadlineDays: '400' });
    const { status, text } = await open.anna.put(`/plans/${id}/steps/${last?.id}`, form, { htmx: true });
    expect(status).toBe(422);
    expect(text).toContain('At most 365 days to pay. Nothing was changed.');
    expect(text).toContain('value="400"');
    expect((await stepsOf(id)).at(-1)?.deadline_days).toBe(8);
  });

  test('one that an invoice is through with is retired, any other is deleted', async () => {
    const id = await planId();
    const [soon, first] = await stepsOf(id);
    const invoice = await open.db('invoices').where({ number: 'FA-2026-0893' }).first();
    await open.db('completions').insert({
      invoice_id: invoice.id,
      step_id: first?.id,
      kind: 'sent',
      completed_on: '2026-11-20',
      counts_from: '2026-11-20',
    });
    const form = await open.anna.get(`/plans/${id}/steps/${first?.id}`, { htmx: true });
    expect(form.text).toContain('1 invoice is through with this step');
    const retired = await open.anna.delete(`/plans/${id}/steps/${first?.id}`, {}, { htmx: true });
    expect(retired.headers['hx-trigger']).toContain('What was sent by it stays on record.');
    expect(retired.text).toContain('kept because reminders refer to them: First reminder.');
    await open.anna.delete(`/plans/${id}/steps/${soon?.id}`);
    expect((await stepsOf(id)).map(({ name, retired: out }) => [name, out])).toEqual([
      ['First reminder', 1],
      ['Second reminder', 0],
      ['Final notice', 0],
    ]);
  });

  test('the last one stays, and so does one that another would lose its day by', async () => {
    const template = await templateId('⚡ First reminder');
    const steps = rows(step(template, { name: 'Lead' }), step(template, { name: 'Tail', when: 'previous' }));
    await open.anna.post('/plans', { kind: 'escalation', together: '', name: 'Two', ...steps });
    const id = await planId('Two');
    const [lead, tail] = await stepsOf(id);
    const stranded = await open.anna.delete(`/plans/${id}/steps/${lead?.id}`, {}, { htmx: true });
    expect(stranded.status).toBe(422);
    expect(stranded.text).toContain('Tail would come first and have nothing to count from');
    await open.anna.delete(`/plans/${id}/steps/${tail?.id}`);
    const last = await open.anna.delete(`/plans/${id}/steps/${lead?.id}`, {}, { htmx: true });
    expect(last.status).toBe(422);
    expect(last.text).toContain('A plan needs at least one step.');
    expect(await namesOf(id)).toEqual(['Lead']);
  });
});

describe('the settings of an escalation', () => {
  test('are saved with limits as people type amounts, and recipients by role', async () => {
    const id = await planId('All due invoices together');
    const form = {
      name: 'All together',
      minimumDays: '14',
      minimumDaysAfterReceipt: '5',
      includeNotDue: '1',
      recipients: 'roles',
      roles: ['accounts'],
      limits: { EUR: { minimum: '1 234,50', ceiling: '5,000.00' }, GBP: { minimum: '', ceiling: '' } },
    };
    expect((await open.anna.put(`/plans/${id}`, form)).status).toBe(303);
    const words = wordsIn((await open.anna.get(`/plans/${id}`)).text);
    expect(words).toContain('All together');
    expect(words).toContain('at least 14 days between two messages to a customer');
    expect(words).toContain('no sooner than 5 days after the customer received the invoice');
    expect(words).toContain('overdue invoices and those not yet due');
    expect(words).toContain('contacts with the role accounts');
    expect(words).toContain('from €1,234.50 up to €5,000.00');
  });

  test.each<[string, object, string]>([
    ['a year and a day between reminders', { minimumDays: '366' }, 'At most 365.'],
    ['a number that is none', { minimumDays: 'x' }, 'Write a whole number, such as 7.'],
    ['an amount that is none', { limits: { EUR: { minimum: 'ten', ceiling: '' } } }, 'This is not an amount.'],
    ['a ceiling below the minimum', { limits: { EUR: { minimum: '10', ceiling: '5' } } }, 'lies below the minimum'],
    ['roles without a role', { recipients: 'roles' }, 'Choose at least one role.'],
    ['the name of another plan', { name: 'careful FOLLOW-up' }, 'Another plan has this name.'],
  ])('refuse %s', async (_name, differs, sentence) => {
    const id = await planId();
    const form = { name: 'Standard follow-up', minimumDays: '3', minimumDaysAfterReceipt: '0', ...differs };
    const { status, text } = await open.anna.put(`/plans/${id}`, form, { htmx: true });
    expect(status).toBe(422);
    expect(text).toContain(sentence);
    expect((await open.db('plans').where({ id }).first()).minimum_days).toBe(1);
  });
});

describe('a recap', () => {
  test('is created with its periodicity, start, recipients, scope, credit notes and template', async () => {
    const template = await templateId('⚡ Statement of open invoices');
    const made = await open.anna.post('/plans', recapForm(template));
    expect(made.status).toBe(303);
    const words = wordsIn((await open.anna.get(`/plans/${await planId('Fortnightly')}`)).text);
    expect(words).toContain('Recap, every 2 weeks');
    expect(words).toContain('The next dates: Tue 1 Dec, Tue 15 Dec, Tue 29 Dec, Tue 12 Jan');
    expect(words).toContain('listed with their sign');
    expect(words).toContain('⚡ Statement of open invoices');
  });

  test('is refused with a start in the past, no period, or a template for one invoice', async () => {
    const single = await templateId('⚡ First reminder');
    const wrong = recapForm(single, { everyN: '0' });
    expect((await open.anna.post('/plans', wrong)).text).toContain('At least 1.');
    const past = recapForm(single, { startOn: '2026-11-22' });
    expect((await open.anna.post('/plans', past)).text).toContain('Choose today or a later day.');
    const unfit = await open.anna.post('/plans', recapForm(single));
    expect(unfit.status).toBe(422);
    expect(unfit.text).toContain('This template is of another kind.');
  });

  test('an edit of its text moves no date; a new period says what the next date becomes', async () => {
    const id = await planId('Monthly statement');
    const template = await templateId('⚡ Summary of overdue invoices');
    const same = recapForm(template, { name: 'Statement', everyN: '1', everyUnit: 'month' });
    const before = await open.db('plans').where({ id }).first();
    await open.anna.put(`/plans/${id}`, same);
    const after = await open.db('plans').where({ id }).first();
    expect([after.start_on, after.every_n, after.every_unit]).toEqual([
      before.start_on,
      before.every_n,
      before.every_unit,
    ]);
    expect((await open.anna.get(`/plans/${id}`)).text).toContain('The plan is saved. No date has moved.');
    await open.anna.put(`/plans/${id}`, { ...same, startOn: '2026-12-06', everyUnit: 'week' });
    const page = await open.anna.get(`/plans/${id}`);
    expect(page.text).toContain('The next summary is now for 7 December 2026.');
    expect(page.text).toContain('The next dates: Mon 7 Dec, Mon 14 Dec');
  });

  test('the form says what the dates would be before they are saved, today included', async () => {
    const id = await planId('Monthly statement');
    const query = 'everyN=1&everyUnit=week&startOn=2026-11-23';
    const mine = await open.anna.get(`/plans/${id}/dates?${query}`, { htmx: true });
    expect(mine.text).toContain('The next dates: Mon 23 Nov, Mon 30 Nov');
    const fresh = await open.anna.get('/plans/new/recap/dates?everyN=1&everyUnit=month&startOn=2026-12-31');
    expect(fresh.text).toContain('The next dates: Thu 31 Dec, Mon 1 Feb');
    const nonsense = await open.anna.get('/plans/new/recap/dates?everyN=x&everyUnit=month&startOn=2026-12-31');
    expect(nonsense.status).toBe(200);
    expect(nonsense.text).not.toContain('The next dates');
  });
});

describe('pausing', () => {
  test('stops everything that the plan would send, and the page says why plans must not be paused', async () => {
    const id = await planId();
    expect((await open.anna.put(`/plans/${id}/pause`, { until: '', reason: 'Stocktaking' })).status).toBe(303);
    const words = wordsIn((await open.anna.get(`/plans/${id}`)).text);
    expect(words).toContain('The plan is paused: nothing leaves by it.');
    expect(words).toContain('For your follow-up to run by itself, plans must not be paused. Reason: Stocktaking');
    expect(words).toContain('Nothing will leave by this plan in the next 30 days.');
    expect(wordsIn((await open.anna.get('/plans')).text)).toContain('paused Resume…');
    expect(await open.db('history').where({ kind: 'paused' })).toHaveLength(1);
  });

  test('may end by itself; a day that has passed is refused', async () => {
    const id = await planId();
    const past = await open.anna.put(`/plans/${id}/pause`, { until: '2026-11-20', reason: 'kept' });
    expect(past.status).toBe(422);
    expect(past.text).toContain('Choose today or a later day.');
    expect(past.text).toContain('value="kept"');
    await open.anna.put(`/plans/${id}/pause`, { until: '2026-11-30', reason: '' });
    expect((await open.anna.get('/plans')).text).toContain('paused until Mon 30 Nov');
    await wait('2026-12-01');
    expect((await open.anna.get('/plans')).text).not.toContain('paused until');
  });

  test('ends at once when it began today', async () => {
    const id = await planId();
    await open.anna.put(`/plans/${id}/pause`);
    expect((await open.anna.delete(`/plans/${id}/pause`)).headers.location).toBe(`/plans/${id}`);
    expect(await open.db('pauses').where({ plan_id: id }).whereNull('ended_at')).toHaveLength(0);
  });

  describe('for a week asks, before it ends, what to do with what is late', () => {
    let id: number;
    beforeEach(async () => {
      id = await planId();
      await open.anna.put(`/plans/${id}/pause`);
      await wait('2026-12-14');
    });

    test('with counts for each answer', async () => {
      const { status, text } = await open.anna.delete(`/plans/${id}/pause`);
      expect(status).toBe(422);
      const words = wordsIn(text);
      expect(words).toMatch(/By now \d+ invoices of \d customers are late\./);
      expect(words).toMatch(/Start gently.*\d+ × First reminder/);
      expect(words).toMatch(/Start where the age is.*\d+ × Second reminder/);
      expect(words).toContain('Leave the old ones');
      expect(words).toMatch(/\d+ messages? leaves? on Mon 14 Dec at 13:00/);
      expect(await open.db('pauses').where({ plan_id: id }).whereNull('ended_at')).toHaveLength(1);
    });

    test('gently: nothing is skipped', async () => {
      await open.anna.delete(`/plans/${id}/pause`, { choice: 'gently' });
      expect(await open.db('completions')).toHaveLength(0);
      expect(wordsIn((await open.anna.get(`/plans/${id}`)).text)).toMatch(/Mon 14 Dec .*First reminder/);
    });

    test('where the age is: earlier steps are skipped, with that reason in the history', async () => {
      await open.anna.delete(`/plans/${id}/pause`, { choice: 'by_age' });
      const skipped = await open.db('completions').where({ kind: 'activation' });
      expect(skipped.length).toBeGreaterThan(0);
      expect(await open.db('history').where({ kind: 'step_skipped' })).toHaveLength(skipped.length);
    });

    test('leave: follow-up is switched off on them', async () => {
      const off = (): Promise<unknown[]> => open.db('invoices').where({ follow_up_enabled: 0 }) as never;
      const before = (await off()).length;
      await open.anna.delete(`/plans/${id}/pause`, { choice: 'leave' });
      expect((await off()).length).toBeGreaterThan(before);
    });
  });
});

describe('who is on a plan', () => {
  test('is listed with links, can be taken off, and the undo puts him back since the day he was on it', async () => {
    const id = await planId();
    const customer = await idOf('customers', 'Boulangerie Martin');
    expect((await open.anna.get(`/plans/${id}`)).text).toContain(`<a href="/customers/${customer}">Boulangerie Martin`);
    await open.anna.delete(`/plans/${id}/customers/${customer}`);
    const page = await open.anna.get(`/plans/${id}`);
    expect(wordsIn(page.text)).toContain('7 customers');
    const undo = /data-undo="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect(undo).toMatch(new RegExp(`^/plans/${id}/enrolments/\\d+$`));
    await open.anna.post(undo);
    expect(wordsIn((await open.anna.get(`/plans/${id}`)).text)).toContain('Boulangerie Martin since 1 June 2026');
    const kinds = await open.db('history').where({ customer_id: customer }).orderBy('id');
    expect(kinds.slice(-2).map(({ kind }: { kind: string }) => kind)).toEqual(['unenrolled', 'enrolled']);
  });

  test('keeps the plan from being archived; an empty one goes and can be brought back', async () => {
    const id = await planId('Careful follow-up');
    const refused = await open.anna.put(`/plans/${id}/archive`);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('1 customer is still on this plan, named above.');
    const { customer_id: customer } = await open.db('enrolments').where({ plan_id: id }).first();
    await open.anna.delete(`/plans/${id}/customers/${customer}`);
    expect((await open.anna.put(`/plans/${id}/archive`)).headers.location).toBe('/plans');
    expect((await open.anna.get(`/plans/${id}`)).status).toBe(404);
    const template = await templateId('⚡ First reminder');
    const same = { kind: 'escalation', together: '', name: 'Careful follow-up', ...rows(step(template)) };
    expect((await open.anna.post('/plans', same)).text).toContain('An archived plan has this name.');
    expect((await open.anna.delete(`/plans/${id}/archive`)).headers.location).toBe(`/plans/${id}`);
    expect(await namesOf(id)).toHaveLength(5);
  });

  test('what will leave is what the forecast says, of this plan only', async () => {
    const words = wordsIn((await open.anna.get(`/plans/${await planId('Monthly statement')}`)).text);
    expect(words).toContain('2 messages in the next 30 days');
    expect(words).toMatch(/Tue 1 Dec (Les Tables du Parc SAS|Brasserie Keller) · Summary/);
  });
});

test('a plan that is not there is said to be missing, whatever is asked of it', async () => {
  for (const path of ['', '/options', '/steps/new', '/steps/1', '/pause'])
    expect((await open.anna.get(`/plans/999${path}`)).status).toBe(404);
  expect((await open.anna.put('/plans/999', {})).status).toBe(404);
  expect((await open.anna.put('/plans/999/pause')).status).toBe(404);
  expect((await open.anna.delete('/plans/999/pause')).status).toBe(404);
  expect((await open.anna.put('/plans/999/archive')).status).toBe(404);
  expect((await open.anna.delete('/plans/999/customers/1')).status).toBe(404);
  const recap = await planId('Monthly statement');
  expect((await open.anna.get(`/plans/${recap}/steps/new`)).status).toBe(404);
});

test.each([
  ['fr', 'Créer un nouveau plan', '3 jours avant l’échéance, envoyer l’e-mail ⚡ Avant l’échéance automatiquement'],
  [
    'it',
    'Crea un nuovo piano',
    '3 giorni prima della scadenza, inviare l’e-mail ⚡ Prima della scadenza automaticamente',
  ],
])('reads like a sentence in %s', async (language, create, sentence) => {
  const other = await openWeb({ language });
  await other.db('users').update({ language });
  const list = await other.anna.get('/plans');
  expect(list.text).toContain(create);
  const { id } = await other.db('plans').where({ kind: 'escalation' }).first();
  const words = wordsIn((await other.anna.get(`/plans/${id}`)).text);
  expect(words).toContain(sentence);
  await other.close();
});
