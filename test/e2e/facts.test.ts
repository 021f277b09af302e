import type { Locator, Page } from 'playwright-core';
import { violationsOn } from '../support/screens.ts';
import type { OpenWeb } from '../support/web.ts';
import { setWebStage } from '../support/webStage.ts';

let open: OpenWeb;
let base: string;
let page: Page;
setWebStage((stage) => ({ open, base, page } = stage));

const row = (number: string): Locator => page.locator('[data-rows] tr', { hasText: number });
const why = (): Locator => page.locator('.invoice-panel .why');
const form = (): Locator => page.locator('#fact-form');
const standing = (text: string): Locator => page.locator('.standing', { hasText: text });
const toast = (text: string): Promise<void> => page.locator('#toasts .toast-line', { hasText: text }).last().waitFor();
const button = (fact: string): Locator => page.locator(`[data-fact="${fact}"]`);
const hasFocus = (selector: string): Promise<void> => page.locator(`${selector}:focus`).waitFor();
const save = (): Promise<void> => form().locator('button').click();
const undo = (): Promise<unknown> =>
  Promise.all([page.waitForEvent('load'), page.locator('#toasts .toast-line button').last().click()]);

/** Opens an invoice beside the list of those that the plan is concerned with. */
async function openBeside(number: string): Promise<void> {
  await page.goto(`${base}/invoices?search=${number}`, { waitUntil: 'domcontentloaded' });
  await row(number).locator('td:nth-child(2) a').click();
  await hasFocus('#panel-body h1');
}

const MARTIN = 'FA-2026-0893';
const LEAVES = /First reminder/;

test('a promise by the keyboard: the form has the focus, Esc gives it back, and what follows is said at once', async () => {
  await openBeside(MARTIN);
  await why().getByText(LEAVES).waitFor();
  await button('promise').focus();
  await page.keyboard.press('Enter');
  await hasFocus('#field-until');
  await page.keyboard.press('Escape');
  await hasFocus('[data-fact="promise"]');
  expect(await page.locator('#panel').isVisible()).toBe(true);
  await page.keyboard.press('Enter');
  await hasFocus('#field-until');
  await page.fill('#field-amount', '1.000.000');
  await page.keyboard.press('Enter');
  await page.getByText('This is more than is open.').waitFor();
  await hasFocus('#field-amount');
  await page.fill('#field-amount', '100,50');
  await page.keyboard.press('Enter');
  await standing('€100.50 promised until').waitFor();
  await toast('the plan goes on by itself');
  await why().getByText('payment promised').waitFor();
  await row(MARTIN).getByText('promised until').waitFor();
  expect(await violationsOn(page)).toEqual([]);
});

test('it is ended from its line', async () => {
  await openBeside(MARTIN);
  await standing('promised until').locator('button').click();
  await why().getByText(LEAVES).waitFor();
  await row(MARTIN).getByText('overdue').waitFor();
});

test('Cancel under “More” gives the focus back to a button that can be seen', async () => {
  await openBeside(MARTIN);
  await page.click('.fact-more summary');
  await button('write-off').click();
  await hasFocus('#field-reason');
  await page.click('[data-fact-cancel]');
  await hasFocus('[data-fact="write-off"]');
  expect(await button('write-off').isVisible()).toBe(true);
});

test('a dispute is noted with one of the usual reasons, and lifted', async () => {
  await openBeside(MARTIN);
  await button('dispute').click();
  const usual = await page.locator('#options-reason option').first().getAttribute('value');
  await page.fill('#field-reason', usual ?? '');
  await save();
  await standing(`Disputed: ${usual}`).waitFor();
  await row(MARTIN).getByText('disputed').first().waitFor();
  await standing('Disputed').locator('button').click();
  await why().getByText(LEAVES).waitFor();
});

test('a pause, and resuming it after steps were missed asks what to do', async () => {
  await openBeside(MARTIN);
  await button('pause').click();
  await page.fill('#field-reason', 'we talk');
  await save();
  await standing('Paused until you resume').waitFor();
  await open.db('pauses').where({ reason: 'we talk' }).update({ begun_at: '2024-01-01T10:00:00.000Z' });
  await standing('Paused').locator('button').click();
  await page.getByText('What about this invoice, which is late by now?').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.click('button[value="by_age"]');
  await toast('Follow-up goes on.');
  await why().getByText('Final notice would leave today at 13:00').waitFor();
  await page.locator('.timeline-list', { hasText: 'Step skipped' }).waitFor();
});

test('a payment in part, then the rest with what the form proposes; Undo opens it again', async () => {
  await openBeside(MARTIN);
  await button('payment').click();
  await hasFocus('#field-amount');
  expect(await page.inputValue('#field-amount')).toBe('498.60');
  await page.fill('#field-amount', '98,60');
  await save();
  await toast('€400.00 of');
  await row(MARTIN).getByText('€400.00').waitFor();
  await button('payment').click();
  expect(await page.inputValue('#field-amount')).toBe('400.00');
  await save();
  await why().getByText('it is paid').waitFor();
  await row(MARTIN).getByText('paid', { exact: true }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await undo();
  await toast('Undone.');
  await row(MARTIN).getByText('€400.00').waitFor();
});

test('a payment that bounced is reversed beside it', async () => {
  await openBeside(MARTIN);
  await page.getByRole('link', { name: /^Reverse/ }).click();
  await hasFocus('#field-on');
  await save();
  await toast('earlier reminders are not repeated');
  await page.locator('.receipts').getByText('-€98.60').waitFor();
  await row(MARTIN).getByText('€498.60').waitFor();
});

test('a write-off with its reason, and taken back', async () => {
  await openBeside(MARTIN);
  await page.click('.fact-more summary');
  await button('write-off').click();
  await page.fill('#field-reason', 'bankrupt');
  await save();
  await why().getByText('written off').waitFor();
  await row(MARTIN).getByText('written off').first().waitFor();
  await standing('Written off').locator('button').click();
  await toast('open again');
  await button('promise').waitFor();
});

test('several ticked invoices are marked as paid after a look at the totals, and Undo takes it back', async () => {
  await page.goto(`${base}/invoices?filter=overdue`, { waitUntil: 'domcontentloaded' });
  const numbers = await page.locator('[data-rows] tr td:nth-child(2) a').allInnerTexts();
  const [first = '', second = ''] = numbers;
  for (const number of [first, second]) await row(number).locator('[data-row-tick]').check();
  await Promise.all([
    page.waitForURL(/\/invoices\/paid\?ids=/),
    page.click('.action-bar [formaction="/invoices/paid/choice"]'),
  ]);
  expect(await page.locator('.receipts a').allInnerTexts()).toEqual([first, second]);
  expect(await violationsOn(page)).toEqual([]);
  await Promise.all([page.waitForURL(/\/invoices$/), page.click('main .btn-primary')]);
  await toast('2 invoices are marked as paid.');
  expect(await row(first).count()).toBe(0);
  await undo();
  await toast('Undone.');
  await row(first).waitFor();
  await row(second).waitFor();
});
