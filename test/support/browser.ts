import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Milliseconds that anything in the browser may take, on a machine that is busy with other things. */
export const PATIENCE = 60_000;

/**
 * A real browser: the machine's Chromium where there is one (or CHROMIUM_PATH), else the one that npm brought, unpacked
 * once into node_modules/.cache. Several test processes may ask at once: each unpacks beside and the first one wins.
 */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

function chromiumPath(): string {
  const own = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((file) => file && existsSync(file));
  if (own && process.env.BROWSER !== 'bundled') return own;
  const cache = path.resolve('node_modules/.cache/chromium');
  const ready = path.join(cache, 'ready');
  if (!existsSync(ready)) unpack(cache, ready);
  process.env.LD_LIBRARY_PATH = [path.join(ready, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  process.env.FONTCONFIG_PATH = path.join(ready, 'fonts');
  return path.join(ready, 'chromium');
}

/** In a process of its own: the package unpacks where the environment says, and is a module of the kind that jest cannot load. */
const UNPACK = `const { default: bundled } = await import('@sparticuz/chromium'); await bundled.executablePath();`;

function unpack(cache: string, ready: string): void {
  const folder = path.join(cache, String(process.pid));
  mkdirSync(folder, { recursive: true });
  // With the last variable the package brings its own system libraries and a font.
  const env = { ...process.env, NODE_OPTIONS: '', TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
  execFileSync(process.execPath, ['--input-type=module', '--eval', UNPACK], { env });
  writeFileSync(path.join(folder, 'fonts', 'fonts.conf'), fontsOf(ready));
  try {
    renameSync(folder, ready);
  } catch (error) {
    if (!existsSync(ready)) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
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
