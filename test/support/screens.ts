import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

export const SIZES = { desktop: { width: 1360, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof SIZES;
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** `npm run test:screens` looks at everything in every way. */
export const ALL_LOOKS = process.env.SCREENS === 'all';
/** Each size in each theme; those that differ most come first. */
export const EVERY_LOOK: readonly (readonly [Size, Theme])[] = [
  ['desktop', 'light'],
  ['phone', 'dark'],
  ['desktop', 'dark'],
  ['phone', 'light'],
];
export const LOOKS = ALL_LOOKS ? EVERY_LOOK : EVERY_LOOK.slice(0, 2);

/** What an address looks like when the numbers in it are left out: one screen each. */
const shapeOf = (address: string): string => {
  const { pathname } = new URL(address);
  return pathname.replace(/\/\d{4}-\d{2}-\d{2}/g, '/:day').replace(/\/\d+/g, '/:id');
};

/** Files that a link offers, which are no screens. */
const NO_SCREEN = /\.(eml|pdf|json|csv)$|^\/documents\/|\/body$|\/preview/;

/** Every screen that links lead to, found by following one link of each shape, from the invoices on. */
export async function findScreens(page: Page, base: string): Promise<string[]> {
  const found = new Map<string, string>();
  const queue = [`${base}/invoices`];
  while (queue.length) {
    const address = queue.shift() ?? '';
    const shape = shapeOf(address);
    if (found.has(shape) || NO_SCREEN.test(shape)) continue;
    const answer = await page.goto(address, { waitUntil: 'domcontentloaded' });
    if (answer?.status() !== 200) throw new Error(`${address} answered ${answer?.status()}`);
    found.set(shape, address);
    const links = await page.evaluate<string[]>('[...document.querySelectorAll("a[href]")].map((link) => link.href)');
    for (const link of links) if (link.startsWith(`${base}/`)) queue.push(link.split('#')[0] ?? link);
  }
  return [...found.values()];
}

/** Rules of accessibility that the page in view breaks, one line for each. */
export async function violationsOn(page: Page): Promise<string[]> {
  // The policy of the page forbids script tags, so the checker comes in through the browser's own door.
  await page.evaluate(readFileSync(path.resolve('node_modules/axe-core/axe.min.js'), 'utf8'));
  const result = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; nodes: { html: string; target: string[] }[] }[] }>;
      };
    };
    return axe.run({ resultTypes: ['violations'] });
  });
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`),
  );
}
