import { newUser, openWeb, type OpenWeb, signIn, type Visitor, visitor } from '../../../test/support/web.ts';
import { openWindow, windowForm, type WindowForm } from '../../../test/support/windowForm.ts';
import { clockAt, isoOf } from '../../clock.ts';
import { letterbox } from '../../mail/transport.ts';
import { deliverOutbox } from '../../services/deliverOutbox.ts';
import { recordPromise } from '../../services/recordPromise.ts';

let open: OpenWeb;
beforeEach(async () => {
  open = await openWeb();
});
afterEach(() => open.close());

const idOf = async (number: string): Promise<number> =>
  (await open.db('invoices').where({ number }).first()).id as number;
const urlOf = async (...numbers: string[]): Promise<string> =>
  `/sending/email?${(await Promise.all(numbers.map(idOf))).map((id) => `ids=${id}`).join('&')}`;
const opened = async (...numbers: string[]): Promise<WindowForm> => openWindow(open.anna, await urlOf(...numbers));
const send = (fields: object, who: Visitor = open.anna) => who.post('/sending/email', fields);
const deliverLater = () =>
  deliverOutbox(open.db, {
    clock: clockAt('2026-11-23', '10:01', 'Europe/Paris'),
    owner: 'test',
    transport: letterbox,
  });
const byHand = () => open.db('reminders').where({ origin: 'manual' }).orderBy('id');
const recipients = async (reminderId: number): Promise<string[]> =>
  (await open.db('reminder_recipients').where({ reminder_id: reminderId }).orderBy('id')).map(
    ({ kind, address }: { kind: string; address: string }) => `${kind} ${address}`,
  );
const preview = async (form: WindowForm): Promise<string> => (await open.anna.get(form.previewUrl)).text;
const customerOf = async (code: string): Promise<number> =>
  (await open.db('customers').where({ code }).first()).id as number;

describe('the window opens filled in', () => {
  test('from the @ of a row: recipient, subject, text, document, and the very message beside it (IP-01)', async () => {
    const url = await urlOf('FA-2026-0893');
    expect((await open.anna.get('/invoices')).text).toContain(`href="${url}"`);
    const form = await openWindow(open.anna, url);
    expect(form.status).toBe(200);
    expect(form.value('to')).toBe('Claire Martin <claire@boulangerie-martin.example>');
    expect(form.value('cc')).toMatch(/compta@boulangerie-martin\.example/);
    expect(form.value('subject')).toContain('{{invoice.number}}');
    expect(form.html).toContain('498,60');
    expect(form.words).toContain('FA-2026-0893.pdf');
    expect(form.words).toMatch(/FA-2026-0893\.pdf \d+ KB/);
    expect(await preview(form)).toContain('FA-2026-0893');
  });

  test('in the language of the customer, whatever the screen’s is', async () => {
    expect(await preview(await opened('FA-2026-0875'))).toContain('lang="it"');
    expect(await preview(await opened('FA-2026-0893'))).toContain('lang="fr"');
  });

  test('with the template of the step that is due first, then those that no plan sends, then the others (MW-43)', async () => {
    const names = (form: WindowForm): string[] =>
      [...form.html.matchAll(/aria-pressed="(true|false)">([^<]+)</g)].map(([, on, name]) => `${on} ${name}`);
    const before = names(await opened('FA-2026-0893'));
    expect(before.slice(0, 3)).toEqual([
      'true ⚡ First reminder',
      'false Friendly note',
      'false ⚡ Before the due date',
    ]);
    // A template of one's own comes before the product's; the pinned one stays first.
    const [id] = await open.db('templates').insert({ name: 'Ours', kind: 'email', scope: 'single' }).returning('id');
    await open.db('template_versions').insert({ template_id: id.id, language: 'fr', subject: 'x', body: '<p>x</p>' });
    expect(names(await opened('FA-2026-0893')).slice(0, 3)).toEqual([
      'true ⚡ First reminder',
      'false Friendly note',
      'false Ours',
    ]);
    // An invoice without a plan begins with one of those.
    expect(names(await opened('FA-2026-0881'))[0]).toBe('true Friendly note');
  });

  test('English where the customer’s English is another than ours, before our own language (MW-42)', async () => {
    await open.db('customers').where({ code: 'MARTIN' }).update({ language: 'de' });
    await open.db('settings').insert({ name: 'language', value: '"en"' }).onConflict('name').merge();
    expect(await preview(await opened('FA-2026-0893'))).toContain('lang="en"');
  });

  test('with all the invoices that are ticked, their table, documents and total', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880');
    expect(form.words).toContain('FA-2026-0875.pdf');
    expect(form.words).toContain('Total €1,616.50');
    const mail = await preview(form);
    for (const words of ['FA-2026-0875', '684,00', 'FA-2026-0880', '932,50', '1.616,50']) expect(mail).toContain(words);
  });

  test('for a customer: what is overdue, in one currency, with a way to the other', async () => {
    const id = await customerOf('HARBOR');
    const form = await openWindow(open.anna, `/sending/email?customer=${id}`);
    expect(form.html).toContain(`/sending/email?customer=${id}&amp;currency=EUR`);
    const euro = await openWindow(open.anna, `/sending/email?customer=${id}&currency=EUR`);
    expect(euro.fields.ids).toEqual([String(await idOf('FA-2026-0891'))]);
    const dollars = await openWindow(open.anna, `/sending/email?customer=${id}&currency=USD`);
    expect(dollars.fields.ids).toHaveLength(2);
  });

  test('for a customer who is not late: all that is open', async () => {
    await open
      .db('invoices')
      .where('due_on', '<', '2026-11-23')
      .andWhere({ customer_id: await customerOf('PARC') })
      .update({ due_on: '2026-12-01' });
    const form = await openWindow(open.anna, `/sending/email?customer=${await customerOf('PARC')}`);
    expect(form.boxes('ids').length).toBeGreaterThan(1);
  });

  test('a document is found by its invoice, whatever it is called, and opens (MW-39)', async () => {
    const id = await idOf('FA-2026-0893');
    await open.db('documents').where({ invoice_id: id }).update({ name: 'scan of Tuesday.pdf' });
    const form = await opened('FA-2026-0893');
    expect(form.words).toContain('scan of Tuesday.pdf');
    const link = /href="(\/documents\/\d+)"/.exec(form.html)?.[1] ?? '';
    expect((await open.anna.get(link)).headers['content-type']).toBe('application/pdf');
  });
});

describe('what cannot be one message is said in one sentence', () => {
  test.each<[string[], string, string]>([
    [['FA-2026-0893', 'FA-2026-0875'], 'One message can only go to one customer', '/sending/bulk?ids='],
    [['FA-2026-0883', 'FA-2026-0891'], 'One message can only hold one currency', '/sending/email?ids='],
    [[], 'No invoice was chosen', '/invoices'],
    [['FA-2026-0877'], 'FA-2026-0877 is paid', '/invoices'],
  ])('%j', async (numbers, why, way) => {
    const { status, text } = await open.anna.get(await urlOf(...numbers));
    expect(status).toBe(422);
    expect(text).toContain(why);
    expect(text).toContain(`href="${way}`);
  });

  test('a letter without a postal address', async () => {
    await open.db('customers').where({ code: 'MARTIN' }).update({ street: '', postcode: '', city: '' });
    const { status, text } = await open.anna.get((await urlOf('FA-2026-0893')).replace('email', 'letter'));
    expect(status).toBe(422);
    expect(text).toContain('no postal address');
  });

  test('one that is paid among several is left out, and named', async () => {
    const form = await opened('FA-2026-0893', 'FA-2026-0876');
    expect(form.words).toContain('FA-2026-0876 is paid or closed by now');
    expect(form.fields.ids).toEqual([String(await idOf('FA-2026-0893'))]);
  });
});

describe('a row', () => {
  test('without a working address has a quiet button that says why (IP-02)', async () => {
    const { text } = await open.anna.get('/invoices?search=FA-2026-0899');
    expect(text).toMatch(/aria-disabled="true"[^>]*aria-label="E-mail for FA-2026-0899: no e-mail address"/);
    expect(text).toContain('aria-label="Letter for FA-2026-0899"');
    const refused = await open.anna.get('/invoices?search=FA-2026-0882');
    expect(refused.text).toMatch(/aria-disabled="true"[^>]*E-mail for FA-2026-0882: the e-mail address was refused"/);
  });

  test('that is paid has no buttons', async () => {
    const { text } = await open.anna.get('/invoices?filter=paid');
    expect(text).toContain('FA-2026-0877');
    expect(text).not.toMatch(/href="\/sending\/|is-off/);
  });

  test('says after three reminders when the last one went out, and its history has all three (IP-03)', async () => {
    for (const day of ['2026-11-23', '2026-11-24', '2026-11-26'] as const) {
      open.web.clock = clockAt(day, '10:00', 'Europe/Paris');
      await signIn(open.anna, 'anna@example.test');
      expect((await send((await opened('FA-2026-0893')).fields)).status).toBe(303);
      await deliverOutbox(open.db, {
        clock: clockAt(day, '10:01', 'Europe/Paris'),
        owner: 'test',
        transport: letterbox,
      });
    }
    const list = await open.anna.get('/invoices?search=FA-2026-0893');
    expect(list.text).toContain('Thu 26 Nov');
    const panel = await open.anna.get(`/invoices/${await idOf('FA-2026-0893')}`);
    expect(panel.text.match(/Reminder sent/g)).toHaveLength(3);
  });
});

describe('what was chosen leaves', () => {
  test('to the recipient that was chosen, with the invoice’s number in the subject (MW-34)', async () => {
    const form = await opened('FA-2026-0893');
    await send({ ...form.fields, to: 'New Bookkeeper <books@x.example>', cc: '', copy: '1' });
    const [reminder] = await byHand();
    expect(await recipients(reminder.id)).toEqual(['to books@x.example', 'bcc anna@example.test']);
    expect(reminder.subject).toContain('FA-2026-0893');
    expect(reminder.html).toContain('Bonjour New Bookkeeper');
    expect(await deliverLater()).toMatchObject({ sent: 1 });
    const [{ raw }] = await open.db('messages');
    expect(String(raw)).toContain(`Message-ID: ${reminder.message_id}`);
    expect(String(raw)).not.toContain('anna@example.test>\r\nCc');
  });

  test('to two billing contacts as one mail and one line of history (DO-07)', async () => {
    const form = await opened('FA-2026-0893');
    await send({ ...form.fields, to: 'a@x.example, b@x.example', cc: '' });
    expect(await byHand()).toHaveLength(1);
    expect(await recipients((await byHand())[0].id)).toEqual(['to a@x.example', 'to b@x.example']);
    expect(await deliverLater()).toMatchObject({ sent: 1 });
    expect(
      await open.db('history').where({ kind: 'reminder_sent', invoice_id: await idOf('FA-2026-0893') }),
    ).toHaveLength(1);
  });

  test('in the words that were written, with today’s amounts where variables stand', async () => {
    const form = await opened('FA-2026-0893');
    await send({
      ...form.fields,
      subject: 'About {{invoice.number}}',
      body: '<p>Still {{invoice.outstanding}}, <script>x</script>please.</p>',
    });
    const [reminder] = await byHand();
    expect(reminder.subject).toBe('About FA-2026-0893');
    expect(reminder.text.trim()).toMatch(/^Still 498,60.€, please\.$/);
    expect(reminder.html).not.toContain('<script');
  });

  test('without the document that was unticked, and without the invoice that was (OO-02)', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880', 'FA-2026-0890');
    const [, second, third] = form.boxes('ids') as [string, string, string];
    const anew = windowForm(await open.anna.post('/sending/email/preview', { ...form.fields, ids: [second, third] }));
    expect(anew.words).toContain('Total €2,038.70');
    expect(anew.words).not.toContain('FA-2026-0875.pdf');
    expect(await preview(anew)).not.toContain('FA-2026-0875');
    await send({ ...anew.fields, documents: (anew.fields.documents as string[]).slice(1) });
    const [reminder] = await byHand();
    expect(reminder.total_minor).toBe(203_870);
    const attached = await open.db('reminder_attachments').where({ reminder_id: reminder.id }).pluck('name');
    expect(attached).toEqual(['FA-2026-0890.pdf']);
    expect(await open.db('reminder_invoices').where({ reminder_id: reminder.id }).pluck('outstanding_minor')).toEqual([
      93_250, 110_620,
    ]);
    // Nothing was written off the invoice that was left out.
    expect((await open.db('invoices').where({ number: 'FA-2026-0875' }).first()).outstanding_minor).toBe(68_400);
  });

  test('unticking all of them keeps all, and says so', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880');
    const answer = windowForm(await send({ ...form.fields, ids: [] }));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('One invoice has to stay');
    expect(await byHand()).toEqual([]);
  });

  test('not while a document that is chosen cannot be read (MW-40)', async () => {
    const id = await idOf('FA-2026-0893');
    const form = await opened('FA-2026-0893');
    await open.db.raw('PRAGMA foreign_keys = OFF');
    const { sha256 } = await open.db('documents').where({ invoice_id: id }).first();
    await open.db('blobs').where({ sha256 }).delete();
    const answer = windowForm(await send(form.fields));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('FA-2026-0893.pdf cannot be read, so nothing was sent');
    expect(await byHand()).toEqual([]);
    expect((await send({ ...answer.fields, documents: [] })).status).toBe(303);
  });

  test('to nobody when the contacts cannot be read (MW-44)', async () => {
    const form = await opened('FA-2026-0893');
    await open.db.raw('ALTER TABLE contacts RENAME TO contacts_gone');
    expect((await open.anna.get(await urlOf('FA-2026-0893'))).status).toBe(500);
    expect((await send(form.fields)).status).toBe(500);
    expect(await byHand()).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['nobody', { to: '', cc: '' }, 'There is nobody to write to yet'],
    ['only a copy', { to: '', cc: 'a@x.example' }, 'There is nobody to write to yet'],
    ['no address', { to: 'Claire', cc: '' }, 'Claire is not an e-mail address'],
    ['two that are none', { to: 'Claire, x@', cc: '' }, 'Claire and x@ are not e-mail addresses'],
    ['a header', { to: 'a@x.example\r\nBcc: b@x.example', cc: '' }, 'Bcc: b@x.example is not an e-mail address'],
  ])('never to %s; what was typed stays', async (_name, typed, sentence) => {
    const form = await opened('FA-2026-0893');
    const answer = windowForm(await send({ ...form.fields, ...typed, subject: 'My own words' }));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain(sentence);
    expect(answer.value('subject')).toBe('My own words');
    expect(answer.value('to').replace(/\s+/g, ' ')).toBe((typed as { to: string }).to.replace(/\s+/g, ' '));
    expect(await byHand()).toEqual([]);
  });

  test('a customer without an address can be written to at one that is typed', async () => {
    const form = await opened('FA-2026-0899');
    expect(form.words).toContain('no e-mail address that works');
    expect((await send({ ...form.fields, to: 'cafe@halles.example' })).status).toBe(303);
  });

  test('words that cannot be filled in are shown with their place, and nothing leaves', async () => {
    const form = await opened('FA-2026-0893');
    const answer = windowForm(await send({ ...form.fields, body: '<p>{{nothing.known}}</p>' }));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('nothing.known');
    expect(answer.value('body')).toBe('<p>{{nothing.known}}</p>');
    expect(await byHand()).toEqual([]);
  });
});

describe('too much is refused, and never cut off unsaid', () => {
  const nothingSent = async (answer: Awaited<ReturnType<typeof send>>, sentence: string): Promise<void> => {
    expect(answer.status).toBe(422);
    expect(windowForm(answer).words + answer.text).toContain(sentence);
    expect(await byHand()).toEqual([]);
  };

  test.each<[string, object, string]>([
    ['a text that is far too long', { body: `<p>${'word '.repeat(50_000)}</p>` }, '32 KB'],
    ['no text', { body: '<p>&nbsp;</p>' }, 'no subject or no text'],
    ['no subject', { subject: ' ', body: '<p>x</p>' }, 'no subject or no text'],
    [
      'too many addresses',
      { to: Array.from({ length: 51 }, (_, n) => `p${n}@x.fr`).join(', ') },
      '50 addresses at most',
    ],
  ])('%s', async (_, changes, sentence) =>
    nothingSent(await send({ ...(await opened('FA-2026-0893')).fields, ...changes }), sentence),
  );

  test('more invoices than a message can list: ticked, and all of a customer', async () => {
    const { id: _, ...row } = await open.db('invoices').where({ number: 'FA-2026-0893' }).first();
    const rows = Array.from({ length: 501 }, (__, n) => ({ ...row, number: `X-${n}` }));
    for (const one of rows) await open.db('invoices').insert(one);
    const ids: number[] = await open.db('invoices').where('number', 'like', 'X-%').pluck('id');
    await nothingSent(await open.anna.post('/sending/email/choice', { ids }), '500 invoices at most');
    const ofCustomer = await open.anna.get(`/sending/email?customer=${row.customer_id}`);
    await nothingSent(ofCustomer, '500 invoices at most');
    const [, way = ''] = /href="(\/sending\/bulk[^"]*)"/.exec(ofCustomer.text) ?? [];
    expect((await open.anna.get(way.replaceAll('&amp;', '&'))).text).toContain('Boulangerie Martin');
  });
});

describe('once', () => {
  test('sent twice, it is one message (MW-09)', async () => {
    const { fields } = await opened('FA-2026-0893');
    expect([(await send(fields)).status, (await send(fields)).status]).toEqual([303, 303]);
    expect(await byHand()).toHaveLength(1);
    expect(await deliverLater()).toMatchObject({ sent: 1 });
    expect((await send(fields)).status).toBe(303);
    expect(await deliverLater()).toMatchObject({ sent: 0 });
    expect(await open.db('messages')).toHaveLength(1);
  });

  test('two clicks at the same moment as well', async () => {
    const { fields } = await opened('FA-2026-0893');
    const answers = await Promise.all([send(fields), send(fields), send(fields)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await byHand()).toHaveLength(1);
  });

  test('of several windows at the same moment one sends, the others are told', async () => {
    const forms = await Promise.all([1, 2, 3].map(() => opened('FA-2026-0893')));
    // Words of one's own are tried out in another process, which takes its time.
    const answers = await Promise.all(forms.map(({ fields }) => send({ ...fields, body: '<p>Own words</p>' })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 422, 422]);
    const told = answers.filter(({ status }) => status === 422).map((answer) => windowForm(answer).words);
    for (const words of told) expect(words).toContain('New A reminder is already in the outbox');
    expect(await byHand()).toHaveLength(1);
  });

  test('taken back within ten seconds nothing leaves, and the old form sends nothing any more', async () => {
    const { fields } = await opened('FA-2026-0893');
    await send(fields);
    const [reminder] = await byHand();
    await open.anna.post(`/sending/${reminder.id}/undo`);
    await open.anna.get('/invoices');
    await send(fields);
    // It is in no outbox, so nobody may think that it is.
    expect((await open.anna.get('/invoices')).text).toContain('Taken back before it left.');
    expect(await deliverLater()).toMatchObject({ sent: 0 });
    expect((await byHand()).map(({ state }: { state: string }) => state)).toEqual(['cancelled']);
    // A window that is opened anew sends.
    expect((await send((await opened('FA-2026-0893')).fields)).status).toBe(303);
    expect(await deliverLater()).toMatchObject({ sent: 1 });
  });

  test('only what a person sent is taken back this way', async () => {
    await send((await opened('FA-2026-0893')).fields);
    const [reminder] = await byHand();
    await open.db('reminders').where({ id: reminder.id }).update({ origin: 'run' });
    await open.anna.post(`/sending/${reminder.id}/undo`);
    expect((await open.db('reminders').where({ id: reminder.id }).first()).state).toBe('queued');
  });

  test('what does not come from the window is no message', async () => {
    const { fields } = await opened('FA-2026-0893');
    for (const broken of [{ ...fields, formKey: 'x' }, { ids: fields.ids }, { ...fields, offered: '' }])
      expect((await send(broken)).status).toBe(422);
    expect(await byHand()).toEqual([]);
  });
});

describe('warnings inform and never forbid', () => {
  test.each<[string, string]>([
    ['FA-2026-0887', 'Promised until 27 Nov'],
    ['FA-2026-0889', 'Disputed'],
    ['FA-2026-0890', 'Follow-up of the invoice is paused until 30 Nov'],
    ['FA-2026-0874', 'Follow-up of the customer is paused'],
    ['FA-2026-0886', 'Covered by credit'],
  ])('%s: %s (MW-27)', async (number, sentence) => {
    const form = await opened(number);
    expect(form.words).toContain(sentence);
    expect(form.words).not.toContain('New');
    expect((await send(form.fields)).status).toBe(303);
    expect(await byHand()).toHaveLength(1);
  });

  test('with several invoices each warning names its own', async () => {
    const form = await opened('FA-2026-0880', 'FA-2026-0890');
    expect(form.words).toContain('FA-2026-0890: Follow-up of the invoice is paused until 30 Nov');
  });

  test('of a reminder in the outbox, of one that went out, and of what leaves by itself', async () => {
    await open.db('settings').insert({ name: 'mode', value: '"automatic"' }).onConflict('name').merge();
    expect((await opened('FA-2026-0893')).words).toContain('“First reminder” leaves by itself today at 13:00');
    await send((await opened('FA-2026-0893')).fields);
    expect((await opened('FA-2026-0893')).words).toContain('A reminder is already in the outbox');
    await deliverLater();
    expect((await opened('FA-2026-0893')).words).toContain('Reminded today');
  });

  test('while automatic sending is off nothing is said to leave by itself', async () => {
    expect((await opened('FA-2026-0893')).words).not.toContain('by itself');
  });

  test('what a colleague sent meanwhile is shown as new with all that was typed, and the second click sends', async () => {
    const mine = await opened('FA-2026-0893');
    await send((await opened('FA-2026-0893')).fields);
    const answer = windowForm(await send({ ...mine.fields, subject: 'My own words', copy: '1' }));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('New A reminder is already in the outbox');
    expect(answer.value('subject')).toBe('My own words');
    expect(answer.value('copy')).toBe('1');
    expect(answer.value('formKey')).toBe(mine.value('formKey'));
    expect(await byHand()).toHaveLength(1);
    expect((await send(answer.fields)).status).toBe(303);
    expect(await byHand()).toHaveLength(2);
  });

  test('so is an amount that changed, and a promise that was made', async () => {
    const mine = await opened('FA-2026-0893');
    await open.db('invoices').where({ number: 'FA-2026-0893' }).update({ outstanding_minor: 30_000 });
    const ids = [await idOf('FA-2026-0893')];
    await recordPromise(open.db, ids, {
      until: '2026-12-01',
      amount: null,
      note: '',
      clock: open.web.clock,
      userId: null,
    });
    const answer = windowForm(await send(mine.fields));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('New The amount is now €300.00');
    expect(answer.words).toContain('New Promised until 1 Dec');
    expect((await send(answer.fields)).status).toBe(303);
    expect((await byHand())[0].total_minor).toBe(30_000);
  });

  test('what was paid meanwhile is left out, said, and the rest sent at the second click', async () => {
    const mine = await opened('FA-2026-0875', 'FA-2026-0880');
    await open.db('invoices').where({ number: 'FA-2026-0875' }).update({ outstanding_minor: 0 });
    const answer = windowForm(await send(mine.fields));
    expect(answer.status).toBe(422);
    expect(answer.words).toContain('FA-2026-0875 is paid or closed by now');
    expect((await send(answer.fields)).status).toBe(303);
    expect((await byHand())[0].total_minor).toBe(93_250);
  });

  test('a live look does not count as having seen: only the window itself does', async () => {
    const mine = await opened('FA-2026-0893');
    await send((await opened('FA-2026-0893')).fields);
    const look = await open.anna.post('/sending/email/preview', mine.fields, { htmx: true });
    expect(look.text).toContain('A reminder is already in the outbox');
    expect(look.text).not.toContain('name="seen"');
    expect((await send(mine.fields)).status).toBe(422);
  });
});

describe('a draft', () => {
  const changed = async (): Promise<WindowForm> => {
    const form = await opened('FA-2026-0893');
    const fields = { ...form.fields, subject: 'Half a thought', to: 'books@x.example' };
    return windowForm(await open.anna.post('/sending/email/preview', fields));
  };

  test('is kept as it is written, and found again with the moment it was begun', async () => {
    await changed();
    const again = await opened('FA-2026-0893');
    expect(again.words).toContain('You began this on 23 Nov at 10:00.');
    expect([again.value('subject'), again.value('to')]).toEqual(['Half a thought', 'books@x.example']);
  });

  test('is its writer’s alone, and of this channel and these invoices', async () => {
    await changed();
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    const theirs = await openWindow(bruno, await urlOf('FA-2026-0893'));
    expect(theirs.words).not.toContain('You began this');
    expect(theirs.value('subject')).not.toContain('Half');
    expect((await opened('FA-2026-0902')).value('subject')).not.toContain('Half');
    const letter = await openWindow(open.anna, (await urlOf('FA-2026-0893')).replace('email', 'letter'));
    expect(letter.value('subject')).not.toContain('Half');
  });

  test('is found whatever the order in which the invoices were ticked', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880');
    await open.anna.post('/sending/email/preview', { ...form.fields, subject: 'Half a thought' });
    expect((await opened('FA-2026-0880', 'FA-2026-0875')).value('subject')).toBe('Half a thought');
  });

  test('is forgotten by "Start over"', async () => {
    const form = await changed();
    const answer = await open.anna.post('/sending/email/draft', { ...form.fields, _method: 'delete' });
    expect(answer.headers.location).toBe(await urlOf('FA-2026-0893'));
    expect((await opened('FA-2026-0893')).words).not.toContain('You began this');
  });

  test('is gone when it was sent, and back when that is taken back', async () => {
    await send((await changed()).fields);
    expect((await opened('FA-2026-0893')).value('subject')).not.toContain('Half');
    const [reminder] = await byHand();
    await open.anna.post(`/sending/${reminder.id}/undo`);
    const again = await opened('FA-2026-0893');
    expect([again.value('subject'), again.value('to')]).toEqual(['Half a thought', 'books@x.example']);
  });

  test('is not begun by a look that arrives after its message was sent', async () => {
    const form = await changed();
    await send(form.fields);
    await open.anna.post('/sending/email/preview', { ...form.fields, subject: 'Too late' }, { htmx: true });
    expect((await opened('FA-2026-0893')).words).not.toContain('You began this');
  });

  test('of untouched words follows the facts', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880', 'FA-2026-0890');
    await open.anna.post('/sending/email/preview', { ...form.fields, copy: '1' });
    await open.db('invoices').where({ number: 'FA-2026-0880' }).update({ outstanding_minor: 0 });
    const again = await opened('FA-2026-0875', 'FA-2026-0880', 'FA-2026-0890');
    expect(await preview(again)).toContain('2 fatture');
  });

  test('that was sent is not kept for ever', async () => {
    await send((await changed()).fields);
    open.web.clock = clockAt('2026-11-26', '10:00', 'Europe/Paris');
    await signIn(open.anna, 'anna@example.test');
    await send((await opened('FA-2026-0902')).fields);
    expect(await open.db('drafts').pluck('saved_at')).toEqual([isoOf(open.web.clock())]);
  });
});

describe('templates', () => {
  const pick = async (form: WindowForm, value: string, more: object = {}): Promise<WindowForm> =>
    windowForm(await open.anna.post('/sending/email/preview', { ...form.fields, ...more, pick: value }));
  const idOfTemplate = async (name: string): Promise<string> =>
    String((await open.db('templates').where({ name }).first()).id);

  test('another one takes the place of the words', async () => {
    const form = await pick(await opened('FA-2026-0893'), await idOfTemplate('Friendly note'));
    expect(await preview(form)).toContain('Je me permets');
    expect(form.words).not.toContain('Bring my text back');
  });

  test('what was written before can be brought back, once', async () => {
    const first = await opened('FA-2026-0893');
    const own = { subject: 'Mine', body: '<p>Mine, about {{invoice.number}}.</p>' };
    const other = await pick(first, await idOfTemplate('Friendly note'), own);
    expect(other.words).toContain('Bring my text back');
    const back = await pick(other, 'before');
    expect([back.value('subject'), back.value('body')]).toEqual([own.subject, own.body]);
    expect(back.words).not.toContain('Bring my text back');
    expect(await preview(back)).toContain('Mine, about FA-2026-0893.');
  });

  test('untouched words follow when an invoice is unticked, and touched ones keep what was written', async () => {
    const form = await opened('FA-2026-0875', 'FA-2026-0880');
    const [first = ''] = form.boxes('ids');
    const one = windowForm(await open.anna.post('/sending/email/preview', { ...form.fields, ids: [first] }));
    expect(await preview(one)).not.toMatch(/\b[12] fatture/);
    const own = { subject: 'Mine: {{total}}', body: '<p>{{invoiceCount}} x {{total}}</p>' };
    const mine = windowForm(await open.anna.post('/sending/email/preview', { ...form.fields, ...own, ids: [first] }));
    expect(mine.value('body')).toBe(own.body);
    expect(await preview(mine)).toMatch(/1 x 684,00/);
  });

  test('an owner keeps the words as a template, which then stands among the pills', async () => {
    const form = await opened('FA-2026-0893');
    const fields = { ...form.fields, subject: 'Mine {{invoice.number}}', body: '<p>{{invoice.daysLate}} days.</p>' };
    const answer = windowForm(await open.anna.post('/sending/email/template', { ...fields, templateName: 'My way' }));
    expect(answer.words).toContain('Saved as the template “My way”.');
    expect(answer.html).toMatch(/aria-pressed="true">My way</);
    const stored = await open
      .db('templates as t')
      .join('template_versions as v', 'v.template_id', 't.id')
      .where({ name: 'My way' });
    expect(stored).toMatchObject([
      { kind: 'email', scope: 'single', language: 'fr', body: '<p>{{invoice.daysLate}} days.</p>' },
    ]);
    expect((await opened('FA-2026-0902')).html).toContain('>My way<');
  });

  test.each<[string, object, string]>([
    ['without a name', { templateName: ' ' }, 'This is needed.'],
    ['under a name that is taken', { templateName: 'Friendly note' }, 'name'],
    ['with a broken sentence', { templateName: 'X', body: '<p>{{#if deadline}}</p>' }, '{{#if deadline}}'],
  ])('not %s; everything stays', async (_name, typed, sentence) => {
    const form = await opened('FA-2026-0893');
    const before = await open.db('templates');
    const answer = windowForm(
      await open.anna.post('/sending/email/template', { ...form.fields, subject: 'Mine', ...typed }),
    );
    expect(answer.status).toBe(422);
    expect(answer.words).toContain(sentence);
    expect(answer.value('subject')).toBe('Mine');
    expect(answer.value('templateName')).toBe((typed as { templateName: string }).templateName.trim());
    expect(await open.db('templates')).toEqual(before);
  });

  test('a colleague is not offered to, and may not', async () => {
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    const form = await openWindow(bruno, await urlOf('FA-2026-0893'));
    expect(form.words).not.toContain('Save as template');
    expect((await bruno.post('/sending/email/template', { ...form.fields, templateName: 'X' })).status).toBe(403);
  });

  test('a template that cannot be filled in keeps no other from being chosen', async () => {
    const id = await idOfTemplate('⚡ First reminder');
    await open.db('template_versions').where({ template_id: id }).update({ body: '<p>{{nothing}}</p>' });
    const form = await opened('FA-2026-0893');
    expect(form.words).toContain('The template cannot be filled in for these invoices');
    expect((await send(form.fields)).status).toBe(422);
    const other = await pick(form, await idOfTemplate('Friendly note'));
    expect((await send(other.fields)).status).toBe(303);
  });
});

describe('a letter', () => {
  const letter = async (number: string): Promise<WindowForm> =>
    openWindow(open.anna, (await urlOf(number)).replace('email', 'letter'));

  test('shows its postal address and its sheet, and opens as a PDF', async () => {
    const form = await letter('FA-2026-0893');
    expect(form.words).toContain('27 rue du Mail 69004 Lyon');
    expect(form.words).not.toContain('Receive a copy');
    expect(await preview(form)).toContain('FA-2026-0893');
    const pdf = await open.anna.get(/href="(\/sending\/previews\/[\w-]+\/letter\.pdf)"/.exec(form.html)?.[1] ?? '');
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(
      Buffer.from(pdf.body as Buffer)
        .subarray(0, 5)
        .toString('latin1'),
    ).toBe('%PDF-');
  });

  test('waits to be printed, leaves by no mail, and says where it is', async () => {
    const form = await letter('FA-2026-0893');
    const answer = await open.anna.post('/sending/letter', form.fields);
    expect(answer.headers.location).toMatch(/^\/sending\/letters\/\d+$/);
    const page = await open.anna.get(answer.headers.location ?? '');
    expect(page.text).toContain('waits under To do');
    const [reminder] = await byHand();
    expect(page.text).toContain(`/reminders/${reminder.id}/letter.pdf`);
    expect(page.text).toContain('href="/todo"');
    expect(reminder).toMatchObject({ channel: 'letter', state: 'queued', hold_until: null });
    expect(await deliverLater()).toMatchObject({ sent: 0 });
  });

  test('another user’s preview is nobody else’s', async () => {
    const form = await letter('FA-2026-0893');
    await newUser(open.db, { name: 'Bruno', email: 'bruno@example.test', role: 'colleague' });
    const bruno = await visitor(open.app);
    await signIn(bruno, 'bruno@example.test');
    expect((await bruno.get(form.previewUrl)).status).toBe(404);
  });
});

test('ticked rows come to the window by a form', async () => {
  const ids = [await idOf('FA-2026-0875'), await idOf('FA-2026-0880')];
  const answer = await open.anna.post('/sending/email/choice', { ids });
  expect(answer.headers.location).toBe(`/sending/email?ids=${ids[0]}&ids=${ids[1]}`);
});

test('in the window, sending answers with a toast to undo and the row as it is now', async () => {
  const id = await idOf('FA-2026-0893');
  const form = windowForm(await open.anna.get(`/sending/email?ids=${id}`, { htmx: true }));
  const answer = await open.anna.post('/sending/email', form.fields, { htmx: true });
  expect(answer.status).toBe(200);
  const [reminder] = await byHand();
  expect(JSON.parse(answer.headers['hx-trigger'] ?? '{}')).toMatchObject({
    toast: { text: 'Leaves in 10 seconds', undo: `/sending/${reminder.id}/undo` },
  });
  expect(answer.text).toContain('data-close-now');
});
