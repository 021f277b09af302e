import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A real browser: the machine's Chromium where there is one (or CHROMIUM_PATH), else the one that npm brought, unpacked
 * once into node_modules/.cache. Several test processes may ask at once: each unpacks beside and the first one wins.
 */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: FLAGS });
}

async function chromiumPath(): Promise<string> {
  const own = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((file) => file && existsSync(file));
  if (own && process.env.BROWSER !== 'bundled') return own;
  const cache = path.resolve('node_modules/.cache/chromium');
  const ready = path.join(cache, 'ready');
  if (!existsSync(ready)) await unpack(cache, ready);
  process.env.LD_LIBRARY_PATH = [path.join(ready, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  process.env.FONTCONFIG_PATH = path.join(ready, 'fonts');
  return path.join(ready, 'chromium');
}

async function unpack(cache: string, ready: string): Promise<void> {
  const folder = path.join(cache, String(process.pid));
  mkdirSync(folder, { recursive: true });
  const before = { TMPDIR: process.env.TMPDIR, AWS_EXECUTION_ENV: process.env.AWS_EXECUTION_ENV };
  // With this variable the package brings its own system libraries and a font.
  Object.assign(process.env, { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' });
  try {
    const { default: bundled } = await import('@sparticuz/chromium');
    await bundled.executablePath();
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
  writeFileSync(path.join(folder, 'fonts', 'fonts.conf'), fontsOf(ready));
  if (!existsSync(ready)) renameSync(folder, ready);
}

/** The package's own list looks in /tmp/fonts only, and a browser that finds no font at all dies at the first text. */
const fontsOf = (ready: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(ready, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${path.join(ready, 'fonts-cache')}</cachedir>
</fontconfig>
`;
