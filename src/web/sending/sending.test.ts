import { openWeb, type OpenWeb } from '../../../test/support/web.ts';
import { clockAt } from '../../clock.ts';
import { letterbox } from '../../mail/transport.ts';
import { deliverOutbox } from '../../services/deliverOutbox.ts';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const idOf = async (number: string): Promise<number> =>
  (await open.db('invoices').where({ number }).first()).id as number;
const keyIn = (html: string): string => /name="formKey" value="([\w-]+)"/.exec(html)?.[1] ?? '';
const deliverLater = () =>
  deliverOutbox(open.db, {
    clock: clockAt('2026-11-23', '10:01', 'Europe/Paris'),
    owner: 'test',
    transport: letterbox,
  });

test('the @ of a row opens a message that is filled in, with the invoice attached, and sends it once', async () => {
  const id = await idOf('FA-2026-0893');
  expect((await open.anna.get('/invoices')).text).toContain(`/sending/email?ids=${id}`);
  const page = await open.anna.get(`/sending/email?ids=${id}`);
  expect(page.status).toBe(200);
  expect(page.text).toContain('FA-2026-0893.pdf');
  const formKey = keyIn(page.text);
  const form = { ids: String(id), template: '', formKey };
  const [first, second] = [await open.anna.post('/sending/email', form), await open.anna.post('/sending/email', form)];
  expect([first.status, second.status]).toEqual([303, 303]);
  expect(await open.db('reminders').where({ origin: 'manual' })).toHaveLength(1);
  expect(await deliverLater()).toMatchObject({ sent: 1 });
  expect(await deliverLater()).toMatchObject({ sent: 0 });
  const panel = await open.anna.get(`/invoices/${id}`);
  expect(panel.text).toContain('Reminder sent');
});

test('within ten seconds it can be taken back', async () => {
  const id = await idOf('FA-2026-0893');
  const formKey = keyIn((await open.anna.get(`/sending/email?ids=${id}`)).text);
  await open.anna.post('/sending/email', { ids: String(id), template: '', formKey });
  const [reminder] = await open.db('reminders').where({ origin: 'manual' });
  await open.anna.post(`/sending/${reminder.id}/undo`);
  expect(await deliverLater()).toMatchObject({ sent: 0 });
});

test('several invoices of one customer make one message with all their documents', async () => {
  const ids = await Promise.all(['FA-2026-0875', 'FA-2026-0880'].map(idOf));
  const page = await open.anna.get(`/sending/email?ids=${ids[0]}&ids=${ids[1]}`);
  expect(page.text).toContain('FA-2026-0875.pdf');
  expect(page.text).toContain('FA-2026-0880.pdf');
  const body = await open.anna.get(`/sending/email/body?ids=${ids[0]}&ids=${ids[1]}`);
  expect(body.text).toContain('FA-2026-0875');
  expect(body.text).toContain('FA-2026-0880');
});

test.each([
  [['FA-2026-0893', 'FA-2026-0875'], 'One message can only go to one customer'],
  [['FA-2026-0883', 'FA-2026-0891'], 'One message can only hold one currency'],
  [[], 'No invoice was chosen'],
])('%j cannot be one message, and the page says why', async (numbers, why) => {
  const ids = await Promise.all(numbers.map(idOf));
  const { status, text } = await open.anna.get(`/sending/email?${ids.map((id) => `ids=${id}`).join('&')}`);
  expect(status).toBe(422);
  expect(text).toContain(why);
});

test('nothing is sent about an invoice that is paid, or to a customer without an address', async () => {
  const paid = await open.db('invoices').where('outstanding_minor', 0).andWhere({ state: 'issued' }).first();
  expect((await open.anna.get(`/sending/email?ids=${paid.id}`)).text).toContain('is paid');
  const silent = await open
    .db('invoices as i')
    .select('i.id')
    .where('i.outstanding_minor', '>', 0)
    .andWhere('i.state', 'issued')
    .whereNotExists(open.db('contacts as c').whereRaw('c.customer_id = i.customer_id').whereNotNull('c.email'))
    .first();
  expect((await open.anna.get(`/sending/email?ids=${silent.id}`)).text).toContain('no e-mail address');
});

test('the envelope of a row puts a letter among those to post', async () => {
  const id = await idOf('FA-2026-0893');
  const page = await open.anna.get(`/sending/letter?ids=${id}`);
  await open.anna.post('/sending/letter', { ids: String(id), template: '', formKey: keyIn(page.text) });
  expect(await deliverLater()).toMatchObject({ sent: 0 });
  expect(await open.db('reminders').where({ channel: 'letter', state: 'queued' })).toHaveLength(1);
});
