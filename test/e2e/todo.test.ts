import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser, PATIENCE } from '../support/browser.ts';
import { complaintsOf } from '../support/liveApp.ts';
import { LOOKS, SIZES, violationsOn } from '../support/screens.ts';
import { MONDAY, todoStage } from '../support/todoStage.ts';
import { openWeb, type OpenWeb } from '../support/web.ts';
import { cookiesOf } from '../support/webStage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

let open: OpenWeb;
let stage: ReturnType<typeof todoStage>;
let server: Server;
let base: string;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeEach(async () => {
  open = await openWeb();
  stage = todoStage(open);
});
afterEach(async () => {
  await context?.close();
  server.close();
  server.closeAllConnections();
  await open.close();
  // A refused form is one for Chromium too, and it says so by itself.
  expect(complaints.filter((line) => !/status of 422/.test(line))).toEqual([]);
});

/** The list in a real browser, signed in, with the day as the test has set it up. */
async function show({
  size = SIZES.desktop as { width: number; height: number },
  javaScriptEnabled = true,
} = {}): Promise<void> {
  server = open.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  context = await browser.newContext({ viewport: size, javaScriptEnabled, reducedMotion: 'reduce', locale: 'en' });
  context.setDefaultTimeout(PATIENCE);
  complaints = complaintsOf(context);
  await context.addCookies(cookiesOf(open.anna.cookie(), base));
  page = await context.newPage();
  await page.goto(`${base}/todo`);
}

const item = (id: string): Locator => page.locator(`#todo-${id}`);
const toast = (): Locator => page.locator('#toasts .toast-line').last();
const hasFocus = (selector: string): Promise<void> => page.locator(`${selector}:focus`).waitFor();
const badge = (): Promise<string> => page.innerText('.side .count-badge');

test('the keyboard alone walks, opens, approves and skips; the focus goes on to the next item', async () => {
  const queued = (await stage.run(MONDAY, 'review')).filter(({ channel }) => channel === 'email');
  const [first, second, third] = queued.map(({ id }) => id);
  await show();
  await page.locator('#main').focus();
  await page.keyboard.press('j');
  await hasFocus(`#todo-r${first} .todo-title a:first-child`);
  await page.keyboard.press('Enter');
  await page.locator('#panel-body iframe.mail-frame').waitFor();
  await page.keyboard.press('Escape');
  await hasFocus(`#todo-r${first} .todo-title a:first-child`);
  await page.keyboard.press('a');
  await toast().getByText('Approved.').waitFor();
  await item(`r${first}`).waitFor({ state: 'detached' });
  await hasFocus(`#todo-r${second} a`);
  expect((await stage.reminder(first ?? 0)).needs_approval).toBe(0);
  await page.keyboard.press('s');
  await page.locator('#panel-body [name="reason"]').fill('Paid in cash');
  await page.keyboard.press('Enter');
  await toast().getByText('Skipped.').waitFor();
  await hasFocus(`#todo-r${third} a`);
  expect((await stage.reminder(second ?? 0)).state).toBe('cancelled');
  await page.keyboard.press('x');
  await page.locator('#bulk-approval').waitFor();
  expect(await page.innerText('#bulk-approval [data-count]')).toBe('1 ticked');
  await page.locator('#bulk-approval .btn-primary').click();
  await item(`r${third}`).waitFor({ state: 'detached' });
});

test('? lists the keys, and g d leads to the list from anywhere', async () => {
  await show();
  await page.goto(`${base}/customers`);
  await page.locator('#main').focus();
  await page.keyboard.press('?');
  await page.getByText('To do: skip with a reason').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await Promise.all([page.waitForURL('**/todo'), page.keyboard.press('d')]);
});

test('the result of a call: only what belongs to it is asked, a refused form keeps what was typed, a promise completes it', async () => {
  await stage.firstStepIs('call');
  await stage.run();
  const call = await stage.waiting('call');
  await show();
  const before = Number(await badge());
  await item(`r${call.id}`).getByText('Record the result…').click();
  await page.locator('#panel-body [name="until"]').waitFor({ state: 'hidden' });
  await page.check('#panel-body [value="promise"]');
  await page.locator('#panel-body [name="reason"]').waitFor({ state: 'hidden' });
  await page.fill('#panel-body [name="amount"]', '1e9');
  await page.fill('#panel-body [name="note"]', 'half now');
  await page.click('#panel-body .call-form .btn-primary');
  await page.locator('#error-until').waitFor();
  await page.locator('#error-amount').waitFor();
  expect(await page.inputValue('#panel-body [name="note"]')).toBe('half now');
  await page.fill('#panel-body [name="until"]', '2026-12-04');
  await page.fill('#panel-body [name="amount"]', '10.50');
  await page.click('#panel-body .call-form .btn-primary');
  await toast().getByText('Nothing leaves until that day.').waitFor();
  await item(`r${call.id}`).waitFor({ state: 'detached' });
  expect(Number(await badge())).toBe(before - 1);
  expect((await open.db('promises').where({ invoice_id: call.invoice }).first()).amount_minor).toBe(1050);
});

test('a to do is dismissed with a reason, Undo brings it back, and so does the list of the dismissed', async () => {
  const id = `no_recipient-c${await stage.idOf('Café des Halles')}`;
  await show();
  for (const way of ['undo', 'list']) {
    await item(id).getByText('Dismiss…').click();
    await page.click('#panel-body .form-actions .btn-primary');
    expect(await page.locator('#panel-body [name="reason"]:invalid').count()).toBe(1);
    await page.fill('#panel-body [name="reason"]', 'He comes by on Fridays');
    await page.click('#panel-body .form-actions .btn-primary');
    await toast().getByText('Dismissed.').waitFor();
    await item(id).waitFor({ state: 'detached' });
    if (way === 'undo') await toast().locator('button').click();
    else {
      await page.click('.pills a[href="/todo?kind=dismissed"]');
      await page.getByText('He comes by on Fridays').waitFor();
      await page.getByText('Put back').click();
      await page.getByText('Nothing is dismissed.').waitFor();
      await page.goto(`${base}/todo`);
    }
    await item(id).waitFor();
  }
});

test('letters are ticked and marked as posted together', async () => {
  await stage.firstStepIs('letter');
  await stage.run();
  const letters = await stage.reminders({ channel: 'letter', state: 'queued' });
  await show();
  const [first, second, ...others] = letters;
  for (const one of [first, second]) await item(`r${one?.id}`).locator('input[type="checkbox"]').check();
  expect(await page.innerText('#bulk-letter [data-count]')).toBe('2 ticked');
  await page.locator('#bulk-letter .btn-primary').click();
  await item(`r${first?.id}`).waitFor({ state: 'detached' });
  for (const one of [first, second]) expect((await stage.reminder(one?.id ?? 0)).state).toBe('sent');
  for (const one of others) await item(`r${one.id}`).waitFor();
});

test('a refused address is changed in the panel, and its to do is gone when the panel closes', async () => {
  const id = `address_refused-c${await stage.idOf('Hôtel Bellecour')}`;
  await show();
  const before = Number(await badge());
  await item(id).getByText('Change the address').click();
  await page.fill('#panel-body [name="email"]', 'compta@hotel-bellecour.example');
  await page.locator('#panel-body form').locator('.btn-primary').click();
  await page.locator('#panel-body').getByText('compta@hotel-bellecour.example').waitFor();
  await page.locator('#panel-body [data-close-panel]').first().click();
  await item(id).waitFor({ state: 'detached' });
  await page.reload();
  expect(Number(await badge())).toBe(before - 1);
});

test('without JavaScript a message is approved, another one skipped, and a to do dismissed', async () => {
  const [first, second] = await stage.run(MONDAY, 'review');
  await show({ javaScriptEnabled: false });
  await item(`r${first?.id}`).getByText('Approve').click();
  await page.getByText('Approved.').waitFor();
  await item(`r${second?.id}`).getByText('Skip…').click();
  await page.fill('[name="reason"]', 'Paid in cash');
  await page.click('.form-actions .btn-primary');
  await page.getByText('Skipped.').waitFor();
  const blocked = page.locator('#todo-blocked .todo').first();
  await blocked.locator('input[type="checkbox"]').check();
  await page.fill('#bulk-blocked [name="reason"]', 'Not this one');
  await page.click('#bulk-blocked button');
  await page.getByText('Dismissed.').waitFor();
  expect((await stage.reminder(second?.id ?? 0)).state).toBe('cancelled');
});

test.each(LOOKS)('every kind together breaks no rule of accessibility and fits (%s, %s)', async (size, colorScheme) => {
  await open.db('steps').where({ position: 1 }).whereIn('plan_id', [1]).update({ action: 'letter' });
  const queued = await stage.run();
  for (const [at, { id, channel }] of queued.entries())
    if (channel === 'email')
      await open
        .db('reminders')
        .where({ id })
        .update(KINDS[at % KINDS.length] ?? {});
  await show({ size: SIZES[size] });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  expect(await violationsOn(page)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(1);
  await page.locator('#todo-call .btn-primary, #todo-letter [data-key="s"]').first().click();
  await page.locator('#panel-body form').waitFor();
  expect(await violationsOn(page)).toEqual([]);
});

const KINDS = [
  { channel: 'call' },
  { state: 'uncertain' },
  { needs_approval: 1 },
  { state: 'failed', reason: '552 5.3.4 too big' },
];
