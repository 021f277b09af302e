import type { Activation } from './activation.ts';
import type { Day } from './calendar.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/*
 * The ledger as it would be after a change that was not made yet: what the activation question is answered on, so that
 * its counts and messages are those of the decision and of nothing else.
 */

/** The customers on the plan since the day, and on no other of its kind. */
export function enrolledOn(snapshot: Snapshot, plan: Plan, customerIds: ReadonlySet<number>, since: Day): Snapshot {
  const kinds = new Map(snapshot.plans.map(({ id, kind }) => [id, kind]));
  const staying = snapshot.enrolments.filter(
    ({ customerId, planId }) => !customerIds.has(customerId) || kinds.get(planId) !== plan.kind,
  );
  const coming = [...customerIds].map((customerId) => ({ customerId, planId: plan.id, since }));
  return { ...snapshot, enrolments: [...staying, ...coming] };
}

/** The customers without their pause. */
export const withoutPause = (snapshot: Snapshot, customerIds: ReadonlySet<number>): Snapshot => ({
  ...snapshot,
  customers: snapshot.customers.map((one) => (customerIds.has(one.id) ? { ...one, pause: null } : one)),
});

/** The invoices without their pause. */
export const withoutInvoicePause = (snapshot: Snapshot, invoiceIds: ReadonlySet<number>): Snapshot => ({
  ...snapshot,
  invoices: snapshot.invoices.map((one) => (invoiceIds.has(one.id) ? { ...one, pause: null } : one)),
});

/** The steps left out and the invoices left alone, as a choice says. */
export function activatedOn(snapshot: Snapshot, { skips, leave }: Activation, day: Day): Snapshot {
  const left = new Set(leave);
  return {
    ...snapshot,
    invoices: snapshot.invoices.map((one) => (left.has(one.id) ? { ...one, followUpEnabled: false } : one)),
    completions: [
      ...snapshot.completions,
      ...skips.map((skip) => ({ ...skip, kind: 'activation' as const, completedOn: day, countsFrom: null })),
    ],
  };
}
