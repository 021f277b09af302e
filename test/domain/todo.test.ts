import type { Day } from '../../src/domain/calendar.ts';
import { stepsBefore } from '../../src/domain/channelSteps.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { type BlockedTodos, todosOf } from '../../src/domain/todo.ts';
import {
  completion,
  contact,
  customer,
  invoice,
  plan,
  recap,
  snapshot,
  steps,
  together,
  weekdays,
} from '../support/builders.ts';

const DAY: Day = '2026-01-20';
const todos = (ledger: Snapshot, day = DAY, dismissed: string[] = []): BlockedTodos =>
  todosOf(decide(ledger, day), ledger, day, new Set(dismissed));
/** `no_phone c1 [F-1]`, one line for each to do. */
const inWords = (ledger: Snapshot, day = DAY, dismissed: string[] = []): string[] =>
  todos(ledger, day, dismissed).open.map(
    ({ code, customerId, planId, invoices, recaps }) =>
      `${code} ${planId === null ? `c${customerId}` : `p${planId}`} [${[...invoices.map(({ number }) => number), ...recaps.map((one) => `recap ${one.planId}`)].join(' ')}]`,
  );

const unreachable = contact({ email: null, phone: null });
const refused = contact({ refusedOn: '2026-01-05' });
const limited = plan(['+5', '+20'], { limits: [{ currency: 'EUR', minimum: null, ceiling: 50_000 }] });
const withoutTemplate = plan(steps('+5').map((one) => ({ ...one, templateId: null })));
const owing = (thePlan: Plan, differs: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ plans: [thePlan], invoices: [invoice()], ...differs });

describe('what only a person can set free is a to do', () => {
  test.each<[string, Snapshot, string[]]>([
    ['nothing, while everybody can be reached', owing(plan(['+5'])), []],
    ['a due date', owing(plan(['+5']), { invoices: [invoice({ dueOn: null })] }), ['no_due_date c1 [F-1]']],
    [
      'an address',
      owing(plan(['+5']), { customers: [customer({ contacts: [unreachable] })] }),
      ['no_recipient c1 [F-1]'],
    ],
    [
      'a refused address',
      owing(plan(['+5']), { customers: [customer({ contacts: [refused] })] }),
      ['address_refused c1 [F-1]'],
    ],
    [
      'a street',
      owing(plan(['+5 letter']), { customers: [customer({ hasPostalAddress: false })] }),
      ['no_postal_address c1 [F-1]'],
    ],
    [
      'a number',
      owing(plan(['+5 call']), { customers: [customer({ contacts: [unreachable] })] }),
      ['no_phone c1 [F-1]'],
    ],
    ['a template, named by its plan', owing(withoutTemplate), ['no_template p1 [F-1]']],
    [
      'a person, above the ceiling',
      owing(limited, { invoices: [invoice({ total: 50_001 })] }),
      ['over_ceiling c1 [F-1]'],
    ],
    ['nothing, at the ceiling', owing(limited, { invoices: [invoice({ total: 50_000 })] }), []],
    [
      'an amount that can be read',
      owing(plan(['+5']), { invoices: [invoice({ outstanding: 0.5 })] }),
      ['unreadable c1 [F-1]'],
    ],
    [
      'each of two things',
      owing(limited, { invoices: [invoice({ dueOn: null })], customers: [customer({ contacts: [unreachable] })] }),
      ['no_due_date c1 [F-1]'],
    ],
    [
      'the address of a recap too',
      owing(recap({ startOn: '2026-01-15' }), { customers: [customer({ contacts: [refused] })] }),
      ['address_refused c1 [recap 9]'],
    ],
  ])('%s', (_, ledger, expected) => {
    expect(inWords(ledger)).toEqual(expected);
  });

  test.each<[string, Partial<Snapshot>]>([
    ['disputed', { invoices: [invoice({ dueOn: null, disputed: true })] }],
    ['promised', { invoices: [invoice({ dueOn: null, promisedUntil: DAY })] }],
    ['switched off', { invoices: [invoice({ dueOn: null, followUpEnabled: false })] }],
    ['paid', { invoices: [invoice({ dueOn: null, outstanding: 0, total: 100 })] }],
    ['cancelled', { invoices: [invoice({ dueOn: null, state: 'cancelled' })] }],
    [
      'of a paused customer',
      { invoices: [invoice({ dueOn: null })], customers: [customer({ pause: { until: null } })] },
    ],
    ['on no plan', { invoices: [invoice({ dueOn: null })], enrolments: [] }],
    [
      'covered by a message under way',
      { invoices: [invoice({ dueOn: null })], underWay: [{ invoiceId: 1, planId: 1, uncertain: false }] },
    ],
    [
      'covered by an uncertain message',
      { invoices: [invoice({ dueOn: null })], underWay: [{ invoiceId: 1, planId: 1, uncertain: true }] },
    ],
  ])('but not what is %s: mending would free nothing', (_, differs) => {
    expect(inWords(owing(plan(['+5']), differs))).toEqual([]);
  });
});

test('invoices of one customer are one to do, those of another are another, the oldest first', () => {
  const ledger = owing(plan(['+5']), {
    customers: [1, 2].map((id) => customer({ id, contacts: [unreachable] })),
    invoices: [
      invoice({ id: 1, dueOn: '2026-01-09' }),
      invoice({ id: 2, dueOn: '2026-01-03' }),
      invoice({ id: 3, customerId: 2, dueOn: '2026-01-02' }),
    ],
  });
  expect(inWords(ledger)).toEqual(['no_recipient c2 [F-3]', 'no_recipient c1 [F-2 F-1]']);
});

test('a plan without a template is one to do for all of its customers, with a part for each', () => {
  const ledger = owing(withoutTemplate, {
    customers: [1, 2].map((id) => customer({ id })),
    invoices: [1, 2].map((id) => invoice({ id, customerId: id })),
  });
  expect(inWords(ledger)).toEqual(['no_template p1 [F-1 F-2]']);
  expect(todos(ledger).open[0]?.parts.map(({ customerId }) => customerId)).toEqual([1, 2]);
});

describe('an invoice above the ceiling', () => {
  const large = owing(limited, { invoices: [invoice({ total: 90_000 })], calendar: weekdays });

  test.each<[Day, boolean]>([
    ['2026-01-02', false],
    ['2026-01-05', false],
    ['2026-01-06', true],
    ['2026-01-10', true],
    ['2026-03-01', true],
  ])('is a person’s on %s: %s, from the day on which the plan would have written', (day, isTodo) => {
    expect(inWords(large, day)).toEqual(isTodo ? ['over_ceiling c1 [F-1]'] : []);
  });

  test('rests after a message by hand, as the plan would', () => {
    const covered = { ...large, coverings: [{ invoiceId: 1, lastOn: DAY, deadlineOn: null }] };
    expect(inWords(covered)).toEqual([]);
  });
});

test('the same facts are the same item on another day, so it moves on; mended facts are none', () => {
  const ledger = owing(plan(['+5']), { customers: [customer({ contacts: [unreachable] })] });
  expect(todos(ledger, '2026-02-20').open).toEqual(todos(ledger, DAY).open);
  expect(inWords({ ...ledger, customers: [customer()] })).toEqual([]);
});

describe('what was dismissed', () => {
  const items = (ledger: Snapshot): string[] =>
    todos(ledger).open.flatMap(({ parts }) => parts.map(({ item }) => item));
  const one = (differs: Partial<Snapshot>): Snapshot => owing(limited, differs);
  const noAddress = one({ customers: [customer({ contacts: [unreachable] })] });
  const noDue = one({ invoices: [invoice({ dueOn: null })] });
  const large = one({ invoices: [invoice({ total: 90_000 })] });

  test.each<[string, Snapshot, Snapshot, string[]]>([
    ['stays away while nothing changes', noAddress, noAddress, []],
    [
      'is back when the contacts are others',
      noAddress,
      one({ customers: [customer({ contacts: [unreachable, contact({ id: 2, email: null })] })] }),
      ['no_recipient c1 [F-1]'],
    ],
    [
      'stays away although another invoice has no address to go to either',
      noAddress,
      { ...noAddress, invoices: [invoice(), invoice({ id: 2 })] },
      [],
    ],
    [
      'is back when the amount is another',
      large,
      one({ invoices: [invoice({ total: 90_000, outstanding: 80_000 })] }),
      ['over_ceiling c1 [F-1]'],
    ],
    [
      'leaves another invoice without a due date on the list',
      noDue,
      one({ invoices: [1, 2].map((id) => invoice({ id, dueOn: null })) }),
      ['no_due_date c1 [F-2]'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(inWords(after, DAY, items(before))).toEqual(expected);
  });

  test('is told apart, so that it can be put back', () => {
    expect(todos(noDue, DAY, items(noDue)).dismissed.map(({ code }) => code)).toEqual(['no_due_date']);
  });
});

test.each<[string, Plan, number[] | null]>([
  ['the last of several', plan(['+5', '+20', '+30 call']), [2]],
  ['one that may come first', plan(['+5 call', '+20']), null],
  ['one after a step that may be dropped', plan(['-3', '+5 call']), null],
  ['one after a step that may be dropped, and another', plan(['+1', '-1', '+5 call']), null],
  ['one that another may be dropped before', plan(['-3', '+5', '+9 call']), [2]],
  ['one after the previous step', plan(['+5', 'prev+7 call']), [1]],
  ['one whose place depends on the invoice', plan(['+5', 'issue+20 call']), null],
  ['one of a plan whose invoices borrow their tone', together(['+5', '+20 call']), null],
  ['none', plan(['+5', '+20']), []],
])('the steps before a call: %s', (_, thePlan, expected) => {
  expect(thePlan.kind === 'escalation' && stepsBefore(thePlan, 'call')).toEqual(expected);
});

test('whatever is blocked for a call comes after one of those steps', () => {
  const thePlan = plan(['-3', '+5', '+9', 'prev+4 call', '+40 letter']);
  const before = stepsBefore(thePlan, 'call') ?? [];
  for (const done of [[], [1], [2], [1, 2], [1, 2, 3], [2, 3]]) {
    const ledger = owing(thePlan, {
      customers: [customer({ contacts: [contact({ phone: null })] })],
      completions: done.map((stepId) => completion({ stepId, completedOn: '2026-01-10' })),
    });
    if (inWords(ledger).length) expect(before).toContain(done.at(-1));
  }
});
