import type { Day } from '../../domain/calendar.ts';
import type { ForecastDay } from '../../domain/forecast.ts';
import { decimalFromMinor } from '../../domain/money.ts';
import type { EscalationPlan, Plan, PlanLimit, RecapPlan, Step } from '../../domain/plan.ts';
import { laidOut } from '../../domain/planSteps.ts';
import { formatDay, formatDayShort, formatList, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { PlanCounts, PlanMember, PlanReminder } from '../../store/planEditing.ts';
import type { Template } from '../../store/templates.ts';
import type { Visit } from '../visit.ts';
import { type Line, placesOf, type Point, shortened } from './line.ts';
import { type Part, periodWords, shortWhen, stepSentence } from './sentence.ts';
import { ACTION_KEYS } from './stepFields.ts';

/** Of the messages of one day these many are named. */
const SHOWN = 10;

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings'>;

/** A pause that still covers the day. */
export const isPaused = ({ pause }: Pick<Plan, 'pause'>, today: Day): boolean =>
  pause !== null && (pause.until === null || pause.until >= today);

const live = ({ steps }: EscalationPlan): Step[] => steps.filter(({ retired }) => !retired);

/** What kind of plan it is, in words. */
export function kindOf(plan: Plan, { t }: Pick<Words, 't'>): string {
  if (plan.kind === 'recap') return t('plans.kindRecap', { period: periodWords(plan, t) });
  return plan.together ? t('plans.kindTogether') : t('plans.kindSingle');
}

/** A row of the list. */
export function rowView(plan: Plan, counts: PlanCounts | undefined, words: Words): object {
  const { t } = words;
  return {
    id: plan.id,
    name: plan.name,
    kind: kindOf(plan, words),
    steps: plan.kind === 'escalation' ? t('plans.steps', { count: live(plan).length }) : '',
    customers: t('plans.customers', { count: counts?.customers ?? 0 }),
    sent: t('plans.sent', { count: counts?.sent ?? 0 }),
    paused: isPaused(plan, words.today),
    state: stateOf(plan, words),
  };
}

function stateOf(plan: Plan, { t, language, today }: Words): { tone: string; text: string } {
  if (!isPaused(plan, today)) return { tone: 'ok', text: t('plans.running') };
  const until = plan.pause?.until;
  return {
    tone: '',
    text: until ? t('plans.pausedUntil', { day: formatDayShort(until, language) }) : t('plans.paused'),
  };
}

/** A plan's steps in words and as a drawing. `next` counts the invoices that each step comes next for. */
export function stepsView(
  plan: EscalationPlan,
  templates: ReadonlyMap<number, Template>,
  next: ReadonlyMap<number, number>,
  { t, language }: Words,
): { steps: StepView[]; retired: string; line: Line } {
  const inOrder = laidOut(live(plan));
  const steps = inOrder.map(({ step }, index) => ({
    id: step.id,
    number: index + 1,
    name: step.name,
    sentence: stepSentence(step, templateName(step, templates), t),
    broken: step.action !== 'call' && templateName(step, templates) === null,
    next: t('plans.nextFor', { count: next.get(step.id) ?? 0 }),
    waits: (next.get(step.id) ?? 0) > 0,
  }));
  const retired = plan.steps.filter((step) => step.retired).map(({ name }) => name);
  return {
    steps,
    retired: retired.length ? t('plans.retired', { steps: formatList(retired, language) }) : '',
    line: escalationLine(inOrder, t),
  };
}

interface StepView {
  id: number;
  number: number;
  name: string;
  sentence: Part[];
  broken: boolean;
  next: string;
  waits: boolean;
}

const templateName = ({ templateId }: Step, templates: ReadonlyMap<number, Template>): string | null =>
  templateId === null ? null : (templates.get(templateId)?.name ?? null);

/** The steps as points on a line around the due date. */
export function escalationLine(inOrder: readonly { step: Step; offset: number }[], t: Words['t']): Line {
  const places = placesOf([0, ...inOrder.map(({ offset }) => offset)]);
  const points = inOrder.map(
    ({ step, offset }, index): Point => ({
      x: places.get(offset) ?? 0,
      mark: String(index + 1),
      title: shortened(step.name),
      label: shortWhen(step, t),
      above: index % 2 === 0,
      kind: step.action,
    }),
  );
  const words = inOrder.map(({ step }) => `${step.name}, ${shortWhen(step, t)}`);
  return {
    points,
    due: { x: places.get(0) ?? 0, label: t('plans.dueDate') },
    words: t('plans.lineWords', { steps: words.join('; ') }),
  };
}

/** The next dates of a recap as points on a line. */
export function recapLine(dates: readonly Day[], { t, language }: Words): Line {
  const places = placesOf(dates.map((_, index) => index));
  const days = dates.map((day) => formatDayShort(day, language));
  return {
    points: days.map((title, index) => ({
      x: places.get(index) ?? 0,
      mark: String(index + 1),
      title,
      label: '',
      above: false,
      kind: 'recap',
    })),
    due: null,
    words: t('plans.nextDates', { days: days.join(', ') }),
  };
}

/** What there is to know about a plan, one line each. */
export function factsOf(plan: Plan, words: Words): [string, string][] {
  const { t, language } = words;
  const facts: [string, string][] = [[t('plans.kind'), kindOf(plan, words)]];
  facts.push([
    t('plans.recipients'),
    plan.roles.length ? t('plans.toRoles', { roles: formatList(plan.roles, language) }) : t('plans.toContacts'),
  ]);
  if (plan.kind === 'escalation') facts.push(...escalationFacts(plan, words));
  for (const limit of plan.limits)
    facts.push([t('plans.limits', { currency: limit.currency }), limitWords(limit, words)]);
  return facts;
}

function escalationFacts(plan: EscalationPlan, { t }: Words): [string, string][] {
  const count = plan.minimumDays;
  const facts: [string, string][] = [
    [t('plans.rhythm'), plan.together ? t('plans.minimumTogether', { count }) : t('plans.minimumSingle', { count })],
  ];
  if (plan.minimumDaysAfterReceipt > 0)
    facts.push([t('plans.receipt'), t('plans.minimumReceipt', { count: plan.minimumDaysAfterReceipt })]);
  if (plan.together)
    facts.push([t('plans.lists'), plan.includeNotDue ? t('plans.listsOpen') : t('plans.listsOverdue')]);
  return facts;
}

/** What a recap sends, and how: the rest of its facts. */
export function recapFacts(
  plan: RecapPlan,
  templates: ReadonlyMap<number, Template>,
  { t }: Words,
): [string, string][] {
  const name = plan.templateId === null ? undefined : templates.get(plan.templateId)?.name;
  return [
    [t('plans.lists'), plan.scope === 'open' ? t('plans.listsOpen') : t('plans.listsOverdue')],
    [t('plans.creditNotes'), plan.withCreditNotes ? t('plans.creditNotesYes') : t('plans.creditNotesNo')],
    [t('plans.template'), name ?? t('plans.noTemplate')],
    [t('plans.action'), t(ACTION_KEYS[plan.action])],
  ];
}

function limitWords({ currency, minimum, ceiling }: PlanLimit, { t, language }: Words): string {
  const money = (amount: number): string => formatMoney(amount, currency, language);
  if (minimum !== null && ceiling !== null)
    return t('plans.limitBoth', { minimum: money(minimum), ceiling: money(ceiling) });
  if (minimum !== null) return t('plans.limitMinimum', { minimum: money(minimum) });
  return t('plans.limitCeiling', { ceiling: money(ceiling ?? 0) });
}

/** The page of a plan, beside its steps. */
export function planView(
  plan: Plan,
  {
    members,
    memberCount,
    sent,
    sentCount,
    forecast,
    names,
    pause,
  }: {
    members: readonly PlanMember[];
    memberCount: number;
    sent: readonly PlanReminder[];
    sentCount: number;
    forecast: readonly ForecastDay[];
    names: ReadonlyMap<number, string>;
    pause: { until: Day | null; reason: string } | null;
  },
  words: Words,
): object {
  const { t, language, settings, today } = words;
  const leaving = forecast
    .map(({ day, messages }) => ({ day, messages: messages.filter(({ planId }) => planId === plan.id) }))
    .filter(({ messages }) => messages.length > 0);
  return {
    id: plan.id,
    name: plan.name,
    kind: plan.kind,
    facts: factsOf(plan, words),
    state: stateOf(plan, words),
    paused: isPaused(plan, today),
    pauseReason: pause?.reason ? t('plans.pausedBecause', { reason: pause.reason }) : '',
    hint: t('plans.hintDaily', { time: settings.sendAt }),
    members: members.map(({ customerId, name, since }) => ({
      id: customerId,
      name,
      since: t('plans.since', { day: formatDay(since, language) }),
      iso: since,
    })),
    memberCount: t('plans.customers', { count: memberCount }),
    moreMembers: memberCount > members.length,
    sentCount: t('plans.sent', { count: sentCount }),
    sent: sent.map((one) => ({
      id: one.id,
      day: formatDayShort(one.sentOn, language),
      iso: one.sentOn,
      customer: one.customer,
      what: one.stepName ?? t('plans.summary'),
      invoices: t('plans.invoices', { count: one.invoices }),
    })),
    leavingCount: t('plans.leaving', { count: leaving.reduce((sum, { messages }) => sum + messages.length, 0) }),
    leaving: leaving.map(({ day, messages }) => ({
      day: formatDayShort(day, language),
      iso: day,
      more: messages.length > SHOWN ? t('plans.more', { count: messages.length - SHOWN }) : '',
      lines: messages.slice(0, SHOWN).map((message) => ({
        customerId: message.customerId,
        customer: names.get(message.customerId) ?? '',
        what: message.stepName ?? t('plans.summary'),
        invoices: t('plans.invoices', { count: message.lines.length }),
        total: formatMoney(message.total, message.currency, language),
      })),
    })),
  };
}

/** An amount as a field shows it. */
export const amountText = (minor: number | null, currency: string, language: string): string =>
  minor === null ? '' : decimalFromMinor(minor, currency).replace('.', language === 'en' ? '.' : ',');

/** The choices of the activation question. */
export const CHOICE_KEYS: Record<'gently' | 'by_age' | 'leave', { title: Key; text: Key }> = {
  gently: { title: 'plans.gently', text: 'plans.gentlyHow' },
  by_age: { title: 'plans.byAge', text: 'plans.byAgeHow' },
  leave: { title: 'plans.leaveOld', text: 'plans.leaveOldHow' },
};
