/**
 * Pictures of every screen in every language, size and theme, into screenshots/ (ignored by git):
 * `npm run screenshots`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser } from '../test/support/browser.ts';
import { firstVisit, startApp } from '../test/support/liveApp.ts';
import { findScreens, SIZES, type Size, THEMES } from '../test/support/screens.ts';

const folder = path.resolve('screenshots');
const browser = await launchBrowser();
for (const language of ['en', 'fr', 'it']) {
  const app = await startApp();
  const context = await browser.newContext({ viewport: SIZES.desktop, locale: language });
  const page = await context.newPage();
  await firstVisit(page, app, language);
  const screens = await findScreens(page, app.base);
  for (const size of Object.keys(SIZES) as Size[])
    for (const theme of THEMES) {
      const into = path.join(folder, language, `${size}-${theme}`);
      mkdirSync(into, { recursive: true });
      await page.setViewportSize(SIZES[size]);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const address of screens) {
        await page.goto(address);
        const name = new URL(address).pathname.replace(/^\//, '').replaceAll('/', '_');
        await page.screenshot({ path: path.join(into, `${name}.png`), caret: 'initial', fullPage: true });
      }
      process.stderr.write(`${language} ${size} ${theme}: ${screens.length} screens\n`);
    }
  await context.close();
  await app.stop();
}
await browser.close();
