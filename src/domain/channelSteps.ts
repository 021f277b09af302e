import type { Channel } from './customer.ts';
import { channelOf, type EscalationPlan, type Step } from './plan.ts';

/**
 * After which completed steps a plan may next go over the channel, so that whoever looks for invoices that wait for it
 * need not look at all of them. Null when that may be with no step completed, when the order of the steps differs from
 * invoice to invoice, or when invoices borrow one another's tone; empty when the plan never uses the channel.
 */
export function stepsBefore(plan: EscalationPlan, channel: Channel): number[] | null {
  const uses = plan.steps.flatMap((step, at) => (!step.retired && channelOf(step.action) === channel ? [at] : []));
  if (uses.length === 0) return [];
  if (plan.together || !isInOrder(plan.steps)) return null;
  const before = new Set<number>();
  for (const use of uses) {
    let at = use - 1;
    for (; at >= 0; at--) {
      const step = plan.steps[at] as Step;
      before.add(step.id);
      if (!step.retired && !mayBeDropped(step)) break;
    }
    if (at < 0) return null;
  }
  return [...before];
}

/** Whether the steps follow one another in the order of the plan for every invoice. */
function isInOrder(steps: readonly Step[]): boolean {
  let last = -Infinity;
  let before = 0;
  for (const { trigger, retired } of steps) {
    if (trigger.from === 'issue' || trigger.monthEnd) return false;
    const days = trigger.from === 'previous' ? before + trigger.days : trigger.days;
    if (days < last) return false;
    last = days;
    if (!retired) before = days;
  }
  return true;
}

const mayBeDropped = ({ trigger }: Step): boolean => trigger.from === 'due' && trigger.days < 0;
