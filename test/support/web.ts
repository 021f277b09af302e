import type { Express } from 'express';
import supertest, { type Response } from 'supertest';
import { clockAt } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { createApp } from '../../src/web/app.ts';
import type { Web } from '../../src/web/visit.ts';

/** A visitor of the product over HTTP: cookies, the form token and htmx's headers are taken care of. */
export interface Visitor {
  get(path: string, options?: { htmx?: boolean }): Promise<Response>;
  post(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
  put(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
  delete(path: string, form?: object, options?: { htmx?: boolean }): Promise<Response>;
}

export interface OpenWeb {
  db: Db;
  web: Web;
  app: Express;
  /** Anna, the owner, signed in. */
  anna: Visitor;
  close(): Promise<void>;
}

/** The app over a database in memory, with the example company unless told otherwise, standing at 10:00 of 2026-11-23 (a Monday). */
export async function openWeb({ demo = true, language = 'en', day = '2026-11-23' } = {}): Promise<OpenWeb> {
  const db = await openDatabase(':memory:');
  const clock = clockAt(day as never, '10:00', 'Europe/Paris');
  if (demo) await loadDemo(db, { clock, language });
  const web: Web = { db, clock, owner: 'test', config: readConfig({ DUNWELL_DATA_DIR: '/nonexistent' }) };
  const app = createApp(web);
  return { db, web, app, anna: await visitor(app), close: () => db.destroy() };
}

/** A visitor with cookies of his own. */
export async function visitor(app: Express): Promise<Visitor> {
  const agent = supertest.agent(app);
  const send =
    (method: 'post' | 'put' | 'delete') =>
    (path: string, form: object = {}, { htmx = false } = {}) => {
      const request = agent[method](path).type('form').set('Sec-Fetch-Site', 'same-origin');
      return (htmx ? request.set('HX-Request', 'true').set('HX-Request-Type', 'partial') : request).send(form);
    };
  return {
    get: (path, { htmx = false } = {}) => {
      const request = agent.get(path);
      return htmx ? request.set('HX-Request', 'true').set('HX-Request-Type', 'partial') : request;
    },
    post: send('post'),
    put: send('put'),
    delete: send('delete'),
  };
}
