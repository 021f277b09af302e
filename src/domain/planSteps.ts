import { type Day, daysBetween } from './calendar.ts';
import type { Invoice } from './invoice.ts';
import { type Action, type EscalationPlan, type RecapPlan, type Step, triggerDay } from './plan.ts';

/** A step as the owner writes it. */
export type StepDraft = Omit<Step, 'id' | 'retired'>;
/** What an owner may set about an escalation besides its steps. */
export type EscalationOptions = Omit<EscalationPlan, 'id' | 'kind' | 'pause' | 'together' | 'steps'>;
/** What an owner may set about a recap. */
export type RecapOptions = Omit<RecapPlan, 'id' | 'kind' | 'pause'>;

/** Why a step cannot be as it is written. */
export type StepFaultCode =
  | 'name_taken'
  | 'first_after_previous'
  | 'days_too_many'
  | 'same_day_as_previous'
  | 'before_due_month_end'
  | 'template_missing'
  | 'template_unfit'
  | 'deadline_too_long';

/** A fault of a step, and the field that would mend it. */
export interface StepFault {
  field: 'name' | 'when' | 'days' | 'monthEnd' | 'templateId' | 'deadlineDays';
  code: StepFaultCode;
}

/** What is asked of a text: its kind, and how many invoices it is written for. */
export interface TemplateFit {
  kind: 'email' | 'letter';
  scope: 'single' | 'grouped';
}

/** The most days that a step may lie before the due date, after the day it counts from, and that it may give to pay. */
export const MOST_DAYS = { before: 365, after: 730, deadline: 365 };

/** An invoice payable within 30 days: what plans are drawn, and their steps put in order, by. */
const EXAMPLE: Invoice = {
  id: 0,
  customerId: 0,
  number: '',
  issuedOn: '2025-12-16',
  dueOn: '2026-01-15',
  receivedOn: null,
  currency: 'EUR',
  total: 0,
  outstanding: 0,
  state: 'issued',
  followUpEnabled: true,
  disputed: false,
  promisedUntil: null,
  pause: null,
};

/** The text that an action sends; null for a call, which needs none. */
export const templateFor = (action: Action, scope: TemplateFit['scope']): TemplateFit | null =>
  action === 'call' ? null : { kind: action === 'letter' ? 'letter' : 'email', scope };

/** Everything that is wrong with the steps of a new plan, in the order they are written; empty when it can be saved. */
export const stepFaults = (
  steps: readonly StepDraft[],
  scope: TemplateFit['scope'],
  templates: ReadonlyMap<number, TemplateFit>,
): (StepFault & { place: number })[] =>
  steps.flatMap((step, place) =>
    faultsOfStep(step, { before: steps.slice(0, place), isFirst: place === 0, scope, templates }).map((fault) => ({
      ...fault,
      place,
    })),
  );

/** Everything that is wrong with one step, next to the others whose names are taken. */
export function faultsOfStep(
  step: StepDraft,
  {
    before,
    isFirst,
    scope,
    templates,
  }: {
    before: readonly Pick<Step, 'name'>[];
    isFirst: boolean;
    scope: TemplateFit['scope'];
    templates: ReadonlyMap<number, TemplateFit>;
  },
): StepFault[] {
  const { from, days, monthEnd } = step.trigger;
  const faults: StepFault[] = [];
  const add = (field: StepFault['field'], code: StepFaultCode): void => void faults.push({ field, code });
  if (before.some(({ name }) => isSameName(name, step.name))) add('name', 'name_taken');
  if (from === 'previous' && isFirst) add('when', 'first_after_previous');
  if (days < -MOST_DAYS.before || days > MOST_DAYS.after) add('days', 'days_too_many');
  if (from === 'previous' && days === 0) add('days', 'same_day_as_previous');
  if (from === 'due' && days < 0 && monthEnd) add('monthEnd', 'before_due_month_end');
  const text = textFault(step.templateId, templateFor(step.action, scope), templates);
  if (text) add('templateId', text);
  if ((step.deadlineDays ?? 0) > MOST_DAYS.deadline) add('deadlineDays', 'deadline_too_long');
  return faults;
}

/** Why a template cannot be sent where one of this kind and scope is wanted; null when it can, or none is wanted. */
export function textFault(
  templateId: number | null,
  wanted: TemplateFit | null,
  templates: ReadonlyMap<number, TemplateFit>,
): 'template_missing' | 'template_unfit' | null {
  if (!wanted) return null;
  const template = templateId === null ? undefined : templates.get(templateId);
  if (!template) return 'template_missing';
  return template.kind === wanted.kind && template.scope === wanted.scope ? null : 'template_unfit';
}

const isSameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** A step with the days between the due date and its own, for an invoice payable within 30 days. */
export interface LaidOut<S> {
  step: S;
  offset: number;
}

/**
 * The steps in the order of their dates. A step "after the previous one" stays behind the step that it followed, and
 * counts from whatever comes right before it now.
 */
export function laidOut<S extends Pick<Step, 'trigger'> & Partial<Pick<Step, 'retired'>>>(
  steps: readonly S[],
): LaidOut<S>[] {
  const dayOf = ({ trigger }: S, previous: Day | null): Day => triggerDay(trigger, EXAMPLE, previous);
  const leaders = leadersOf(steps);
  const chained = steps.filter(({ trigger }) => trigger.from === 'previous');
  const fixed = steps
    .filter(({ trigger }) => trigger.from !== 'previous')
    .toSorted((a, b) => daysBetween(dayOf(b, null), dayOf(a, null)));
  const result: LaidOut<S>[] = [];
  const placed = new Set<S>();
  let previous: Day | null = null;
  while (fixed.length + chained.length > 0) {
    const step: S = nextOf(previous);
    const day = dayOf(step, previous);
    result.push({ step, offset: daysBetween(EXAMPLE.dueOn as Day, day) });
    placed.add(step);
    if (!step.retired) previous = day;
  }
  return result;

  function nextOf(last: Day | null): S {
    const [a] = fixed;
    const [b] = chained;
    if (!b) return fixed.shift() as S;
    const leader = leaders.get(b);
    const free = leader === undefined || placed.has(leader);
    const first = !a || (free && dayOf(b, last) <= dayOf(a, null));
    return (first ? chained.shift() : fixed.shift()) as S;
  }
}

/** For each step "after the previous one" the step that it follows. */
function leadersOf<S extends Pick<Step, 'trigger'> & Partial<Pick<Step, 'retired'>>>(steps: readonly S[]): Map<S, S> {
  const leaders = new Map<S, S>();
  let last: S | undefined;
  for (const step of steps) {
    if (step.trigger.from === 'previous' && last) leaders.set(step, last);
    if (!step.retired) last = step;
  }
  return leaders;
}
