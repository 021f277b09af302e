import { launchBrowser } from '/work/main/test/support/browser.ts';
const base = 'http://127.0.0.1:' + process.argv[2];
const browser = await launchBrowser();
const shots: [string, string][] = JSON.parse(process.argv[3] ?? '[]');
const sizes = JSON.parse(process.argv[4] ?? '[["desk",1360,900,"light"]]') as [string, number, number, string][];
const lang = process.argv[5] ?? 'en';
for (const [name, width, height, scheme] of sizes) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme as never, locale: lang });
  const page = await context.newPage();
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) console.log(name, page.url(), m.type(), m.text()); });
  page.on('pageerror', (e) => console.log(name, 'pageerror', e.message));
  await page.goto(base + '/sign-in');
  await page.fill('input[name=email]', 'anna@example.test');
  await page.fill('input[name=password]', 'four quiet brass lanterns');
  await page.press('input[name=password]', 'Enter');
  await page.waitForURL(/invoices/);
  for (const [url, file, ...acts] of shots as string[][]) {
    await page.goto(base + url);
    for (const act of acts) {
      const [what, arg] = act.split('=>');
      if (what === 'click') await page.click(arg!);
      if (what === 'wait') await page.waitForTimeout(Number(arg));
    }
    await page.screenshot({ path: `/tmp/owk-${file}-${name}.png`, fullPage: !acts.length, caret: 'initial' });
  }
  await context.close();
}
await browser.close();
