import { type HeavyReason, heavyReasons, lineKey, newReasons } from '../../src/domain/bulk.ts';
import { weighByHand } from '../../src/domain/byHand.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { customer, invoice, plan, snapshot } from '../support/builders.ts';

const DAY: Day = '2026-03-20';
const heavy = (differs: Partial<Snapshot>): HeavyReason[] =>
  heavyReasons(weighByHand(snapshot({ invoices: [invoice()], ...differs }), [1], DAY));
const reminded = (on: Day): Partial<Snapshot> => ({ coverings: [{ invoiceId: 1, lastOn: on, deadlineOn: null }] });

test.each<[string, Partial<Snapshot>, HeavyReason[]]>([
  ['nothing', {}, []],
  ['no plan and follow-up off', { invoices: [invoice({ followUpEnabled: false })] }, []],
  ['a step that leaves by itself today', { plans: [plan(['+5'])] }, []],
  ['a dispute', { invoices: [invoice({ disputed: true })] }, ['disputed']],
  ['a promise until today', { invoices: [invoice({ promisedUntil: DAY })] }, ['promised']],
  ['a promise until yesterday', { invoices: [invoice({ promisedUntil: '2026-03-19' })] }, []],
  ['a pause of the customer', { customers: [customer({ pause: { until: null } })] }, ['customer_paused']],
  ['a pause of the plan', { plans: [plan(['+5'], { pause: { until: null } })] }, ['plan_paused']],
  ['a message under way', { underWay: [{ invoiceId: 1, planId: null, uncertain: false }] }, ['under_way']],
  ['an uncertain message', { underWay: [{ invoiceId: 1, planId: null, uncertain: true }] }, ['uncertain']],
  ['a reminder six days ago', reminded('2026-03-14'), ['reminded']],
  ['a reminder seven days ago', reminded('2026-03-13'), []],
  [
    'a reminder ten days ago, on a plan that waits twenty',
    { ...reminded('2026-03-10'), plans: [plan(['+5', '+90'], { minimumDays: 20 })] },
    ['reminded'],
  ],
  [
    'a reminder twenty days ago, on a plan that waits twenty',
    { ...reminded('2026-02-28'), plans: [plan(['+5', '+90'], { minimumDays: 20 })] },
    [],
  ],
])('%s', (_, differs, expected) => {
  expect(heavy(differs)).toEqual(expected);
});

test('two reasons on two invoices are two reasons of the line, each once', () => {
  const invoices = [invoice({ id: 1, disputed: true }), invoice({ id: 2, disputed: true, promisedUntil: DAY })];
  expect(heavyReasons(weighByHand(snapshot({ invoices }), [1, 2], DAY))).toEqual(['disputed', 'promised']);
});

test('a reason that was seen is no news', () => {
  expect(newReasons(['disputed', 'reminded'], ['disputed'])).toEqual(['reminded']);
});

test('a line is a customer and a currency', () => {
  expect(lineKey({ customerId: 3, currency: 'GBP' })).toBe('3-GBP');
});
