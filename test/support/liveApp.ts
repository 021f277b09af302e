import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';

/** The real program in a process of its own, over a database in a folder of its own. */
export interface LiveApp {
  base: string;
  /** The one-time token that the program printed for the first visit. */
  token: string;
  dataDir: string;
  /** What is in its log so far. */
  log(): string;
  stop(): Promise<void>;
  /** Ends it as a power cut would; the data stay. */
  kill(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../..');

/** Starts `dunwell serve` on a free port and waits until it answers. */
export async function startApp(dataDir = mkdtempSync(path.join(tmpdir(), 'dunwell-e2e-'))): Promise<LiveApp> {
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: root,
    env: { ...process.env, DUNWELL_DATA_DIR: dataDir, DUNWELL_PORT: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const said = await wordsOf(child, () => log);
  const base = /http:\/\/localhost:\d+/.exec(said)?.[0];
  if (!base) throw new Error(`the program did not start: ${said}`);
  return {
    base,
    token: /[?&]token=([\w-]+)/.exec(said)?.[1] ?? '',
    dataDir,
    log: () => log,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(dataDir, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGTERM');
      }),
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

/** What the program says once it listens: it comes in one piece. */
function wordsOf(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (/^Dunwell is at .*\n$/s.test(said)) resolve(said);
    });
    child.once('close', (code) => reject(new Error(`the program ended with ${code}: ${said}${log()}`)));
  });
}

export const OWNER = { name: 'Anna Meunier', email: 'anna@meunier-fils.example', password: 'seigle-levain-fournil-27' };

/** The first visit, as a person makes it: the owner, the company, then the example company. */
export async function firstVisit(page: Page, { base, token }: LiveApp, language: string): Promise<void> {
  await page.goto(`${base}/setup?token=${token}`);
  await page.fill('[name="name"]', OWNER.name);
  await page.fill('[name="email"]', OWNER.email);
  await page.fill('[name="password"]', OWNER.password);
  await page.fill('[name="company"]', 'Meunier & Fils');
  await page.selectOption('[name="country"]', 'FR');
  await page.selectOption('[name="timeZone"]', 'Europe/Paris');
  await page.selectOption('[name="language"]', language);
  await page.selectOption('[name="currency"]', 'EUR');
  await Promise.all([
    page.waitForURL('**/start'),
    page.click('main button[type="submit"], main form button:not([type="button"])'),
  ]);
  await Promise.all([page.waitForURL('**/invoices**'), page.click('button[value="example"]')]);
}

/** Everything that the browser complains about while a context is used: errors, refused content, failed requests. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.page()?.url() ?? ''}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  return complaints;
}
