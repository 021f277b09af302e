import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
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

/** A browser keeps `__Host-` cookies for this host alone, over TLS alone. */
const nameOn = (way: Way): string => (way === 'tls' ? '__Host-dunwell' : 'dunwell');

/** The session id that the request brings, or '' when it brings none of the right form. */
export function readSessionId(request: Request, web: Web): string {
  const name = nameOn(wayOf(request, web));
  for (const part of (request.get('Cookie') ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=');
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return '';
}

/** Gives the browser a session id: for a visitor until it is closed, for somebody who signed in as long as a session may last. */
export function giveSessionId(
  { request, response, web }: { request: Request; response: Response; web: Web },
  { id = newSessionId(), keep = false } = {},
): string {
  const way = wayOf(request, web);
  response.cookie(nameOn(way), id, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: way === 'tls',
    ...(keep ? { maxAge: LONGEST_MS } : {}),
  });
  return id;
}

/** What proves that a form was made for this session. It follows from the id, which is nowhere but in the cookie. */
export const formToken = (id: string): string => createHmac('sha256', id).update('form').digest('base64url');

/** Compares without telling by its time how much was right. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
