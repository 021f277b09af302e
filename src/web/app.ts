import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { invoiceRoutes } from './invoices/routes.ts';
import { outboxRoutes } from './outbox/routes.ts';

/** What the screens work with. */
export interface Web {
  db: Db;
  clock: Clock;
}

/** The web app. Every screen adds its routes here. */
export function createApp(web: Web): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet({ contentSecurityPolicy: { directives: POLICY }, strictTransportSecurity: false }));
  app.get('/healthz', (_request, response) => void response.type('text').send('ok'));
  app.get('/', (_request, response) => response.redirect('/invoices'));
  app.use(invoiceRoutes(web));
  app.use(outboxRoutes(web));
  app.use((_request, response) => void response.status(404).type('text').send('Not found'));
  app.use(failed);
  return app;
}

const POLICY = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'"],
  frameSrc: ["'self'"],
  upgradeInsecureRequests: null,
};

/** A surprise is logged in full and shown in one line. */
const failed: ErrorRequestHandler = (error: Error, _request, response, _next) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  response.status(500).type('text').send('Something went wrong. Nothing was lost; the log says more.');
};
