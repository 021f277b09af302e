import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Language, LANGUAGES } from '../../src/i18n/translate.ts';
import { launchBrowser, PATIENCE } from '../support/browser.ts';
import { complaintsOf, firstVisit, type LiveApp, startApp } from '../support/liveApp.ts';
import { ALL_LOOKS, EVERY_LOOK, findScreens, SIZES, violationsOn } from '../support/screens.ts';

jest.setTimeout(600_000);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** The twelve looks. Where not all are looked at in each of them, every screen has one, in turn. */
const TWELVE = LANGUAGES.flatMap((language) => EVERY_LOOK.map(([size, theme]) => ({ language, size, theme })));

describe.each(ALL_LOOKS ? LANGUAGES : LANGUAGES.slice(0, 1))('the example company in %s', (spoken) => {
  const looks = TWELVE.filter(({ language }) => !ALL_LOOKS || language === spoken);
  const seen: string[] = [];
  let app: LiveApp;
  let context: BrowserContext;
  let complaints: string[];
  let screens: string[];

  beforeAll(async () => {
    app = await startApp();
    context = await browser.newContext({ viewport: SIZES.desktop, locale: spoken });
    context.setDefaultTimeout(PATIENCE);
    complaints = complaintsOf(context);
    const page = await context.newPage();
    await firstVisit(page, app, spoken);
    screens = await findScreens(page, app.base);
    await page.close();
  });
  afterAll(async () => {
    await context?.close();
    await app?.stop();
  });

  test('a first visit ends with the example company, and links lead to every screen', () => {
    const shapes = screens.map((address) => new URL(address).pathname.split('/')[1]);
    for (const place of [
      'invoices',
      'customers',
      'plans',
      'templates',
      'todo',
      'outbox',
      'runs',
      'forecast',
      'settings',
    ])
      expect(shapes).toContain(place);
    expect(screens.length).toBeGreaterThan(TWELVE.length);
  });

  test.each([...looks.entries()].map(([turn, look]) => ({ ...look, turn })))(
    'no screen breaks a rule of accessibility or overflows ($language, $size, $theme)',
    async ({ language, size, theme, turn }) => {
      const page = await context.newPage();
      await page.setViewportSize(SIZES[size]);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await speak(page, app, language);
      const violations: string[] = [];
      for (const address of ALL_LOOKS ? screens : screens.filter((_, place) => place % looks.length === turn)) {
        await page.goto(address);
        const { pathname } = new URL(address);
        seen.push(pathname);
        expect([pathname, await page.getAttribute('html', 'lang')]).toEqual([pathname, language]);
        violations.push(...(await violationsOn(page)).map((line) => `${pathname} ${line}`));
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (overflow > 1) violations.push(`${pathname} is ${overflow}px too wide`);
      }
      await page.close();
      expect(violations).toEqual([]);
    },
  );

  test('every screen had its look, and the browser had nothing to complain about', () => {
    expect(seen).toHaveLength(ALL_LOOKS ? screens.length * looks.length : screens.length);
    expect(complaints).toEqual([]);
  });
});

/** The owner chooses the language of his screens. */
async function speak(page: Page, { base }: LiveApp, language: Language): Promise<void> {
  await page.goto(`${base}/account`);
  if ((await page.getAttribute('html', 'lang')) === language) return;
  const form = page.locator('form[action="/account"]');
  await form.locator('[name="language"]').selectOption(language);
  await form.locator('button').click();
  await page.locator(`html[lang="${language}"]`).waitFor();
}
