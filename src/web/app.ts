import { randomBytes } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import { translator } from '../i18n/translate.ts';
import { accessControl, checkRoutes } from './access/control.ts';
import { accessRoutes } from './access/routes.ts';
import { isBusy } from '../store/database.ts';
import { ASSETS, serveAssets } from './assets.ts';
import { backupRoutes } from './backup/routes.ts';
import { bulkRoutes } from './bulk/routes.ts';
import { customerRoutes } from './customers/routes.ts';
import { followUpRoutes } from './followup/routes.ts';
import { factRoutes } from './invoices/factsRoutes.ts';
import { heldRoutes } from './held/routes.ts';
import { invoiceRoutes } from './invoices/routes.ts';
import { letterRoutes } from './letters/routes.ts';
import { outboxRoutes } from './outbox/routes.ts';
import { planRoutes } from './plans/routes.ts';
import { aboutRequest, watchRequests } from './requestLog.ts';
import { sendingRoutes } from './sending/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { healthRoute } from './status/health.ts';
import { statusRoutes } from './status/routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { todoRoutes } from './todo/routes.ts';
import { type Route, visitOf, type Web } from './visit.ts';

/** Every address of the product. */
export const ROUTES: readonly Route[] = [
  { method: 'get', path: '/', allow: 'colleague', run: (visit) => visit.redirect('/invoices') },
  ...accessRoutes,
  // Before those of the invoices: /invoices/paid is a page, no invoice.
  ...factRoutes,
  ...invoiceRoutes,
  ...customerRoutes,
  ...planRoutes,
  ...templateRoutes,
  ...todoRoutes,
  ...outboxRoutes,
  ...letterRoutes,
  ...followUpRoutes,
  ...bulkRoutes,
  ...sendingRoutes,
  ...settingsRoutes,
  ...backupRoutes,
  ...statusRoutes,
  ...heldRoutes,
];

/** The web app. Throws when two routes share an address, or one does not say who may use it. */
export function createApp(web: Web): Express {
  checkRoutes(ROUTES);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // Unless proxies are declared, what X-Forwarded-… says is a stranger's word.
  app.set('trust proxy', web.config.trustProxy);
  app.use(watchRequests(web), headers);
  app.get('/healthz', healthRoute(web));
  app.use(serveAssets);
  // A PDF in a tab of its own names no icon, so browsers ask for this one.
  app.get('/favicon.ico', (_request, response) => response.redirect(301, ASSETS['favicon.svg'] ?? '/'));
  app.use(express.urlencoded({ extended: true, limit: '1mb', parameterLimit: 2000 }), methodOverride);
  const control = accessControl(web);
  app.use(control.identify);
  for (const route of ROUTES) app[route.method](route.path, ...control.guard(route), answer(web, route));
  app.use(async (request, response) => (await visitOf(web, request, response)).notFound());
  app.use(failed(web));
  return app;
}

const answer =
  (web: Web, route: Route): RequestHandler =>
  async (request, response) =>
    route.run(await visitOf(web, request, response), web);

/**
 * A form without JavaScript knows only GET and POST; it says the method it means in `_method`. Whatever was sent that is
 * no form counts as an empty one.
 */
const methodOverride: RequestHandler = (request, _response, next) => {
  request.body ??= {};
  const { _method: method } = request.body as { _method?: unknown };
  if (request.method === 'POST' && (method === 'put' || method === 'delete')) request.method = method.toUpperCase();
  next();
};

/** What no page of ours asks the browser for. */
const NOT_ASKED = ['camera', 'geolocation', 'microphone', 'payment', 'usb', 'display-capture', 'browsing-topics'];

/** Nothing inline, nothing foreign, nothing kept. The nonce is for the editor's own style sheet (docs/decisions). */
const headers: RequestHandler = (request, response, next) => {
  const nonce = randomBytes(16).toString('base64');
  response.locals.nonce = nonce;
  response.set({
    // A page shows what only its user may see, also when somebody else presses Back.
    'Cache-Control': 'no-store',
    'Permissions-Policy': NOT_ASKED.map((name) => `${name}=()`).join(', '),
  });
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", `'nonce-${nonce}'`],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: request.secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  })(request, response, next);
};

function logFailure({ log, ...web }: Web, error: Error, request: Request, response: Response, status = 500): void {
  const fields = aboutRequest(web, request, response, status);
  if (isBusy(error))
    log?.warn('database_busy', 'Another program held the database; the visitor may try again.', fields);
  else log?.error('request_failed', 'A request ended in an error.', fields, error);
}

/** A surprise is logged without anybody’s data and shown in one line. */
const failed =
  (web: Web): ErrorRequestHandler =>
  async (error: Error & { status?: number; type?: string }, request, response, _next) => {
    if (response.headersSent) {
      logFailure(web, error, request, response);
      // What has left cannot be taken back: a broken connection says that it is not all. Express would print the error.
      return void request.socket.destroy();
    }
    // Another program holds the database: nothing was done, and a moment later it will be (RELIABILITY F36).
    const busy = isBusy(error);
    const status = busy ? 503 : (error.status ?? 500);
    if (busy) response.set('Retry-After', '5');
    if (status >= 500) logFailure(web, error, request, response, status);
    const t = translator('en');
    try {
      const visit = await visitOf(web, request, response);
      const key = busy ? 'error.busy' : status >= 500 ? 'error.surprise' : 'error.badRequest';
      await visit.page('layouts/message.njk', { title: visit.t(key), text: visit.t(`${key}Text`) }, status);
    } catch {
      response
        .status(status)
        .type('text')
        .send(t(busy ? 'error.busy' : 'error.surprise'));
    }
  };
