import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { LANGUAGES, translator } from '../../src/i18n/translate.ts';
import { launchBrowser, PATIENCE } from '../support/browser.ts';
import { runDunwell } from '../support/childProcess.ts';
import { complaintsOf, firstVisit, type LiveApp, OWNER, startApp } from '../support/liveApp.ts';
import { SIZES } from '../support/screens.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** The words are the guards' and the articles' business; `npm run test:screens` walks the paths in every language. */
const PLAYED = process.env.SCREENS === 'all' ? LANGUAGES : LANGUAGES.slice(0, 1);

describe.each(PLAYED)('in %s', (language) => {
  let app: LiveApp;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    app = await startApp();
    context = await browser.newContext({ viewport: SIZES.desktop, locale: language, reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE);
    complaints = complaintsOf(context);
    page = await context.newPage();
    await firstVisit(page, app, language);
  });
  afterAll(async () => {
    await context?.close();
    await app?.stop();
  });
  afterEach(() => {
    // A refused form is one for Chromium too, and it says so by itself.
    expect(complaints.splice(0).filter((line) => !/status of 422/.test(line))).toEqual([]);
  });

  const goTo = (address: string): Promise<unknown> => page.goto(app.base + address, { waitUntil: 'domcontentloaded' });
  /** Clicks and waits until the browser stands at an address that matches. */
  const clickTo = (what: Locator | string, where: RegExp): Promise<unknown> =>
    Promise.all([
      page.waitForURL(where, { waitUntil: 'domcontentloaded' }),
      (typeof what === 'string' ? page.locator(what) : what).click(),
    ]);
  const hasFocus = (selector: string): Promise<void> => page.locator(`${selector}:focus`).waitFor();
  const shown = (selector: string): Promise<void> => page.locator(selector).first().waitFor();
  const gone = (selector: string): Promise<void> => page.locator(selector).first().waitFor({ state: 'hidden' });
  const rows = (): Locator => page.locator('[data-rows] tr:not(.more-rows)');
  const link = (row: number): Locator => rows().nth(row).locator('td:nth-child(2) a');
  const href = (row: number): Promise<string | null> => link(row).getAttribute('href');
  const ticksOf = (customer: string): Locator => rows().filter({ hasText: customer }).locator('[data-row-tick]');
  const toast = (): Locator => page.locator('#toasts .toast-line').last();
  const query = (): URLSearchParams => new URL(page.url()).searchParams;
  const aboutAnInvoice = (frame: string): Promise<void> =>
    page
      .frameLocator(frame)
      .getByText(/FA-2026-\d{4}/)
      .first()
      .waitFor();
  /** From a row's @ through the window to the toast; the number of the invoice. */
  async function sendFrom(row: number): Promise<string> {
    await goTo('/invoices?filter=bolt');
    const number = await link(row).innerText();
    await rows().nth(row).locator('a[href^="/sending/email"]').click();
    await aboutAnInvoice('#window iframe.mail-frame');
    await page.click('#window-send');
    await toast().locator('button').waitFor();
    await gone('#window');
    return number;
  }

  describe('invoices', () => {
    beforeEach(() => goTo('/invoices'));

    test('a click opens a row beside the list, Esc closes it, and the focus goes to the heading and back', async () => {
      const number = await link(2).innerText();
      await link(2).click();
      await hasFocus('#panel-body h1');
      expect(await page.innerText('#panel-body h1')).toBe(number);
      expect(await rows().count()).toBeGreaterThan(10);
      await page.keyboard.press('Escape');
      await gone('#panel');
      await hasFocus(`[data-rows] a[href="${await href(2)}"]`);
      await page.keyboard.press('Enter');
      await hasFocus('#panel-body h1');
      await page.click('h1');
      await page.keyboard.press('Escape');
      await gone('#panel');
    });

    test('the keyboard does the same: j and k walk, Enter opens, Esc gives the row back, x ticks it', async () => {
      for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
      await hasFocus(`[data-rows] a[href="${await href(1)}"]`);
      await page.keyboard.press('Enter');
      await hasFocus('#panel-body h1');
      expect(await page.innerText('#panel-body h1')).toBe(await link(1).innerText());
      await page.keyboard.press('Escape');
      await hasFocus(`[data-rows] a[href="${await href(1)}"]`);
      await page.keyboard.press('x');
      expect(await rows().nth(1).locator('[data-row-tick]').isChecked()).toBe(true);
    });

    test('"Follow-up plan enabled" goes off and on from the panel; the row loses its ⚡ and has it back', async () => {
      await page.click('.pills a[href$="filter=bolt"]');
      await page.waitForURL(/filter=bolt/);
      const row = page.locator(`#${await rows().first().getAttribute('id')}`);
      await row.getByText('⚡').waitFor();
      await row.locator('td:nth-child(2) a').click();
      const switched = page.locator('#panel-body input[name="enabled"]');
      for (const on of [false, true]) {
        await switched.setChecked(on);
        await toast()
          .getByText(translator(language)(on ? 'invoices.switchedOn' : 'invoices.switchedOff', { count: 1 }))
          .waitFor();
        expect(await switched.isChecked()).toBe(on);
        await hasFocus('#panel-body input[name="enabled"]');
        await row.getByText('⚡').waitFor({ state: on ? 'visible' : 'hidden' });
      }
    });

    test('filters, order and search change the list and the address, and "back" restores both, panel and all', async () => {
      const all = await rows().count();
      await clickTo('.pills a[href$="filter=overdue"]', /filter=overdue/);
      await shown('.pills a[href$="filter=overdue"][aria-current]');
      const overdue = await rows().count();
      expect(overdue).toBeLessThan(all);
      await page.keyboard.press('/');
      await hasFocus('input[type="search"]');
      await page.keyboard.type('Rossi');
      await Promise.all([page.waitForURL(/search=Rossi/), page.keyboard.press('Enter')]);
      await rows().filter({ hasNotText: 'Rossi Srl' }).first().waitFor({ state: 'detached' });
      expect(query().get('filter')).toBe('overdue');
      await page.selectOption('select[name="order"]', 'amount');
      await page.waitForURL(/order=amount/);
      for (const search of ['Rossi', null]) {
        await page.goBack();
        await shown(`input[type="search"][value="${search ?? ''}"]`);
        await page.locator('select[name="order"] option[value="due"][selected]').waitFor({ state: 'attached' });
        expect([query().get('search'), query().get('order') ?? 'due']).toEqual([search, 'due']);
      }
      await rows()
        .nth(overdue - 1)
        .waitFor();
      expect(await rows().count()).toBe(overdue);
      await shown('.pills a[href$="filter=overdue"][aria-current]');
      expect(await page.inputValue('input[type="search"]')).toBe('');
      await link(0).click();
      await hasFocus('#panel-body h1');
      const opened = await href(0);
      // The panel may lie over the filters; the keyboard reaches them.
      await page.press('.pills a[href="/invoices?filter=bolt"]', 'Enter');
      await shown('.pills a[href$="filter=bolt"][aria-current]');
      await page.keyboard.press('Escape');
      await gone('#panel');
      await hasFocus(`[data-rows] a[href="${opened}"]`);
    });

    test('ticked rows raise a bar that stays in view and counts; of two customers it says that each gets one of his own', async () => {
      const bar = page.locator('.action-bar');
      await bar.waitFor({ state: 'hidden' });
      await ticksOf('Rossi Srl').nth(0).check();
      await ticksOf('Rossi Srl').nth(1).check();
      expect(await bar.locator('[data-count]').innerText()).toContain('2');
      expect(await inView(bar)).toBe(true);
      await bar.locator('button[formaction="/sending/email/choice"]').waitFor();
      await ticksOf('Boulangerie Martin').nth(0).check();
      expect(await bar.locator('[data-count]').innerText()).toContain('3');
      await bar.locator('button[formaction="/sending/email/choice"]').waitFor({ state: 'hidden' });
      await bar.getByText(translator(language)('sending.toCustomers', { count: 2 })).waitFor();
      await bar.locator('[data-untick]').click();
      await bar.waitFor({ state: 'hidden' });
      await ticksOf('Rossi Srl').nth(0).check();
      await ticksOf('Rossi Srl').nth(1).check();
      await bar.locator('button[formaction="/sending/email/choice"]').click();
      await shown('#window[open]');
      expect(await page.innerText('#window h1')).toContain('Rossi Srl');
      expect(await page.locator('#window [name="ids"]:checked').count()).toBe(2);
    });

    test('ticked rows are switched off and on together, and a toast counts them', async () => {
      for (const [value, key] of [
        ['0', 'invoices.switchedOff'],
        ['1', 'invoices.switchedOn'],
      ] as const) {
        const ticks = ticksOf('Alder & Finch Ltd');
        const count = await ticks.count();
        for (const tick of await ticks.all()) await tick.check();
        await page.click(`.action-bar button[name="enabled"][value="${value}"]`);
        await toast().getByText(translator(language)(key, { count })).waitFor();
      }
    });

    test('"show more" is there when there is more: invoices that another process brings in fill a second page', async () => {
      expect(await page.locator('.more-rows').count()).toBe(0);
      const before = await rows().count();
      const file = path.join(app.dataDir, 'more.csv');
      const lines = Array.from({ length: 60 }, (_, n) => `BELLECOUR,MORE-${100 + n},2026-01-02,2036-01-02,10.00,EUR`);
      writeFileSync(file, ['Customer code,Invoice number,Date,Due date,Total,Currency', ...lines].join('\n'));
      expect(await runDunwell(app.dataDir, ['import', file, '--as', 'invoices'])).toMatchObject({ code: 0 });
      await page.reload();
      expect(await rows().count()).toBe(50);
      for (let count = 50; count < before + 60; count += 50) {
        await page.click('.more-rows a');
        await rows().nth(count).waitFor();
      }
      expect(await page.locator('.more-rows').count()).toBe(0);
      expect(await rows().count()).toBe(before + 60);
      const ids = await rows().evaluateAll((all) => all.map((row) => (row as unknown as { id: string }).id));
      expect(new Set(ids).size).toBe(before + 60);
    });
  });

  test('two ticked customers are put on a plan: it asks about what is late, with counts, and starts gently', async () => {
    await goTo('/customers');
    const chosen = ['Le Fournil de la Croix-Rousse', 'Les Tables du Parc SAS'];
    for (const name of chosen) await ticksOf(name).check();
    expect(await page.innerText('.action-bar [data-count]')).toContain('2');
    await page.click('.action-bar [data-bs-toggle="dropdown"]');
    const plan = page.locator('.action-bar button[name="plan"]').first();
    const name = await plan.innerText();
    await plan.click();
    for (const choice of ['gently', 'by_age', 'leave']) await shown(`#answer-${choice}`);
    expect(await page.innerText('.question .lead-in')).toMatch(/2.*\d/);
    const gently = page.locator('.activation-answer').first();
    await gently.locator('.shown-messages > summary').click();
    expect(await gently.locator('.shown-messages > ol > li').count()).toBeGreaterThan(1);
    await clickTo('button[name="choice"][value="gently"]', /\/customers$/);
    expect(await toast().innerText()).toContain(name);
    for (const customer of chosen) expect(await rows().filter({ hasText: customer }).innerText()).toContain(name);
    await rows()
      .filter({ hasText: chosen[0] ?? '' })
      .locator('a')
      .click();
    await page.locator('#panel-body [aria-labelledby="customer-plans"] a', { hasText: name }).waitFor();
  });

  describe('plans', () => {
    const add = 'button[formaction="/plans/new/escalation"]:not([name])';

    test('an escalation for each invoice is made with two steps, drawn, listed, paused and resumed', async () => {
      await goTo('/plans');
      await clickTo('a[href="/plans/new"]', /plans\/new$/);
      await clickTo('a[href="/plans/new/escalation"]', /new\/escalation$/);
      await clickTo('a[href="/plans/new/escalation?for=each"]', /for=each$/);
      await page.locator(add).click();
      await hasFocus('[name="steps[1][days]"]');
      await page.fill('[name="steps[0][days]"]', '5');
      await page.fill('[name="steps[1][days]"]', '12');
      await page.fill('[name="steps[1][name]"]', 'Zweite Stufe');
      await page.locator('#plan-form form button.btn-primary').click();
      await shown('#plan-form [name="name"].is-invalid');
      expect(await page.inputValue('[name="steps[1][name]"]')).toBe('Zweite Stufe');
      await page.fill('#plan-form [name="name"]', 'Zwei Stufen');
      await clickTo('#plan-form form button.btn-primary', /\/plans\/\d+$/);
      await toast().waitFor();
      expect(await page.locator('.plan-line .point').count()).toBe(2);
      expect(await page.locator('.plan-step-list > li').count()).toBe(2);
      await page.locator('.plan-step-list').getByText('Zweite Stufe').waitFor();
      const { pathname } = new URL(page.url());
      const id = pathname.split('/').at(-1);
      await page.fill('[name="reason"]', 'Kurzer Urlaub');
      await page.click(`form[action="${pathname}/pause"] button`);
      await shown('.note-warning');
      await goTo('/plans');
      await shown(`#plan-${id}.is-paused`);
      await clickTo(`a[href="${pathname}/pause"]`, /\/pause$/);
      await clickTo(`form[action="${pathname}/pause"] button.btn-primary`, /\/plans\/\d+$/);
      await shown(`form[action="${pathname}/pause"] [name="reason"]`);
      await goTo('/plans');
      await shown(`#plan-${id}:not(.is-paused)`);
      expect(await page.innerText(`#plan-${id} .plan-name`)).toBe('Zwei Stufen');
    });

    test('a step is added to a plan and changed in place', async () => {
      await goTo('/plans');
      await clickTo(page.locator('.plan-name', { hasText: 'Zwei Stufen' }), /\/plans\/\d+$/);
      await page.click('.step-add a');
      await page.fill('#step-form [name="name"]', 'Dritte Stufe');
      await page.fill('#step-form [name="days"]', '20');
      await page.click('#step-form button.btn-primary');
      await page.locator('.plan-step-list > li').nth(2).getByText('Dritte Stufe').waitFor();
      await hasFocus('.step-add a');
      await page.locator('.plan-step-list > li').nth(2).locator('a').click();
      await page.fill('#step-form [name="days"]', '8');
      await page.click('#step-form button.btn-primary');
      await page.locator('.plan-step-list > li').nth(1).getByText('Dritte Stufe').waitFor();
      expect(await page.locator('.plan-line .point').count()).toBe(3);
    });

    test('a recap is made with its period, and says its dates before it is saved', async () => {
      await goTo('/plans/new');
      await clickTo('a[href="/plans/new/recap"]', /new\/recap$/);
      const dates = await page.innerText('#recap-dates p');
      await page.fill('#everyN', '2');
      await page.selectOption('[name="everyUnit"]', 'week');
      await page.locator('#recap-dates p').filter({ hasNotText: dates }).waitFor();
      await page.fill('[name="name"]', 'Alle zwei Wochen');
      await clickTo('#plan-form form button.btn-primary', /\/plans\/\d+$/);
      await shown('#recap-dates .plan-line');
      await goTo('/plans');
      await page.locator('.plan-name', { hasText: 'Alle zwei Wochen' }).waitFor();
    });
  });

  test('a template takes a variable from the menu as a chip, the preview shows its value, and it is saved', async () => {
    await goTo('/templates');
    await clickTo(page.locator('#group-email ~ ul .template-card h3 a').first(), /\/templates\/\d+$/);
    await shown('trix-editor.editor-line[data-ready]');
    await shown('trix-editor.editor-body[data-ready]');
    await page.focus('trix-editor.editor-body');
    await page.keyboard.press('Control+Home');
    await drawn(page);
    await page.click('.editor-tools [data-bs-toggle="dropdown"] >> nth=0');
    await page.click(`.variable-menu [data-insert*="customer.code"]`);
    await drawn(page);
    await page.keyboard.type('#');
    await drawn(page);
    expect(await page.innerText('trix-editor.editor-body')).not.toContain('{{');
    expect(await page.inputValue('textarea[name="body"]')).toMatch(/^<p>\{\{customer\.code\}\}#/);
    await page
      .frameLocator('#preview iframe')
      .getByText(/^[A-Z]{4,}#/)
      .first()
      .waitFor();
    await page.click('#editor-form button[name="_method"]');
    await toast().waitFor();
    await page.reload();
    expect(await page.inputValue('textarea[name="body"]')).toMatch(/^<p>\{\{customer\.code\}\}#/);
  });

  describe('a reminder by hand', () => {
    test('goes from the row to the outbox, and Undo takes it back', async () => {
      const number = await sendFrom(0);
      await toast().locator('button').click();
      await toast().getByText(translator(language)('sending.undone')).waitFor();
      await goTo('/outbox?state=cancelled');
      await rows().filter({ hasText: number }).first().waitFor();
    });

    test('leaves by itself, and is then found in the history of its invoice, as it was sent', async () => {
      const number = await sendFrom(1);
      const sent = rows().filter({ hasText: number }).first();
      // Ten seconds are its writer's, and the daily job looks every five.
      for (let looks = 0; looks === 0 || (looks < 40 && (await sent.count()) === 0); looks++) {
        await page.waitForTimeout(500);
        await goTo('/outbox?state=sent');
      }
      const id = await sent.getAttribute('id');
      await page.locator(`#${id} td:first-child a`).click();
      await shown('#panel-body iframe.mail-frame');
      await page.click('#panel-body a[href^="/invoices/"]');
      await page
        .locator(`#panel-body .timeline-list a[href="/reminders/${id?.split('-')[1]}"]`)
        .first()
        .click();
      await aboutAnInvoice('#panel-body iframe');
    });
  });

  test('the forecast shows days, and a day opens its messages', async () => {
    await goTo('/forecast');
    expect(await rows().count()).toBeGreaterThan(3);
    await page.locator('.forecast-calendar a').first().click();
    await hasFocus('#panel-body h1');
    expect(await page.locator('#panel-body tbody tr').count()).toBeGreaterThan(0);
  });

  test('automatic sending is turned on only by who ticks that he has read what would leave', async () => {
    await goTo('/settings/sending');
    await clickTo('a[href="/settings/sending/turn-on"]', /turn-on$/);
    const turnOn = page.locator('form[action="/settings/sending/turn-on"] button');
    await turnOn.click();
    await shown('#error-confirmed');
    await page.check('[name="confirmed"]');
    await clickTo(turnOn, /\/settings\/sending$/);
    await toast().waitFor();
    await page.click('button[name="mode"][value="off"]');
    await shown('a[href="/settings/sending/turn-on"]');
  });

  test('who signs out must come in again; a wrong password is refused in words, and the owner’s language is kept', async () => {
    await goTo('/invoices');
    await clickTo('.side-foot form[action="/sign-out"] button', /\/sign-in$/);
    await goTo('/customers');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    const other = await browser.newContext({ locale: language === 'it' ? 'fr' : 'it' });
    const theirs = complaintsOf(other);
    const door = await other.newPage();
    await door.goto(`${app.base}/sign-in?next=/plans`);
    expect(await door.getAttribute('html', 'lang')).toBe(language === 'it' ? 'fr' : 'it');
    await signIn(door, 'not-the-password');
    await door.locator('[role="alert"]').waitFor();
    expect(await door.inputValue('[name="email"]')).toBe(OWNER.email);
    await signIn(door, OWNER.password);
    await door.waitForURL('**/plans');
    expect(await door.getAttribute('html', 'lang')).toBe(language);
    expect(theirs.filter((line) => !/status of 422/.test(line))).toEqual([]);
    await other.close();
    await signIn(page, OWNER.password);
    await page.waitForURL('**/customers');
  });

  test('the theme is changed and stays, ? shows the keys, and g then a letter goes somewhere', async () => {
    await goTo('/customers');
    const theme = (): Promise<string | null> => page.getAttribute('html', 'data-bs-theme');
    expect(await theme()).toBe('light');
    await page.click('.side-foot [data-theme-toggle]');
    expect(await theme()).toBe('dark');
    await page.reload();
    expect(await theme()).toBe('dark');
    await page.click('.side-foot [data-theme-toggle]');
    await page.locator('#main').focus();
    await page.keyboard.press('?');
    await shown('#keys[open]');
    await page.keyboard.press('Escape');
    await gone('#keys');
    await page.keyboard.press('g');
    await Promise.all([page.waitForURL('**/forecast'), page.keyboard.press('f')]);
  });

  test('on a phone the bar at the foot and "More" lead everywhere, and a row opens over the whole screen', async () => {
    const phone = await context.newPage();
    await phone.setViewportSize(SIZES.phone);
    await phone.goto(`${app.base}/invoices`);
    const bar = phone.locator('.bottom-bar');
    expect(await inView(bar)).toBe(true);
    await Promise.all([phone.waitForURL('**/customers'), bar.locator('a[href="/customers"]').click()]);
    await bar.locator('[data-more]').click();
    await phone.locator('#more a:focus').waitFor();
    expect(await bar.locator('[data-more]').getAttribute('aria-expanded')).toBe('true');
    await phone.keyboard.press('Escape');
    await phone.locator('#more').waitFor({ state: 'hidden' });
    await bar.locator('[data-more]').click();
    await Promise.all([phone.waitForURL('**/forecast'), phone.locator('#more a[href="/forecast"]').click()]);
    await Promise.all([phone.waitForURL('**/invoices'), bar.locator('a[href="/invoices"]').click()]);
    await phone.locator('[data-rows] tr td:nth-child(2) a').first().click();
    const close = phone.locator('#panel [data-close-panel]').first();
    await close.waitFor();
    expect((await phone.locator('#panel').boundingBox())?.width).toBe(SIZES.phone.width);
    await close.click();
    await phone.locator('#panel').waitFor({ state: 'hidden' });
    await phone.close();
  });
});

async function signIn(page: Page, password: string): Promise<void> {
  await page.fill('[name="email"]', OWNER.email);
  await page.fill('[name="password"]', password);
  await page.click('form[action="/sign-in"] button');
}

/** Trix draws once a frame and then sets the cursor; a person is never faster than that, a test is. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))',
  );

/** Whether all of it is inside the window, without scrolling. */
async function inView(what: Locator): Promise<boolean> {
  await what.waitFor();
  const box = await what.boundingBox();
  const size = what.page().viewportSize();
  return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height + 1;
}
