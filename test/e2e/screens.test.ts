import type { Browser, BrowserContext } from 'playwright-core';
import { type Language, LANGUAGES } from '../../src/i18n/translate.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaintsOf, firstVisit, type LiveApp, startApp } from '../support/liveApp.ts';
import { findScreens, SIZES, type Size, THEMES, type Theme, violationsOn } from '../support/screens.ts';

jest.setTimeout(120_000);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Each size and theme once; `npm run test:screens` looks at every one of the twelve. */
const SOME: Record<Language, [Size, Theme][]> = {
  en: [['desktop', 'light']],
  fr: [['phone', 'dark']],
  it: [],
};
const ALL = (Object.keys(SIZES) as Size[]).flatMap((size) => THEMES.map((theme): [Size, Theme] => [size, theme]));
const LOOKS = LANGUAGES.map((language): [Language, [Size, Theme][]] => [
  language,
  process.env.SCREENS === 'all' ? ALL : SOME[language],
]).filter(([, looks]) => looks.length > 0);

describe.each(LOOKS)('in %s', (language, looks) => {
  let app: LiveApp;
  let context: BrowserContext;
  let complaints: string[];
  let screens: string[];

  beforeAll(async () => {
    app = await startApp();
    context = await browser.newContext({ viewport: SIZES.desktop, locale: language });
    complaints = complaintsOf(context);
    const page = await context.newPage();
    await firstVisit(page, app, language);
    screens = await findScreens(page, app.base);
  });
  afterAll(async () => {
    await context?.close();
    await app?.stop();
  });

  test('a first visit ends with the example company, and links lead to every screen', async () => {
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
    expect(await (await context.newPage()).goto(`${app.base}/invoices`).then((answer) => answer?.text())).toContain(
      `lang="${language}"`,
    );
  });

  test.each(looks)('no screen breaks a rule of accessibility or overflows (%s, %s)', async (size, theme) => {
    const page = await context.newPage();
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const violations: string[] = [];
    for (const address of screens) {
      await page.goto(address);
      violations.push(...(await violationsOn(page)).map((line) => `${new URL(address).pathname} ${line}`));
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (overflow > 1) violations.push(`${new URL(address).pathname} is ${overflow}px too wide`);
    }
    await page.close();
    expect(violations).toEqual([]);
  });

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});
