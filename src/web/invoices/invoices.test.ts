import { decide } from '../../domain/decide.ts';
import { readSettings, sendingCalendar } from '../../store/settings.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';

let open: OpenWeb;
beforeAll(async () => {
  open = await openWeb();
});
afterAll(() => open.close());

const idOf = async (number: string): Promise<number> =>
  (await open.db('invoices').where({ number }).first()).id as number;

test('the list says who owes what, how late it is, and what happens next', async () => {
  const { text, status } = await open.anna.get('/invoices');
  expect(status).toBe(200);
  expect(text).toContain('Boulangerie Martin');
  expect(text).toMatch(/\d+ days late/);
  expect(text).toContain('First reminder would leave Mon 23 Nov');
  expect(text).toContain('no e-mail address');
});

test('a page includes the very fragment that a filter answers with', async () => {
  const page = await open.anna.get('/invoices?filter=overdue');
  const fragment = await open.anna.get('/invoices?filter=overdue', { htmx: true });
  expect(fragment.text).not.toContain('<html');
  expect(page.text).toContain(fragment.text.trim());
  expect(page.headers.vary).toContain('HX-Request');
});

test.each([
  ['disputed', 'ALDER', 1],
  ['promised', '', 1],
  ['paid', '', 1],
])('the filter %s shows only such invoices', async (filter, _customer, least) => {
  const { text } = await open.anna.get(`/invoices?filter=${filter}`, { htmx: true });
  expect(text.match(/id="invoice-\d+"/g)?.length).toBeGreaterThanOrEqual(least);
  const word = { disputed: 'disputed', promised: 'promised until', paid: '>paid<' }[filter] ?? '';
  expect(text.split(word).length - 1).toBeGreaterThanOrEqual(text.match(/id="invoice-\d+"/g)?.length ?? 0);
});

test('⚡ only shows what the automatic follow-up is concerned with', async () => {
  const { text } = await open.anna.get('/invoices?filter=bolt', { htmx: true });
  const rows = text.match(/id="invoice-\d+"/g)?.length ?? 0;
  expect(rows).toBeGreaterThan(5);
  expect(text.split('⚡</span>').length - 1).toBe(rows);
});

test.each(['0893', 'boulangerie', 'FA'])('the search finds “%s” in numbers and names', async (word) => {
  const { text } = await open.anna.get(`/invoices?search=${word}`, { htmx: true });
  expect(text).toContain('FA-2026-0893');
});

test('the search takes whatever is typed', async () => {
  for (const word of ['%', '"', "' OR 1=1 --", '\\', '🙂', 'a*', 'NEAR(']) {
    const { status } = await open.anna.get(`/invoices?search=${encodeURIComponent(word)}`, { htmx: true });
    expect(status).toBe(200);
  }
});

test('the panel gives facts, the reason why, documents and the switch; switching off is in the history', async () => {
  const id = await idOf('FA-2026-0893');
  const { text } = await open.anna.get(`/invoices/${id}`, { htmx: true });
  expect(text).toContain('Follow-up plan enabled');
  expect(text).toContain('First reminder would leave today at 13:00; automatic sending is off.');
  expect(text).toContain('FA-2026-0893.pdf');
  const off = await open.anna.put(`/invoices/${id}/follow-up`, {}, { htmx: true });
  expect(off.text).toContain('follow-up is off');
  expect(off.text).toContain('Follow-up switched off');
  expect(off.headers['hx-trigger']).toContain('Follow-up is off for 1 invoice.');
  const on = await open.anna.put(`/invoices/${id}/follow-up`, { enabled: '1' }, { htmx: true });
  expect(on.text).toContain('First reminder would leave today at 13:00; automatic sending is off.');
});

test('ticked invoices are switched together', async () => {
  const ids = [await idOf('FA-2026-0902'), await idOf('FA-2026-0910')];
  const off = await open.anna.post('/invoices/follow-up', { ids, enabled: '0' });
  expect(off.status).toBe(303);
  const rows = await open.db('invoices').whereIn('id', ids);
  expect(rows.map((row: { follow_up_enabled: number }) => row.follow_up_enabled)).toEqual([0, 0]);
  await open.anna.post('/invoices/follow-up', { ids, enabled: '1' });
});

test('an invoice that is not there is said to be missing', async () => {
  expect((await open.anna.get('/invoices/999999')).status).toBe(404);
  expect((await open.anna.get('/invoices/abc')).status).toBe(404);
});

test('a decision about one invoice is the same whether all invoices are loaded or only that one', async () => {
  const calendar = sendingCalendar(await readSettings(open.db), 2026);
  const whole = decide(await loadSnapshot(open.db, calendar), '2026-11-23');
  const about = new Map(whole.flatMap((one) => (one.subject.kind === 'invoice' ? [[one.subject.invoiceId, one]] : [])));
  expect(about.size).toBeGreaterThan(30);
  for (const [id, decision] of about) {
    const { customerId } = decision.subject;
    const part = await loadSnapshot(open.db, calendar, { customerIds: [customerId], invoiceIds: [id] });
    const own = decide(part, '2026-11-23').find(
      ({ subject }) => subject.kind === 'invoice' && subject.invoiceId === id,
    );
    expect(own).toEqual(decision);
  }
});

test('what was cancelled or written off is no longer among the open ones, and a search still finds it', async () => {
  const [gone] = await open.db('invoices').where({ state: 'written_off' });
  expect((await open.anna.get('/invoices', { htmx: true })).text).not.toContain(gone.number);
  expect((await open.anna.get(`/invoices?search=${gone.number}`, { htmx: true })).text).toContain(gone.number);
});
