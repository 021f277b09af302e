import { addDays, type Day, firstSendingDay, isDay, latest, type SendingCalendar } from './calendar.ts';
import type { BlockReason, Reason } from './decision.ts';
import { isCurrency, type Minor } from './money.ts';
import type { Plan, PlanLimit } from './plan.ts';
import type { InvoiceFacts } from './snapshot.ts';

type Block = Reason<BlockReason>;

const reason = (code: BlockReason, until: Day | null = null): Block => ({ code, until });

/** Every reason why nothing may be sent about the invoice on the day, whatever the plan (SPEC §2 "Eligible"). */
export function reasonsOfInvoice({ invoice, customer, underWay, coveredByCredit }: InvoiceFacts, day: Day): Block[] {
  const reasons: Block[] = [];
  if (!isReadable(invoice)) reasons.push(reason('unreadable'));
  if (invoice.state === 'draft') reasons.push(reason('not_issued'));
  if (invoice.state === 'cancelled') reasons.push(reason('cancelled'));
  if (invoice.state === 'written_off') reasons.push(reason('written_off'));
  if (!(invoice.outstanding > 0)) reasons.push(reason('settled'));
  if (invoice.dueOn === null) reasons.push(reason('no_due_date'));
  if (!invoice.followUpEnabled) reasons.push(reason('follow_up_off'));
  if (invoice.disputed) reasons.push(reason('disputed'));
  if (covers(invoice.promisedUntil, day)) reasons.push(reason('promised', invoice.promisedUntil));
  if (holds(invoice.pause, day)) reasons.push(reason('invoice_paused', invoice.pause?.until ?? null));
  if (holds(customer.pause, day)) reasons.push(reason('customer_paused', customer.pause?.until ?? null));
  if (underWay === 'open') reasons.push(reason('under_way'));
  if (underWay === 'uncertain') reasons.push(reason('uncertain'));
  if (coveredByCredit) reasons.push(reason('covered_by_credit'));
  return reasons;
}

/** The reasons that a plan adds: that there is none, that it is paused, and its limits. */
export function reasonsOfPlan(plan: Plan | null, amount: Minor, currency: string, day: Day): Block[] {
  if (!plan) return [reason('no_plan')];
  const reasons: Block[] = [];
  if (holds(plan.pause, day)) reasons.push(reason('plan_paused', plan.pause?.until ?? null));
  const limit: PlanLimit | undefined = plan.limits.find((one) => one.currency === currency);
  if (limit?.minimum != null && amount > 0 && amount < limit.minimum) reasons.push(reason('below_minimum'));
  if (limit?.ceiling != null && amount > limit.ceiling) reasons.push(reason('over_ceiling'));
  return reasons;
}

/** The first sending day after all reasons have lapsed by themselves; null when one of them never does. */
export function lapsesOn(reasons: readonly Block[], day: Day, calendar: SendingCalendar): Day | null {
  let last = day;
  for (const { until } of reasons) {
    if (until === null) return null;
    last = latest(last, addDays(until, 1));
  }
  return firstSendingDay(last, calendar);
}

const covers = (until: Day | null, day: Day): boolean => until !== null && day <= until;
const holds = (pause: { until: Day | null } | null, day: Day): boolean =>
  pause !== null && (pause.until === null || day <= pause.until);

function isReadable({ outstanding, total, currency, dueOn, issuedOn }: InvoiceFacts['invoice']): boolean {
  const amounts = Number.isSafeInteger(outstanding) && Number.isSafeInteger(total);
  return amounts && isCurrency(currency) && isDay(issuedOn) && (dueOn === null || isDay(dueOn));
}
