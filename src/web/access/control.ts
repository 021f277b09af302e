import type { RequestHandler } from 'express';
import type { Route, Web } from '../visit.ts';
import type { SignedIn } from './session.ts';

/** Who is asking, and whether he may. */
export interface AccessControl {
  identify: RequestHandler;
  guard(route: Route): RequestHandler;
}

/** Stands in until sign-in exists: everybody is the owner. */
export function accessControl(web: Web): AccessControl {
  const owner: SignedIn = { id: 1, name: 'Anna', email: 'anna@example.test', role: 'owner', language: '' };
  return {
    identify: async (_request, response, next) => {
      await web
        .db('users')
        .insert({ ...owner, language: 'en', created_at: '2026-01-01T00:00:00.000Z' })
        .onConflict()
        .ignore();
      response.locals.user = owner;
      response.locals.csrf = '';
      next();
    },
    guard: () => (_request, _response, next) => next(),
  };
}
