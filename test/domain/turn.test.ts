import type { Day } from '../../src/domain/calendar.ts';
import { unitsOf } from '../../src/domain/snapshot.ts';
import { isOvertaken, type Turn, turnOf } from '../../src/domain/turn.ts';
import { completion, everyDay, invoice, plan, recap, snapshot } from '../support/builders.ts';

const DUE: Day = '2026-01-01';

/** Whether the first step of −3, +5 and +15 days has its turn, and the others. */
function turn(step: number, day: Day, differs: Parameters<typeof snapshot>[0] = {}): Turn {
  const plans = [plan(['-3', '+5', '+15'])];
  const units = unitsOf(snapshot({ plans, invoices: [invoice({ dueOn: DUE })], ...differs }));
  const [unit] = units;
  if (unit?.kind !== 'single' || !unit.facts.plan) throw new Error('one invoice on a plan');
  return turnOf(unit.facts, unit.facts.plan, step, day, everyDay);
}

const covered = (lastOn: Day, deadlineOn: Day | null = null) => ({ coverings: [{ invoiceId: 1, lastOn, deadlineOn }] });

describe('a step that waits in the outbox', () => {
  test.each<[string, Turn, string]>([
    ['has its turn on its day', turn(2, '2026-01-06'), 'due'],
    ['keeps it later', turn(2, '2026-01-30'), 'due'],
    ['has lost it when its moment passed', turn(1, '2026-01-01'), 'superseded'],
    ['has it before that', turn(1, '2025-12-30'), 'due'],
    [
      'has lost it when it is done',
      turn(2, '2026-01-06', { completions: [completion({ stepId: 2, completedOn: '2026-01-06' })] }),
      'superseded',
    ],
    [
      'has lost it when a later one is',
      turn(2, '2026-01-20', { completions: [completion({ stepId: 3, completedOn: '2026-01-16' })] }),
      'superseded',
    ],
    [
      'waits for its day where the due date moved',
      turn(2, '2026-01-06', { invoices: [invoice({ dueOn: '2026-01-04' })] }),
      'step_date',
    ],
    ['waits where somebody wrote today', turn(2, '2026-01-06', covered('2026-01-06')), 'minimum_days'],
    [
      'waits for a deadline that was named',
      turn(2, '2026-01-06', covered('2026-01-02', '2026-01-10')),
      'payment_deadline',
    ],
  ])('%s', (_, found, expected) => {
    expect(found.kind === 'due' ? 'due' : found.reason).toBe(expected);
  });
});

describe('a recap that waits in the outbox', () => {
  test.each<[Day, boolean]>([
    ['2026-01-31', false],
    ['2026-02-27', false],
    ['2026-02-28', true],
    ['2026-04-01', true],
  ])('of 31 January is on %s overtaken: %s', (day, expected) => {
    expect(isOvertaken(recap(), '2026-01-31', day)).toBe(expected);
  });
});
