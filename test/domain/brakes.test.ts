import { holdReason, isOverdueMessage, type RunFacts, sendingDaysBetween } from '../../src/domain/brakes.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { Message, StepDue } from '../../src/domain/decision.ts';
import { standardSettings } from '../../src/domain/settings.ts';
import { weekdays, weekdaysBut } from '../support/builders.ts';

/** A run of five messages that nothing speaks against. */
const run = (differs: Partial<RunFacts> = {}): RunFacts => ({
  mode: 'automatic',
  brakes: standardSettings().brakes,
  messages: 5,
  overdue: 0,
  missedDays: 0,
  sizes: [],
  dataAgeDays: null,
  unseen: 0,
  ...differs,
});

const brakes = (differs: Partial<RunFacts['brakes']>): RunFacts['brakes'] => ({
  ...standardSettings().brakes,
  ...differs,
});

describe('the brakes', () => {
  test.each<[string, Partial<RunFacts>, ReturnType<typeof holdReason>]>([
    ['an ordinary run goes', {}, null],
    ['review first holds every run', { mode: 'review' }, 'review'],
    ['a run without messages is never held', { mode: 'review', messages: 0 }, null],
    ['at the limit it goes', { messages: 100 }, null],
    ['one more than the limit waits', { messages: 101 }, 'too_many'],
    ['a limit of one’s own counts', { messages: 4, brakes: brakes({ maxMessages: 3 }) }, 'too_many'],
    ['three times the usual number goes', { messages: 30, sizes: [10, 10, 10] }, null],
    ['more than three times the usual number waits', { messages: 31, sizes: [10, 10, 10] }, 'unusually_many'],
    [
      'the usual number is the median: one burst makes no new custom',
      { messages: 31, sizes: [10, 90, 10] },
      'unusually_many',
    ],
    [
      'a factor of one’s own counts',
      { messages: 25, sizes: [10], brakes: brakes({ maxTimesMedian: 2 }) },
      'unusually_many',
    ],
    ['ten messages are no burst, however quiet it was', { messages: 10, sizes: [1, 1, 1] }, null],
    ['eleven are', { messages: 11, sizes: [1, 1, 1] }, 'unusually_many'],
    ['without earlier runs nothing is unusual', { messages: 90 }, null],
    ['old data matter to nobody who did not ask', { dataAgeDays: 400 }, null],
    ['data as old as allowed', { dataAgeDays: 7, brakes: brakes({ maxDataAgeDays: 7 }) }, null],
    ['data older than allowed', { dataAgeDays: 7.01, brakes: brakes({ maxDataAgeDays: 7 }) }, 'stale_data'],
    ['data that were never imported', { dataAgeDays: null, brakes: brakes({ maxDataAgeDays: 7 }) }, 'stale_data'],
    ['three sending days off', { overdue: 5, missedDays: 3 }, null],
    ['four sending days off', { overdue: 5, missedDays: 4 }, 'backlog'],
    ['four sending days off, and nothing was missed', { overdue: 0, missedDays: 4 }, null],
    ['ten messages that were not shown', { messages: 12, unseen: 10 }, null],
    ['eleven messages that were not shown', { messages: 12, unseen: 11 }, 'not_seen'],
    [
      'the first reason is said: data before numbers',
      { messages: 500, dataAgeDays: 9, brakes: brakes({ maxDataAgeDays: 7 }) },
      'stale_data',
    ],
    ['the first reason is said: a backlog before its size', { messages: 500, overdue: 400, missedDays: 9 }, 'backlog'],
  ])('%s', (_, differs, expected) => {
    expect(holdReason(run(differs))).toBe(expected);
  });
});

describe('the sending days between two days', () => {
  test.each<[string, Day, Day, number]>([
    ['of the same day', '2026-02-09', '2026-02-09', 0],
    ['of two days in a row', '2026-02-09', '2026-02-10', 0],
    ['over a weekend', '2026-02-06', '2026-02-09', 0],
    ['of a week', '2026-02-09', '2026-02-16', 4],
    ['backwards', '2026-02-16', '2026-02-09', 0],
  ])('%s', (_, from, to, expected) => {
    expect(sendingDaysBetween(from, to, weekdays)).toBe(expected);
  });

  test('leave holidays out', () => {
    expect(sendingDaysBetween('2026-02-09', '2026-02-16', weekdaysBut('2026-02-11'))).toBe(3);
  });
});

describe('a message should have left before', () => {
  const about = (dueOn: Day | null, occurrenceOn: Day | null = null): Message =>
    ({
      occurrenceOn,
      lines: [{ invoiceId: 1, number: 'F-1', outstanding: 1, completes: dueOn && ({ dueOn } as StepDue) }],
    }) as unknown as Message;

  test.each<[string, Message, boolean]>([
    ['a step due on the day', about('2026-02-09'), false],
    ['a step due on the weekend before', about('2026-02-07'), false],
    ['a step due on the Friday before', about('2026-02-06'), true],
    ['a recap of the day', about(null, '2026-02-09'), false],
    ['a recap of last week', about(null, '2026-02-03'), true],
  ])('%s', (_, message, expected) => {
    expect(isOverdueMessage(message, '2026-02-09', weekdays)).toBe(expected);
  });
});
