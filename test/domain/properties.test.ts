import fc from 'fast-check';
import { addDays, type Day, isSendingDay } from '../../src/domain/calendar.ts';
import { decide } from '../../src/domain/decide.ts';
import { type Decision, type Message, messagesOf } from '../../src/domain/decision.ts';
import { forecast } from '../../src/domain/forecast.ts';
import type { EscalationPlan } from '../../src/domain/plan.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { anyEvents, anyLedger, inOrder, START } from './anyLedger.ts';
import { type Sent, simulate } from './simulator.ts';

const WEEKS = 6;
const END = addDays(START, WEEKS * 7 - 1);
const fixed = (numRuns: number): fc.Parameters<unknown> => ({ seed: 20_260_202, numRuns });

/** What left of each ledger in turn. The seed is always the same, and so is the n-th ledger, whichever test asks for it. */
const courses: Sent[][] = [];

/** Holds for every ledger, whatever happens to it within some weeks. */
function always(numRuns: number, holds: (sent: Sent[], start: Snapshot) => void): void {
  let turn = 0;
  // From then on smaller ledgers are tried, in search of the smallest for which it does not hold.
  let failed = false;
  const property = fc.property(anyLedger, anyEvents, (start, events) => {
    const course = (): Sent[] => simulate(start, START, END, { events }).sent;
    const sent = failed ? course() : (courses[turn++] ??= course());
    try {
      holds(sent, start);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  fc.assert(property, fixed(numRuns));
}

const planOf = ({ plans }: Snapshot, id: number): EscalationPlan | null => {
  const found = plans.find((one) => one.id === id);
  return found?.kind === 'escalation' ? found : null;
};

test('the generated ledgers are not idle: every kind of message leaves, and every kind of answer is given', () => {
  const seen = new Map<string, number>();
  const count = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
  always(150, (sent, start) => {
    for (const { message } of sent) {
      count(`plan ${message.planId}`);
      if (message.planId === 2 && message.lines.length > 1) count('grouped');
      if (message.lines.some(({ completes }) => (completes?.stepId ?? 0) > 1)) count('later step');
    }
    for (const { kind } of decide(start, START)) count(kind);
  });
  for (const what of ['plan 1', 'plan 2', 'plan 9', 'grouped', 'later step', 'send', 'wait', 'blocked'])
    expect([what, (seen.get(what) ?? 0) >= 60]).toEqual([what, true]);
});

test('an invoice is the subject of at most one message of an escalation a day', () => {
  always(250, (sent) => {
    const told = sent
      .filter(({ message }) => message.planId !== 9)
      .flatMap(({ day, message }) => message.lines.map(({ invoiceId }) => `${day} ${message.planId} ${invoiceId}`));
    expect(new Set(told).size).toBe(told.length);
  });
});

test('a customer gets at most one message of a plan together, or of a recap, in a currency and day', () => {
  always(250, (sent) => {
    const told = sent
      .filter(({ message }) => message.planId !== 1)
      .map(({ day, message }) => `${day} ${message.planId} ${message.customerId} ${message.currency}`);
    expect(new Set(told).size).toBe(told.length);
  });
});

test('messages leave on sending days only, to customers who are on the plan', () => {
  always(250, (sent, { calendar, enrolments }) => {
    for (const { day, message } of sent) {
      const enrolment = enrolments.find(
        (one) => one.customerId === message.customerId && one.planId === message.planId,
      );
      expect(isSendingDay(day, calendar)).toBe(true);
      expect(enrolment && enrolment.since <= day).toBe(true);
    }
  });
});

test('nobody is told about what is paid, disputed, promised, paused, switched off or not a claim', () => {
  always(300, (sent) => {
    for (const { day, message, ledger } of sent) {
      const holds = (pause: { until: Day | null } | null): boolean => pause !== null && day <= (pause.until ?? day);
      expect(ledger.customers.some((one) => one.id === message.customerId && holds(one.pause))).toBe(false);
      expect(ledger.plans.some((one) => one.id === message.planId && holds(one.pause))).toBe(false);
      for (const line of message.lines) {
        const one = ledger.invoices.find(({ id }) => id === line.invoiceId)!;
        expect(one).toMatchObject({ state: 'issued', followUpEnabled: true, disputed: false });
        expect(one).toMatchObject({ currency: message.currency, customerId: message.customerId });
        expect(one.outstanding).toBeGreaterThan(0);
        expect(line.outstanding).toBe(one.outstanding);
        expect(holds(one.pause) || (one.promisedUntil ?? '') >= day).toBe(false);
      }
    }
  });
});

test('an escalation never goes backwards, never overtakes an unsent step, and never repeats one', () => {
  always(300, (sent) => {
    for (const { day, message, ledger } of sent)
      for (const { invoiceId, completes } of message.lines) {
        const thePlan = planOf(ledger, message.planId);
        const one = ledger.invoices.find(({ id }) => id === invoiceId)!;
        if (!completes || !thePlan) continue;
        const done = new Set(ledger.completions.filter((c) => c.invoiceId === invoiceId).map(({ stepId }) => stepId));
        const order = inOrder(thePlan, one);
        const index = order.findIndex(({ step }) => step.id === completes.stepId);
        expect(order[index]).toMatchObject({ on: completes.nominalOn, step: { retired: false } });
        if (order[index]?.step.trigger.from !== 'previous') expect(day >= completes.nominalOn).toBe(true);
        expect(order.slice(index).filter(({ step }) => done.has(step.id))).toEqual([]);
        const lastDone = order.findLastIndex(({ step }) => done.has(step.id));
        const passedOver = order.slice(lastDone + 1, index).filter(({ step, on }) => {
          const beforeDue = step.trigger.from === 'due' && step.trigger.days < 0 && on < one.dueOn!;
          return !step.retired && !(beforeDue && day >= one.dueOn!);
        });
        expect(passedOver).toEqual([]);
      }
  });
});

test('the planned distance and the minimum days are kept', () => {
  always(300, (sent) => {
    for (const { day, message, ledger } of sent)
      for (const { invoiceId, completes } of message.lines) {
        const thePlan = planOf(ledger, message.planId);
        if (!completes || !thePlan) continue;
        const covering = ledger.coverings.find((one) => one.invoiceId === invoiceId);
        if (covering) {
          expect(day >= addDays(covering.lastOn, Math.max(1, thePlan.minimumDays))).toBe(true);
          expect(day > (covering.deadlineOn ?? '')).toBe(true);
        }
        const one = ledger.invoices.find(({ id }) => id === invoiceId)!;
        if (one.receivedOn) expect(day >= addDays(one.receivedOn, thePlan.minimumDaysAfterReceipt)).toBe(true);
        const order = inOrder(thePlan, one);
        const place = order.findIndex(({ step }) => step.id === completes.stepId);
        const last = order.findLast(({ step }, index) => index < place && completionOf(ledger, invoiceId, step.id));
        const done = last && completionOf(ledger, invoiceId, last.step.id);
        if (!last || !done?.countsFrom || order[place]?.step.trigger.from === 'previous') continue;
        const distance = (Date.parse(completes.nominalOn) - Date.parse(last.on)) / 86_400_000;
        expect(day >= addDays(done.countsFrom, distance)).toBe(true);
      }
  });
});

const completionOf = ({ completions }: Snapshot, invoiceId: number, stepId: number) =>
  completions.find((one) => one.invoiceId === invoiceId && one.stepId === stepId);

/** Customers one of whose steps has no way to reach them: the plan waits for a person, and for what else he gets today. */
const stuck = (decisions: Decision[]): Set<number> =>
  new Set(
    decisions
      .filter(
        (one) => one.kind === 'blocked' && one.reasons.some(({ code }) => /^no_(recipient|post|phone)/.test(code)),
      )
      .map(({ subject }) => subject.customerId),
  );

test('deciding again on a day, with its messages confirmed, gives no further message', () => {
  fc.assert(
    fc.property(anyLedger, anyEvents, (start, events) => {
      let ledger = start;
      for (let day = START; day <= END; day = addDays(day, 1)) {
        const morning = simulate(ledger, day, day, { events, onSend: () => 'failed' }).ledger;
        const waiting = stuck(decide(morning, day));
        ledger = simulate(morning, day, day).ledger;
        const again = messagesOf(decide(ledger, day));
        expect(again.filter(({ customerId, planId }) => !(planId === 2 && waiting.has(customerId)))).toEqual([]);
      }
    }),
    fixed(250),
  );
});

test('deciding again with its messages in the outbox gives no further message of an escalation', () => {
  fc.assert(
    fc.property(anyLedger, (start) => {
      const { ledger, sent } = simulate(start, START, addDays(START, 4), { onSend: () => 'under_way' });
      const waiting = new Set(sent.flatMap(({ message }) => message.lines.map(({ invoiceId }) => invoiceId)));
      const again = messagesOf(decide(ledger, addDays(START, 5))).filter(({ planId }) => planId !== 9);
      expect(again.flatMap(({ lines }) => lines).filter(({ invoiceId }) => waiting.has(invoiceId))).toEqual([]);
    }),
    fixed(200),
  );
});

test('every invoice gets exactly one decision, and every decision answers for itself', () => {
  fc.assert(
    fc.property(anyLedger, (ledger) => {
      const decisions = decide(ledger, START);
      const about = decisions.flatMap(({ subject }) => (subject.kind === 'invoice' ? [subject.invoiceId] : []));
      expect(about.toSorted((a, b) => a - b)).toEqual(ledger.invoices.map(({ id }) => id));
      for (const decision of decisions) if (decision.kind !== 'send') expect(decision.reasons).not.toEqual([]);
    }),
    fixed(200),
  );
});

const sorted = (decisions: Decision[]): string[] => decisions.map((one) => JSON.stringify(one)).toSorted();

test('the order of the input changes nothing', () => {
  fc.assert(
    fc.property(anyLedger, fc.integer({ min: 0, max: 30 }), fc.infiniteStream(fc.nat()), (ledger, n, keys) => {
      const shuffle = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ item }) => item);
      const shuffled = Object.fromEntries(
        Object.entries(ledger).map(([name, value]) => [name, Array.isArray(value) ? shuffle(value) : value]),
      ) as unknown as Snapshot;
      const day = addDays(START, n);
      expect(sorted(decide(shuffled, day))).toEqual(sorted(decide(ledger, day)));
    }),
    fixed(250),
  );
});

const about = ({ subject }: Decision): string => JSON.stringify(subject);

test('a wait ends on a later sending day', () => {
  fc.assert(
    fc.property(anyLedger, fc.integer({ min: 0, max: 20 }), (ledger, n) => {
      const day = addDays(START, n);
      for (const decision of decide(ledger, day)) {
        if (decision.kind === 'send' || decision.until === null) continue;
        expect(decision.until > day).toBe(true);
        expect(isSendingDay(decision.until, ledger.calendar)).toBe(true);
        for (const { until } of decision.reasons) expect(until === null || until >= day).toBe(true);
      }
    }),
    fixed(250),
  );
});

test('a wait is exact: on a plan per invoice nothing leaves before its day, and the message leaves on it', () => {
  fc.assert(
    fc.property(anyLedger, (ledger) => {
      const singles = new Set(ledger.enrolments.filter(({ planId }) => planId === 1).map((one) => one.customerId));
      const open = decide(ledger, START).filter(
        // What a recap lists differs from day to day, so only its waits are promises.
        ({ subject, kind }) => (subject.kind === 'recap' ? kind === 'wait' : singles.has(subject.customerId)),
      );
      const last = addDays(START, 75);
      for (let day = addDays(START, 1); day <= last; day = addDays(day, 1)) {
        const today = new Map(decide(ledger, day).map((one) => [about(one), one.kind]));
        for (const decision of open) {
          if (decision.kind === 'send') continue;
          const { kind, subject, until } = decision;
          if (until === null || day < until)
            expect([day, about(decision), today.get(about(decision))]).not.toContain('send');
          else if (day === until && kind === 'wait' && subject.kind === 'invoice')
            expect([day, about(decision), today.get(about(decision))]).toEqual([day, about(decision), 'send']);
        }
      }
    }),
    fixed(150),
  );
});

test('the forecast is what the days bring when nobody pays', () => {
  fc.assert(
    fc.property(anyLedger, fc.integer({ min: 1, max: WEEKS * 7 }), (ledger, days) => {
      const brought = new Map<Day, Message[]>();
      for (let day = START; day < addDays(START, days); day = addDays(day, 1))
        if (isSendingDay(day, ledger.calendar)) brought.set(day, []);
      for (const { day, message } of simulate(ledger, START, addDays(START, days - 1)).sent)
        brought.get(day)?.push(message);
      expect(forecast(ledger, START, days)).toEqual([...brought].map(([day, messages]) => ({ day, messages })));
    }),
    fixed(600),
  );
});
