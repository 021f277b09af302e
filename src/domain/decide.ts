import type { Day, SendingCalendar } from './calendar.ts';
import type { Decision, Subject } from './decision.ts';
import { decideGroup } from './group.ts';
import { decideRecap } from './recap.ts';
import { decideSingle, subjectOf } from './single.ts';
import { type Snapshot, type Unit, unitsOf } from './snapshot.ts';

/**
 * What happens to every invoice and every recap of the snapshot on the day: `send`, `wait` (until when) or `blocked`
 * (all reasons). Pure and linear in the number of invoices; the order of the input arrays changes nothing.
 */
export function decide(snapshot: Snapshot, day: Day): Decision[] {
  return unitsOf(snapshot).flatMap((unit) => decideUnit(unit, day, snapshot.calendar));
}

/** The decisions about one unit. What cannot be read is blocked, and stops nothing else. */
export function decideUnit(unit: Unit, day: Day, calendar: SendingCalendar): Decision[] {
  try {
    if (unit.kind === 'single') return [decideSingle(unit.facts, day, calendar)];
    if (unit.kind === 'group') return decideGroup(unit.facts, day, calendar);
    return [decideRecap(unit.facts, day, calendar)];
  } catch {
    return subjectsOf(unit).map((subject) => ({
      kind: 'blocked',
      subject,
      reasons: [{ code: 'unreadable', until: null }],
      until: null,
    }));
  }
}

function subjectsOf(unit: Unit): Subject[] {
  if (unit.kind === 'single') return [subjectOf(unit.facts)];
  if (unit.kind === 'group') return unit.facts.invoices.map(subjectOf);
  const { plan, customer, currency } = unit.facts;
  return [{ kind: 'recap', planId: plan.id, customerId: customer.id, currency }];
}
