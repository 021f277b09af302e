import { randomBytes } from 'node:crypto';

/** Something that a page shows by an address of its own, for the person who made it. */
interface Kept {
  userId: number;
  content: string | Buffer;
}

/** Enough for many open editors; the oldest goes first. */
const MOST_BYTES = 32 * 1024 * 1024;

const kept = new Map<string, Kept>();
let bytes = 0;

/**
 * Keeps a rendered page or message in memory for a while; returns the word that finds it again. A preview cannot be written
 * into the page itself: a frame without an address would be bound by the page's own policy, which forbids the styles of mails.
 */
export function keep(userId: number, content: string | Buffer): string {
  const token = randomBytes(18).toString('base64url');
  kept.set(token, { userId, content });
  bytes += content.length;
  for (const [oldest, one] of kept) {
    if (bytes <= MOST_BYTES || oldest === token) break;
    kept.delete(oldest);
    bytes -= one.content.length;
  }
  return token;
}

/** What the user kept under the word, or null when it is gone or somebody else's. */
export function keptFor(userId: number, token: string): string | Buffer | null {
  const one = kept.get(token);
  return one?.userId === userId ? one.content : null;
}
