import supertest from 'supertest';
import { openWeb, type OpenWeb } from '../../test/support/web.ts';
import { ASSETS } from './assets.ts';

let open: OpenWeb;
beforeAll(async () => {
  open = await openWeb();
});
afterAll(() => open.close());

const PAGES = [
  '/invoices',
  '/customers',
  '/plans',
  '/plans/1',
  '/templates',
  '/templates/1',
  '/outbox',
  '/todo',
  '/runs',
  '/forecast',
  '/settings',
];

test.each(PAGES)('%s stays under 200 KB after the first visit', async (page) => {
  const { text, status } = await open.anna.get(page);
  expect(status).toBe(200);
  expect(Buffer.byteLength(text)).toBeLessThan(200_000);
});

test.each(Object.values(ASSETS))('%s may be kept for ever, because its name changes with its content', async (url) => {
  const answer = await supertest(open.app).get(url).set('Accept-Encoding', 'br');
  expect(answer.status).toBe(200);
  expect(url).toMatch(/\.[0-9a-f]{10}\.\w+$/);
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(answer.headers['content-encoding']).toBe('br');
});

test('a browser that asks for an icon where no page names one gets it', async () => {
  const answer = await supertest(open.app).get('/favicon.ico').redirects(1);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/svg+xml']);
});

test('nothing comes from another host, and nothing is inline', async () => {
  for (const page of PAGES) {
    const { text, headers } = await open.anna.get(page);
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\sstyle="|\son\w+="|<style/);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  }
});

test('the strip says in one line that nothing leaves by itself', async () => {
  const { text } = await open.anna.get('/invoices');
  expect(text).toContain('Automatic sending is off: nothing leaves by itself.');
  expect(text).toContain('Letterbox: no mail account is connected');
});
