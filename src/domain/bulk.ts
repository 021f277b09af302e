import type { BlockReason } from './decision.ts';
import type { Weighed } from './byHand.ts';
import type { Currency } from './money.ts';

/** What makes a person look twice before a customer goes into a bulk sending. */
export type HeavyReason = BlockReason | 'reminded';

/**
 * The reasons that keep a customer out of a bulk sending until a person ticks him: all that a message by hand warns of,
 * and a reminder that went out only recently (SPEC §5). That one leaves by itself soon is told, and weighs nothing.
 */
export function heavyReasons(weighed: readonly Weighed[]): HeavyReason[] {
  const reasons = new Set<HeavyReason>(weighed.flatMap(({ warnings }) => warnings.map(({ code }) => code)));
  if (weighed.some(({ remindedOn }) => remindedOn !== null)) reasons.add('reminded');
  return [...reasons];
}

/** What was not there when a person looked: known reasons he has weighed, new ones he has not. */
export const newReasons = (heavy: readonly HeavyReason[], seen: readonly string[]): HeavyReason[] =>
  heavy.filter((reason) => !seen.includes(reason));

/** One message goes to one customer in one currency: its name in forms and keys. */
export const lineKey = (of: { customerId: number; currency: Currency }): string => `${of.customerId}-${of.currency}`;
