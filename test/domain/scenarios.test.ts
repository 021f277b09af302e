import { backlog } from '../../src/domain/activation.ts';
import { addDays, type Day } from '../../src/domain/calendar.ts';
import { decide } from '../../src/domain/decide.ts';
import { messagesOf } from '../../src/domain/decision.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { EscalationPlan } from '../../src/domain/plan.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { localMoment, runDue, type Timetable } from '../../src/domain/timetable.ts';
import {
  completion,
  credit,
  customer,
  everyDay,
  invoice,
  plan,
  recap,
  snapshot,
  together,
  weekdays,
} from '../support/builders.ts';
import {
  answer,
  change,
  confirm,
  decisionOn,
  disputed,
  inWords,
  paid,
  recapOn,
  settledDispute,
  simulate,
  timeline,
  told,
} from './simulator.ts';

/** The rows of sections A, B, E, F, I and J of the scenarios from other dunning systems. */
const ROWS = `
  TR-01 TR-02 TR-03 TR-04 TR-05 TR-06 TR-07 TR-08 TR-09 MW-01 MW-02 MW-05 MW-06 MW-07 MW-08 OC-01 OC-02 OC-03
  MF-01 MF-02 MF-03 MF-04 MF-05 MF-06 MF-07 MF-08 DO-01 DO-02 EN-01
  IN-01 IN-02 IN-03 IN-04 IN-06 IN-07 IN-08 IN-10 IN-11 IN-12 IN-13 IN-15 IN-16 IN-19 IN-22
  TR-11 TR-12 TR-13 DO-06 OO-01 OO-02 OO-03 OO-04 OO-05 EN-02 EN-03 EN-04 EN-05 EN-06 EN-07 EN-08
  MW-24 MW-25 MW-26 OT-01
  MW-27 MW-29 MW-30 OC-07 OT-02 OT-03 OT-04
  OT-05
  TZ-1 TZ-3 TZ-5 TZ-7`
  .trim()
  .split(/\s+/);

/** Rows that are not about a decision, and whose they are. */
const elsewhere: Record<string, string> = {
  'MW-06': 'plan saving: a payment period of 400 days is refused and the old value kept',
  'MW-08': 'skip service: a skip without a reason is refused and writes nothing',
  'OC-01': 'plan saving: a first step after the previous one is refused',
  'OC-02': 'run service: a run dated before the last one is refused',
  'OO-02': 'manual sending: an invoice taken out of a grouped mail leaves the other lines and their sum',
  'OO-04': 'store: a cancelled credit note is not loaded into the snapshot',
  'EN-08': 'manual sending: rows of another customer or currency are refused',
  'MW-30': 'payments service: a paid invoice ends its pause',
  'OT-02': 'run service: the brake on bank data that is too old',
  'OT-03': 'bulk sending screen: last bank date and unapplied payments are shown',
};

const tested = new Set<string>();
/** A test of one row, named by it. */
function scenario(id: string, what: string, body: () => void): void {
  tested.add(id);
  test(`${id} ${what}`, body);
}

const standard = plan(['+5', '+20', '+40']);
const owed = (thePlan: EscalationPlan, differs: Partial<Invoice> = {}, more: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ plans: [thePlan], invoices: [invoice(differs)], ...more });
const sentOn = (completedOn: Day, stepId = 1, invoiceId = 1): Pick<Snapshot, 'completions' | 'coverings'> => ({
  completions: [completion({ invoiceId, stepId, completedOn })],
  coverings: [{ invoiceId, lastOn: completedOn, deadlineOn: null }],
});

const reminded = (minimumDays: number): Snapshot =>
  owed(
    plan(['+5'], { minimumDays }),
    { dueOn: '2012-12-01' },
    {
      coverings: [{ invoiceId: 1, lastOn: '2013-01-01', deadlineOn: null }],
    },
  );
const failsOnThe21st = (_: unknown, day: Day): 'failed' | 'sent' => (day === '2026-01-21' ? 'failed' : 'sent');
const offOnThe15th = (day: Day): boolean => day !== '2026-01-15';

describe('A. step selection and spacing', () => {
  const ledger = owed(standard);

  scenario('TR-01', 'nothing on day 4 of a step at day 5', () => {
    expect(answer(ledger, '2026-01-05')).toBe('wait until 2026-01-06: step_date');
  });

  scenario('TR-02', 'step 1 on day 5, once', () => {
    expect(timeline(ledger, '2026-01-01', '2026-01-06')).toEqual(['2026-01-06 step 1 [F-1]']);
  });

  scenario('TR-03', 'step 2 does not overtake an unsent step 1', () => {
    expect(timeline(ledger, '2026-01-06', '2026-01-31', { onSend: () => 'under_way' })).toEqual([
      '2026-01-06 step 1 [F-1]',
    ]);
    expect(answer(ledger, '2026-01-31')).toBe('send step 1');
  });

  scenario('TR-04', 'a blocked invoice stays where it is', () => {
    const blocked = disputed('F-1')({ ...ledger, ...sentOn('2026-01-06') });
    expect(answer(blocked, '2026-01-31')).toBe('blocked: disputed');
  });

  scenario('TR-05', 'once unblocked, the next step is due', () => {
    const open = settledDispute('F-1')(disputed('F-1')({ ...ledger, ...sentOn('2026-01-06') }));
    expect(answer(open, '2026-01-31')).toBe('send step 2');
  });

  scenario('TR-06', 'a full payment ends it', () => {
    const course = { events: { '2026-02-01': paid('F-1') } };
    expect(timeline(ledger, '2026-01-01', '2026-03-31', course)).toHaveLength(2);
    expect(answer(paid('F-1')(ledger), '2026-02-20')).toBe('blocked: settled');
  });

  scenario('TR-07', 'only the unpaid one of two', () => {
    const two = { ...ledger, invoices: [invoice(), invoice({ id: 2, outstanding: 0 })] };
    expect(timeline(two, '2026-01-01', '2026-01-06')).toEqual(['2026-01-06 step 1 [F-1]']);
  });

  scenario('TR-08', 'after the last step the plan is finished for the invoice', () => {
    const final = owed(plan(['+0']), { dueOn: '2026-01-01' });
    expect(timeline(final, '2026-01-02', '2026-06-30')).toEqual(['2026-01-02 step 1 [F-1]']);
    const { ledger: after } = simulate(final, '2026-01-02', '2026-01-02');
    expect(answer(after, '2026-01-03')).toBe('blocked: plan_finished');
  });

  scenario('TR-09', 'an invoice imported 90 days late gets no burst: 15 and 20 days between the steps', () => {
    expect(timeline(ledger, '2026-04-01', '2026-06-30')).toEqual([
      '2026-04-01 step 1 [F-1]',
      '2026-04-16 step 2 [F-1]',
      '2026-05-06 step 3 [F-1]',
    ]);
  });

  scenario('MW-01', 'thresholds 3/10/20/30: the step that an age calls for', () => {
    const ladder = owed(plan(['+3', '+10', '+20', '+30']));
    const byAge = [2, 3, 29, 30].map((age) => {
      const [late] = backlog(ladder, 1, new Set([1]), addDays('2026-01-01', age));
      return late?.byAge.name ?? null;
    });
    expect(byAge).toEqual([null, 'step 1', 'step 3', 'step 4']);
  });

  scenario('MW-02', '25 days late with only step 1 confirmed: step 2, never step 3', () => {
    const ladder = owed(plan(['+3', '+10', '+20', '+30']), {}, sentOn('2026-01-04'));
    expect(answer(ladder, '2026-01-26')).toBe('send step 2');
  });

  scenario('MW-05', '“pay within 10 days”, sent on 2 March: held on the 12th, next on the 13th', () => {
    const late = owed(plan(['+5 pay10', '+6']), { dueOn: '2026-02-25' });
    const { ledger: after, sent } = simulate(late, '2026-03-02', '2026-03-02');
    expect(sent.map(({ day, message }) => told(day, message))).toEqual(['2026-03-02 step 1 [F-1]']);
    expect(answer(after, '2026-03-12')).toBe('wait until 2026-03-13: payment_deadline');
    expect(answer(after, '2026-03-13')).toBe('send step 2');
  });

  scenario('MW-07', 'a step skipped with a reason counts as completed, and spacing runs from the skip', () => {
    const skipped = owed(standard, {}, { completions: [completion({ kind: 'skipped', completedOn: '2026-01-20' })] });
    expect(answer(skipped, '2026-02-03')).toBe('wait until 2026-02-04: gap');
    expect(answer(skipped, '2026-02-04')).toBe('send step 2');
  });

  scenario('OC-03', 'an invoice one year old of which nothing was ever sent stays at step 1', () => {
    const old = owed(standard, { dueOn: '2025-01-01' });
    for (const day of ['2025-07-01', '2025-11-01', '2026-01-01'] as const) expect(answer(old, day)).toBe('send step 1');
  });

  const levels = plan(['+10', '+20', '+30']);
  scenario('MF-01', '25 days overdue without step 1: no step 2', () => {
    expect(answer(owed(levels), '2026-01-26')).toBe('send step 1');
  });

  scenario('MF-02', 'step 1 decided and not sent: no step 2', () => {
    const waiting = owed(levels, {}, { underWay: [{ invoiceId: 1, planId: 1, uncertain: false }] });
    expect(answer(waiting, '2026-01-26')).toBe('blocked: under_way');
  });

  scenario('MF-03', 'step 1 sent: step 2 ten days on, then step 3', () => {
    expect(timeline(owed(levels), '2026-01-26', '2026-03-31')).toEqual([
      '2026-01-26 step 1 [F-1]',
      '2026-02-05 step 2 [F-1]',
      '2026-02-15 step 3 [F-1]',
    ]);
  });

  scenario('MF-04', 'ten days between: not on the 5th, but on the 11th', () => {
    const sent = owed(levels, { dueOn: '2012-01-22' }, sentOn('2012-02-01'));
    expect(answer(sent, '2012-02-05')).toBe('wait until 2012-02-11: gap, step_date');
    expect(answer(sent, '2012-02-10')).toMatch('wait until 2012-02-11');
    expect(answer(sent, '2012-02-11')).toBe('send step 2');
  });

  scenario('MF-05', 'nine days apart: a minimum of 7 is kept, one of 15 is not', () => {
    expect(answer(reminded(7), '2013-01-10')).toBe('send step 1');
    expect(answer(reminded(15), '2013-01-10')).toBe('wait until 2013-01-16: minimum_days');
  });

  scenario('MF-06', 'a step that was sent is not sent again', () => {
    expect(answer(owed(plan(['+10']), {}, sentOn('2026-01-11')), '2026-02-28')).toBe('blocked: plan_finished');
  });

  scenario('MF-07', 'a last reminder dated in the future holds', () => {
    const ahead = { coverings: [{ invoiceId: 1, lastOn: '2026-02-20' as Day, deadlineOn: null }] };
    expect(answer(owed(levels, {}, ahead), '2026-02-01')).toBe('wait until 2026-02-21: minimum_days');
  });

  scenario('MF-08', 'an attempt that did not leave is ignored for the spacing', () => {
    expect(timeline(ledger, '2026-01-01', '2026-02-28', { onSend: failsOnThe21st })).toEqual([
      '2026-01-06 step 1 [F-1]',
      '2026-01-22 step 2 [F-1]',
      '2026-02-11 step 3 [F-1]',
    ]);
  });

  scenario('DO-01', 'the machine was off on the day: sent on the next, once', () => {
    const missed = owed(plan(['+5']), { dueOn: '2026-01-10' });
    expect(timeline(missed, '2026-01-10', '2026-02-28', { runs: offOnThe15th })).toEqual(['2026-01-16 step 1 [F-1]']);
  });

  scenario('DO-02', 'three days before the due date', () => {
    expect(timeline(owed(plan(['-3']), { dueOn: '2026-01-10' }), '2026-01-01', '2026-02-28')).toEqual([
      '2026-01-07 step 1 [F-1]',
    ]);
  });

  scenario('EN-01', 'not overdue on the due day, overdue from the day after', () => {
    const invoices = [invoice(), invoice({ id: 2, dueOn: '2026-01-10' })];
    const listed = (days: number): string[] => {
      const on = addDays('2026-01-01', days);
      return timeline(snapshot({ plans: [together([`+${days}`])], invoices }), on, on);
    };
    expect(listed(9)).toEqual(['2026-01-10 step 1 [F-1]']);
    expect(listed(10)).toEqual(['2026-01-11 step 1 [F-1, F-2]']);
  });
});

const monthly = (startOn: Day, since: Day): Snapshot =>
  snapshot({
    plans: [recap({ startOn })],
    enrolments: [{ customerId: 1, planId: 9, since }],
    invoices: [invoice({ issuedOn: '2025-11-15', dueOn: '2025-12-15' })],
  });

describe('B. before due, after the invoice date, endless', () => {
  const terms = { issuedOn: '2024-03-01', dueOn: '2024-03-15' } as const;
  const ladder = plan(['issue+5', 'issue+10', 'issue+15', 'prev+14', 'prev+14']);
  const ledger = owed(ladder, terms);

  scenario('IN-01', 'due on 15 March, first reminder on the 6th', () => {
    expect(decisionOn(ledger, '2024-03-01')).toMatchObject({ kind: 'wait', until: '2024-03-06' });
  });

  scenario('IN-02', 'hourly runs on 6 March: once, next on the 11th', () => {
    const { ledger: after, sent } = simulate(ledger, '2024-03-06', '2024-03-06');
    expect(sent).toHaveLength(1);
    for (let hour = 0; hour < 24; hour++)
      expect(decisionOn(after, '2024-03-06')).toMatchObject({ kind: 'wait', until: '2024-03-11' });
  });

  scenario('IN-03', 'on the 11th not before the hour, then step 2; next on the 16th', () => {
    const timetable: Timetable = { timeZone: 'UTC', hour: 540, latestHour: 1080, calendar: everyDay };
    expect(runDue(Date.parse('2024-03-11T08:00Z'), timetable, () => false)).toBeNull();
    expect(runDue(Date.parse('2024-03-11T09:00Z'), timetable, () => false)).toEqual({ day: '2024-03-11', lateBy: 0 });
    const { ledger: after, sent } = simulate(ledger, '2024-03-06', '2024-03-11');
    expect(sent.map(({ day, message }) => told(day, message)).at(-1)).toBe('2024-03-11 step 2 [F-1]');
    expect(decisionOn(after, '2024-03-11')).toMatchObject({ kind: 'wait', until: '2024-03-16' });
  });

  scenario('IN-04', 'step 3 on the 16th, then every 14 days', () => {
    expect(timeline(ledger, '2024-03-01', '2024-04-30').slice(2)).toEqual([
      '2024-03-16 step 3 [F-1]',
      '2024-03-30 step 4 [F-1]',
      '2024-04-13 step 5 [F-1]',
    ]);
  });

  scenario('IN-06', 'a monthly recap begun today makes up for no earlier month', () => {
    const begun = monthly('2025-11-14', '2026-01-15');
    expect(inWords(recapOn(begun, '2026-01-15'))).toBe('wait until 2026-02-14: next_occurrence');
  });

  scenario('IN-07', 'monthly from 31 January: 28 February, no overflow into March', () => {
    const { ledger: after, sent } = simulate(monthly('2026-01-31', '2026-01-31'), '2026-01-31', '2026-01-31');
    expect(sent).toHaveLength(1);
    expect(inWords(recapOn(after, '2026-01-31'))).toBe('wait until 2026-02-28: next_occurrence');
  });

  const next = (given: string[], differs: Partial<Invoice> = {}, more: Partial<Snapshot> = {}): string =>
    answer(owed(plan(given), { issuedOn: '2026-01-01', dueOn: '2026-01-31', ...differs }, more), '2026-01-01');

  scenario('IN-08', 'the earliest step comes first, whichever day it counts from', () => {
    expect(next(['issue+7', '-1', '+1'])).toBe('wait until 2026-01-08: step_date');
  });

  scenario('IN-10', '50 days after the invoice date comes after one day late', () => {
    expect(next(['issue+50', '+1'])).toBe('wait until 2026-02-01: step_date');
  });

  scenario('IN-11', 'paid: none', () => {
    expect(next(['issue+7'], { outstanding: 0 })).toBe('blocked: settled');
  });

  scenario('IN-12', 'no steps, or no plan: none', () => {
    expect(next([])).toBe('blocked: plan_finished');
    expect(next(['issue+7'], {}, { enrolments: [] })).toBe('blocked: no_plan');
  });

  scenario('IN-13', 'two days before the due date comes before 14 and 30 after it', () => {
    expect(next(['-2', '+14', '+30'])).toBe('wait until 2026-01-29: step_date');
  });

  scenario('IN-15', 'steps 1 and 2 sent, the third is today: due today', () => {
    const completions = [
      completion({ stepId: 1, completedOn: '2026-01-02' }),
      completion({ stepId: 2, completedOn: '2026-01-03' }),
    ];
    expect(answer(owed(plan(['+1', '+2', '+3']), {}, { completions }), '2026-01-04')).toBe('send step 3');
  });

  scenario('IN-16', 'fifty runs over two days: one reminder, not before its moment', () => {
    let current = owed(plan(['issue+2']), { issuedOn: '2026-01-01', dueOn: '2026-01-31' });
    const told50: string[] = [];
    for (let hour = 0; hour < 50; hour++) {
      const day = addDays('2026-01-01', Math.floor(hour / 17));
      for (const message of messagesOf(decide(current, day))) {
        told50.push(told(day, message));
        current = confirm(current, message, day);
      }
    }
    expect(told50).toEqual(['2026-01-03 step 1 [F-1]']);
  });

  scenario('IN-19', '450 invoices due: 450 mails in one run', () => {
    const invoices = Array.from({ length: 450 }, (_, index) => invoice({ id: index + 1 }));
    expect(timeline(snapshot({ plans: [standard], invoices }), '2026-01-06', '2026-01-06')).toHaveLength(450);
  });

  scenario('IN-22', 'due on a Saturday: nothing on Saturday and Sunday, once on Monday', () => {
    const saturday = owed(plan(['+7']), { dueOn: '2026-01-10' }, { calendar: weekdays });
    expect(timeline(saturday, '2026-01-17', '2026-02-28')).toEqual(['2026-01-19 step 1 [F-1]']);
  });
});

const statement = (withCreditNotes: boolean, outstanding: number, remaining: number): Snapshot =>
  snapshot({
    plans: [recap({ startOn: '2026-01-06', withCreditNotes })],
    invoices: [invoice({ outstanding })],
    credits: [credit({ remaining })],
  });

describe('E. amounts', () => {
  const day: Day = '2026-01-06';
  const totals = (ledger: Snapshot, on: Day = day): [string, number][] =>
    messagesOf(decide(ledger, on)).map(({ currency, total }) => [currency, total]);

  scenario('TR-11', 'an unapplied payment of 50 does not hold a claim of 100', () => {
    const ledger = owed(standard, {}, { credits: [credit({ kind: 'payment', remaining: 5_000 })] });
    expect(totals(ledger)).toEqual([['EUR', 10_000]]);
  });

  scenario('TR-12', 'one of 100 does', () => {
    const ledger = owed(standard, {}, { credits: [credit({ kind: 'payment', remaining: 10_000 })] });
    expect(answer(ledger, day)).toBe('blocked: covered_by_credit');
  });

  scenario('TR-13', '100 due, 50 paid: the mail is about 50', () => {
    const [message] = messagesOf(decide(owed(standard, { total: 10_000, outstanding: 5_000 }), day));
    expect(message).toMatchObject({ total: 5_000, lines: [{ outstanding: 5_000 }] });
  });

  const both = [invoice(), invoice({ id: 2, currency: 'USD' })];
  scenario('DO-06', '100 EUR and 100 USD: two totals, never 200', () => {
    expect(totals(snapshot({ plans: [together(['+5'])], invoices: both }))).toEqual([
      ['EUR', 10_000],
      ['USD', 10_000],
    ]);
  });

  scenario('OO-01', '1000 less 400 paid: reminded for 600', () => {
    expect(totals(owed(standard, { total: 100_000, outstanding: 60_000 }))).toEqual([['EUR', 60_000]]);
  });

  scenario('OO-03', '500 less an open credit note of 120: 380 with credit notes, 500 without', () => {
    const [shown] = messagesOf(decide(statement(true, 50_000, 12_000), day));
    expect(shown).toMatchObject({
      total: 38_000,
      credits: [{ kind: 'credit_note', number: 'A-1', remaining: 12_000 }],
    });
    const [hidden] = messagesOf(decide(statement(false, 50_000, 12_000), day));
    expect(hidden).toMatchObject({ total: 50_000, credits: [] });
  });

  scenario('OO-05', '100 less a credit note of 150: no mail, and the reason', () => {
    expect(inWords(recapOn(statement(true, 10_000, 15_000), day))).toMatch(/^blocked: .*net_not_positive/);
  });

  scenario('EN-02', 'of two instalments only the one that is late', () => {
    const parts = [
      invoice({ id: 1, number: 'F/1', outstanding: 5_000 }),
      invoice({ id: 2, number: 'F/2', outstanding: 5_000, dueOn: '2026-02-01' }),
    ];
    expect(timeline(snapshot({ plans: [together(['+5'])], invoices: parts }), day, day)).toEqual([
      '2026-01-06 step 1 [F/1]',
    ]);
  });

  scenario('EN-03', 'two overdue invoices of 100 and 300: two rows, total 400', () => {
    const invoices = [invoice(), invoice({ id: 2, outstanding: 30_000 })];
    const [message] = messagesOf(decide(snapshot({ plans: [together(['+5'])], invoices }), day));
    expect(message?.lines.map(({ outstanding }) => outstanding)).toEqual([10_000, 30_000]);
    expect(message?.total).toBe(40_000);
  });

  const reopened = [paid('F-1'), change('F-1', { outstanding: 10_000 })] as const;
  const courseOf = (ledger: Snapshot): string[] =>
    timeline(ledger, '2026-01-01', '2026-02-28', {
      events: { '2026-01-10': reopened[0], '2026-02-01': reopened[1] },
    });
  scenario('EN-04', 'a payment that is cancelled opens the claim again, where it stood', () => {
    expect(courseOf(owed(plan(['+5', '+20'])))).toEqual(['2026-01-06 step 1 [F-1]', '2026-02-01 step 2 [F-1]']);
  });

  scenario('EN-05', 'so does a credit note that is cancelled', () => {
    expect(courseOf(owed(together(['+5', '+20'])))).toEqual(['2026-01-06 step 1 [F-1]', '2026-02-01 step 2 [F-1]']);
  });

  scenario('EN-06', 'a credit note that stands alone settles no invoice', () => {
    expect(answer(owed(standard, {}, { credits: [credit({ remaining: 4_000 })] }), day)).toBe('send step 1');
  });

  scenario('EN-07', 'an invoice in dollars is dunned in dollars', () => {
    expect(totals(owed(standard, { currency: 'USD' }))).toEqual([['USD', 10_000]]);
  });

  scenario('MW-24', '48 open, 10 paid, 38 paid, the 38 reversed: earlier reminders are not repeated', () => {
    const ledger = owed(plan(['+5', '+20', '+40']), { outstanding: 4_800 });
    const { sent } = simulate(ledger, '2026-01-01', '2026-03-31', {
      events: {
        '2026-01-10': change('F-1', { outstanding: 3_800 }),
        '2026-01-22': paid('F-1'),
        '2026-02-20': change('F-1', { outstanding: 3_800 }),
      },
    });
    expect(sent.map(({ day: on, message }) => [told(on, message), message.total])).toEqual([
      ['2026-01-06 step 1 [F-1]', 4_800],
      ['2026-01-21 step 2 [F-1]', 3_800],
      ['2026-02-20 step 3 [F-1]', 3_800],
    ]);
  });

  scenario('MW-25', 'a credit note is no subject of an escalation', () => {
    const ledger = owed(standard, {}, { credits: [credit({ issuedOn: '2025-06-01' })] });
    expect(decide(ledger, day).map(({ subject }) => subject)).toMatchObject([{ kind: 'invoice', number: 'F-1' }]);
    expect(answer(owed(standard, { outstanding: -10_000 }), day)).toBe('blocked: settled');
  });

  scenario('MW-26', 'foreign currencies are dunned, never converted', () => {
    const ledger = snapshot({ plans: [standard], invoices: [invoice({ currency: 'CHF', outstanding: 12_345 })] });
    expect(totals(ledger)).toEqual([['CHF', 12_345]]);
  });

  scenario('OT-01', 'after a part payment the total is what remains', () => {
    const invoices = [invoice({ total: 10_000, outstanding: 2_500 }), invoice({ id: 2, outstanding: 100 })];
    expect(totals(snapshot({ plans: [together(['+5'])], invoices }))).toEqual([['EUR', 2_600]]);
  });
});

const paused = (until: Day | null): unknown => decisionOn(owed(standard, { pause: { until } }), '2026-01-10');

describe('F. opt-out, pauses, promises, disputes', () => {
  scenario(
    'MW-27',
    'a customer paused without end and an invoice paused until today: both blocked, each with its reason',
    () => {
      const ledger = snapshot({
        plans: [standard],
        customers: [customer({ pause: { until: null } }), customer({ id: 2 })],
        invoices: [invoice(), invoice({ id: 2, customerId: 2, pause: { until: '2026-01-10' } })],
      });
      expect(answer(ledger, '2026-01-10', 'F-1')).toBe('blocked: customer_paused');
      expect(answer(ledger, '2026-01-10', 'F-2')).toBe('blocked: invoice_paused');
      expect(timeline(ledger, '2026-01-10', '2026-01-11')).toEqual(['2026-01-11 step 1 [F-2]']);
    },
  );

  scenario('MW-29', 'a pause without end names no day, one of ten days names it', () => {
    expect(paused(null)).toMatchObject({ reasons: [{ code: 'invoice_paused', until: null }], until: null });
    expect(paused('2026-01-20')).toMatchObject({
      reasons: [{ code: 'invoice_paused', until: '2026-01-20' }],
      until: '2026-01-21',
    });
  });

  scenario('OC-07', 'an invoice cancelled after a reminder gets no further step', () => {
    const course = { events: { '2026-01-10': change('F-1', { state: 'cancelled' }) } };
    expect(timeline(owed(standard), '2026-01-01', '2026-06-30', course)).toEqual(['2026-01-06 step 1 [F-1]']);
  });

  scenario(
    'OT-04',
    'due on Monday 12 January, five days for the bank: not on the due day, but after the weekend',
    () => {
      const ledger = owed(plan(['+5']), { dueOn: '2026-01-12' }, { calendar: weekdays });
      expect(answer(ledger, '2026-01-12')).toBe('wait until 2026-01-19: step_date');
    },
  );
});

describe('I. intervals and input', () => {
  scenario('OT-05', 'two bills due in ten days: both customers are reminded', () => {
    const ledger = snapshot({
      plans: [plan(['-10'])],
      customers: [customer(), customer({ id: 2 })],
      invoices: [invoice({ dueOn: '2026-01-16' }), invoice({ id: 2, customerId: 2, dueOn: '2026-01-16' })],
    });
    expect(timeline(ledger, '2026-01-01', '2026-01-31')).toEqual([
      '2026-01-06 step 1 [F-1]',
      '2026-01-06 step 1 [F-2]',
    ]);
  });
});

const thirtyDaysEom = (dueOn: Day): Day => {
  const decision = decisionOn(owed(plan(['+30 eom']), { dueOn }), dueOn);
  if (decision.kind !== 'wait') throw new Error(decision.kind);
  return decision.until;
};

describe('J. time', () => {
  const timetable: Timetable = { timeZone: 'Europe/Paris', hour: 780, latestHour: 1080, calendar: weekdays };

  scenario('TZ-1', 'half past midnight in Paris is the 15th, whatever the server thinks', () => {
    const instant = Date.parse('2026-01-14T23:30Z');
    expect(localMoment(instant, 'Europe/Paris')).toEqual({ day: '2026-01-15', minute: 30 });
    expect(runDue(instant, { ...timetable, hour: 0 }, () => false)?.day).toBe('2026-01-15');
  });

  scenario('TZ-3', 'asleep at 13:00, awake at 16:00: one run, and none after a restart at 17:00', () => {
    const closed = new Set<Day>();
    const at = (time: string): Day | null => {
      const due = runDue(Date.parse(`2026-01-15T${time}+01:00`), timetable, (day) => closed.has(day));
      if (due) closed.add(due.day);
      return due?.day ?? null;
    };
    expect([at('12:59'), at('16:00'), at('17:00')]).toEqual([null, '2026-01-15', null]);
  });

  scenario('TZ-5', 'a weekly recap on Saturdays leaves on Mondays, and the anchor does not creep', () => {
    const weekly = recap({ startOn: '2026-02-14', every: { n: 1, unit: 'week' } });
    expect(timeline(owed(standard, {}, { plans: [weekly], calendar: weekdays }), '2026-02-10', '2026-03-02')).toEqual([
      '2026-02-16 recap [F-1]',
      '2026-02-23 recap [F-1]',
      '2026-03-02 recap [F-1]',
    ]);
  });

  scenario('TZ-7', 'thirty days, then the end of that month', () => {
    expect([thirtyDaysEom('2024-01-30'), thirtyDaysEom('2025-01-30'), thirtyDaysEom('2026-12-05')]).toEqual([
      '2024-02-29',
      '2025-03-31',
      '2027-01-31',
    ]);
  });
});

test('every row is either tested here or known to be tested elsewhere', () => {
  expect([...tested, ...Object.keys(elsewhere)].toSorted()).toEqual(ROWS.toSorted());
  expect(Object.values(elsewhere).every(Boolean)).toBe(true);
});
