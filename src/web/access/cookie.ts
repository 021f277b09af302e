import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { LONGEST_MS, newSessionId } from '../../services/openSession.ts';
import type { Web } from '../visit.ts';

/** How a request came: over TLS, plainly where that is allowed, or plainly where it is not. */
export type Way = 'tls' | 'plain' | 'refused';

/**
 * Plain HTTP is for this computer, and for the very address that DUNWELL_BASE_URL says: everybody on the way could read
 * along. An installation with an https address has TLS in front, whether or not the proxy says so.
 */
export function wayOf(request: Request, { config }: Web): Way {
  const base = new URL(config.baseUrl);
  if (request.secure || base.protocol === 'https:') return 'tls';
  const host = hostOf(request);
  return isLoopback(host.hostname) || host.host === base.host ? 'plain' : 'refused';
}

const isLoopback = (name: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name);

/** The host that the browser asked for; a proxy's word counts only where proxies are declared. */
export function hostOf(request: Request): URL {
  try {
    return new URL(`http://${request.host ?? ''}`);
  } catch {
    return new URL('http://invalid.invalid');
  }
}

/**
 * Two cookies: one holds the session, the other only ties a visitor's forms to his browser. They are apart because another
 * site can make a browser call us without its cookies, and the answer to that must never replace the session.
 */
type Kind = 'session' | 'visitor';
const NAMES: Record<Kind, string> = { session: 'dunwell', visitor: 'dunwell_visitor' };

/** A browser keeps `__Host-` cookies for this host alone, over TLS alone. */
const nameOf = (kind: Kind, way: Way): string => `${way === 'tls' ? '__Host-' : ''}${NAMES[kind]}`;

/** The id that the request brings in a cookie, or '' when it brings none of the right form. */
export function readId(request: Request, web: Web, kind: Kind): string {
  const name = nameOf(kind, wayOf(request, web));
  for (const part of (request.get('Cookie') ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=');
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return '';
}

interface Exchange {
  request: Request;
  response: Response;
}

const attributes = (way: Way): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: way === 'tls',
});

/** Gives a stranger's browser an id for as long as it stays open. */
export function giveVisitorId(web: Web, { request, response }: Exchange): string {
  const way = wayOf(request, web);
  const id = newSessionId();
  response.cookie(nameOf('visitor', way), id, attributes(way));
  return id;
}

/** Hands the browser its new session. */
export function enter(web: Web, { request, response }: Exchange, id: string): void {
  const way = wayOf(request, web);
  response.cookie(nameOf('session', way), id, { ...attributes(way), maxAge: LONGEST_MS });
  response.clearCookie(nameOf('visitor', way), attributes(way));
}

/** After signing out the browser is a stranger's again. */
export function leave(web: Web, { request, response }: Exchange): void {
  const way = wayOf(request, web);
  response.clearCookie(nameOf('session', way), attributes(way));
}

/** What proves that a form was made for this session. It follows from the id, which is nowhere but in the cookie. */
export const formToken = (id: string): string => createHmac('sha256', id).update('form').digest('base64url');

/** Compares without telling by its time how much was right. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
