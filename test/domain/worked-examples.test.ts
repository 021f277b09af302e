import { addDays, type Day } from '../../src/domain/calendar.ts';
import { decide } from '../../src/domain/decide.ts';
import { messagesOf } from '../../src/domain/decision.ts';
import { forecast } from '../../src/domain/forecast.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { EscalationPlan } from '../../src/domain/plan.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import {
  completion,
  contact,
  credit,
  customer,
  invoice,
  plan,
  recap,
  snapshot,
  steps,
  together,
  weekdays,
  weekdaysBut,
} from '../support/builders.ts';
import {
  answer,
  type Course,
  change,
  decisionOn,
  disputed,
  inWords,
  paid,
  promised,
  recapOn,
  settledDispute,
  timeline,
} from './simulator.ts';

/** One invoice on one plan. */
const owing = (thePlan: EscalationPlan, differs: Partial<Invoice> = {}, more: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ plans: [thePlan], invoices: [invoice(differs)], ...more });

describe('the worked examples of the specification', () => {
  test('+3 / +10 / +20 / +30 on weekdays: the weekend shifts nothing but the day', () => {
    const ledger = owing(plan(['+3', '+10', '+20', '+30']), { dueOn: '2026-01-07' }, { calendar: weekdays });
    expect(timeline(ledger, '2026-01-01', '2026-04-30')).toEqual([
      '2026-01-12 step 1 [F-1]',
      '2026-01-19 step 2 [F-1]',
      '2026-01-27 step 3 [F-1]',
      '2026-02-06 step 4 [F-1]',
    ]);
  });

  test('+5 / +20 / +40 met 90 days late: gently, with the planned distances', () => {
    expect(timeline(owing(plan(['+5', '+20', '+40'])), '2026-04-01', '2026-09-01')).toEqual([
      '2026-04-01 step 1 [F-1]',
      '2026-04-16 step 2 [F-1]',
      '2026-05-06 step 3 [F-1]',
    ]);
  });

  test('−3 / +5 for a customer who comes on the plan after the due date: −3 is dropped', () => {
    const enrolments = [{ customerId: 1, planId: 1, since: '2026-01-12' as Day }];
    const ledger = owing(plan(['-3', '+5']), { dueOn: '2026-01-10' }, { enrolments });
    expect(timeline(ledger, '2026-01-01', '2026-04-30')).toEqual(['2026-01-15 step 2 [F-1]']);
  });

  test('together, at least 7 days apart: the tone of the oldest, each invoice its own step', () => {
    const ledger = snapshot({
      plans: [together(['+5', '+15', '+30'])],
      invoices: [
        invoice({ id: 1, number: 'A', dueOn: '2026-01-01' }),
        invoice({ id: 2, number: 'B', dueOn: '2026-01-12' }),
      ],
    });
    expect(timeline(ledger, '2026-01-01', '2026-04-30', { events: { '2026-01-25': paid('A') } })).toEqual([
      '2026-01-06 step 1 [A]',
      '2026-01-16 step 2 [A, B]',
      '2026-01-23 step 2 [A, B]',
      '2026-01-30 step 2 [B]',
      '2026-02-11 step 3 [B]',
    ]);
  });
});

describe('the order of steps (rules 1 and 2)', () => {
  test('steps go in the order of their dates for the invoice, not in that of the plan', () => {
    expect(timeline(owing(plan(['+20', '+5', '+10'])), '2026-01-01', '2026-03-01')).toEqual([
      '2026-01-06 step 2 [F-1]',
      '2026-01-11 step 3 [F-1]',
      '2026-01-21 step 1 [F-1]',
    ]);
  });

  test('an unsent step is never overtaken, however late it is', () => {
    const course: Course = { onSend: (_, day) => (day < '2026-03-01' ? 'failed' : 'sent') };
    expect(timeline(owing(plan(['+5', '+20'])), '2026-01-01', '2026-03-31', course)).toEqual([
      '2026-03-01 step 1 [F-1]',
      '2026-03-16 step 2 [F-1]',
    ]);
  });

  test('a step put in before the last completed one is not made up for', () => {
    const [late, early] = steps('+20', '+5');
    const ledger = owing(
      plan([late!, early!]),
      {},
      { completions: [completion({ stepId: 1, completedOn: '2026-01-21' })] },
    );
    expect(answer(ledger, '2026-02-20')).toBe('blocked: plan_finished');
  });

  test('a step taken out of the plan is not sent; one completed before still sets the distance', () => {
    const [first, second, third] = steps('+5', '+20', '+40');
    const plans = [plan([first!, { ...second!, retired: true }, third!])];
    const completions = [completion({ stepId: 2, completedOn: '2026-01-30', countsFrom: '2026-01-30' })];
    expect(answer(snapshot({ plans, invoices: [invoice()], completions }), '2026-02-10')).toMatch(
      'wait until 2026-02-19',
    );
    const untouched = timeline(snapshot({ plans, invoices: [invoice()] }), '2026-01-01', '2026-03-01');
    expect(untouched).toEqual(['2026-01-06 step 1 [F-1]', '2026-02-10 step 3 [F-1]']);
  });

  test.each<[string, string[], Day, Snapshot['calendar'] | undefined, (day: Day) => boolean, string[]]>([
    [
      'leaves three days before',
      ['-3', '+5'],
      '2026-01-10',
      undefined,
      () => true,
      ['2026-01-07 step 1 [F-1]', '2026-01-15 step 2 [F-1]'],
    ],
    ['is not sent on the due day', ['-3'], '2026-01-10', undefined, (day) => day >= '2026-01-10', []],
    [
      'may still leave on the eve',
      ['-3'],
      '2026-01-10',
      undefined,
      (day) => day >= '2026-01-09',
      ['2026-01-09 step 1 [F-1]'],
    ],
    [
      'is dropped when its weekend ends on the due day',
      ['-2', '+7'],
      '2026-01-12',
      weekdays,
      () => true,
      ['2026-01-19 step 2 [F-1]'],
    ],
    [
      'leaves on the Friday that is its day',
      ['-3', '+7'],
      '2026-01-12',
      weekdays,
      () => true,
      ['2026-01-09 step 1 [F-1]', '2026-01-19 step 2 [F-1]'],
    ],
  ])('a before-due step %s', (_, given, dueOn, calendar, runs, expected) => {
    const ledger = owing(plan(given), { dueOn }, calendar ? { calendar } : {});
    expect(timeline(ledger, '2026-01-01', '2026-02-28', { runs })).toEqual(expected);
  });
});

describe('the gap rule (rule 4)', () => {
  const standard = plan(['+5', '+20', '+40']);
  test.each<[string, Snapshot, Course, string[]]>([
    [
      'a weekend is on time and shifts nothing',
      owing(plan(['+9', '+20']), {}, { calendar: weekdays }),
      {},
      ['2026-01-12 step 1', '2026-01-21 step 2'],
    ],
    [
      'so is a holiday',
      owing(plan(['+5', '+20']), {}, { calendar: weekdaysBut('2026-01-06', '2026-01-07') }),
      {},
      ['2026-01-08 step 1', '2026-01-21 step 2'],
    ],
    [
      'a wait for the minimum days is on time',
      owing(
        plan(['+5', '+20'], { minimumDays: 7 }),
        {},
        {
          coverings: [{ invoiceId: 1, lastOn: '2026-01-04', deadlineOn: null }],
        },
      ),
      {},
      ['2026-01-11 step 1', '2026-01-21 step 2'],
    ],
    [
      'a wait for a payment deadline is on time',
      owing(plan(['+5 pay10', '+6', '+20'])),
      {},
      ['2026-01-06 step 1', '2026-01-17 step 2', '2026-01-21 step 3'],
    ],
    [
      'a step that left after an outage counts from the day it left',
      owing(standard),
      { runs: (day) => day >= '2026-01-10' },
      ['2026-01-10 step 1', '2026-01-25 step 2', '2026-02-14 step 3'],
    ],
    [
      'and so does one that a promise held back',
      owing(standard),
      { events: { '2026-01-02': promised('F-1', '2026-01-10') } },
      ['2026-01-11 step 1', '2026-01-26 step 2', '2026-02-15 step 3'],
    ],
    [
      'and one that a dispute held back',
      owing(standard),
      { events: { '2026-01-10': disputed('F-1'), '2026-01-31': settledDispute('F-1') } },
      ['2026-01-06 step 1', '2026-01-31 step 2', '2026-02-20 step 3'],
    ],
    [
      'the moved plan is the plan: a weekend on it does not shift it again',
      owing(standard, {}, { calendar: weekdays }),
      { runs: (day) => day >= '2026-01-09' },
      ['2026-01-09 step 1', '2026-01-26 step 2', '2026-02-13 step 3'],
    ],
    [
      'a step skipped by a person counts from that day',
      owing(standard, {}, { completions: [completion({ kind: 'skipped', completedOn: '2026-01-10' })] }),
      {},
      ['2026-01-25 step 2', '2026-02-14 step 3'],
    ],
    [
      'one skipped ahead of its day does not bring the next forward',
      owing(standard, {}, { completions: [completion({ kind: 'skipped', completedOn: '2026-01-02' })] }),
      {},
      ['2026-01-21 step 2', '2026-02-10 step 3'],
    ],
    [
      'a step skipped at activation sets no distance',
      owing(
        standard,
        {},
        { completions: [completion({ kind: 'activation', completedOn: '2026-01-26', countsFrom: null })] },
      ),
      { runs: (day) => day >= '2026-01-26' },
      ['2026-01-26 step 2', '2026-02-15 step 3'],
    ],
    [
      'a step after the previous one is due n days after that one was completed',
      owing(plan(['+9', 'prev+10']), {}, { calendar: weekdays }),
      {},
      ['2026-01-12 step 1', '2026-01-22 step 2'],
    ],
    [
      'and what follows it keeps its distance to it',
      owing(plan(['+5', 'prev+10', '+40'])),
      { runs: (day) => day >= '2026-02-01' },
      ['2026-02-01 step 1', '2026-02-11 step 2', '2026-03-08 step 3'],
    ],
    [
      'a dropped step has no day to count from: the next keeps its nominal date',
      owing(plan(['-3', 'prev+10']), {}),
      { runs: (day) => day >= '2026-01-01' },
      ['2026-01-08 step 2'],
    ],
  ])('%s', (_, ledger, course, expected) => {
    expect(timeline(ledger, '2025-12-01', '2026-06-30', course)).toEqual(expected.map((line) => `${line} [F-1]`));
  });
});

describe('the date of a step', () => {
  test.each<[string, string[], Partial<Invoice>, Day[]]>([
    ['days after the due date', ['+30'], { dueOn: '2026-01-05' }, ['2026-02-04']],
    ['moved to the end of that month', ['+30 eom'], { dueOn: '2026-01-05' }, ['2026-02-28']],
    ['already at the end of its month', ['+26 eom'], { dueOn: '2026-01-05' }, ['2026-01-31']],
    ['days after the issue date', ['issue+10'], { issuedOn: '2026-01-01', dueOn: '2026-01-31' }, ['2026-01-11']],
    [
      'the end of the month after the issue date',
      ['issue+10 eom'],
      { issuedOn: '2026-01-25', dueOn: '2026-01-26' },
      ['2026-02-28'],
    ],
    ['the end of the month after the previous step', ['+5', 'prev+10 eom'], {}, ['2026-01-06', '2026-01-31']],
    ['on the due day', ['+0'], { dueOn: '2026-01-05' }, ['2026-01-05']],
  ])('%s', (_, given, differs, expected) => {
    const days = timeline(owing(plan(given), differs), '2025-12-01', '2026-06-30').map((line) => line.slice(0, 10));
    expect(days).toEqual(expected);
  });
});

describe('when a step is due (rule 3)', () => {
  test.each<[string, EscalationPlan, Partial<Invoice>, Partial<Snapshot>, string]>([
    ['its own date', plan(['+5']), {}, {}, 'wait until 2026-01-06: step_date'],
    [
      'the minimum days since any reminder, a manual one too',
      plan(['+5'], { minimumDays: 5 }),
      {},
      { coverings: [{ invoiceId: 1, lastOn: '2026-01-03', deadlineOn: null }] },
      'wait until 2026-01-08: minimum_days, step_date',
    ],
    [
      'never twice on a day, whatever the plan says',
      plan(['+0'], { minimumDays: 0 }),
      {},
      { coverings: [{ invoiceId: 1, lastOn: '2026-01-02', deadlineOn: null }] },
      'wait until 2026-01-03: minimum_days',
    ],
    [
      'the day after the payment deadline that was named',
      plan(['+5']),
      {},
      { coverings: [{ invoiceId: 1, lastOn: '2026-01-01', deadlineOn: '2026-01-09' }] },
      'wait until 2026-01-10: payment_deadline, step_date',
    ],
    [
      'the minimum days after receipt',
      plan(['+5'], { minimumDaysAfterReceipt: 10 }),
      { receivedOn: '2026-01-02' },
      {},
      'wait until 2026-01-12: after_receipt, step_date',
    ],
    [
      'which count only where the receipt is known',
      plan(['+5'], { minimumDaysAfterReceipt: 10 }),
      {},
      {},
      'wait until 2026-01-06: step_date',
    ],
    [
      'a sending day',
      plan(['+1']),
      { dueOn: '2026-01-01' },
      { calendar: weekdaysBut('2026-01-02') },
      'wait until 2026-01-05: not_a_sending_day',
    ],
    [
      'and the customer must be on the plan by then',
      plan(['+5']),
      {},
      { enrolments: [{ customerId: 1, planId: 1, since: '2026-01-20' }] },
      'wait until 2026-01-20: enrolment_begins',
    ],
  ])('%s', (_, thePlan, differs, more, expected) => {
    expect(answer(owing(thePlan, differs, more), '2026-01-02')).toBe(expected);
  });

  test('a reason names the last day it holds', () => {
    const later = [{ customerId: 1, planId: 1, since: '2026-01-20' as Day }];
    for (const thePlan of [plan(['+5']), together(['+5'])]) {
      const decision = decisionOn(owing(thePlan, {}, { enrolments: later }), '2026-01-10');
      expect(decision).toMatchObject({ kind: 'wait', reasons: [{ code: 'enrolment_begins', until: '2026-01-19' }] });
    }
    expect(decisionOn(owing(plan(['+5'])), '2026-01-02')).toMatchObject({ reasons: [{ until: '2026-01-05' }] });
  });

  test('a customer not yet on the plan waits for the step that will be next then, not for one that will be dropped', () => {
    const enrolments = [{ customerId: 1, planId: 1, since: '2026-01-12' as Day }];
    for (const make of [plan, together]) {
      const ledger = owing(
        make(['-3 call', '+5']),
        { dueOn: '2026-01-10' },
        {
          enrolments,
          customers: [customer({ contacts: [contact({ phone: null })] })],
        },
      );
      expect(decisionOn(ledger, '2026-01-02')).toMatchObject({
        kind: 'wait',
        until: '2026-01-15',
        next: { stepId: 2 },
      });
    }
    const nothingLeft = owing(plan(['-3']), { dueOn: '2026-01-10' }, { enrolments });
    expect(answer(nothingLeft, '2026-01-02')).toBe('blocked: plan_finished');
  });
});

const group = (thePlan: EscalationPlan, invoices: Invoice[], more: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ plans: [thePlan], invoices, ...more });

describe('together', () => {
  const A = invoice({ id: 1, number: 'A', dueOn: '2026-01-01' });
  const B = invoice({ id: 2, number: 'B', dueOn: '2026-01-06' });

  test('lists what is overdue, and on request what is not yet due', () => {
    const notDue = invoice({ id: 3, number: 'C', dueOn: '2026-03-01', issuedOn: '2025-12-20' });
    expect(timeline(group(together(['+5']), [A, notDue]), '2026-01-01', '2026-02-01')).toEqual([
      '2026-01-06 step 1 [A]',
    ]);
    const all = together(['+5'], { includeNotDue: true });
    expect(timeline(group(all, [A, notDue]), '2026-01-01', '2026-02-01')).toEqual(['2026-01-06 step 1 [A, C]']);
  });

  test('an invoice due today is not overdue, so it is not listed', () => {
    expect(timeline(group(together(['+5']), [A, B]), '2026-01-01', '2026-01-06')).toEqual(['2026-01-06 step 1 [A]']);
  });

  const listedWith = (differs: Partial<Invoice>): string[] =>
    timeline(group(together(['+20']), [A, { ...B, ...differs }]), '2026-01-01', '2026-01-21');

  test('leaves out what is disputed, promised, paused or switched off', () => {
    expect(listedWith({})).toEqual(['2026-01-21 step 1 [A, B]']);
    for (const differs of [
      { disputed: true },
      { promisedUntil: '2026-01-21' },
      { pause: { until: null } },
      { followUpEnabled: false },
    ] as const)
      expect(listedWith(differs)).toEqual(['2026-01-21 step 1 [A]']);
  });

  test('a listed invoice completes its own due step only', () => {
    const [message] = messagesOf(decide(group(together(['+5']), [A, { ...B, dueOn: '2026-01-03' }]), '2026-01-06'));
    expect(message?.lines.map(({ number, completes }) => [number, completes?.stepName ?? null])).toEqual([
      ['A', 'step 1'],
      ['B', null],
    ]);
  });

  test('the minimum days are the customer’s: a second invoice waits for them, and is on time after them', () => {
    const course = { events: { '2026-01-14': paid('A') } };
    expect(timeline(group(together(['+5', '+20']), [A, B]), '2026-01-01', '2026-03-01', course)).toEqual([
      '2026-01-06 step 1 [A]',
      '2026-01-13 step 1 [A, B]',
      '2026-01-26 step 2 [B]',
    ]);
  });

  test('a minimum of 10 days spaces the messages of the plan', () => {
    const ledger = group(together(['+5', '+8'], { minimumDays: 10 }), [A]);
    expect(timeline(ledger, '2026-01-01', '2026-03-01')).toEqual(['2026-01-06 step 1 [A]', '2026-01-16 step 2 [A]']);
  });

  test('the tone falls back when the oldest is paid', () => {
    const young = invoice({ id: 2, number: 'B', dueOn: '2026-02-01' });
    const ledger = group(together(['+5', '+15', '+30']), [A, young]);
    expect(timeline(ledger, '2026-01-01', '2026-02-28', { events: { '2026-02-01': paid('A') } })).toEqual([
      '2026-01-06 step 1 [A]',
      '2026-01-16 step 2 [A]',
      '2026-01-31 step 3 [A]',
      '2026-02-07 step 1 [B]',
      '2026-02-16 step 2 [B]',
    ]);
  });

  test('currencies go in messages of their own, each with its total', () => {
    const dollars = invoice({ id: 2, number: 'B', dueOn: '2026-01-01', currency: 'USD', outstanding: 5_000 });
    const messages = messagesOf(decide(group(together(['+5']), [A, dollars]), '2026-01-06'));
    expect(messages.map(({ currency, total }) => [currency, total]).toSorted()).toEqual([
      ['EUR', 10_000],
      ['USD', 5_000],
    ]);
  });

  test('customers go in messages of their own', () => {
    const customers = [customer(), customer({ id: 2, name: 'Rossi Srl' })];
    const ledger = group(together(['+5']), [A, { ...B, customerId: 2, dueOn: '2026-01-01' }], { customers });
    expect(timeline(ledger, '2026-01-01', '2026-01-31')).toEqual(['2026-01-06 step 1 [A]', '2026-01-06 step 1 [B]']);
  });

  test('one message under way holds the whole group', () => {
    const ledger = group(together(['+5']), [A, B], { underWay: [{ invoiceId: 1, planId: 1, uncertain: false }] });
    expect(answer(ledger, '2026-01-20', 'A')).toBe('blocked: under_way');
    expect(answer(ledger, '2026-01-20', 'B')).toBe('blocked: under_way');
  });

  test('an unreadable invoice does not stop the others', () => {
    const broken = { ...B, outstanding: 10.5 };
    const ledger = group(together(['+5']), [A, broken]);
    expect(answer(ledger, '2026-01-06', 'A')).toBe('send step 1');
    expect(answer(ledger, '2026-01-06', 'B')).toBe('blocked: unreadable');
  });
});

const days = (ledger: Snapshot, to: Day, course?: Course): string[] =>
  timeline(ledger, '2026-01-01', to, course).map((line) => line.slice(0, 10));
const secondFailsAtFirst: Course['onSend'] = ({ customerId }, day) =>
  customerId === 2 && day < '2026-02-03' ? 'failed' : 'sent';

describe('the recap', () => {
  const old = invoice({ dueOn: '2025-12-01' });
  const onRecap = (differs: Parameters<typeof recap>[0] = {}, more: Partial<Snapshot> = {}): Snapshot =>
    snapshot({ plans: [recap(differs)], invoices: [old], ...more });

  test.each<[string, Parameters<typeof recap>[0], Partial<Snapshot>, Day, Day[]]>([
    [
      'the 31st becomes the last day and comes back',
      {},
      {},
      '2026-05-31',
      ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'],
    ],
    [
      'weekends never move the anchor',
      {},
      { calendar: weekdays },
      '2026-06-01',
      ['2026-02-02', '2026-03-02', '2026-03-31', '2026-04-30', '2026-06-01'],
    ],
    [
      'every two weeks',
      { startOn: '2026-01-05', every: { n: 2, unit: 'week' } },
      {},
      '2026-02-16',
      ['2026-01-05', '2026-01-19', '2026-02-02', '2026-02-16'],
    ],
    [
      'every ten days',
      { startOn: '2026-01-05', every: { n: 10, unit: 'day' } },
      {},
      '2026-01-31',
      ['2026-01-05', '2026-01-15', '2026-01-25'],
    ],
    [
      'every three months',
      { startOn: '2025-08-31', every: { n: 3, unit: 'month' } },
      { enrolments: [{ customerId: 1, planId: 9, since: '2026-01-01' }] },
      '2026-06-30',
      ['2026-02-28', '2026-05-31'],
    ],
    [
      'none before the enrolment day',
      { startOn: '2025-01-31' },
      { enrolments: [{ customerId: 1, planId: 9, since: '2026-02-01' }] },
      '2026-03-31',
      ['2026-02-28', '2026-03-31'],
    ],
    [
      'one on the enrolment day itself',
      { startOn: '2025-01-31' },
      { enrolments: [{ customerId: 1, planId: 9, since: '2026-01-31' }] },
      '2026-02-27',
      ['2026-01-31'],
    ],
  ])('%s', (_, differs, more, to, expected) => {
    expect(days(onRecap(differs, more), to)).toEqual(expected);
  });

  test('a machine that was off sends the latest occurrence, once', () => {
    expect(days(onRecap({ startOn: '2025-06-15' }), '2026-03-01', { runs: (day) => day >= '2026-01-20' })).toEqual([
      '2026-01-20',
      '2026-02-15',
    ]);
  });

  test('a failed customer keeps his occurrence, the others advance', () => {
    const ledger = onRecap(
      {},
      {
        customers: [customer(), customer({ id: 2 })],
        invoices: [old, invoice({ id: 2, customerId: 2, dueOn: '2025-12-01' })],
      },
    );
    expect(timeline(ledger, '2026-01-01', '2026-02-28', { onSend: secondFailsAtFirst })).toEqual([
      '2026-01-31 recap [F-1]',
      '2026-02-03 recap [F-2]',
      '2026-02-28 recap [F-1]',
      '2026-02-28 recap [F-2]',
    ]);
  });

  test('scope: overdue only, or also not yet due', () => {
    const invoices = [old, invoice({ id: 2, dueOn: '2026-02-10' }), invoice({ id: 3, dueOn: '2026-01-31' })];
    const on = (scope: 'overdue' | 'open'): string[] =>
      timeline(onRecap({ scope }, { invoices }), '2026-01-31', '2026-01-31');
    expect(on('overdue')).toEqual(['2026-01-31 recap [F-1]']);
    expect(on('open')).toEqual(['2026-01-31 recap [F-1, F-3, F-2]']);
  });

  test.each<[string, boolean, number[], string, number | null]>([
    ['credit notes with their sign', true, [2_000], 'send recap', 8_000],
    ['without the option they are not shown', false, [2_000], 'send recap', 10_000],
    ['a net of one cent is asked for', true, [6_000, 3_999], 'send recap', 1],
    ['a net of nothing sends nothing', true, [6_000, 4_000], 'blocked: covered_by_credit, net_not_positive', null],
    ['a negative net sends nothing', true, [15_000], 'blocked: covered_by_credit, net_not_positive', null],
    ['covered by credit, though not shown', false, [15_000], 'blocked: covered_by_credit', null],
  ])('%s', (_, withCreditNotes, remaining, expected, total) => {
    const credits = remaining.map((amount, index) => credit({ id: index + 1, remaining: amount }));
    const decision = recapOn(onRecap({ withCreditNotes }, { credits }), '2026-01-31');
    expect(inWords(decision)).toBe(expected);
    expect(decision.kind === 'send' ? decision.message.total : null).toBe(total);
  });

  test('the net of what is listed counts, though more is owed that is not yet due', () => {
    const invoices = [old, invoice({ id: 2, dueOn: '2026-06-01' })];
    const ledger = onRecap({ withCreditNotes: true }, { invoices, credits: [credit({ remaining: 15_000 })] });
    expect(inWords(recapOn(ledger, '2026-01-31'))).toBe('blocked: net_not_positive');
  });

  test('a credit of another currency or customer changes nothing', () => {
    const customers = [customer(), customer({ id: 2 })];
    const credits = [credit({ remaining: 99_999, customerId: 2 })];
    const dollars = onRecap({ withCreditNotes: true }, { credits: [credit({ remaining: 99_999, currency: 'USD' })] });
    expect(messagesOf(decide(dollars, '2026-01-31')).map(({ total }) => total)).toEqual([10_000]);
    const decisions = decide(onRecap({ withCreditNotes: true }, { customers, credits }), '2026-01-31');
    expect(messagesOf(decisions).map(({ total }) => total)).toEqual([10_000]);
  });

  test('lists credits of one day in the same order, however they were loaded', () => {
    const alike = [1, 2, 3].map((id) => credit({ id, number: '', kind: 'payment', remaining: 100 }));
    const listedIn = (credits: typeof alike): unknown =>
      messagesOf(decide(onRecap({ withCreditNotes: true }, { credits }), '2026-01-31'))[0]?.credits.map(({ id }) => id);
    expect(listedIn(alike)).toEqual([1, 2, 3]);
    expect(listedIn(alike.toReversed())).toEqual([1, 2, 3]);
  });

  test('goes to the roles chosen in the plan', () => {
    const contacts = [contact({ role: 'owner' }), contact({ id: 2, role: 'accounts', receives: 'none' })];
    const on = (roles: string[]): string =>
      inWords(recapOn(onRecap({ roles }, { customers: [customer({ contacts })] }), '2026-01-31'));
    expect(on(['accounts'])).toBe('send recap');
    expect(on(['director'])).toBe('blocked: no_recipient');
  });

  test('editing the text of the plan moves no date', () => {
    const course: Course = {
      events: {
        '2026-02-10': (ledger) => ({ ...ledger, plans: [recap({ name: 'New name', templateId: 2 })] }),
      },
    };
    expect(days(onRecap(), '2026-03-31', course)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
  });

  test('one under way or uncertain is not sent again', () => {
    for (const state of ['under_way', 'uncertain'] as const) {
      const recaps = [{ planId: 9, customerId: 1, currency: 'EUR', occurrenceOn: '2026-01-31' as Day, state }];
      expect(inWords(recapOn(onRecap({}, { recaps }), '2026-02-03'))).toBe(`blocked: ${state}`);
    }
  });

  test('nothing to list is no mail, and what comes later waits for the next occurrence', () => {
    const ledger = onRecap({}, { invoices: [invoice({ dueOn: '2026-02-05' })] });
    expect(inWords(recapOn(ledger, '2026-01-31'))).toBe('wait until 2026-02-28: nothing_to_list');
    expect(days(ledger, '2026-03-01')).toEqual(['2026-02-28']);
  });

  test('each currency has a recap of its own', () => {
    const ledger = onRecap({}, { invoices: [old, invoice({ id: 2, dueOn: '2025-12-01', currency: 'USD' })] });
    expect(timeline(ledger, '2026-01-31', '2026-01-31')).toEqual(['2026-01-31 recap [F-1]', '2026-01-31 recap [F-2]']);
  });

  test('leaves out what is disputed, promised, paused, paid or switched off', () => {
    for (const differs of [
      { disputed: true },
      { promisedUntil: '2026-01-31' },
      { pause: { until: null } },
      { outstanding: 0 },
      { followUpEnabled: false },
      { state: 'cancelled' },
    ] as const) {
      const invoices = [old, invoice({ id: 2, dueOn: '2025-12-02', ...differs })];
      expect(timeline(onRecap({}, { invoices }), '2026-01-31', '2026-01-31')).toEqual(['2026-01-31 recap [F-1]']);
    }
  });
});

const ledgerOf = (given: string[], more: Partial<Snapshot>): Snapshot =>
  snapshot({ plans: [plan(given)], invoices: [invoice()], ...more });

describe('eligibility', () => {
  const day: Day = '2026-01-10';
  const alone: [string, string[], Partial<Snapshot>, Day | null][] = [
    ['unreadable', ['+5'], { invoices: [invoice({ outstanding: 0.5 })] }, null],
    ['not_issued', ['+5'], { invoices: [invoice({ state: 'draft' })] }, null],
    ['cancelled', ['+5'], { invoices: [invoice({ state: 'cancelled' })] }, null],
    ['written_off', ['+5'], { invoices: [invoice({ state: 'written_off' })] }, null],
    ['settled', ['+5'], { invoices: [invoice({ outstanding: 0 })] }, null],
    ['no_due_date', ['+5'], { invoices: [invoice({ dueOn: null })] }, null],
    ['follow_up_off', ['+5'], { invoices: [invoice({ followUpEnabled: false })] }, null],
    ['disputed', ['+5'], { invoices: [invoice({ disputed: true })] }, null],
    ['promised', ['+5'], { invoices: [invoice({ promisedUntil: day })] }, '2026-01-11'],
    ['invoice_paused', ['+5'], { invoices: [invoice({ pause: { until: day } })] }, '2026-01-11'],
    ['invoice_paused', ['+5'], { invoices: [invoice({ pause: { until: null } })] }, null],
    ['customer_paused', ['+5'], { customers: [customer({ pause: { until: day } })] }, '2026-01-11'],
    ['customer_paused', ['+5'], { customers: [customer({ pause: { until: null } })] }, null],
    ['plan_paused', ['+5'], { plans: [plan(['+5'], { pause: { until: day } })] }, '2026-01-11'],
    ['plan_paused', ['+5'], { plans: [plan(['+5'], { pause: { until: null } })] }, null],
    ['no_plan', ['+5'], { enrolments: [] }, null],
    ['under_way', ['+5'], { underWay: [{ invoiceId: 1, planId: null, uncertain: false }] }, null],
    ['uncertain', ['+5'], { underWay: [{ invoiceId: 1, planId: 1, uncertain: true }] }, null],
    ['covered_by_credit', ['+5'], { credits: [credit({ remaining: 10_000 })] }, null],
    ['no_recipient', ['+5'], { customers: [customer({ contacts: [] })] }, null],
    ['no_recipient', ['+5 approval'], { customers: [customer({ contacts: [contact({ receives: 'none' })] })] }, null],
    ['no_recipient', ['+5'], { customers: [customer({ contacts: [contact({ receives: 'cc' })] })] }, null],
    ['no_recipient', ['+5'], { customers: [customer({ contacts: [contact({ email: null })] })] }, null],
    ['address_refused', ['+5'], { customers: [customer({ contacts: [contact({ refusedOn: '2026-01-02' })] })] }, null],
    ['no_postal_address', ['+5 letter'], { customers: [customer({ hasPostalAddress: false })] }, null],
    ['no_phone', ['+5 call'], { customers: [customer({ contacts: [contact({ phone: null })] })] }, null],
    ['no_template', ['+5'], { plans: [plan([{ ...steps('+5')[0]!, templateId: null }])] }, null],
    ['plan_finished', ['+5'], { completions: [completion({ completedOn: '2026-01-06' })] }, null],
  ];

  test('the ledger without an obstacle sends', () => {
    expect(answer(ledgerOf(['+5'], {}), day)).toBe('send step 1');
  });

  test.each(alone)('%s alone', (code, given, more, until) => {
    const ledger = ledgerOf(given, more);
    expect(answer(ledger, day)).toBe(`blocked: ${code}`);
    expect(decisionOn(ledger, day)).toMatchObject({ until });
    const grouped = ledger.plans.map((one) => ({ ...one, together: true })) as EscalationPlan[];
    expect(answer({ ...ledger, plans: grouped }, day)).toBe(`blocked: ${code}`);
  });

  test.each<[string, Partial<Snapshot>]>([
    ['a promise', { invoices: [invoice({ promisedUntil: '2026-01-09' })] }],
    ['a pause of the invoice', { invoices: [invoice({ pause: { until: '2026-01-09' } })] }],
    ['a pause of the customer', { customers: [customer({ pause: { until: '2026-01-09' } })] }],
    ['a pause of the plan', { plans: [plan(['+5'], { pause: { until: '2026-01-09' } })] }],
  ])('%s ends with its last day', (_, more) => {
    expect(answer(ledgerOf(['+5'], more), '2026-01-09')).toMatch('blocked');
    expect(answer(ledgerOf(['+5'], more), '2026-01-10')).toBe('send step 1');
  });

  test('every reason is returned, not only the first', () => {
    const everything = ledgerOf(['+5 letter'], {
      customers: [customer({ pause: { until: '2026-02-01' }, hasPostalAddress: false })],
      plans: [
        plan([{ ...steps('+5 letter')[0]!, templateId: null }], {
          pause: { until: null },
          limits: [{ currency: 'EUR', minimum: 20_000, ceiling: null }],
        }),
      ],
      invoices: [
        invoice({
          state: 'written_off',
          followUpEnabled: false,
          disputed: true,
          promisedUntil: '2026-01-31',
          pause: { until: null },
        }),
      ],
      underWay: [{ invoiceId: 1, planId: 1, uncertain: true }],
    });
    const decision = decisionOn({ ...everything, credits: [credit({ remaining: 10_000 })] }, day);
    expect(decision.kind === 'blocked' && decision.reasons.map(({ code }) => code).toSorted()).toEqual([
      'below_minimum',
      'covered_by_credit',
      'customer_paused',
      'disputed',
      'follow_up_off',
      'invoice_paused',
      'no_postal_address',
      'no_template',
      'plan_paused',
      'promised',
      'uncertain',
      'written_off',
    ]);
  });

  test('several reasons that lapse: until the last has lapsed', () => {
    const ledger = ledgerOf(['+5'], {
      calendar: weekdays,
      customers: [customer({ pause: { until: '2026-01-13' } })],
      invoices: [invoice({ promisedUntil: '2026-01-16' })],
    });
    expect(decisionOn(ledger, '2026-01-12')).toMatchObject({ kind: 'blocked', until: '2026-01-19' });
  });

  test.each<[number, number | null, number | null, string]>([
    [9_999, 10_000, null, 'blocked: below_minimum'],
    [10_001, 10_000, 20_000, 'send step 1'],
    [19_999, 10_000, 20_000, 'send step 1'],
    [20_001, 10_000, 20_000, 'blocked: over_ceiling'],
  ])('%i cents on a plan from %p to %p', (outstanding, minimum, ceiling, expected) => {
    const limits = [{ currency: 'EUR', minimum, ceiling }];
    const ledger = ledgerOf(['+5'], { plans: [plan(['+5'], { limits })], invoices: [invoice({ outstanding })] });
    expect(answer(ledger, day)).toBe(expected);
    const dollars = { ...ledger, invoices: [invoice({ outstanding, currency: 'USD' })] };
    expect(answer(dollars, day)).toBe('send step 1');
  });

  test.each<[string, Partial<Snapshot>, string]>([
    ['less than the claim', { credits: [credit({ remaining: 9_999 })] }, 'send step 1'],
    ['as much as the claim', { credits: [credit({ remaining: 10_000 })] }, 'blocked: covered_by_credit'],
    [
      'a payment not yet applied',
      { credits: [credit({ kind: 'payment', remaining: 10_000 })] },
      'blocked: covered_by_credit',
    ],
    [
      'both added',
      { credits: [credit({ remaining: 5_000 }), credit({ id: 2, kind: 'payment', remaining: 5_000 })] },
      'blocked: covered_by_credit',
    ],
    ['another currency', { credits: [credit({ remaining: 10_000, currency: 'USD' })] }, 'send step 1'],
    [
      'another customer',
      { customers: [customer(), customer({ id: 2 })], credits: [credit({ remaining: 10_000, customerId: 2 })] },
      'send step 1',
    ],
    [
      'more owed on other invoices',
      { invoices: [invoice(), invoice({ id: 2 })], credits: [credit({ remaining: 10_000 })] },
      'send step 1',
    ],
    [
      'what others owe is cancelled',
      { invoices: [invoice(), invoice({ id: 2, state: 'cancelled' })], credits: [credit({ remaining: 10_000 })] },
      'blocked: covered_by_credit',
    ],
  ])('credit: %s', (_, more, expected) => {
    expect(answer(ledgerOf(['+5'], more), day)).toBe(expected);
  });

  test('what cannot be read is blocked and stops nothing else', () => {
    const broken = invoice({ id: 2, promisedUntil: 'soon' as Day });
    const ledger = ledgerOf(['+5'], { invoices: [invoice(), broken] });
    expect(answer(ledger, day, 'F-1')).toBe('send step 1');
    expect(answer(ledger, day, 'F-2')).toBe('blocked: unreadable');
  });

  test('a refused address is mended by another that works', () => {
    const contacts = [contact({ refusedOn: '2026-01-02' }), contact({ id: 2, email: 'pay@example.org' })];
    expect(answer(ledgerOf(['+5'], { customers: [customer({ contacts })] }), day)).toBe('send step 1');
  });

  test('the plan’s roles choose the recipients', () => {
    const contacts = [contact(), contact({ id: 2, role: 'accounts', receives: 'none', refusedOn: '2026-01-02' })];
    const ledger = ledgerOf(['+5'], {
      plans: [plan(['+5'], { roles: ['accounts'] })],
      customers: [customer({ contacts })],
    });
    expect(answer(ledger, day)).toBe('blocked: address_refused');
  });

  test('a call before the due date that nobody can make is blocked only until its moment has passed', () => {
    const ledger = ledgerOf(['-3 call', '+5'], {
      customers: [customer({ contacts: [contact({ phone: null })] })],
      invoices: [invoice({ dueOn: '2026-01-20' })],
    });
    expect(decisionOn(ledger, day)).toMatchObject({ kind: 'blocked', until: '2026-01-20' });
    expect(timeline(ledger, day, '2026-02-28')).toEqual(['2026-01-25 step 2 [F-1]']);
    const foreseen = forecast(ledger, day, 30).filter(({ messages }) => messages.length);
    expect(foreseen.map((one) => one.day)).toEqual(['2026-01-25']);
  });

  test('a promise resumes by itself on the day after', () => {
    const ledger = change('F-1', { promisedUntil: '2026-01-20' })(ledgerOf(['+5'], {}));
    expect(decisionOn(ledger, day)).toMatchObject({ kind: 'blocked', until: '2026-01-21' });
    expect(answer(ledger, addDays('2026-01-20', 1))).toBe('send step 1');
  });
});
