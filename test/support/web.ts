import { CookieAccessInfo } from 'cookiejar';
import type { Express } from 'express';
import supertest, { type Response } from 'supertest';
import { clockAt, isoOf } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { logTo } from '../../src/log.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { hashPassword } from '../../src/services/passwordHash.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { insertUser, type Role } from '../../src/store/users.ts';
import { formToken } from '../../src/web/access/cookie.ts';
import { createApp } from '../../src/web/app.ts';
import type { Web } from '../../src/web/visit.ts';
import { memoryDatabase } from './memoryDatabase.ts';

/** A visitor of the product over HTTP: cookies, the form token and htmx's headers are taken care of. */
export interface Visitor {
  get(path: string, options?: { htmx?: boolean }): Promise<Response>;
  post(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
  put(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
  delete(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
  /** The `Cookie` header that he would send now. */
  cookie(): string;
}

export interface OpenWeb {
  db: Db;
  web: Web;
  app: Express;
  /** Anna, the owner, signed in. */
  anna: Visitor;
  /** Anna's `Cookie` header, for other ways to ask. */
  cookie: string;
  close(): Promise<void>;
}

/** A hash that costs nothing, for many tests; what real ones cost, one test measures. */
export const CHEAP = { memory: 8, passes: 1 };
export const PASSWORD = 'four quiet brass lanterns';
export const ANNA = { name: 'Anna', email: 'anna@example.test' };

/**
 * The app over a database in memory, with the example company unless told otherwise, standing at 10:00 of 2026-11-23 (a
 * Monday). With `owner: false` nobody has made the first visit yet, and `anna` is a stranger.
 */
export async function openWeb({
  demo = true,
  language = 'en',
  day = '2026-11-23',
  file = ':memory:',
  owner = true,
  env = {} as Record<string, string>,
} = {}): Promise<OpenWeb> {
  const clock = clockAt(day as never, '10:00', 'Europe/Paris');
  const fill = async (db: Db): Promise<unknown> => demo && loadDemo(db, { clock, language });
  const db =
    file === ':memory:'
      ? await memoryDatabase(demo ? `the example company in ${language} on ${day}` : 'empty', fill)
      : await openDatabase(file);
  if (file !== ':memory:') await fill(db);
  if (owner) await newUser(db, { ...ANNA, role: 'owner', createdAt: isoOf(clock()) });
  const config = readConfig({ DUNWELL_DATA_DIR: '/nonexistent', DUNWELL_SECRET_KEY: 'k'.repeat(43), ...env });
  // A surprise is seen when a test is run; a test that expects one records it (`recordedLog`).
  const web: Web = { db, clock, owner: 'test', config, passwordCost: CHEAP, log: logTo({ level: 'error' }) };
  const app = createApp(web);
  const anna = await visitor(app);
  if (owner) await signIn(anna, ANNA.email);
  return { db, web, app, anna, cookie: anna.cookie(), close: () => db.destroy() };
}

/** A user with the password that all of them have here. */
export async function newUser(
  db: Db,
  { name, email, role, createdAt = '2026-01-01T00:00:00.000Z' }: typeof ANNA & { role: Role; createdAt?: string },
): Promise<number> {
  const passwordHash = await hashPassword(PASSWORD, CHEAP);
  const id = await insertUser(db, { name, email, role, language: 'en', passwordHash, createdAt });
  if (id === null) throw new Error(`${email} is there already`);
  return id;
}

export async function signIn(who: Visitor, email: string, password = PASSWORD): Promise<Response> {
  const response = await who.post('/sign-in', { email, password, next: '' });
  if (response.status !== 303) throw new Error(`${email} could not sign in: ${response.status}`);
  return response;
}

/** A visitor with cookies of his own. */
export async function visitor(app: Express): Promise<Visitor> {
  const agent = supertest.agent(app);
  const cookies = (): readonly { name: string; value: string }[] => agent.jar.getCookies(CookieAccessInfo.All);
  const named = (pattern: RegExp): string => cookies().find(({ name }) => pattern.test(name))?.value ?? '';
  const sessionId = (): string => named(/^(__Host-)?dunwell$/) || named(/^(__Host-)?dunwell_visitor$/);
  const send =
    (method: 'post' | 'put' | 'delete') =>
    async (path: string, form: object = {}, { htmx = false } = {}) => {
      // A form comes from a page, and the first page brings the cookie.
      if (sessionId() === '') await agent.get('/sign-in');
      const request = agent[method](path).type('form').set('Sec-Fetch-Site', 'same-origin');
      const token = formToken(sessionId());
      return htmx
        ? request.set({ 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'X-CSRF-Token': token }).send(form)
        : request.send({ _csrf: token, ...form });
    };
  return {
    get: (path, { htmx = false } = {}) => {
      const request = agent.get(path);
      return htmx ? request.set('HX-Request', 'true').set('HX-Request-Type', 'partial') : request;
    },
    post: send('post'),
    put: send('put'),
    delete: send('delete'),
    cookie: () =>
      cookies()
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
  };
}
