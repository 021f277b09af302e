import type { BrowserContext, Locator, Page } from 'playwright-core';
import { LOOKS, SIZES, violationsOn } from '../support/screens.ts';
import { setWebStage } from '../support/webStage.ts';

let base: string;
let context: BrowserContext;
let page: Page;
// The ten seconds in which a message can be taken back do not pass here.
setWebStage((stage) => ({ base, context, page } = stage));

const row = (number: string): Locator => page.locator('[data-rows] tr', { hasText: number });
const at = (number: string): Locator => row(number).locator('a[href^="/sending/email"]');
const toast = (): Locator => page.locator('#toasts .toast-line').last();
const body = (): Locator => page.locator('#window trix-editor.editor-body[data-ready]');
const mail = () => page.frameLocator('#window iframe.mail-frame');
const words = (name: 'subject' | 'body'): Promise<string> => page.inputValue(`#window textarea[name="${name}"]`);
const hasFocus = (selector: string): Promise<void> => page.locator(`${selector}:focus`).waitFor();
const gone = (): Promise<void> => page.locator('#window[open]').waitFor({ state: 'detached' });
/** Trix draws once a frame and then sets the cursor; a person is never faster than that, a test is. */
const drawn = (): Promise<unknown> =>
  page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))',
  );
const list = (): Promise<unknown> => page.goto(`${base}/invoices`);

/** Clicks what opens the window, and waits until it can be written in. */
async function open(what: Locator): Promise<void> {
  await what.click();
  await page.locator('#window[open]').waitFor();
  await body().waitFor();
}

/** Writes at the beginning of the text. In the middle a click might land on a chip, which takes no letters. */
async function begin(text: string): Promise<void> {
  await body().click({ position: { x: 3, y: 3 } });
  await page.keyboard.press('Control+Home');
  await drawn();
  await page.keyboard.type(text);
  await drawn();
}

test('from the row: the window, own words, the very message beside them, sent, and taken back with all that was written', async () => {
  await list();
  await open(at('FA-2026-0893'));
  await hasFocus('#sending-title');
  expect(await body().innerText()).toContain('FA-2026-0893');
  expect(await body().innerText()).not.toContain('{{');
  await begin('Un mot de plus. ');
  await mail().getByText('Un mot de plus.').waitFor();
  expect(await words('body')).toMatch(/^<p>Un mot de plus\. Bonjour \{\{contact\.name\}\},/);
  await page.check('#window [name="copy"]');
  await page.click('#window-send');
  await toast().getByText('Leaves in 10 seconds').waitFor();
  await gone();
  await row('FA-2026-0893').getByText('a reminder is under way').waitFor();
  await hasFocus(`[href="${await at('FA-2026-0893').getAttribute('href')}"]`);
  await toast().getByRole('button', { name: 'Undo' }).click();
  await toast().getByText('Taken back before it left.').waitFor();
  expect(await row('FA-2026-0893').innerText()).not.toContain('under way');
  await open(at('FA-2026-0893'));
  expect(await body().innerText()).toContain('Un mot de plus.');
  expect(await page.isChecked('#window [name="copy"]')).toBe(true);
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.locator('.sending-begun').waitFor({ state: 'detached' });
  await body().waitFor();
  expect(await body().innerText()).not.toContain('Un mot de plus.');
});

test('a draft outlives Esc in the middle of a word, and the focus goes back to the row', async () => {
  await list();
  await open(at('FA-2026-0902'));
  await begin('Halfway');
  await page.keyboard.press('Escape');
  await gone();
  await hasFocus(`[href="${await at('FA-2026-0902').getAttribute('href')}"]`);
  await page.reload();
  await open(at('FA-2026-0902'));
  await page.locator('.sending-begun').getByText('You began this on').waitFor();
  expect(await body().innerText()).toMatch(/^Halfway/);
});

test('looking without touching anything begins no draft', async () => {
  await list();
  for (const _ of ['once', 'again']) {
    await open(at('FA-2026-0881'));
    await page.waitForTimeout(700);
    await page.keyboard.press('Escape');
    await gone();
  }
  await open(at('FA-2026-0881'));
  expect(await page.locator('.sending-begun').count()).toBe(0);
});

test('several invoices: unticking one changes table, total, documents and the chips of own words; one stays', async () => {
  await list();
  for (const number of ['FA-2026-0875', 'FA-2026-0880', 'FA-2026-0890'])
    await row(number).locator('[data-row-tick]').check();
  const bar = page.locator('.action-bar');
  await bar.getByText('3 invoices').waitFor();
  await bar.getByText('€2,722.70').waitFor();
  await open(bar.getByRole('button', { name: 'Send an e-mail' }));
  await page.locator('.sending-warnings').getByText('FA-2026-0890: Follow-up of the invoice is paused').waitFor();
  await begin('Mio. ');
  await mail().getByText('Mio.').waitFor();
  const ticks = page.locator('#window [name="ids"]');
  await ticks.nth(1).uncheck();
  await page.locator('.sending-total').getByText('€1,790.20').waitFor();
  expect(await page.locator('#window [name="documents"]').count()).toBe(2);
  await mail().getByText('FA-2026-0880').waitFor({ state: 'detached' });
  await body().getByText('1.790,20').waitFor();
  expect(await body().innerText()).toMatch(/^Mio\. Gentile/);
  expect(await words('body')).toContain('{{total}}');
  await ticks.nth(0).uncheck();
  await page.locator('.sending-total').getByText('€1,106.20').waitFor();
  await ticks.nth(2).click();
  expect(await ticks.nth(2).isChecked()).toBe(true);
  await page.click('#window-send');
  await toast().getByText('Leaves in 10 seconds').waitFor();
  await bar.waitFor({ state: 'hidden' });
});

test('two customers get a message each: the bar says so', async () => {
  await list();
  await row('FA-2026-0875').locator('[data-row-tick]').check();
  await row('FA-2026-0895').locator('[data-row-tick]').check();
  await page.locator('.action-bar').getByRole('button', { name: 'Send to 2 customers…' }).waitFor();
  expect(await page.locator('.action-bar').getByRole('button', { name: 'Send an e-mail' }).isVisible()).toBe(false);
});

test('addresses are chips: typed, pasted, suggested, checked at once, and taken back', async () => {
  await list();
  await open(at('FA-2026-0910'));
  const to = page.locator('#field-to');
  const chips = page.locator('#window .address-box').first().locator('.address-chip');
  const sent = page.locator('#window input[name="to"]');
  await to.fill('second@x.example');
  await to.press('Enter');
  expect(await page.locator('#window[open]').count()).toBe(1);
  await to.pressSequentially('third@x.example,');
  expect(await chips.count()).toBe(3);
  await to.press('Backspace');
  expect(await to.inputValue()).toBe('third@x.example');
  await to.fill('nobody');
  await to.press('Tab');
  await page.locator('#error-to').getByText('nobody is not an e-mail address').waitFor();
  await page.getByRole('button', { name: 'Remove nobody' }).click();
  await page.locator('#error-to').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Remove claire@' }).click();
  expect(await sent.inputValue()).toBe('second@x.example');
  await page.locator('[data-suggest]', { hasText: 'Claire Martin' }).click();
  await page.evaluate(`{
    const data = new DataTransfer();
    data.setData('text', '"Four, Fourth" <four@x.example>; five@x.example');
    document.getElementById('field-to').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }`);
  expect((await sent.inputValue()).split(', ')).toContain('five@x.example');
  expect(await page.locator('#window .address-chip', { hasText: 'Four, Fourth' }).count()).toBe(1);
});

test('a letter is looked at, opens as a PDF, and says afterwards where it waits', async () => {
  await list();
  await open(row('FA-2026-0878').locator('a[href^="/sending/letter"]'));
  await mail().getByText('FA-2026-0878').first().waitFor();
  expect(await page.locator('.sending-postal').innerText()).toContain('210 route de Genas');
  const [pdf] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open as PDF' }).click(),
  ]);
  await pdf.close();
  await page.click('#window-send');
  await page.locator('#window [data-sent]').waitFor();
  await hasFocus('#sending-title');
  expect(await page.locator('#window').getByRole('link', { name: 'Open the PDF' }).getAttribute('href')).toMatch(
    /letter\.pdf$/,
  );
  expect(await page.locator('#window').getByRole('link', { name: 'To do' }).getAttribute('href')).toBe('/todo');
  await page.keyboard.press('Escape');
  await row('FA-2026-0878').getByText('a reminder is under way').waitFor();
});

test('another template replaces the words, which come back; kept under a name they stand among the pills', async () => {
  await list();
  await open(at('FA-2026-0915'));
  await begin('Dans mes mots. ');
  await mail().getByText('Dans mes mots.').waitFor();
  await page.locator('.sending-pills').getByText('Friendly note').click();
  await mail().getByText('Je me permets').waitFor();
  await page.getByRole('button', { name: 'Bring my text back' }).click();
  await mail().getByText('Dans mes mots.').waitFor();
  await body().getByText('Dans mes mots.').waitFor();
  await page.locator('.keep-template summary').click();
  await page.click('[data-keep-template]');
  await page.locator('#error-templateName').waitFor();
  await page.fill('#field-templateName', 'In my words');
  await page.keyboard.press('Enter');
  await page.getByText('Saved as the template “In my words”.').waitFor();
  await page.locator('.sending-pills [aria-pressed="true"]').getByText('In my words').waitFor();
  await page.goto(`${base}/templates`);
  await page.getByText('In my words').first().waitFor();
});

test('what a colleague does meanwhile is marked new, everything stays, and the second click sends', async () => {
  await list();
  await open(at('FA-2026-0924'));
  await begin('Doucement. ');
  await mail().getByText('Doucement.').waitFor();
  const other = await context.newPage();
  await other.goto(`${base}/invoices`);
  await other.locator('tr', { hasText: 'FA-2026-0924' }).locator('a[href^="/sending/letter"]').click();
  await other.locator('#window-send').click();
  await other.locator('#window [data-sent]').waitFor();
  await other.close();
  await page.click('#window-send');
  await page.locator('.sending-warnings li').getByText('A reminder is already in the outbox').waitFor();
  await page.locator('.sending-warnings').getByText('New', { exact: true }).waitFor();
  await body().waitFor();
  expect(await body().innerText()).toMatch(/^Doucement\./);
  await page.click('#window-send');
  await toast().getByText('Leaves in 10 seconds').waitFor();
});

test('the keyboard alone suffices: to the row, into the window, round inside it, and Ctrl+Enter sends once', async () => {
  await list();
  await at('FA-2026-0886').focus();
  await page.keyboard.press('Enter');
  await body().waitFor();
  await hasFocus('#sending-title');
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press('Tab');
    const outside = await page.evaluate(
      'document.activeElement !== document.body && !document.activeElement.closest("#window")',
    );
    expect(outside).toBe(false);
  }
  await body().focus();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Control+Enter');
  await toast().getByText('Leaves in 10 seconds').waitFor();
  await gone();
  await page.goto(`${base}/outbox`);
  expect(await page.locator('[data-rows] tr', { hasText: 'FA-2026-0886' }).count()).toBe(1);
});

test('from the panels: an invoice, and all that a customer owes in each currency; the panel follows', async () => {
  await list();
  await row('FA-2026-0891').locator('td.number a').click();
  await open(page.locator('#panel-body').getByRole('link', { name: 'E-mail', exact: true }));
  await page.click('#window-send');
  await toast().getByText('Leaves in 10 seconds').waitFor();
  await page.locator('#panel-body').getByText('Reminder decided').waitFor();
  await page.goto(`${base}/customers`);
  await page.locator('[data-rows] a', { hasText: 'Harbor Street' }).first().click();
  await open(page.locator('#panel-body').getByRole('link', { name: 'Summary e-mail' }));
  const currencies = page.locator('.sending-head .pill');
  expect(await currencies.allInnerTexts()).toEqual(['USD', 'EUR']);
  await currencies.nth(1).click();
  await page.locator('.sending-head .pill[aria-current]').getByText('EUR').waitFor();
  await mail().getByText('FA-2026-0891').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#panel.show').waitFor();
});

test.each(LOOKS)('it fits a %s, %s, and breaks no rule of accessibility', async (size, colorScheme) => {
  const small = await context.newPage();
  await small.setViewportSize(SIZES[size]);
  await small.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await small.goto(`${base}/invoices`);
  await small.evaluate(`document.documentElement.dataset.bsTheme = '${colorScheme}'`);
  await small.locator('tr', { hasText: 'FA-2026-0889' }).locator('a[href^="/sending/email"]').click();
  await small.locator('#window trix-editor.editor-body[data-ready]').waitFor();
  const box = await small.locator('#window').boundingBox();
  if (size === 'phone') expect(box).toMatchObject({ x: 0, y: 0, width: SIZES.phone.width, height: SIZES.phone.height });
  expect(
    await small.evaluate(
      'document.querySelector("#window-form").scrollWidth - document.querySelector("#window-form").clientWidth',
    ),
  ).toBe(0);
  const send = await small.locator('#window-send').boundingBox();
  expect((send?.y ?? 0) + (send?.height ?? 0)).toBeLessThanOrEqual(SIZES[size].height);
  expect(await violationsOn(small)).toEqual([]);
  await small.close();
});

test('as a page of its own it sends as well, and goes back to the list', async () => {
  await list();
  const address = await at('FA-2026-0895').getAttribute('href');
  await page.goto(base + address);
  await page.locator('trix-editor.editor-body[data-ready]').waitFor();
  await Promise.all([page.waitForURL('**/invoices'), page.click('#window-send')]);
  await toast().getByText('Leaves in 10 seconds').waitFor();
});
