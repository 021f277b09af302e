import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../test/support/browser.ts';
import { openWeb, type OpenWeb } from '../../../test/support/web.ts';
import { listTemplates, type TemplateRecord } from '../../store/templateEditing.ts';

let open: OpenWeb;
let server: Server;
let browser: Browser;
let page: Page;
let base = '';
const complaints: string[] = [];

beforeAll(async () => {
  open = await openWeb();
  server = open.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  page = await browser.newPage();
  const cookies = open.cookie.split('; ').map((one) => one.split(/=(.*)/s) as [string, string]);
  await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  await open?.close();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

const ready = (): Promise<unknown> =>
  Promise.all(['line', 'body'].map((kind) => page.waitForSelector(`trix-editor.editor-${kind}[data-ready]`)));

async function goTo(template: TemplateRecord, language = 'en'): Promise<void> {
  await page.goto(`${base}/templates/${template.id}?language=${language}`);
  await ready();
}

async function named(name: string): Promise<TemplateRecord> {
  const found = (await listTemplates(open.db)).find((one) => one.name === name);
  if (!found) throw new Error(`no template ${name}`);
  return found;
}

/** Trix draws once a frame and then sets the cursor; a person is never faster than that, a test is. */
const drawn = (): Promise<unknown> =>
  page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))',
  );

/**
 * Types and presses like a person: words by their letters, keys by their names in brackets. A click before that may land on a
 * chip, depending on the fonts of the machine, and a chip takes no letters: so the editors are given the focus.
 */
async function type(...what: string[]): Promise<void> {
  for (const one of what) {
    const key = /^\[(.+)\]$/.exec(one)?.[1];
    if (key) await page.keyboard.press(key);
    else for (const letter of one) await Promise.all([page.keyboard.type(letter), drawn()]);
    await drawn();
  }
}

const bodyField = (): Promise<string> => page.inputValue('textarea[name="body"]');
const preview = () => page.frameLocator('#preview iframe');

/** Runs in the page: puts a text area with each source into the form and has the editor take them over. */
const addSources = (sources: string[]): string => `for (const value of ${JSON.stringify(sources)}) {
  const area = Object.assign(document.createElement('textarea'), { value, name: 'more', defaultValue: value });
  area.id = 'more-' + document.querySelectorAll('[name="more"]').length;
  area.dataset.editor = 'body';
  const box = document.createElement('div');
  box.append(area);
  document.querySelector('#template-fields').append(box);
}
document.dispatchEvent(new Event('htmx:after:swap'));`;

/** Runs in the page: types a letter into each of them and takes it out again. */
const TYPE_AND_UNDO = `[...document.querySelectorAll('[name="more"]')].map((area) => {
  const { editor } = area.parentElement.querySelector('trix-editor');
  editor.setSelectedRange(0);
  editor.insertString('⁂');
  const typed = area.value;
  editor.deleteInDirection('backward');
  return { typed, undone: area.value };
})`;

/** Runs in the page: takes them out of it. */
const REMOVE = `for (const area of document.querySelectorAll('[name="more"]')) area.parentElement.remove();`;

/**
 * The sources as the editor gives them back with a letter typed into each, and when it is taken out again. A few at a time: the
 * more editors a page has, the longer each of them takes.
 */
async function typedInto(sources: string[]): Promise<{ typed: string; undone: string }[]> {
  const results: { typed: string; undone: string }[] = [];
  for (let from = 0; from < sources.length; from += 6) {
    const some = sources.slice(from, from + 6);
    await page.evaluate(addSources(some));
    await page.waitForFunction(
      `document.querySelectorAll('[name="more"] ~ trix-editor[data-ready]').length === ${some.length}`,
    );
    results.push(...(await page.evaluate<{ typed: string; undone: string }[]>(TYPE_AND_UNDO)));
    await page.evaluate(REMOVE);
  }
  return results;
}

/** A line that stands in no paragraph is put into one: that is all that the editor mends. */
const inParagraphs = (body: string): string => body.replace(/^(\{\{#plural [^\n]*)$/gm, '<p>$1</p>');

test('every text the product ships comes out of the editor as it went in', async () => {
  await goTo(await named('⚡ First reminder'));
  const bodies = (await listTemplates(open.db)).flatMap(({ versions }) => versions.map(({ body }) => body));
  expect(bodies.length).toBeGreaterThan(40);
  const results = await typedInto(bodies);
  expect(results.map(({ undone }) => undone)).toEqual(bodies);
  expect(results.map(({ typed }) => typed.replace('⁂', ''))).toEqual(bodies.map(inParagraphs));
});

test('so do lists, links, marks, nested conditions and the signs that HTML needs', async () => {
  await goTo(await named('⚡ First reminder'));
  const bodies = [
    '<p>a &lt;b&gt; &amp; c</p>',
    '<p>one<br>two<br><br>three</p>\n<p><strong>a <em>b</em></strong> <s>c</s></p>',
    '<p>See <a href="https://example.org/?a=1&amp;b=2">the <strong>page</strong></a>.</p>',
    '<ul><li>one</li><li>two {{total}}</li></ul>\n<ol><li>first</li></ol>\n<p>end</p>',
    '<ul><li>always</li>{{#if deadline}}<li>until {{deadline}}</li>{{/if}}</ul>',
    '<ul>{{#each invoices}}<li>{{number}}: {{outstanding}}</li>{{/each}}</ul>',
    '{{#if deadline}}<ul><li>one</li><li>two</li></ul>{{/if}}\n<p>end</p>',
    '{{#if deadline}}<p>one</p>\n<p>two</p>{{else}}\n<p>three</p>{{/if}}\n<p>end</p>',
    '{{#if deadline}}{{#if attachments}}<p>both</p>{{/if}}\n<p>one</p>{{/if}}\n<p>end</p>',
    '<p>{{#each invoices}}{{number}} {{/each}}</p>\n{{{invoiceTable}}}',
    '<p>Scan it:</p>\n{{{paymentCode}}}\n<p>Reference {{paymentReference}}</p>',
  ];
  const results = await typedInto(bodies.map((body) => `<p>start</p>\n${body}`));
  const wanted = bodies.map((body) => `<p>start</p>\n${body}`.replace('<br><br>', '</p>\n<p>'));
  expect(results.map(({ typed }) => typed.replace('⁂', ''))).toEqual(wanted);
});

test('one types, inserts a variable from the menu, sees the mail change, and saves; no brace is ever seen', async () => {
  await goTo(await named('⚡ First reminder'));
  const editor = page.locator('trix-editor.editor-body');
  expect(await editor.innerText()).not.toContain('{{');
  expect(await page.locator('trix-editor.editor-line').innerText()).not.toContain('{{');
  await editor.focus();
  await type('[Control+Home]', 'Customer ');
  await page.getByRole('button', { name: 'Insert a variable' }).click();
  await page.getByRole('button', { name: 'Customer number' }).click();
  await type(' writes & reads.', '[Enter]', '[Enter]');
  expect(await bodyField()).toMatch(
    /^<p>Customer \{\{customer\.code\}\} writes &amp; reads\.<\/p>\n<p>\{\{#if contact/,
  );
  await preview()
    .getByText(/^Customer [A-Z]+ writes & reads\.$/)
    .waitFor();
  await page.selectOption('#preview-on', { index: 4 });
  const [, customer = ''] = ((await page.locator('#preview-on option').nth(4).textContent()) ?? '').split(' · ');
  const { code } = (await open.db('customers').where({ name: customer }).first()) as { code: string };
  await preview().getByText(`Customer ${code} writes & reads.`).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The template is saved.').waitFor();
  const english = (await named('⚡ First reminder')).versions.find(({ language }) => language === 'en');
  expect(english?.body).toMatch(/^<p>Customer \{\{customer\.code\}\} writes &amp; reads\.<\/p>\n/);
});

test('a variable goes where the cursor was, also into the subject, and a condition around what is selected', async () => {
  await goTo(await named('⚡ Second reminder'));
  await page.locator('trix-editor.editor-line').focus();
  await type('[Control+End]', ' / ', '[Enter]');
  await page.getByRole('button', { name: 'Insert a variable' }).click();
  await page.getByRole('button', { name: 'Customer number' }).click();
  expect(await page.inputValue('textarea[name="subject"]')).toMatch(/ \/ \{\{customer\.code\}\}$/);
  await page.locator('trix-editor.editor-body').focus();
  await type('[Control+Home]', 'Now', '[Shift+Control+Home]');
  await page.getByRole('button', { name: 'Insert a condition' }).click();
  await page.getByRole('button', { name: 'if there is: Payment deadline of the step' }).click();
  expect(await bodyField()).toMatch(/^<p>\{\{#if deadline\}\}Now\{\{\/if\}\}\{\{#if contact\.name/);
});

test('a variable that this kind of template does not have is marked in the text, and its place is said', async () => {
  await goTo(await named('⚡ All due invoices: first reminder'));
  await page.getByRole('button', { name: 'Source' }).click();
  await page.fill('textarea[name="body"]', '<p>Hello</p>\n<p>About {{invoice.number}}</p>');
  await page.getByText('There is no preview').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page
    .locator('#template-fields .template-problems')
    .getByText('Line 2: there is no variable invoice.number')
    .waitFor();
  await ready();
  expect(await page.locator('trix-editor .chip-unknown').textContent()).toBe('invoice.number');
  expect(await bodyField()).toBe('<p>Hello</p>\n<p>About {{invoice.number}}</p>');
});

test('a text with a layout that the editor cannot show is edited as source, untouched', async () => {
  const { id } = await named('Friendly note');
  const body =
    '<table><tbody><tr><td>{{total}}</td></tr></tbody></table>\n<h2>Title</h2>\n<p><a href="https://x.example/{{customer.code}}">x</a></p>';
  await open.db('template_versions').where({ template_id: id, language: 'en' }).update({ body });
  await page.goto(`${base}/templates/${id}?language=en`);
  await page.waitForSelector('trix-editor.editor-line[data-ready]');
  await page.getByText('This text has a layout that the editor cannot show').waitFor();
  expect(await page.locator('trix-editor.editor-body').count()).toBe(0);
  expect(await bodyField()).toBe(body);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The template is saved.').waitFor();
  expect((await named('Friendly note')).versions.find(({ language }) => language === 'en')?.body).toBe(body);
});

test('bold, lists and links work from the toolbar with the keyboard alone', async () => {
  await goTo(await named('⚡ Final notice'));
  await page.locator('trix-editor.editor-body').focus();
  await type('[Control+A]', '[Delete]');
  await page.getByRole('button', { name: 'Bold' }).press('Enter');
  await type('Please');
  await page.getByRole('button', { name: 'Bold' }).press('Enter');
  await type(' see ');
  await page.getByRole('button', { name: 'Link' }).press('Enter');
  await type('example.org', '[Enter]');
  expect(await bodyField()).toBe('<p><strong>Please</strong> see <a href="https://example.org">example.org</a></p>');
});

test('on a phone the page is not wider than the screen, in the dark too', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const path of ['/templates', '/templates/new', `/templates/${(await named('⚡ Final notice')).id}`]) {
    await page.goto(base + path);
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
  }
});
