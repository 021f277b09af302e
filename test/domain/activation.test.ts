import { activate, type ActivationChoice, backlog } from '../../src/domain/activation.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { EscalationPlan } from '../../src/domain/plan.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { completion, customer, invoice, plan, recap, snapshot, steps, together } from '../support/builders.ts';
import { timeline } from './simulator.ts';

const standard = plan(['-3', '+5', '+20', '+40']);
const ledgerOf = (thePlan: EscalationPlan, invoices: Invoice[], more: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ plans: [thePlan], invoices, ...more });
const late = (ledger: Snapshot, day: Day, customers = [1]): ReturnType<typeof backlog> =>
  backlog(ledger, 1, new Set(customers), day);

/** The ledger as the choice leaves it on the day. */
function chosen(ledger: Snapshot, choice: ActivationChoice, day: Day): Snapshot {
  const { skips, leave } = activate(late(ledger, day), choice);
  return {
    ...ledger,
    invoices: ledger.invoices.map((one) => (leave.includes(one.id) ? { ...one, followUpEnabled: false } : one)),
    completions: [
      ...ledger.completions,
      ...skips.map((skip) => ({ ...skip, kind: 'activation' as const, completedOn: day, countsFrom: null })),
    ],
  };
}

describe('the backlog', () => {
  test.each<[string, Day, [string, string, number] | null]>([
    ['not yet due', '2025-12-30', null],
    ['on the due day', '2026-01-01', null],
    ['late, no step’s date has come', '2026-01-05', null],
    ['on the first step’s date', '2026-01-06', ['step 2', 'step 2', 0]],
    ['between the first and the second', '2026-01-20', ['step 2', 'step 2', 0]],
    ['on the second’s date', '2026-01-21', ['step 2', 'step 3', 1]],
    ['past all of them', '2026-06-01', ['step 2', 'step 4', 2]],
  ])('%s', (_, day, expected) => {
    const [found] = late(ledgerOf(standard, [invoice()]), day);
    expect(found ? [found.gentle.name, found.byAge.name, found.skips.length] : null).toEqual(expected);
  });

  test.each<[string, Partial<Invoice>]>([
    ['paid', { outstanding: 0 }],
    ['disputed', { disputed: true }],
    ['switched off', { followUpEnabled: false }],
    ['cancelled', { state: 'cancelled' }],
    ['without a due date', { dueOn: null }],
  ])('leaves out what is %s', (_, differs) => {
    expect(late(ledgerOf(standard, [invoice(differs)]), '2026-06-01')).toEqual([]);
  });

  test('holds what is promised for a while: time alone holds it back', () => {
    expect(late(ledgerOf(standard, [invoice({ promisedUntil: '2026-06-10' })]), '2026-06-01')).toHaveLength(1);
  });

  test('holds the invoices of the customers asked about, on the plan asked about', () => {
    const customers = [customer(), customer({ id: 2 }), customer({ id: 3 })];
    const invoices = [invoice(), invoice({ id: 2, customerId: 2 }), invoice({ id: 3, customerId: 3 })];
    const enrolments = [
      { customerId: 1, planId: 1, since: '2026-01-01' as Day },
      { customerId: 2, planId: 2, since: '2026-01-01' as Day },
      { customerId: 3, planId: 1, since: '2026-01-01' as Day },
    ];
    const ledger = snapshot({ plans: [standard, { ...standard, id: 2 }], customers, invoices, enrolments });
    expect(late(ledger, '2026-06-01', [1, 2]).map(({ invoiceId }) => invoiceId)).toEqual([1]);
  });

  test('is the same for a plan together, and a recap has none', () => {
    expect(late(ledgerOf(together(['+5', '+20']), [invoice()]), '2026-06-01')).toHaveLength(1);
    expect(backlog(snapshot({ plans: [recap()], invoices: [invoice()] }), 9, new Set([1]), '2026-06-01')).toEqual([]);
  });

  test('goes on after the steps already completed, and passes over retired ones', () => {
    const completions = [completion({ stepId: 2, completedOn: '2026-01-06' })];
    const [found] = late(ledgerOf(standard, [invoice()], { completions }), '2026-06-01');
    expect([found?.gentle.name, found?.byAge.name, found?.skips.map(({ name }) => name)]).toEqual([
      'step 3',
      'step 4',
      ['step 3'],
    ]);
    const [first, ...others] = steps('+5', '+20', '+40');
    const [other] = late(ledgerOf(plan([{ ...first!, retired: true }, ...others]), [invoice()]), '2026-06-01');
    expect(other?.gentle.name).toBe('step 2');
  });
});

describe('the choice, for one invoice 90 days late and one that is not', () => {
  const DAY: Day = '2026-04-01';
  const ledger = ledgerOf(standard, [invoice(), invoice({ id: 2, dueOn: '2026-03-31' })]);
  const after = (choice: ActivationChoice): string[] => timeline(chosen(ledger, choice, DAY), DAY, '2026-06-30');
  const young = ['2026-04-05 step 2 [F-2]', '2026-04-20 step 3 [F-2]', '2026-05-10 step 4 [F-2]'];

  test.each<[ActivationChoice, string[]]>([
    ['gently', ['2026-04-01 step 2 [F-1]', '2026-04-16 step 3 [F-1]', '2026-05-06 step 4 [F-1]']],
    ['by_age', ['2026-04-01 step 4 [F-1]']],
    ['leave', []],
  ])('%s', (choice, expected) => {
    expect(after(choice)).toEqual([...expected, ...young].toSorted());
  });

  test('by age, in the middle of the plan: the planned distance from then on', () => {
    const middle = chosen(ledgerOf(standard, [invoice()]), 'by_age', '2026-01-26');
    expect(timeline(middle, '2026-01-26', '2026-06-30')).toEqual([
      '2026-01-26 step 3 [F-1]',
      '2026-02-15 step 4 [F-1]',
    ]);
  });

  test('the same question when a paused plan resumes after missing steps', () => {
    const completions = [completion({ stepId: 2, completedOn: '2026-01-06' })];
    const coverings = [{ invoiceId: 1, lastOn: '2026-01-06' as Day, deadlineOn: null }];
    const resumed = ledgerOf(standard, [invoice()], { completions, coverings });
    expect(timeline(chosen(resumed, 'gently', DAY), DAY, '2026-06-30')).toEqual([
      '2026-04-01 step 3 [F-1]',
      '2026-04-21 step 4 [F-1]',
    ]);
    expect(timeline(chosen(resumed, 'by_age', DAY), DAY, '2026-06-30')).toEqual(['2026-04-01 step 4 [F-1]']);
  });
});
