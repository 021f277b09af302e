import type { Clock } from '../clock.ts';

/** How long a certificate holds; instants in milliseconds since 1970. */
export interface Validity {
  validFrom: number;
  validUntil: number;
}

const DAY = 86_400_000;
/** Who renews by itself does so long before; short-lived certificates have less to go by. */
const LEAST = 14 * DAY;

/** The whole days that a certificate still holds; negative when it no longer does. */
export const certificateDays = ({ validUntil }: Validity, clock: Clock): number =>
  Math.floor((validUntil - clock()) / DAY);

/** Whether it is about to end: within 14 days, or within the last quarter of its life if that is less. */
export const isRunningOut = ({ validFrom, validUntil }: Validity, clock: Clock): boolean =>
  validUntil - clock() < Math.min(LEAST, (validUntil - validFrom) / 4);
