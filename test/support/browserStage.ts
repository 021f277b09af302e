import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, PATIENCE } from './browser.ts';
import { complaintsOf, firstVisit, type LiveApp, startApp } from './liveApp.ts';
import { SIZES } from './screens.ts';

/** The real program with the example company, and a browser in which its owner is signed in, in English. */
export interface BrowserStage {
  browser: Browser;
  app: LiveApp;
  context: BrowserContext;
  page: Page;
}

/**
 * Sets the stage before the tests of a file and clears it after them; after each test the browser must have had nothing
 * to complain about but what is expected. Without an expectation a refused form is: Chromium says so by itself.
 */
export function setStage(
  enter: (stage: BrowserStage) => void,
  { expected = /status of 422/ }: { expected?: RegExp } = {},
): void {
  let stage: BrowserStage | undefined;
  let complaints: string[] = [];
  beforeAll(async () => {
    const browser = await launchBrowser();
    const app = await startApp();
    const context = await browser.newContext({ viewport: SIZES.desktop, locale: 'en', reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE);
    complaints = complaintsOf(context);
    const page = await context.newPage();
    stage = { browser, app, context, page };
    await firstVisit(page, app, 'en');
    enter(stage);
  });
  afterAll(async () => {
    await stage?.context.close();
    await stage?.app.stop();
    await stage?.browser.close();
  });
  afterEach(() => {
    expect(complaints.splice(0).filter((line) => !expected.test(line))).toEqual([]);
  });
}
