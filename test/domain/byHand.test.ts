import { type Weighed, weighByHand } from '../../src/domain/byHand.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { completion, credit, customer, invoice, plan, snapshot, together, weekdays } from '../support/builders.ts';

/** The invoice F-1 is due on Thursday 2026-01-01; its plan reminds after 5, 20 and 40 days. */
const DAY: Day = '2026-01-06';
const usual = (differs: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ invoices: [invoice()], plans: [plan(['+5', '+20', '+40'])], ...differs });
const weighed = (of: Snapshot, day: Day = DAY): Weighed => weighByHand(of, [1], day)[0] as Weighed;
const codes = (reasons: Weighed['warnings']): string[] =>
  reasons.map(({ code, until }) => (until ? `${code} ${until}` : code));

describe('what forbids a message by hand, and what only warns', () => {
  test.each<[string, Partial<Snapshot>, string[], string[]]>([
    ['nothing', {}, [], []],
    ['paid', { invoices: [invoice({ outstanding: 0 })] }, ['settled'], []],
    ['a draft', { invoices: [invoice({ state: 'draft' })] }, ['not_issued'], []],
    ['cancelled', { invoices: [invoice({ state: 'cancelled' })] }, ['cancelled'], []],
    ['written off', { invoices: [invoice({ state: 'written_off' })] }, ['written_off'], []],
    ['unreadable', { invoices: [invoice({ outstanding: Number.NaN })] }, ['unreadable', 'settled'], []],
    ['disputed', { invoices: [invoice({ disputed: true })] }, [], ['disputed']],
    ['promised', { invoices: [invoice({ promisedUntil: '2026-01-06' })] }, [], ['promised 2026-01-06']],
    ['promised until yesterday', { invoices: [invoice({ promisedUntil: '2026-01-05' })] }, [], []],
    ['paused', { invoices: [invoice({ pause: { until: null } })] }, [], ['invoice_paused']],
    [
      'its customer paused',
      { customers: [customer({ pause: { until: '2026-02-01' } })] },
      [],
      ['customer_paused 2026-02-01'],
    ],
    ['its plan paused', { plans: [plan(['+5'], { pause: { until: null } })] }, [], ['plan_paused']],
    ['in the outbox', { underWay: [{ invoiceId: 1, planId: 1, uncertain: false }] }, [], ['under_way']],
    ['uncertain', { underWay: [{ invoiceId: 1, planId: 1, uncertain: true }] }, [], ['uncertain']],
    ['covered by credit', { credits: [credit({ remaining: 10_000 })] }, [], ['covered_by_credit']],
    ['no due date', { invoices: [invoice({ dueOn: null })] }, [], []],
    ['follow-up switched off', { invoices: [invoice({ followUpEnabled: false })] }, [], []],
    ['no plan', { plans: [] }, [], []],
    [
      'under the minimum',
      { plans: [plan(['+5'], { limits: [{ currency: 'EUR', minimum: 20_000, ceiling: null }] })] },
      [],
      [],
    ],
    [
      'over the ceiling',
      { plans: [plan(['+5'], { limits: [{ currency: 'EUR', minimum: null, ceiling: 50 }] })] },
      [],
      [],
    ],
  ])('%s', (_name, differs, forbids, warnings) => {
    const one = weighed(usual(differs));
    expect([codes(one.forbids), codes(one.warnings)]).toEqual([forbids, warnings]);
  });

  test('several reasons are all said', () => {
    const one = weighed(usual({ invoices: [invoice({ disputed: true, promisedUntil: '2026-03-01' })] }));
    expect(codes(one.warnings)).toEqual(['disputed', 'promised 2026-03-01']);
  });

  test('an invoice that is not among what is open has nothing outstanding, and the order of the ids is kept', () => {
    const result = weighByHand(usual(), [7, 1], DAY);
    expect(result.map(({ invoiceId, forbids }) => [invoiceId, codes(forbids)])).toEqual([
      [7, ['settled']],
      [1, []],
    ]);
  });
});

describe('when a reminder last went out', () => {
  test.each<[Day, Day | null]>([
    ['2026-01-06', '2026-01-06'],
    ['2026-01-05', '2026-01-05'],
    ['2025-12-31', '2025-12-31'],
    ['2025-12-30', null],
  ])('on %s', (lastOn, expected) => {
    const coverings = [{ invoiceId: 1, lastOn, deadlineOn: null }];
    expect(weighed(usual({ coverings })).remindedOn).toBe(expected);
  });
});

describe('what would leave by itself', () => {
  test.each<[string, Partial<Snapshot>, Day, Weighed['automatic']]>([
    ['today', {}, '2026-01-06', { name: 'step 1', on: '2026-01-06' }],
    ['in three days', {}, '2026-01-03', { name: 'step 1', on: '2026-01-06' }],
    ['in four days is no news', {}, '2026-01-02', null],
    ['after the weekend', { calendar: weekdays }, '2026-01-10', { name: 'step 1', on: '2026-01-12' }],
    ['not while it is disputed', { invoices: [invoice({ disputed: true })] }, '2026-01-06', null],
    ['not a letter, which waits for a person', { plans: [plan(['+5 letter'])] }, '2026-01-06', null],
    ['not what has to be approved', { plans: [plan(['+5 approval'])] }, '2026-01-06', null],
    ['not a letter that comes soon', { plans: [plan(['+5 letter'])] }, '2026-01-04', null],
    [
      'with the other due invoices',
      { plans: [together(['+5', '+15'])] },
      '2026-01-06',
      { name: 'step 1', on: '2026-01-06' },
    ],
  ])('%s', (_name, differs, day, expected) => expect(weighed(usual(differs), day).automatic).toEqual(expected));
});

describe('the step that a message may complete', () => {
  test.each<[string, Partial<Snapshot>, Day, string | null]>([
    ['the one that is due', {}, '2026-01-06', 'step 1 email'],
    ['none before its day', {}, '2026-01-05', null],
    ['the one that is due at a weekend as well', { calendar: weekdays }, '2026-01-10', 'step 1 email'],
    ['the first one of a long list', {}, '2026-06-01', 'step 1 email'],
    [
      'the next one after a completed one',
      { completions: [completion({ completedOn: '2026-01-06' })] },
      '2026-01-21',
      'step 2 email',
    ],
    ['a letter’s own channel', { plans: [plan(['+5 letter'])] }, '2026-01-06', 'step 1 letter'],
    [
      'a disputed invoice’s too: who writes himself knows',
      { invoices: [invoice({ disputed: true })] },
      '2026-01-06',
      'step 1 email',
    ],
    [
      'none while its own reminder is under way',
      { underWay: [{ invoiceId: 1, planId: 1, uncertain: false }] },
      '2026-01-06',
      null,
    ],
    [
      'none before the customer is on the plan',
      { enrolments: [{ customerId: 1, planId: 1, since: '2026-02-01' }] },
      '2026-01-06',
      null,
    ],
    ['none without a due date', { invoices: [invoice({ dueOn: null })] }, '2026-01-06', null],
  ])('%s', (_name, differs, day, expected) => {
    const step = weighed(usual(differs), day).dueStep;
    expect(step && `${step.stepName} ${step.channel}`).toBe(expected);
  });

  test('what comes next is known before it is due: its template is the one that fits', () => {
    expect(weighed(usual(), '2026-01-02')).toMatchObject({
      dueStep: null,
      next: { templateId: 1, channel: 'email', position: 0 },
    });
  });
});
