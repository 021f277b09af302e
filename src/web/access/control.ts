import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Browser } from '../../services/openSession.ts';
import { recogniseVisitor } from '../../services/recogniseVisitor.ts';
import { ownerExists } from '../../store/users.ts';
import { aboutRequest, originOf } from '../requestLog.ts';
import { type Route, type Visit, visitOf, type Web } from '../visit.ts';
import { formToken, giveVisitorId, readId, wayOf } from './cookie.ts';
import { isOurs } from './origin.ts';
import type { Known, SignedIn } from './session.ts';

/** Who is asking, and whether he may. */
export interface AccessControl {
  identify: RequestHandler;
  guard(route: Route): RequestHandler[];
}

/** Recognises visitors by their sessions and lets each route be used by whom it names. */
export function accessControl(web: Web): AccessControl {
  return {
    identify: async (request, response, next) => {
      const sessionId = readId(request, web, 'session');
      const id = sessionId || readId(request, web, 'visitor') || giveVisitorId(web, { request, response });
      const known = sessionId ? await recogniseVisitor(web.db, sessionId, web.clock()) : null;
      response.locals.csrf = formToken(id);
      response.locals.known = known;
      if (known?.session.stage === 'open') response.locals.user = signedIn(known);
      next();
    },
    guard: (route) => [...(route.perMinute ? [limit(web, route.perMinute)] : []), admit(web, route)],
  };
}

function signedIn({ user: { id, name, email, role, language } }: Known): SignedIn {
  return { id, name, email, role, language };
}

/** Who holds the session of this request, also while its second factor is missing. */
export const knownIn = ({ response }: Visit): Known | null => (response.locals.known as Known | null) ?? null;

/** The same for a screen that only signed-in users reach. */
export function signedInBy(visit: Visit): Known {
  const known = knownIn(visit);
  if (!known || !visit.user) throw new Error('this screen needs somebody who is signed in');
  return known;
}

/** Counts calls by the address of the connection; a proxy's word about it counts only where proxies are declared. */
function limit(web: Web, perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: true,
    legacyHeaders: false,
    keyGenerator: (request) => ipKeyGenerator(request.ip ?? ''),
    // Whether X-Forwarded-For is believed was decided above; that it is there is no mistake of ours.
    validate: { xForwardedForHeader: false },
    handler: async (request, response) => {
      const { used } = (request as unknown as { rateLimit: { used: number } }).rateLimit;
      // Once a minute is enough to know.
      if (used === perMinute + 1)
        web.log?.warn('requests_limited', 'One address calls too often.', {
          ...originOf(request),
          ...aboutRequest(web, request, response, 429),
        });
      return refuse(await visitOf(web, request, response), 429, 'tooMany');
    },
  });
}

const REFUSALS = {
  insecure: ['access.insecure', 'access.insecureText'],
  foreign: ['access.foreign', 'access.foreignText'],
  tooMany: ['access.tooMany', 'access.tooManyText'],
  forbidden: ['error.forbidden', 'error.forbiddenText'],
} as const;

function refuse(visit: Visit, status: number, why: keyof typeof REFUSALS): Promise<void> {
  const [title, text] = REFUSALS[why];
  return visit.page('access/refused.njk', { title: visit.t(title), text: visit.t(text) }, status);
}

const admit =
  (web: Web, route: Route): RequestHandler =>
  async (request, response, next) => {
    const visit = await visitOf(web, request, response);
    if (wayOf(request, web) === 'refused') return refuse(visit, 403, 'insecure');
    if (!isOurs(request, web, response.locals.csrf as string)) return refuse(visit, 403, 'foreign');
    const turnAway = await turnAwayFrom(web, route, visit);
    return turnAway ? turnAway() : next();
  };

/** What to answer those who may not come here; null for those who may. */
async function turnAwayFrom(
  { db }: Web,
  { allow, path }: Route,
  visit: Visit,
): Promise<(() => Promise<void> | void) | null> {
  if (allow === 'anyone') return null;
  if (allow === 'before_setup') return (await ownerExists(db)) ? () => visit.notFound() : null;
  const known = knownIn(visit);
  if (!visit.user) {
    const url = known || (await ownerExists(db)) ? signInPage(visit) : '/setup';
    return () => visit.redirect(url);
  }
  if (known?.user.passwordTemporary && !WITH_TEMPORARY_PASSWORD.has(path))
    return () => visit.redirect('/account/password');
  if (allow === 'owner' && visit.user.role !== 'owner') return () => refuse(visit, 403, 'forbidden');
  return null;
}

const WITH_TEMPORARY_PASSWORD = new Set(['/account/password', '/sign-out']);

/** Signing in comes back to the page that was asked for. */
function signInPage(visit: Visit): string {
  const { request, partial } = visit;
  if (knownIn(visit)) return '/sign-in/code';
  const here = partial ? pathOf(request.get('HX-Current-URL') ?? '') : request.originalUrl;
  return (request.method === 'GET' || partial) && here !== '/'
    ? `/sign-in?next=${encodeURIComponent(here)}`
    : '/sign-in';
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname + new URL(url).search : '/');

/** A place within the product to go on to: never another site. */
export const ownPlace = (place: string): string =>
  /^\/(?![/\\])[\w\-./?=&%~:+,]*$/.test(place) && !place.startsWith('/sign-') ? place : '/invoices';

const METHODS = ['get', 'post', 'put', 'delete'];
const ALLOWED = ['anyone', 'before_setup', 'colleague', 'owner'];

/**
 * Refuses to start with a route that does not say who may use it, or with two routes at one address: the one behind
 * would never be asked, whatever it demands.
 */
export function checkRoutes(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { method, path, allow } of routes) {
    const address = `${method} ${path.replace(/:\w+/g, ':')}`;
    if (!METHODS.includes(method) || !path.startsWith('/')) throw new Error(`${address} is no address`);
    if (!ALLOWED.includes(allow)) throw new Error(`${address} does not say who may use it`);
    if (seen.has(address)) throw new Error(`${address} is there twice`);
    seen.add(address);
  }
}

/** What the list of sessions says about the browser. */
export const browserOf = ({ request }: Visit): Browser => ({
  agent: request.get('User-Agent') ?? '',
  address: request.ip ?? '',
});
