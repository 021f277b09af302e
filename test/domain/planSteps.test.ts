import { faultsOfStep, laidOut, type StepDraft, stepFaults, type TemplateFit } from '../../src/domain/planSteps.ts';
import { steps } from '../support/builders.ts';

const TEMPLATES = new Map<number, TemplateFit>([
  [1, { kind: 'email', scope: 'single' }],
  [2, { kind: 'email', scope: 'grouped' }],
  [3, { kind: 'letter', scope: 'single' }],
]);
const drafts = (...texts: string[]): StepDraft[] => steps(...texts);
const codes = (given: readonly StepDraft[], scope: TemplateFit['scope'] = 'single'): string[] =>
  stepFaults(given, scope, TEMPLATES).map(({ place, field, code }) => `${place} ${field} ${code}`);
const orderOf = (...texts: string[]): string[] =>
  laidOut(steps(...texts)).map(({ step, offset }) => `${step.id} at ${offset}`);

describe('the order of steps', () => {
  test.each<[string, string[], string[]]>([
    ['is that of their dates', ['+30', '-3', '+5'], ['2 at -3', '3 at 5', '1 at 30']],
    ['keeps a step behind the one it follows', ['+5', 'prev+10', '+30'], ['1 at 5', '2 at 15', '3 at 30']],
    ['lets a step come in between', ['+5', 'prev+10', '+8'], ['1 at 5', '3 at 8', '2 at 18']],
    ['moves a follower with its leader', ['+50', 'prev+10', '+30'], ['3 at 30', '1 at 50', '2 at 60']],
    ['keeps two of one date as they were written', ['+5', '-3', '+5'], ['2 at -3', '1 at 5', '3 at 5']],
    ['takes an invoice date for 30 days before the due date', ['+5', 'issue+10'], ['2 at -20', '1 at 5']],
    ['takes the end of the month', ['+5 eom', '+10'], ['2 at 10', '1 at 16']],
  ])('%s', (_name, given, expected) => expect(orderOf(...given)).toEqual(expected));

  test('does not count from a step that was taken out', () => {
    const [first, out, follower] = steps('+5', '+20', 'prev+10');
    const laid = laidOut([first!, { ...out!, retired: true }, follower!]);
    expect(laid.map(({ step, offset }) => [step.id, offset])).toEqual([
      [1, 5],
      [3, 15],
      [2, 20],
    ]);
  });
});

describe('a plan is refused', () => {
  test.each<[string, StepDraft[], string[]]>([
    ['when its first step follows none (OC-01)', drafts('prev+5', '+10'), ['0 when first_after_previous']],
    ['when a step gives more than 365 days to pay (MW-06)', drafts('+5 pay400'), ['0 deadlineDays deadline_too_long']],
    ['when a step before the due date goes to a month’s end', drafts('-3 eom'), ['0 monthEnd before_due_month_end']],
    ['when a step lies too far away', drafts('-366', '+731'), ['0 days days_too_many', '1 days days_too_many']],
    ['when a step follows on the same day', drafts('+5', 'prev+0'), ['1 days same_day_as_previous']],
    ['when a letter has an e-mail template', drafts('+5 letter'), ['0 templateId template_unfit']],
  ])('%s', (_name, given, expected) => expect(codes(given)).toEqual(expected));

  test('when two steps have one name, whatever the capitals', () => {
    const given = drafts('+5', '+10').map((step, index) => ({ ...step, name: index ? ' FIRST ' : 'First' }));
    expect(codes(given)).toEqual(['1 name name_taken']);
  });

  test('when a message about all invoices has a template for one', () => {
    expect(codes(drafts('+5'), 'grouped')).toEqual(['0 templateId template_unfit']);
    expect(
      codes(
        drafts('+5').map((step) => ({ ...step, templateId: 2 })),
        'grouped',
      ),
    ).toEqual([]);
  });

  test('when a step that sends has no template; a call needs none', () => {
    const [email, call] = drafts('+5', '+10 call').map((step) => ({ ...step, templateId: null }));
    const near = { before: [], isFirst: true, scope: 'single', templates: TEMPLATES } as const;
    expect(faultsOfStep(email!, near).map(({ code }) => code)).toEqual(['template_missing']);
    expect(faultsOfStep(call!, near)).toEqual([]);
  });
});
