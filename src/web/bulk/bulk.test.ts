import { newUser, type OpenWeb, openWeb, signIn, visitor } from '../../../test/support/web.ts';
import { type Clock, clockAt } from '../../clock.ts';
import { letterbox } from '../../mail/transport.ts';
import { deliverOutbox } from '../../services/deliverOutbox.ts';
import { workBatches } from '../../services/workBatches.ts';
import { MOST } from './choice.ts';

let open: OpenWeb;
/** The company's wall clock, which a test moves on by seconds. */
let passed = 0;
const clock: Clock = () => clockAt('2026-11-23', '10:00', 'Europe/Paris')() + passed * 1000;

beforeEach(async () => {
  passed = 0;
  open = await openWeb();
  open.web.clock = clock;
});
afterEach(async () => {
  await workBatches(open.db, { clock });
  await open.close();
});

const MARTIN = 'FA-2026-0893';
const ROSSI = 'FA-2026-0875';
const NORDLICHT_PAUSED = 'FA-2026-0874';
const ALDER_DISPUTED = 'FA-2026-0889';

const idsOf = async (...numbers: string[]): Promise<number[]> =>
  (await open.db('invoices').whereIn('number', numbers).pluck('id')) as number[];
const allOpen = async (): Promise<number[]> =>
  (await open.db('invoices').where('outstanding_minor', '>', 0).andWhere({ state: 'issued' }).pluck('id')) as number[];
const query = (ids: readonly number[]): string => ids.map((id) => `ids=${id}`).join('&');

const placeOf = ({ headers }: { headers: Record<string, string | undefined> }): string => headers.location ?? '';

/** What a browser would send of the page's form as it stands. */
function formIn(html: string): Record<string, string | string[]> {
  const form = /<form method="post" action="\/sending\/batches"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
  const fields: Record<string, string | string[]> = {};
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const name = / name="(\w+)"/.exec(input)?.[1];
    const value = / value="([^"]*)"/.exec(input)?.[1] ?? '';
    if (!name || (/type="(radio|checkbox)"/.test(input) && !/ checked/.test(input))) continue;
    if (name === 'lines') fields.lines = [...[fields.lines ?? []].flat(), value];
    else fields[name] = value;
  }
  return fields;
}

const linesIn = (html: string): string[] => [formIn(html).lines ?? []].flat();
const pageAbout = async (...numbers: string[]) => open.anna.get(`/sending/bulk?${query(await idsOf(...numbers))}`);
/** From the page to the batch, all written. */
async function send(html: string, more: object = {}): Promise<string> {
  const answer = await open.anna.post('/sending/batches', { ...formIn(html), ...more });
  expect(answer.status).toBe(303);
  await workBatches(open.db, { clock });
  return placeOf(answer);
}
const deliver = () => deliverOutbox(open.db, { clock, owner: 'test', transport: letterbox });

describe('the page', () => {
  test('says why it cannot be one message, and gives each customer his own', async () => {
    const { status, text } = await pageAbout(MARTIN, ROSSI);
    expect(status).toBe(200);
    expect(text).toContain('These 2 invoices belong to 2 customers: each gets one message of its own.');
    expect(linesIn(text)).toEqual(['1-EUR', '2-EUR']);
    expect(text).toContain('Boulangerie Martin');
    expect(text).toContain(ROSSI);
  });

  test('puts those that need a look first, unticked, with the reason; one tick includes them', async () => {
    const { text } = await pageAbout(MARTIN, NORDLICHT_PAUSED);
    expect(text.indexOf('Nordlicht')).toBeLessThan(text.indexOf('Boulangerie Martin'));
    expect(text).toContain('customer paused');
    expect(linesIn(text)).toEqual(['1-EUR']);
    await send(text, { lines: ['1-EUR', '4-EUR'] });
    expect(await open.db('reminders').orderBy('customer_id').pluck('customer_id')).toEqual([1, 4]);
  });

  test('names those that cannot go, with the reason, and offers no tick for them', async () => {
    await open.db('contacts').where({ customer_id: 1 }).delete();
    await open.db('invoices').where({ number: ALDER_DISPUTED }).update({ outstanding_minor: 0 });
    const { text } = await pageAbout(MARTIN, ROSSI, ALDER_DISPUTED);
    const excluded = text.slice(text.indexOf('part-excluded'));
    expect(excluded).toMatch(/Boulangerie Martin[\s\S]*no e-mail address/);
    expect(excluded).toMatch(/Alder &amp; Finch[\s\S]*paid/);
    expect(linesIn(text)).toEqual(['2-EUR']);
  });

  test('shows a customer’s very message, in his language, in a frame', async () => {
    const { text } = await pageAbout(MARTIN, ROSSI);
    const url = /href="(\/sending\/bulk\/message\?[^"]*ids=5[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const shown = await open.anna.get(url, { htmx: true });
    expect(shown.text).toContain('Rossi Srl');
    expect(shown.text).toContain('FA-2026-0875.pdf');
    const frame = /<iframe[^>]*src="([^"]*)"/.exec(shown.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const body = await open.anna.get(frame);
    expect(body.text).toContain(ROSSI);
    expect(body.text).toContain('lang="it"');
    expect(body.headers['content-security-policy']).toContain('sandbox');
  });

  test.each(['/sending/bulk/message', '/sending/bulk/message?ids=99999', '/sending/bulk/body?ids=x'])(
    '%s is no message',
    async (url) => {
      expect((await open.anna.get(url)).status).toBe(404);
    },
  );

  test('without a choice teaches, and lists what was sent before', async () => {
    expect((await open.anna.get('/sending/bulk')).text).toContain('Nothing is chosen yet');
    const location = await send((await pageAbout(MARTIN, ROSSI)).text);
    const { text } = await open.anna.get('/sending/bulk');
    expect(text).toContain(`href="${location}"`);
    expect(text).toContain('2 messages');
  });

  test('of a customer who owes in two currencies has two lines (DO-06)', async () => {
    const { text } = await pageAbout('FA-2026-0891', 'FA-2026-0883');
    expect(text).toContain('each currency gets one message of its own');
    expect(linesIn(text)).toEqual(['14-EUR', '14-USD']);
  });
});

describe('the choice', () => {
  test('of a thousand invoices has a short address, and is its user’s own', async () => {
    const ids = Array.from({ length: MOST }, (_, n) => n + 1);
    const chosen = await open.anna.post('/sending/bulk/choice', { ids });
    expect([chosen.status, chosen.headers.location]).toEqual([303, '/sending/bulk?choice=1']);
    expect((await open.anna.get('/sending/bulk?choice=1')).text).toContain('belong to');
    await newUser(open.db, { name: 'Ben', email: 'ben@example.test', role: 'colleague' });
    const ben = await visitor(open.app);
    await signIn(ben, 'ben@example.test');
    expect((await ben.get('/sending/bulk?choice=1')).text).toContain('Nothing is chosen yet');
  });

  test('of more is refused with the number', async () => {
    const ids = Array.from({ length: MOST + 1 }, (_, n) => n + 1);
    const chosen = placeOf(await open.anna.post('/sending/bulk/choice', { ids }));
    expect(chosen).toBe('/invoices');
    expect(await open.db('bulk_choices')).toEqual([]);
  });

  test('of nothing goes back to the list', async () => {
    expect(placeOf(await open.anna.post('/sending/bulk/choice'))).toBe('/invoices');
  });

  test('of customers takes what each has overdue, and names who owes nothing', async () => {
    await open.db('invoices').where({ customer_id: 11 }).update({ outstanding_minor: 0 });
    const quiet = await open.db('customers').where({ id: 11 }).first();
    const page = await open.anna.get('/customers');
    expect(page.text).toContain('formaction="/sending/bulk/choice"');
    const ids = [1, 2, quiet.id];
    const chosen = placeOf(await open.anna.post('/sending/bulk/choice', { of: 'customers', ids }));
    const { text } = await open.anna.get(chosen);
    expect(text).toContain('One message for each of 2 customers');
    expect(text).toMatch(new RegExp(`1 customer owes nothing now and gets no message: ${quiet.name}`));
    expect(text).toContain('1-EUR');
  });

  test('keeps every tick when the template or the way is changed; a line that cannot go is left as it would be', async () => {
    const ids = await allOpen();
    const chosen = placeOf(await open.anna.post('/sending/bulk/choice', { ids }));
    const first = await open.anna.get(chosen);
    const form = formIn(first.text);
    const ticked = ['3-GBP', ...linesIn(first.text).slice(2)];
    const other = /name="template" id="[^"]*" value="(\d+)"(?! checked)/.exec(first.text)?.[1];
    const changed = await open.anna.post(
      '/sending/bulk/choice',
      { ...form, lines: ticked, template: other },
      { htmx: true },
    );
    expect(changed.status).toBe(200);
    expect(changed.headers['hx-replace-url']).toBe(chosen);
    expect(linesIn(changed.text).toSorted()).toEqual(ticked.toSorted());
    expect(formIn(changed.text).template).toBe(other);
    const again = await open.anna.get(chosen);
    expect(linesIn(again.text).toSorted()).toEqual(ticked.toSorted());
    const letters = await open.anna.post('/sending/bulk/choice', { ...form, lines: ticked, channel: 'letter' });
    expect((await open.anna.get(placeOf(letters))).text).toMatch(/value="letter" checked/);
  });

  test('that a person ticked is unticked again when something new has come up', async () => {
    const chosen = placeOf(await open.anna.post('/sending/bulk/choice', { ids: await idsOf(MARTIN, ROSSI) }));
    const form = formIn((await open.anna.get(chosen)).text);
    await open.anna.post('/sending/bulk/choice', form);
    await open.db('pauses').insert({ customer_id: 2, begun_at: '2026-11-23T09:00:00.000Z' });
    expect(linesIn((await open.anna.get(chosen)).text)).toEqual(['1-EUR']);
  });
});

describe('sending', () => {
  test('with a double click, the back button or a replayed form is one batch', async () => {
    const chosen = placeOf(await open.anna.post('/sending/bulk/choice', { ids: await idsOf(MARTIN, ROSSI) }));
    const form = formIn((await open.anna.get(chosen)).text);
    const answers = await Promise.all([1, 2, 3].map(() => open.anna.post('/sending/batches', form)));
    expect(answers.map(placeOf)).toEqual(answers.map(() => '/sending/batches/1'));
    await workBatches(open.db, { clock });
    expect(placeOf(await open.anna.get(chosen))).toBe('/sending/batches/1');
    await open.anna.post('/sending/batches', form);
    await workBatches(open.db, { clock });
    expect(await open.db('reminders')).toHaveLength(2);
  });

  test('puts on record who sent, and a copy for him where he asked for it', async () => {
    const { text } = await pageAbout(MARTIN, ROSSI);
    await send(text, { copy: '1' });
    expect(await open.db('reminders').pluck('created_by')).toEqual([1, 1]);
    expect(await open.db('reminder_recipients').where({ kind: 'bcc' }).pluck('address')).toEqual([
      'anna@example.test',
      'anna@example.test',
    ]);
  });

  test.each([
    ['nobody is ticked', { lines: [] }, 'Nobody is ticked'],
    ['the template is gone', { template: '999' }, 'The template was removed meanwhile'],
  ])('is refused when %s, with everything kept', async (_, change, sentence) => {
    const { text } = await pageAbout(MARTIN, ROSSI);
    const answer = await open.anna.post('/sending/batches', { ...formIn(text), copy: '1', ...change });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(sentence);
    expect(formIn(answer.text).copy).toBe('1');
    expect(formIn(answer.text).formKey).toBe(formIn(text).formKey);
    expect(await open.db('batches')).toEqual([]);
  });

  test('shows how far it is, then what became of each, with a link to each message', async () => {
    const ids = await allOpen();
    const { text } = await open.anna.get(`/sending/bulk?${query(ids)}`);
    const begun = await open.anna.post('/sending/batches', formIn(text));
    const url = placeOf(begun);
    const working = await open.anna.get(url, { htmx: true });
    expect(working.text).toMatch(/\d of 9 ready/);
    expect(working.text).toContain('hx-trigger="every 1s"');
    await workBatches(open.db, { clock });
    const ready = await open.anna.get(url);
    expect(ready.text).toContain('All 9 messages are ready.');
    expect(ready.text).toContain('Leaving in 10 seconds');
    expect(ready.text).toContain('http-equiv="refresh"');
    passed = 13;
    expect((await open.anna.get(url)).text).not.toContain(`${url}/undo`);
    await deliver();
    const done = await open.anna.get(url);
    expect(done.text).toContain('9 messages were sent.');
    expect(done.text).not.toContain('hx-trigger="every');
    const links = [...done.text.matchAll(/href="(\/reminders\/\d+)"/g)].map(([, link = '']) => link);
    expect(links).toHaveLength(9);
    expect((await open.anna.get(links[0] ?? '')).status).toBe(200);
  });

  test('names who was left out, and why', async () => {
    const { text } = await pageAbout(MARTIN, ROSSI);
    await open.db('pauses').insert({ customer_id: 2, begun_at: '2026-11-23T09:00:00.000Z' });
    await open.db('invoices').where({ number: MARTIN }).update({ outstanding_minor: 0 });
    const url = await send(text);
    const result = await open.anna.get(url);
    expect(result.text).toMatch(/Boulangerie Martin[\s\S]*left out[\s\S]*paid/);
    expect(result.text).toMatch(/Rossi Srl[\s\S]*customer paused, since you looked/);
  });

  test('of letters offers to print them all, and nothing leaves', async () => {
    const { text } = await open.anna.get(`/sending/bulk?${query(await allOpen())}&channel=letter`);
    expect(text).toMatch(/name="template" id="[^"]*" value="\d+" checked/);
    const result = await open.anna.get(await send(text));
    const form = /<form id="batch-print"[\s\S]*?<\/form>/.exec(result.text)?.[0] ?? '';
    expect(form).toContain('action="/letters/print"');
    const ids = [...form.matchAll(/name="ids" value="(\d+)"/g)].map(([, id]) => Number(id));
    expect(ids).toEqual(
      await open.db('reminders').where({ channel: 'letter', state: 'queued' }).orderBy('id').pluck('id'),
    );
    expect(ids.length).toBeGreaterThan(5);
    passed = 60;
    expect(await deliver()).toMatchObject({ sent: 0 });
  });
});

describe('taking back', () => {
  test('within ten seconds cancels everything, says how many, and lets one choose again', async () => {
    const { text } = await pageAbout(MARTIN, ROSSI);
    const url = await send(text);
    passed = 8;
    expect(placeOf(await open.anna.post(`${url}/undo`))).toBe(url);
    const result = await open.anna.get(url);
    expect(result.text).toContain('Taken back: 2 messages were cancelled, 0 had left already.');
    passed = 60;
    expect(await deliver()).toMatchObject({ sent: 0 });
    const again = await open.anna.post(`${url}/choice`);
    const page = await open.anna.get(placeOf(again));
    expect(linesIn(page.text)).toEqual(['1-EUR', '2-EUR']);
    await send(page.text);
    passed = 120;
    expect(await deliver()).toMatchObject({ sent: 2 });
  });

  test('later changes nothing', async () => {
    const url = await send((await pageAbout(MARTIN, ROSSI)).text);
    passed = 13;
    await open.anna.post(`${url}/undo`);
    expect(await open.db('reminders').where({ state: 'queued' })).toHaveLength(2);
    expect((await open.anna.get(url)).text).toContain('2 messages');
  });

  test.each(['/sending/batches/99', '/sending/batches/x'])('%s is not there', async (url) => {
    expect((await open.anna.get(url)).status).toBe(404);
    expect((await open.anna.post(`${url}/undo`)).status).toBe(404);
    expect((await open.anna.post(`${url}/choice`)).status).toBe(404);
  });
});
