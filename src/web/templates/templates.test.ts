import { newUser, openWeb, type OpenWeb, signIn, visitor } from '../../../test/support/web.ts';
import { startSmtpSink } from '../../../test/support/smtpSink.ts';
import { readSettings, writeSettings } from '../../store/settings.ts';
import { listTemplates, type TemplateRecord } from '../../store/templateEditing.ts';

let open: OpenWeb;
beforeAll(async () => {
  open = await openWeb();
});
afterAll(() => open.close());

async function named(name: string): Promise<TemplateRecord> {
  const found = (await listTemplates(open.db)).find((one) => one.name === name);
  if (!found) throw new Error(`no template ${name}`);
  return found;
}

/** A template of one's own to play with, made through the screen. */
async function make(name: string, scope: 'single' | 'grouped' = 'single', kind = 'email'): Promise<TemplateRecord> {
  const answer = await open.anna.post('/templates', { name, kind, scope });
  expect(answer.status).toBe(303);
  return named(name);
}

const words = { language: 'en', subject: 'About {{invoice.number}}', body: '<p>Dear {{customer.name}}</p>' };

const frameIn = (html: string): string => /<iframe class="mail-frame" src="([^"]+)"/.exec(html)?.[1] ?? '';

test('the list shows each template with its picture, its type, its languages and the plans that write with it', async () => {
  const { text, status } = await open.anna.get('/templates');
  expect(status).toBe(200);
  const { id } = await named('⚡ First reminder');
  const [, card = ''] =
    new RegExp(`id="template-${id}">([\\s\\S]*?)</li>\\n<li class="template-card"`).exec(text) ?? [];
  expect(card).toContain('Follow-up of one invoice');
  expect(card).toContain('Standard follow-up');
  expect(card).not.toContain('missing');
  expect(card).toContain(`src="/templates/${id}/body?language=en" loading="lazy" sandbox`);
  const picture = await open.anna.get(`/templates/${id}/body?language=en`);
  expect(picture.text).toMatch(/Dear .+,<\/p>/);
  expect(picture.headers['content-security-policy']).toContain("default-src 'none'");
  expect(picture.headers['content-security-policy']).toContain('sandbox');
});

test('“Create a new template” names it, emoji and all, and asks for the type of follow-up', async () => {
  const form = await open.anna.get('/templates/new');
  expect(form.text).toContain('Create a new template');
  expect(form.text).toContain('Type of follow-up');
  expect(form.text).toContain('Grouped follow-up');
  const answer = await open.anna.post('/templates', { name: '  🥖 Tout ensemble\n', kind: 'email', scope: 'grouped' });
  const template = await named('🥖 Tout ensemble');
  expect(answer.headers.location).toBe(`/templates/${template.id}`);
  expect(template).toMatchObject({ kind: 'email', scope: 'grouped' });
  expect(template.versions).toMatchObject([{ language: 'en', body: expect.stringContaining('{{{invoiceTable}}}') }]);
  const page = await open.anna.get(`/templates/${template.id}`);
  expect(page.text.match(/class="state state-warning">missing/g)).toHaveLength(2);
});

test('a name that is missing, too long or taken is refused, and what was chosen is kept', async () => {
  for (const [name, sentence] of [
    ['  ', 'This is needed.'],
    ['x'.repeat(101), 'This is too long.'],
    ['⚡ First reminder', 'Another template has this name'],
  ] as const) {
    const { status, text } = await open.anna.post('/templates', { name, kind: 'letter', scope: 'grouped' });
    expect(status).toBe(422);
    expect(text).toContain(sentence);
    expect(text).toContain('value="letter" checked');
    expect(text).toContain('value="grouped" checked');
  }
});

test('a language that is missing is proposed with the product’s words, and is there once it is saved', async () => {
  const { id } = await make('In three languages');
  const page = await open.anna.get(`/templates/${id}?language=fr`);
  expect(page.text).toContain('There are no words in this language yet (French).');
  expect(page.text).toContain('Sauf erreur de notre part');
  expect((await named('In three languages')).versions).toHaveLength(1);
  const saved = await open.anna.put(`/templates/${id}`, { ...words, name: 'In three languages', language: 'fr' });
  expect(saved.headers.location).toBe(`/templates/${id}?language=fr`);
  const [, french] = (await named('In three languages')).versions;
  expect(french).toEqual({ ...words, language: 'fr' });
});

test('the editor shows the mail on an invoice of one’s own, and on another one when asked', async () => {
  const { id } = await named('⚡ First reminder');
  const page = await open.anna.get(`/templates/${id}`);
  const options = [...page.text.matchAll(/<option value="(\d+)"[^>]*>([^<]+)<\/option>/g)];
  expect(options.length).toBeGreaterThan(5);
  const [, value = '', label = ''] = options[3] ?? [];
  const [number = '', customer = ''] = label.split(' · ');
  const preview = await open.anna.post(`/templates/${id}/preview`, { ...words, on: value }, { htmx: true });
  expect(preview.text).toContain(`About ${number}`);
  const body = await open.anna.get(frameIn(preview.text));
  expect(body.text).toContain(`<p>Dear ${customer}</p>`);
  expect(body.headers['content-security-policy']).toContain('sandbox');
});

/** A preview gets an address of its own each time. */
const anyToken = (html: string): string => html.replace(/previews\/[\w-]+/, 'previews/');

test('a page includes the very fragment that a preview answers with', async () => {
  const { id } = await named('⚡ First reminder');
  const [version] = (await named('⚡ First reminder')).versions;
  const page = await open.anna.get(`/templates/${id}?language=en`);
  const part = await open.anna.post(`/templates/${id}/preview`, { ...version }, { htmx: true });
  expect(part.text).not.toContain('<html');
  expect(anyToken(page.text)).toContain(anyToken(part.text.trim()));
});

test('a grouped one is shown on a customer with several invoices, in a table', async () => {
  const { id } = await named('⚡ All due invoices: first reminder');
  const { text } = await open.anna.get(`/templates/${id}?language=it`);
  expect(text).toMatch(/<option value="\d+-EUR" selected>Rossi Srl · 5 invoices/);
  const body = await open.anna.get(frameIn(text));
  expect(body.text).toContain('Giulia Rossi');
  expect(body.text).toContain('<table style=');
});

test('a letter is shown as a sheet of paper', async () => {
  const { id } = await make('Lettre', 'single', 'letter');
  const { text } = await open.anna.get(`/templates/${id}`);
  const sheet = await open.anna.get(frameIn(text));
  expect(sheet.text).toContain('Meunier &amp; Fils');
  expect(sheet.text).toContain('23 November 2026');
});

test('a preview belongs to the person who asked for it', async () => {
  const { id } = await named('⚡ First reminder');
  const { text } = await open.anna.post(`/templates/${id}/preview`, { ...words }, { htmx: true });
  await newUser(open.db, { name: 'Ben', email: 'ben@meunier.example', role: 'owner' });
  const ben = await visitor(open.app);
  await signIn(ben, 'ben@meunier.example');
  expect((await ben.get(frameIn(text))).status).toBe(404);
});

test('a template that could not leave is refused with the place marked, and nothing is lost', async () => {
  const before = await named('⚡ Second reminder');
  const body = '<p>Dear {{customer.name}}</p>\n<p>You owe {{invoice.owed}} since {{#if deadline}}a while.</p>';
  const sent = { ...words, name: before.name, body };
  const first = await open.anna.put(`/templates/${before.id}`, sent, { htmx: true });
  expect(first.status).toBe(422);
  expect(first.text).toContain('Line 2: the condition {{#if deadline}} has no end.');
  expect(first.text).toContain('<mark>{{#if deadline}}</mark>');
  const mended = { ...sent, body: body.replace('{{#if deadline}}', '') };
  const second = await open.anna.put(`/templates/${before.id}`, mended, { htmx: true });
  expect(second.status).toBe(422);
  expect(second.text).toContain('Line 2: there is no variable invoice.owed in this kind of template.');
  expect(second.text).toContain('You owe {{<mark>invoice.owed</mark>}} since');
  expect(second.text).toContain('&lt;p&gt;You owe {{invoice.owed}} since a while.&lt;/p&gt;</textarea>');
  expect(await named('⚡ Second reminder')).toEqual(before);
});

test('the same refusal without JavaScript is a whole page with what was typed', async () => {
  const { id, name } = await named('⚡ Second reminder');
  const answer = await open.anna.post(`/templates/${id}`, { _method: 'put', ...words, name, subject: 'x {{nothing}}' });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('<html');
  expect(answer.text).toContain('x {{nothing}}</textarea>');
});

test('a subject, a text and a name are needed, and a name that is taken is said', async () => {
  const { id } = await make('Needs words');
  const empty = await open.anna.put(
    `/templates/${id}`,
    { language: 'en', name: '', subject: ' ', body: '' },
    { htmx: true },
  );
  expect(empty.status).toBe(422);
  expect(empty.text.match(/This is needed\./g)).toHaveLength(3);
  const taken = await open.anna.put(`/templates/${id}`, { ...words, name: '⚡ First reminder' }, { htmx: true });
  expect(taken.text).toContain('Another template has this name');
});

test('what is saved holds nothing but words: scripts, frames, styles and commands to the page are gone', async () => {
  const { id, name } = await make('Clean');
  const body =
    '<p style="color:red" data-hx-post="/x" onclick="x()">Dear <b>{{customer.name}}</b></p><script>alert(1)</script><a href="javascript:x">a</a>';
  expect((await open.anna.put(`/templates/${id}`, { ...words, name, body })).status).toBe(303);
  expect((await named('Clean')).versions[0]?.body).toBe('<p>Dear <strong>{{customer.name}}</strong></p><a>a</a>');
});

test('saving renames, and is in the history', async () => {
  const { id } = await make('Old name');
  await open.anna.put(`/templates/${id}`, { ...words, name: '🙂 New name' });
  expect((await named('🙂 New name')).id).toBe(id);
  const events = await open.db('history').where({ kind: 'template_saved' }).orderBy('id', 'desc').first();
  expect(JSON.parse((events as { data: string }).data)).toEqual({ template: '🙂 New name', language: 'en' });
});

test('a duplicate has the same words in every language under a free name', async () => {
  const { id, versions, scope } = await named('⚡ Final notice');
  const once = await open.anna.post(`/templates/${id}/duplicate`);
  expect(once.headers.location).toBe(`/templates/${(await named('⚡ Final notice (copy)')).id}`);
  await open.anna.post(`/templates/${id}/duplicate`);
  expect(await named('⚡ Final notice (copy)')).toMatchObject({ versions, scope });
  expect(await named('⚡ Final notice (copy 2)')).toMatchObject({ versions });
});

test('a template that a plan writes with cannot be archived, and the plans are named', async () => {
  const { id } = await named('⚡ First reminder');
  const { status, text } = await open.anna.put(`/templates/${id}/archive`);
  expect(status).toBe(422);
  expect(text).toContain('A plan still uses this template');
  expect(text).toContain('Standard follow-up');
  expect((await named('⚡ First reminder')).archivedAt).toBeNull();
});

test('one that no plan uses is archived, can be taken back, and is not changed meanwhile', async () => {
  const { id } = await make('For later');
  expect((await open.anna.put(`/templates/${id}/archive`)).headers.location).toBe('/templates');
  const list = await open.anna.get('/templates');
  expect(list.text).not.toContain(`id="template-${id}"`);
  expect(list.text).toContain(`action="/templates/${id}/restore"`);
  expect((await open.anna.put(`/templates/${id}`, { ...words, name: 'For later' })).status).toBe(404);
  await open.anna.post(`/templates/${id}/restore`);
  expect((await open.anna.get('/templates')).text).toContain(`id="template-${id}"`);
});

test('a colleague may look and try, and changes nothing', async () => {
  await newUser(open.db, { name: 'Carla', email: 'carla@meunier.example', role: 'colleague' });
  const carla = await visitor(open.app);
  await signIn(carla, 'carla@meunier.example');
  const { id, name } = await named('⚡ First reminder');
  const page = await carla.get(`/templates/${id}`);
  expect(page.status).toBe(200);
  expect(page.text).not.toContain('name="_method" value="put"');
  expect((await carla.post(`/templates/${id}/preview`, { ...words }, { htmx: true })).status).toBe(200);
  for (const answer of [
    await carla.put(`/templates/${id}`, { ...words, name }),
    await carla.post('/templates', { name: 'Hers', kind: 'email', scope: 'single' }),
    await carla.post(`/templates/${id}/duplicate`),
    await carla.put(`/templates/${id}/archive`),
  ])
    expect(answer.status).toBe(403);
});

test('without a mail account the test stays here and can be opened', async () => {
  const { id } = await named('⚡ First reminder');
  const { text } = await open.anna.post(`/templates/${id}/test`, { ...words }, { htmx: true });
  expect(text).toContain('No mail account is connected');
  const [, url = ''] = /href="(\/templates\/tests\/[\w-]+)"/.exec(text) ?? [];
  const eml = await open.anna.get(url);
  expect(eml.headers['content-type']).toBe('message/rfc822');
  expect(eml.text ?? String(eml.body)).toMatch(/^To: Anna .*<anna@/m);
  expect(eml.text ?? String(eml.body)).toMatch(/^Subject: \[Test\] About FA-/m);
});

test('“Send me a test” reaches the person who asks, whatever recipient a form names, and not too often', async () => {
  const sink = await startSmtpSink();
  const settings = await readSettings(open.db);
  const mail = { ...settings.mail, host: sink.host, port: sink.port, security: 'none' as const };
  await writeSettings(open.db, {
    mail: { ...mail, copyTo: 'copy@elsewhere.example', testAddress: 'all@elsewhere.example' },
  });
  try {
    await newUser(open.db, { name: 'Dora', email: 'dora@meunier.example', role: 'colleague' });
    const dora = await visitor(open.app);
    await signIn(dora, 'dora@meunier.example');
    const { id } = await named('⚡ First reminder');
    const evil = 'evil@elsewhere.example';
    const form = {
      ...words,
      to: evil,
      email: evil,
      cc: evil,
      bcc: evil,
      recipient: evil,
      user: { email: evil },
      on: evil,
    };
    const { text } = await dora.post(`/templates/${id}/test`, form, { htmx: true });
    expect(text).toContain('on its way to dora@meunier.example, and to nobody else');
    const header = { ...form, subject: `x\r\nBcc: ${evil}` };
    await dora.post(`/templates/${id}/test`, header, { htmx: true });
    for (let n = 0; n < 3; n += 1) await dora.post(`/templates/${id}/test`, form, { htmx: true });
    const tooMany = await dora.post(`/templates/${id}/test`, form, { htmx: true });
    expect(tooMany.status).toBe(429);
    const messages = await sink.messages();
    expect(messages).toHaveLength(5);
    for (const { to, raw } of messages) {
      expect(to).toEqual(['dora@meunier.example']);
      expect(raw.toString()).not.toMatch(/^(cc|bcc):/im);
    }
    expect(messages[0]?.raw.toString()).toContain('.pdf');
  } finally {
    await writeSettings(open.db, { mail: settings.mail });
    await sink.stop();
  }
});

test('a template that is not there is said to be missing', async () => {
  for (const url of [
    '/templates/999999',
    '/templates/x',
    '/templates/999999/body',
    '/templates/previews/x',
    '/templates/tests/x',
  ])
    expect((await open.anna.get(url)).status).toBe(404);
  expect((await open.anna.put('/templates/999999', { ...words, name: 'x' })).status).toBe(404);
  expect((await open.anna.post('/templates/999999/test', words)).status).toBe(404);
});

test('an installation without invoices shows the template on an example', async () => {
  const empty = await openWeb({ demo: false });
  try {
    expect((await empty.anna.get('/templates')).text).toContain('No templates yet');
    const { headers } = await empty.anna.post('/templates', { name: 'First', kind: 'email', scope: 'single' });
    const { text } = await empty.anna.get(String(headers.location));
    expect(text).toContain('There is no open invoice yet, so this is an example.');
    expect((await empty.anna.get(frameIn(text))).text).toContain('Claire Martin');
  } finally {
    await empty.close();
  }
});

test.each(['fr', 'it'])('the screens speak %s', async (language) => {
  await open.db('users').where({ email: 'anna@meunier.example' }).orWhere({ name: 'Anna' }).update({ language });
  const list = await open.anna.get('/templates');
  const { id } = await named('⚡ First reminder');
  const page = await open.anna.get(`/templates/${id}`);
  await open.db('users').update({ language: 'en' });
  expect(list.text).toContain(language === 'fr' ? 'Créer un nouveau modèle' : 'Crea un nuovo modello');
  expect(page.text).toContain(language === 'fr' ? 'Insérer une variable' : 'Inserisci una variabile');
  expect(page.text).not.toMatch(/templates\.\w+/);
});
