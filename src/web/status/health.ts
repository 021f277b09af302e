import type { RequestHandler } from 'express';
import { type Health, healthOf } from '../../services/health.ts';
import type { Web } from '../visit.ts';

/**
 * `/healthz`, for whoever restarts or watches the program: 200 and `ok`, else 503 and one word. Nobody has to sign in, so it
 * tells nothing else; and however many ask at once, one look answers them all.
 */
export function healthRoute(web: Web): RequestHandler {
  let looking: Promise<Health> | null = null;
  return async (_request, response) => {
    looking ??= healthOf(web.db, web).finally(() => {
      looking = null;
    });
    const health = await looking;
    response
      .status(health === 'ok' ? 200 : 503)
      .type('text')
      .send(health);
  };
}
