import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, PATIENCE } from './browser.ts';
import { complaintsOf } from './liveApp.ts';
import { SIZES } from './screens.ts';
import { openWeb, type OpenWeb } from './web.ts';

/** The web app in this process, on a clock that stands still, and a browser in which its owner is signed in, in English. */
export interface WebStage {
  open: OpenWeb;
  base: string;
  context: BrowserContext;
  page: Page;
}

/**
 * Sets the stage before the tests of a file and clears it after them; after each test the browser must have had nothing to
 * complain about but refused forms, which Chromium does by itself.
 */
export function setWebStage(enter: (stage: WebStage) => void): void {
  let browser: Browser;
  let open: OpenWeb;
  let server: Server;
  let complaints: string[] = [];
  beforeAll(async () => {
    [browser, open] = await Promise.all([launchBrowser(), openWeb()]);
    server = open.app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const context = await browser.newContext({ viewport: SIZES.desktop, locale: 'en', reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE);
    complaints = complaintsOf(context);
    await context.addCookies(cookiesOf(open.cookie, base));
    enter({ open, base, context, page: await context.newPage() });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await open?.close();
  });
  afterEach(() => {
    expect(complaints.splice(0).filter((line) => !/status of 422/.test(line))).toEqual([]);
  });
}

/** The cookies of a `Cookie` header as a browser keeps them for an address. */
export const cookiesOf = (header: string, url: string): { name: string; value: string; url: string }[] =>
  header.split('; ').map((one) => {
    const [name = '', value = ''] = one.split(/=(.*)/s);
    return { name, value, url };
  });
