import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { translator } from '../../src/i18n/translate.ts';
import { PATIENCE } from '../support/browser.ts';
import { type BrowserStage, setStage } from '../support/browserStage.ts';
import { runDunwell } from '../support/childProcess.ts';
import { addition, customer, invoice } from '../support/installation.ts';
import { type LiveApp, startApp } from '../support/liveApp.ts';
import { LOOKS, SIZES, violationsOn } from '../support/screens.ts';

const t = translator('en');
const CUSTOMERS = 100;
/** The lines that the page does not tick by itself: one customer without an address, one with a dispute. */
const SENT = CUSTOMERS - 2;

let browser: Browser;
let app: LiveApp;
let context: BrowserContext;
let page: Page;
let stage: BrowserStage;
setStage((set) => ({ browser, app, context, page } = stage = set), {
  // While the program is down the browser says so.
  expected: /ERR_CONNECTION|ERR_EMPTY|ERR_NETWORK|Failed to fetch/,
});

const goTo = (address: string): Promise<unknown> => page.goto(app.base + address, { waitUntil: 'domcontentloaded' });
const rows = (): Locator => page.locator('[data-rows] tr:not(.more-rows)');
const says = (words: string): Promise<void> =>
  page.locator('#batch').getByText(words, { exact: false }).first().waitFor();

/** Ticks an invoice of each of these customers and asks for a message. */
async function chooseInvoicesOf(...names: string[]): Promise<void> {
  await goTo('/invoices?filter=overdue');
  for (const name of names) await rows().filter({ hasText: name }).first().locator('[data-row-tick]').check();
  await Promise.all([
    page.waitForURL(/\/sending\/bulk\?choice=/),
    page.click('.action-bar button[formaction="/sending/bulk/choice"]:visible'),
  ]);
}

const send = (): Promise<unknown> =>
  Promise.all([page.waitForURL(/\/sending\/batches\/\d+/, { waitUntil: 'commit' }), page.click('[data-send]')]);

/** A hundred customers with ten late invoices each. */
async function fillTheBooks(): Promise<void> {
  const codes = Array.from({ length: CUSTOMERS }, (_, n) => `BULK-${String(n + 1).padStart(3, '0')}`);
  const file = path.join(app.dataDir, 'town.json');
  const disputes = [{ reason: 'wrong goods', openedAt: '2026-03-01T09:00:00.000Z' }];
  const archive = addition({
    customers: codes.map((code, n) => customer(code, n === 0 ? { contacts: [] } : {})),
    invoices: codes.flatMap((code, n) =>
      Array.from({ length: 10 }, (_, i) => invoice(code, `${code}/${i}`, n === 1 && i === 0 ? { disputes } : {})),
    ),
  });
  writeFileSync(file, JSON.stringify(archive));
  const { code, stderr } = await runDunwell(app.dataDir, ['import', file]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('100 customers, 1000 invoices')]);
}

test('invoices of two customers are no one message: the page says why, shows both, and each can be looked at', async () => {
  await chooseInvoicesOf('Boulangerie Martin', 'Rossi Srl');
  await page.getByText(t('bulk.lead', { count: 2, invoices: t('bulk.invoices', { count: 2 }) })).waitFor();
  expect(await page.innerText('[data-send]')).toBe(t('bulk.send', { count: 2 }));
  await page.locator('tr', { hasText: 'Rossi Srl' }).locator('.bulk-see a').click();
  await page.locator('#panel-body h1:focus').waitFor();
  await page
    .frameLocator('#panel-body iframe.mail-frame')
    .getByText(/FA-2026-\d{4}/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#panel').waitFor({ state: 'hidden' });
});

test('the button names what happens as lines are ticked, and another template keeps the ticks and the focus', async () => {
  await chooseInvoicesOf('Boulangerie Martin', 'Rossi Srl', 'Pasticceria Valli');
  const line = page.locator('tr', { hasText: 'Rossi Srl' }).locator('[data-line]');
  await line.focus();
  await page.keyboard.press('Space');
  expect(await page.innerText('[data-send]')).toBe(t('bulk.send', { count: 2 }));
  const second = page.locator('input[name="template"]').nth(1);
  await page.locator('input[name="template"]:checked').focus();
  await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/sending/bulk/choice')),
    page.keyboard.press('ArrowRight'),
  ]);
  await page.waitForFunction(`new URL(location.href).searchParams.has('choice')`);
  expect(await second.isChecked()).toBe(true);
  expect(await second.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
  expect(await line.isChecked()).toBe(false);
  expect(await page.innerText('[data-send]')).toBe(t('bulk.send', { count: 2 }));
  for (const all of await page.locator('[data-tick-section]').all()) {
    await all.check();
    await all.uncheck();
  }
  expect(await page.isDisabled('[data-send]')).toBe(true);
  expect(await page.locator('[data-none]').isVisible()).toBe(true);
});

test('within ten seconds a sending is taken back, and "back" does not send it again', async () => {
  await chooseInvoicesOf('Boulangerie Martin', 'Rossi Srl');
  const chosen = page.url();
  await send();
  await says(t('bulk.allReady', { count: 2 }));
  const batch = page.url();
  await page.locator('#batch-undo button').click();
  await says(t('bulk.undoneCancelled', { count: 2 }));
  await page.goto(chosen);
  expect(page.url()).toBe(batch);
  await goTo('/sending/bulk');
  expect(await page.locator('.bulk-earlier li').count()).toBe(1);
});

test('on a phone nothing is too wide, in both themes, and no rule of accessibility is broken', async () => {
  await chooseInvoicesOf('Boulangerie Martin', 'Rossi Srl', 'Alder & Finch');
  const chosen = new URL(page.url()).pathname + new URL(page.url()).search;
  await goTo('/sending/bulk');
  const sent = (await page.locator('.bulk-earlier a').first().getAttribute('href')) ?? '';
  for (const address of [chosen, sent, '/sending/bulk'])
    for (const [size, theme] of LOOKS) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize(SIZES[size]);
      await goTo(address);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect([address, size, theme, wide > 1, await violationsOn(page)]).toEqual([address, size, theme, false, []]);
    }
  await page.setViewportSize(SIZES.desktop);
});

test('without JavaScript it is chosen, sent and followed all the same', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  plain.setDefaultTimeout(PATIENCE);
  const simple = await plain.newPage();
  await chooseInvoicesOf('Brasserie Keller', 'Pasticceria Valli');
  await simple.goto(page.url());
  await simple.locator('tr', { hasText: 'Pasticceria Valli' }).locator('[data-line]').uncheck();
  await Promise.all([simple.waitForURL(/choice=/), simple.click('noscript button')]);
  expect(await simple.locator('[data-line]:checked').count()).toBe(1);
  await Promise.all([
    simple.waitForURL(/\/sending\/batches\/\d+/),
    simple.getByRole('button', { name: t('bulk.sendTicked') }).click(),
  ]);
  await simple.getByText(t('bulk.allReady', { count: 1 })).waitFor();
  // The page looks again by itself.
  await simple
    .getByText(t('bulk.leaving', { count: 1 }))
    .or(simple.getByText(t('bulk.done', { count: 1 })))
    .waitFor();
  await plain.close();
});

test('a hundred customers get one message each, also when the power fails in the middle', async () => {
  await fillTheBooks();
  await goTo('/customers?search=BULK');
  await page.click('.more-rows a');
  await rows()
    .nth(CUSTOMERS - 1)
    .waitFor();
  await page.check('[data-tick-all]');
  await Promise.all([
    page.waitForURL(/\/sending\/bulk\?choice=/),
    page.click('.action-bar button[formaction="/sending/bulk/choice"]'),
  ]);
  expect(await page.locator('[data-line]').count()).toBe(CUSTOMERS - 1);
  const look = page.locator('section[aria-labelledby="part-look"] tbody tr');
  expect(await look.allInnerTexts()).toEqual([expect.stringContaining('BULK-002 Ltd')]);
  expect(await page.innerText('section[aria-labelledby="part-excluded"]')).toMatch(
    /BULK-001 Ltd[\s\S]*no e-mail address/,
  );
  expect(await page.innerText('[data-send]')).toBe(t('bulk.send', { count: SENT }));
  expect(await page.innerText('[data-totals]')).toBe('€98,000.00');
  await send();
  await page.locator('progress').waitFor();
  await page.getByText(t('bulk.workingText')).waitFor();
  const address = new URL(page.url()).pathname;
  await app.kill();
  app = stage.app = await startApp(app.dataDir);
  await goTo(address);
  // The daily job takes it up, and looks every five seconds.
  await says(t('bulk.allReady', { count: SENT }));
  await says(t('bulk.done', { count: SENT }));
  expect(await rows().count()).toBe(SENT);
  await goTo('/outbox?state=letterbox&search=BULK');
  await page.click('.more-rows a');
  await rows()
    .nth(SENT - 1)
    .waitFor();
  expect(await rows().count()).toBe(SENT);
  await rows().first().locator('a').first().click();
  await page.frameLocator('#panel-body iframe.mail-frame').getByText('BULK-').first().waitFor();
});
