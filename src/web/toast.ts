import type { Request, Response } from 'express';
import type { Key, Params, Translate } from '../i18n/translate.ts';

/** Something to say at the foot of the next screen, with a way to take it back. */
export interface Toast {
  key: Key;
  params?: Params;
  /** What "Undo" calls: a POST. */
  undo?: string;
}

const TOAST_COOKIE = 'dunwell_toast';

/** A toast that survives one redirect: translated here, shown as text there. */
export function keepToast(response: Response, t: Translate, { key, params, undo }: Toast): void {
  const value = Buffer.from(JSON.stringify({ text: t(key, params), undo: undo ?? '' })).toString('base64url');
  response.cookie(TOAST_COOKIE, value, { httpOnly: true, sameSite: 'lax', maxAge: 60_000, path: '/' });
}

/** The toast that the last redirect kept, once. */
export function takeToast(request: Request, response: Response): { text: string; undo: string } | null {
  const value = /(?:^|;\s*)dunwell_toast=([\w-]+)/.exec(request.get('Cookie') ?? '')?.[1];
  if (!value) return null;
  response.clearCookie(TOAST_COOKIE, { path: '/' });
  try {
    const { text, undo } = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as {
      text: unknown;
      undo: unknown;
    };
    // A cookie is the visitor's to forge: only an address of ours may be called back.
    return typeof text === 'string' && typeof undo === 'string'
      ? { text, undo: /^\/[\w/-]*$/.test(undo) ? undo : '' }
      : null;
  } catch {
    return null;
  }
}
