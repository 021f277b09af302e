import type { Clock } from '../../clock.ts';
import type { Web } from '../visit.ts';

const FREE_TRIES = 5;
const LONGEST_WAIT_S = 900;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
const MOST_KEYS = 10_000;

/** Makes guessing slow without ever locking anybody out: each wrong try doubles the wait, up to a quarter of an hour. */
export interface Throttle {
  /** Counts a try. Returns the seconds still to wait, and then the try must not be made; 0 lets it through. */
  attempt(key: string): number;
  /** It was the right one: the count begins anew. */
  passed(key: string): void;
}

/** Counts in memory, and of so many keys only: the one not seen for longest is forgotten first. */
export function createThrottle(clock: Clock): Throttle {
  const tries = new Map<string, { count: number; at: number }>();
  return {
    attempt(key) {
      const now = clock();
      const known = tries.get(key);
      const count = known && now - known.at < FORGOTTEN_AFTER_MS ? known.count : 0;
      const wait = count < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_S, 2 ** (count - FREE_TRIES + 1));
      const left = known ? Math.ceil((known.at + wait * 1000 - now) / 1000) : 0;
      if (wait > 0 && left > 0) return left;
      tries.delete(key);
      tries.set(key, { count: count + 1, at: now });
      if (tries.size > MOST_KEYS) tries.delete(tries.keys().next().value ?? '');
      return 0;
    },
    passed: (key) => void tries.delete(key),
  };
}

const throttles = new WeakMap<Web, Throttle>();

/** The counts of this app. */
export function throttleOf(web: Web): Throttle {
  const known = throttles.get(web) ?? createThrottle(() => web.clock());
  throttles.set(web, known);
  return known;
}
