import type { HoldReason } from '../domain/brakes.ts';
import type { Key, Translate } from './translate.ts';

const WORDS: Record<HoldReason, Key> = {
  review: 'followup.heldReview',
  stale_data: 'followup.heldStaleData',
  not_seen: 'followup.heldNotSeen',
  backlog: 'followup.heldBacklog',
  too_many: 'followup.heldTooMany',
  unusually_many: 'followup.heldUnusuallyMany',
};

/** Why the messages of a run wait for a person, in one sentence. */
export const heldText = (held: HoldReason, t: Translate): string => t(WORDS[held]);
