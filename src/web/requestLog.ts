import type { Request, RequestHandler, Response } from 'express';
import type { Fields } from '../log.ts';
import { networkOf } from '../log/network.ts';
import type { Web } from './visit.ts';

/** From here on somebody has waited, in milliseconds. */
const SLOW = 2000;

/** Notes when a request came, and logs it where it took long. Which pages are read is nobody's business. */
export const watchRequests =
  (web: Web): RequestHandler =>
  (request, response, next) => {
    response.locals.cameAt = web.clock();
    response.once('close', () => {
      if (tookOf(web, response) > SLOW)
        web.log?.warn('request_slow', 'A request took more than two seconds.', aboutRequest(web, request, response));
    });
    next();
  };

const tookOf = (web: Web, { locals }: Response): number => web.clock() - Number(locals.cameAt ?? web.clock());

/** What the log may say about a request: the pattern of its route (an address holds ids, searches and tokens), and how it ended. */
export function aboutRequest(web: Web, request: Request, response: Response, status = response.statusCode): Fields {
  const route = (request.route as { path?: unknown } | undefined)?.path;
  return {
    route: typeof route === 'string' ? route : 'none',
    method: request.method,
    status,
    ms: tookOf(web, response),
  };
}

/** Where somebody who tries to come in comes from, roughly; never the address that he typed. */
export const originOf = ({ ip = '' }: Request): Fields => ({ network: networkOf(ip) });
