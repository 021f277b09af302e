import fc from 'fast-check';
import { addDays, type Day, type SendingCalendar, type Weekday } from '../../src/domain/calendar.ts';
import type { Customer, Pause } from '../../src/domain/customer.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { EscalationPlan, RecapPlan, Step } from '../../src/domain/plan.ts';
import type { Completion, Snapshot } from '../../src/domain/snapshot.ts';
import { contact, customer, invoice, plan, recap, snapshot, steps } from '../support/builders.ts';
import { type Change, change, disputed, paid, promised, settledDispute } from './simulator.ts';

/** The Monday on which every generated simulation begins. */
export const START: Day = '2026-02-02';

const maybe = <T>(arbitrary: fc.Arbitrary<T>, nulls = 3): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: nulls, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const rarely = (weight = 19): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const dayBetween = (min: number, max: number): fc.Arbitrary<Day> =>
  fc.integer({ min, max }).map((n) => addDays(START, n));
const pause = fc.oneof(
  { weight: 30, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: dayBetween(-5, 25).map((until): Pause => ({ until })) },
  { weight: 1, arbitrary: fc.constant<Pause>({ until: null }) },
);

const anyCalendar: fc.Arbitrary<SendingCalendar> = fc.record({
  weekdays: fc.constantFrom<Weekday[]>([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [2, 4], [6]),
  holidays: fc.array(dayBetween(0, 40), { maxLength: 6 }).map((days) => new Set<string>(days)),
});

const anyStep: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('-7', '-3', '-1', '+0', '+1', '+3', '+5', '+10', '+20', '+30'),
      fc.constantFrom('issue+3', 'issue+15', 'issue+40'),
      fc.constantFrom('prev+1', 'prev+7', 'prev+14'),
    ),
    fc.constantFrom('', '', '', '', ' eom'),
    fc.constantFrom('', '', '', ' letter', ' call', ' approval'),
    fc.constantFrom('', '', '', ' pay5', ' pay12'),
  )
  .map((parts) => parts.join(''));

const anySteps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(anyStep, { minLength: 1, maxLength: 5 }), fc.array(rarely(), { minLength: 5, maxLength: 5 }))
  .map(([texts, retired]) =>
    steps(...texts.map((text, index) => (index === 0 ? text.replace('prev', '') : text))).map((step, index) => ({
      ...step,
      retired: retired[index] ?? false,
    })),
  );

const anyEscalation = (id: number, together: boolean): fc.Arbitrary<EscalationPlan> =>
  fc
    .record({
      pause,
      steps: anySteps,
      minimumDays: fc.integer({ min: 0, max: 9 }),
      minimumDaysAfterReceipt: fc.integer({ min: 0, max: 6 }),
      includeNotDue: fc.boolean(),
      limits: fc.constantFrom<EscalationPlan['limits']>(
        [],
        [],
        [],
        [],
        [{ currency: 'EUR', minimum: 2_000, ceiling: 9_000 }],
      ),
    })
    .map(({ steps: own, ...rest }) => plan(own, { id, together, ...rest }));

const anyRecap: fc.Arbitrary<RecapPlan> = fc
  .record({
    pause,
    startOn: dayBetween(-70, 20),
    every: fc.record({ n: fc.integer({ min: 1, max: 3 }), unit: fc.constantFrom('day', 'week', 'month') }),
    scope: fc.constantFrom('overdue', 'open'),
    withCreditNotes: fc.boolean(),
    action: fc.constantFrom('email', 'letter'),
  })
  .map((differs) => recap({ id: 9, ...differs }));

const anyCustomer = (id: number): fc.Arbitrary<Customer> =>
  fc
    .record({
      pause,
      hasPostalAddress: rarely(3).map((not) => !not),
      unreachable: rarely(),
      hasPhone: rarely(3).map((not) => !not),
    })
    .map(({ pause: held, hasPostalAddress, unreachable, hasPhone }) =>
      customer({
        id,
        pause: held,
        hasPostalAddress,
        contacts: [contact({ id, phone: hasPhone ? '+33 1' : null, email: unreachable ? null : 'a@b.c' })],
      }),
    );

interface Drawn {
  invoice: Invoice;
  progress: number;
  kind: Completion['kind'];
  ago: number;
  early: number;
  deadline: Day | null;
  underWay: 'no' | 'open' | 'uncertain';
}

const anyInvoice = (customers: number): fc.Arbitrary<(id: number) => Drawn> =>
  fc
    .record({
      customerId: fc.integer({ min: 1, max: customers }),
      dueOn: fc.oneof({ weight: 12, arbitrary: dayBetween(-60, 25) }, { weight: 1, arbitrary: fc.constant(null) }),
      term: fc.integer({ min: 0, max: 40 }),
      receivedOn: maybe(dayBetween(-30, 15), 3),
      currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'EUR', 'USD'),
      outstanding: fc.constantFrom(5_000, 4_000, 7_000, 3_000, 6_000, 1_000, 10_000, 0),
      state: fc.oneof(
        { weight: 17, arbitrary: fc.constant('issued') },
        { weight: 1, arbitrary: fc.constantFrom('draft', 'cancelled', 'written_off') },
      ),
      followUpEnabled: rarely().map((not) => !not),
      disputed: rarely(),
      promisedUntil: maybe(dayBetween(-5, 20), 9),
      pause,
      progress: fc.constantFrom(0, 0, 0, 1, 2, 3),
      kind: fc.constantFrom<Completion['kind'][]>('sent', 'sent', 'skipped', 'activation'),
      ago: fc.integer({ min: 1, max: 30 }),
      early: fc.integer({ min: 0, max: 3 }),
      deadline: maybe(dayBetween(-10, 10), 3),
      underWay: fc.oneof(
        { weight: 19, arbitrary: fc.constant<Drawn['underWay']>('no') },
        { weight: 1, arbitrary: fc.constantFrom<Drawn['underWay'][]>('open', 'uncertain') },
      ),
    })
    .map(({ term, progress, kind, ago, early, deadline, underWay, ...differs }) => (id: number) => ({
      invoice: invoice({ id, ...differs, issuedOn: addDays(differs.dueOn ?? START, -term) } as Partial<Invoice>),
      progress,
      kind,
      ago,
      early,
      deadline,
      underWay,
    }));

/** A plan's steps in the order of their dates for an invoice, worked out on its own. */
export function inOrder(thePlan: EscalationPlan, { issuedOn, dueOn }: Invoice): { step: Step; on: Day }[] {
  let previous: Day | null = null;
  const dated = thePlan.steps.map((step) => {
    const { from, days, monthEnd } = step.trigger;
    const base: Day = from === 'issue' ? issuedOn : ((from === 'previous' ? previous : null) ?? dueOn!);
    const on = monthEnd ? lastOfMonth(addDays(base, days)) : addDays(base, days);
    if (!step.retired) previous = on;
    return { step, on };
  });
  return dated.toSorted((a, b) => a.on.localeCompare(b.on));
}

const lastOfMonth = (day: Day): Day =>
  new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10) as Day;

const CUSTOMERS = 3;

/** A ledger in any state: plans per invoice (1), together (2) and recap (9), some of it already under way. */
export const anyLedger: fc.Arbitrary<Snapshot> = fc
  .record({
    calendar: anyCalendar,
    single: anyEscalation(1, false),
    group: anyEscalation(2, true),
    statement: anyRecap,
    customers: fc.tuple(anyCustomer(1), anyCustomer(2), anyCustomer(3)),
    enrolled: fc.array(
      fc.record({
        escalation: fc.constantFrom(1, 1, 1, 2, 2, 2, 0),
        recap: fc.boolean(),
        since: fc.oneof({ weight: 3, arbitrary: dayBetween(-90, -30) }, { weight: 1, arbitrary: dayBetween(-10, 15) }),
      }),
      { minLength: CUSTOMERS, maxLength: CUSTOMERS },
    ),
    drawn: fc.array(anyInvoice(CUSTOMERS), { minLength: 5, maxLength: 9 }),
    credits: fc.array(
      fc.record({
        customerId: fc.integer({ min: 1, max: CUSTOMERS }),
        kind: fc.constantFrom('credit_note' as const, 'payment' as const),
        issuedOn: dayBetween(-20, -19),
        currency: fc.constantFrom('EUR', 'USD'),
        remaining: fc.constantFrom(500, 1_000, 9_000),
      }),
      { maxLength: 2 },
    ),
    lastOn: maybe(dayBetween(-9, -1), 1),
  })
  .map(({ calendar, single, group, statement, customers, enrolled, drawn, credits, lastOn }) => {
    const enrolments = enrolled.flatMap(({ escalation, recap: onRecap, since }, index) => [
      ...(escalation ? [{ customerId: index + 1, planId: escalation, since }] : []),
      ...(onRecap ? [{ customerId: index + 1, planId: 9, since }] : []),
    ]);
    const planOf = (customerId: number): EscalationPlan | null =>
      [null, single, group][enrolled[customerId - 1]?.escalation ?? 0] ?? null;
    const all = drawn.map((draw, index) => draw(index + 1));
    const completions = all.flatMap((one) => completed(one, planOf(one.invoice.customerId)));
    const reminded = new Set(completions.filter(({ kind }) => kind === 'sent').map(({ invoiceId }) => invoiceId));
    return snapshot({
      calendar,
      plans: [single, group, statement],
      customers,
      enrolments,
      invoices: all.map((one) => one.invoice),
      credits: credits.map((one, index) => ({ ...one, id: index + 1, number: '' })),
      completions,
      coverings: all
        .filter((one) => reminded.has(one.invoice.id))
        .map(({ invoice: { id }, ago, deadline }) => ({
          invoiceId: id,
          lastOn: addDays(START, -ago),
          deadlineOn: deadline,
        })),
      underWay: all
        .filter(({ underWay }) => underWay !== 'no')
        .map(({ invoice: { id }, underWay }) => ({
          invoiceId: id,
          planId: null,
          uncertain: underWay === 'uncertain',
        })),
      planMessages: lastOn ? [{ planId: 2, customerId: 1, currency: 'EUR', lastOn }] : [],
    });
  });

/** The first steps of an invoice's plan, completed one week apart, the last one `ago` days before the start. */
function completed({ invoice: one, progress, kind, ago, early }: Drawn, thePlan: EscalationPlan | null): Completion[] {
  if (!thePlan || one.dueOn === null) return [];
  const done = inOrder(thePlan, one).slice(0, progress);
  return done.map(({ step }, index) => {
    const completedOn = addDays(START, -ago - 7 * (done.length - 1 - index));
    const countsFrom = kind === 'activation' ? null : addDays(completedOn, -early);
    return { invoiceId: one.id, stepId: step.id, kind, completedOn, countsFrom };
  });
}

/** What may happen to the first invoices of a ledger within the first weeks. */
export const anyEvents: fc.Arbitrary<Partial<Record<Day, Change[]>>> = fc
  .array(
    fc.record({
      on: dayBetween(0, 25),
      number: fc.integer({ min: 1, max: 5 }).map((id) => `F-${id}`),
      what: fc.constantFrom('paid', 'disputed', 'settled', 'promised', 'paused', 'off', 'reversed'),
      n: fc.integer({ min: 0, max: 12 }),
    }),
    { maxLength: 6 },
  )
  .map((events) => {
    const result: Partial<Record<Day, Change[]>> = {};
    for (const { on, number, what, n } of events) (result[on] ??= []).push(happening(what, number, addDays(on, n)));
    return result;
  });

function happening(what: string, number: string, until: Day): Change {
  if (what === 'paid') return paid(number);
  if (what === 'disputed') return disputed(number);
  if (what === 'settled') return settledDispute(number);
  if (what === 'promised') return promised(number, until);
  if (what === 'paused') return change(number, { pause: { until } });
  if (what === 'off') return change(number, { followUpEnabled: false });
  return change(number, { outstanding: 5_000 });
}
