import type { Request } from 'express';
import type { Web } from '../visit.ts';
import { hostOf, sameText } from './cookie.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a request that may change something was sent by a page of ours. The browser says where it comes from; an old
 * one that does not must at least name its origin. On top of that, the token of the session: in the form, or in the
 * header that htmx adds.
 */
export function isOurs(request: Request, web: Web, token: string): boolean {
  if (SAFE.includes(request.method)) return true;
  return fromHere(request, web) && sameText(tokenIn(request), token);
}

function fromHere(request: Request, { config }: Web): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.get('Origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  return [hostOf(request).host, new URL(config.baseUrl).host].includes(new URL(origin).host);
}

function tokenIn(request: Request): string {
  const header = request.get('X-CSRF-Token');
  if (header) return header;
  // The body of a form with files is read later, so its address brings the token.
  const carrier = request.is('multipart/form-data') ? request.query : request.body;
  const token = (carrier as Record<string, unknown> | undefined)?._csrf;
  return typeof token === 'string' ? token : '';
}
