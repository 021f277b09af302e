import { todoStage, TUESDAY } from '../../../test/support/todoStage.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';

let open: OpenWeb;
let stage: ReturnType<typeof todoStage>;
let halles: number;
beforeEach(async () => {
  open = await openWeb();
  stage = todoStage(open);
  halles = await stage.idOf('Café des Halles');
});
afterEach(() => open.close());

const REASON = 'He comes by on Fridays';
const idOf = async (code: string, customer: number): Promise<string> =>
  new RegExp(`value="(${code}-c${customer}-\\w+)"`).exec(await stage.list())?.[1] ?? '';
const dismiss = (items: string | string[], reason = REASON) =>
  open.anna.post('/todo/dismissals', { items, reason }, { htmx: true });
const invoicesOf = (customer: number): Promise<{ id: number }[]> =>
  open.db('invoices').where({ customer_id: customer }).where('outstanding_minor', '>', 0).orderBy('id');

test('a to do is dismissed with a reason, which every invoice remembers, and is gone from list and number', async () => {
  const id = await idOf('no_recipient', halles);
  const asked = await open.anna.get(`/todo/dismissals?items=${id}`, { htmx: true });
  expect(asked.text).toContain('No e-mail address · Café des Halles');
  const before = await stage.badge();
  expect((await dismiss(id)).headers['hx-redirect']).toBe('/todo');
  expect(await stage.list()).not.toContain(`id="todo-no_recipient-c${halles}"`);
  expect(await stage.badge()).toBe(before - 1);
  for (const invoice of await invoicesOf(halles)) {
    expect(await stage.eventsOf(invoice.id)).toContain('todo_dismissed');
    const { text } = await open.anna.get(`/invoices/${invoice.id}`, { htmx: true });
    expect(text).toContain(REASON);
  }
});

test('without a reason nothing is dismissed, and what was ticked is kept', async () => {
  const ids = [await idOf('no_recipient', halles), await idOf('address_refused', await stage.idOf('Hôtel Bellecour'))];
  const { status, text } = await dismiss(ids, ' ');
  expect(status).toBe(422);
  expect(text).toContain('This is needed.');
  for (const id of ids) expect(text).toContain(`name="items" value="${id}"`);
  expect(await open.db('dismissals')).toEqual([]);
});

test('several go with one reason; the same form sent again changes nothing', async () => {
  const ids = [await idOf('no_recipient', halles), await idOf('address_refused', await stage.idOf('Hôtel Bellecour'))];
  await dismiss(ids);
  expect(await open.db('dismissals')).toHaveLength(2);
  const history = await open.db('history').where({ kind: 'todo_dismissed' });
  await dismiss(ids);
  expect(await open.db('dismissals')).toHaveLength(2);
  expect(await open.db('history').where({ kind: 'todo_dismissed' })).toHaveLength(history.length);
});

test('it stays away on the next day, and comes back when its facts are others', async () => {
  await dismiss(await idOf('no_recipient', halles));
  await stage.travel(TUESDAY, '09:00');
  expect(await stage.list()).not.toContain(`id="todo-no_recipient-c${halles}"`);
  await open.db('contacts').insert({ customer_id: halles, position: 9, name: 'Accounts', receives: 'to' });
  expect(await stage.list()).toContain(`id="todo-no_recipient-c${halles}"`);
});

test('what has changed since it was shown is not dismissed unseen', async () => {
  const monts = await stage.idOf('Groupe Hôtelier des Monts');
  const id = await idOf('over_ceiling', monts);
  await open
    .db('invoices')
    .where({ customer_id: monts })
    .where('outstanding_minor', '>', 500_000)
    .decrement('outstanding_minor', 100);
  await dismiss(id);
  expect(await open.db('dismissals')).toEqual([]);
  expect((await open.anna.get('/todo')).text).toContain('it has changed in the meantime');
});

test('an invoice that came since is not dismissed unseen either', async () => {
  const id = await idOf('no_recipient', halles);
  const [{ id: _, ...invoice }] = await open.db('invoices').where({ customer_id: halles });
  await open.db('invoices').insert({ ...invoice, number: 'NEW-1', outstanding_minor: 5000, state: 'issued' });
  await dismiss(id);
  expect(await open.db('dismissals')).toEqual([]);
});

test('Undo puts it back at once, and so does the list of what was dismissed', async () => {
  await dismiss(await idOf('no_recipient', halles));
  const [{ id }] = await open.db('dismissals');
  expect((await open.anna.get('/todo')).text).toContain(`data-undo="/todo/dismissals/${id}/revocation"`);
  const shown = await stage.list('?kind=dismissed');
  for (const words of [REASON, 'Café des Halles', 'Anna']) expect(shown).toContain(words);
  await open.anna.post(`/todo/dismissals/${id}/revocation`, {}, { htmx: true });
  expect(await stage.list()).toContain(`id="todo-no_recipient-c${halles}"`);
  expect(await stage.list('?kind=dismissed')).toContain('Nothing is dismissed.');
  const again = await open.anna.post(`/todo/dismissals/${id}/revocation`, {}, { htmx: true });
  expect(again.headers['hx-trigger']).toContain('Nothing was changed');
  await dismiss(await idOf('no_recipient', halles));
  expect(await open.db('dismissals').whereNull('ended_at')).toHaveLength(1);
});

test('a failed message is dismissed too, and put back', async () => {
  await stage.run();
  const one = await stage.waiting('email');
  await stage.deliver(async () => ({ kind: 'refused', permanent: true, reply: '554 5.7.1 spam', recipients: [] }));
  expect(stage.item(await stage.list(), `todo-r${one.id}`)).toContain('does not take mail from yours');
  const before = await stage.badge();
  await dismiss(`failed-${one.id}`);
  expect(await stage.list()).not.toContain(`id="todo-r${one.id}"`);
  expect(await stage.badge()).toBe(before - 1);
  expect(await stage.eventsOf(one.invoice)).toContain('todo_dismissed');
  expect(await stage.list('?kind=dismissed')).toContain(REASON);
  const [{ id }] = await open.db('dismissals');
  await open.anna.post(`/todo/dismissals/${id}/revocation`, {}, { htmx: true });
  expect(await stage.list()).toContain(`id="todo-r${one.id}"`);
});

test('a plan without a template is dismissed for the customers that it keeps waiting', async () => {
  const { id: plan } = await open.db('plans').where({ kind: 'escalation' }).orderBy('id').first();
  await open.db('steps').where({ plan_id: plan }).update({ template_id: null });
  const item = new RegExp(`value="(no_template-p${plan}-\\w+)"`).exec(await stage.list())?.[1] ?? '';
  await dismiss(item);
  expect(await stage.list()).not.toContain(`id="todo-no_template-p${plan}"`);
  expect((await open.db('dismissals')).length).toBeGreaterThan(1);
});

test.each(['letter', 'call'] as const)('a %s is not dismissed, but skipped', async (channel) => {
  await stage.firstStepIs(channel);
  await stage.run();
  const one = await stage.waiting(channel);
  await dismiss(`failed-${one.id}`);
  expect(await open.db('dismissals')).toEqual([]);
  expect((await stage.reminder(one.id)).state).toBe('queued');
});
