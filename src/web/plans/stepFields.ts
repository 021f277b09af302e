import type { Step } from '../../domain/plan.ts';
import type { StepFaultCode } from '../../domain/planSteps.ts';
import type { Key, Translate } from '../../i18n/translate.ts';
import type { Template } from '../../store/templates.ts';
import { type When, WHENS } from './forms.ts';

/** What a person typed about a step, or what is to be shown first. */
export interface StepValues {
  name: string;
  when: string;
  days: string;
  monthEnd: boolean;
  action: string;
  templateId: string;
  deadlineDays: string;
}

/** A step's fields, ready to be shown. */
export interface StepFields {
  /** Names of the fields: `steps[2][name]`, or plain where a form holds one step only. */
  names: Record<keyof StepValues, string>;
  id: string;
  values: StepValues;
  errors: Record<string, string>;
  /** The field to begin with: the first that is refused, or the one that is asked for; empty for none. */
  focus: string;
  whens: Choice[];
  actions: Choice[];
  templates: { label: string; options: Choice[] }[];
}

export interface Choice {
  value: string;
  text: string;
  chosen: boolean;
}

const WHEN_KEYS: Record<When, Key> = {
  before: 'plans.formBefore',
  after: 'plans.formAfter',
  issue: 'plans.formIssue',
  previous: 'plans.formPrevious',
};
export const ACTION_KEYS: Record<Step['action'], Key> = {
  email: 'plans.actionEmail',
  email_approval: 'plans.actionApproval',
  letter: 'plans.actionLetter',
  call: 'plans.actionCall',
};
const FAULT_KEYS: Record<StepFaultCode | 'plan_name_used' | 'plan_name_archived' | 'no_steps', Key> = {
  name_taken: 'plans.faultNameTaken',
  first_after_previous: 'plans.faultFirst',
  days_too_many: 'plans.faultDays',
  same_day_as_previous: 'plans.atLeastOne',
  before_due_month_end: 'plans.faultMonthEnd',
  template_missing: 'plans.faultTemplateMissing',
  template_unfit: 'plans.faultTemplateUnfit',
  deadline_too_long: 'plans.faultDeadline',
  plan_name_used: 'plans.faultPlanName',
  plan_name_archived: 'plans.faultPlanArchived',
  no_steps: 'plans.faultNoSteps',
};

/** The sentences of faults, by field. */
export const faultSentences = (
  faults: readonly { field: string; code: keyof typeof FAULT_KEYS }[],
  t: Translate,
): Record<string, string> =>
  // Of several faults of one field the first is said.
  Object.fromEntries(faults.toReversed().map(({ field, code }) => [field, t(FAULT_KEYS[code])]));

/** The fields of a step; `place` is its number in a form of several. */
export function stepFields(
  values: StepValues,
  {
    place,
    errors,
    templates,
    scope,
    focus = '',
    t,
  }: {
    place: number | null;
    errors: Record<string, string>;
    templates: ReadonlyMap<number, Template>;
    scope: Template['scope'];
    focus?: string;
    t: Translate;
  },
): StepFields {
  const fields = Object.keys(values) as (keyof StepValues)[];
  const prefix = place === null ? '' : `steps.${place}.`;
  const own = Object.entries(errors).flatMap(([field, text]) =>
    field.startsWith(prefix) ? [[field.slice(prefix.length), text] as const] : [],
  );
  return {
    names: Object.fromEntries(
      fields.map((field) => [field, place === null ? field : `steps[${place}][${field}]`]),
    ) as StepFields['names'],
    id: place === null ? 'step' : `step-${place}`,
    values,
    errors: { ...Object.fromEntries(fields.map((field) => [field, ''])), ...Object.fromEntries(own) },
    focus: fields.find((field) => own.some(([name]) => name === field)) ?? focus,
    whens: WHENS.map((when) => chosen(values.when, when, t(WHEN_KEYS[when]))),
    actions: Object.entries(ACTION_KEYS).map(([action, key]) => chosen(values.action, action, t(key))),
    templates: templateChoices(templates, scope, values.templateId, t),
  };
}

const chosen = (wanted: string, value: string, text: string): Choice => ({ value, text, chosen: value === wanted });

/** The templates that fit, grouped by kind. */
export function templateChoices(
  templates: ReadonlyMap<number, Template>,
  scope: Template['scope'],
  wanted: string,
  t: Translate,
): StepFields['templates'] {
  const fitting = [...templates.values()].filter((one) => one.scope === scope);
  const group = (kind: Template['kind'], label: string): StepFields['templates'] => {
    const options = fitting.filter((one) => one.kind === kind);
    if (options.length === 0) return [];
    const choices = options.map(({ id, name }) => ({ value: String(id), text: name, chosen: String(id) === wanted }));
    return [{ label, options: choices }];
  };
  return [...group('email', t('plans.emails')), ...group('letter', t('plans.letters'))];
}

/** A step as its form shows it. */
export function valuesOfStep({ name, trigger, action, templateId, deadlineDays }: Step): StepValues {
  const when = trigger.from === 'due' ? (trigger.days < 0 ? 'before' : 'after') : trigger.from;
  return {
    name,
    when,
    days: String(Math.abs(trigger.days)),
    monthEnd: trigger.monthEnd,
    action,
    templateId: templateId === null ? '' : String(templateId),
    deadlineDays: deadlineDays === null ? '' : String(deadlineDays),
  };
}

/** What was typed, whatever it was. */
export function typedValues(raw: unknown): StepValues {
  const row = (raw ?? {}) as Record<string, unknown>;
  const text = (name: string): string => (typeof row[name] === 'string' ? (row[name] as string) : '');
  return {
    name: text('name'),
    when: text('when') || 'after',
    days: text('days'),
    monthEnd: row.monthEnd === '1',
    action: text('action') || 'email',
    templateId: text('templateId'),
    deadlineDays: text('deadlineDays'),
  };
}

/** A next step, so that adding one takes one click and a number. */
export function suggestedStep(
  before: readonly StepValues[],
  { templates, scope, t }: { templates: ReadonlyMap<number, Template>; scope: Template['scope']; t: Translate },
): StepValues {
  const last = before
    .filter(({ when, days }) => when === 'after' && /^\d+$/.test(days))
    .map(({ days }) => Number(days));
  const texts = before.filter(({ templateId }) => templateId !== '').map(({ templateId }) => templateId);
  const first = [...templates.values()].find((one) => one.scope === scope && one.kind === 'email');
  return {
    name: freeName(before, t),
    when: 'after',
    days: String(last.length ? Math.max(...last) + 10 : 5),
    monthEnd: false,
    action: 'email',
    templateId: emailAmong(texts, templates) ?? String(first?.id ?? ''),
    deadlineDays: '',
  };
}

/** The last e-mail template that a step before has. */
const emailAmong = (ids: readonly string[], templates: ReadonlyMap<number, Template>): string | undefined =>
  ids.findLast((id) => templates.get(Number(id))?.kind === 'email');

function freeName(before: readonly StepValues[], t: Translate): string {
  const taken = new Set(before.map(({ name }) => name.trim().toLowerCase()));
  for (let n = before.length + 1; ; n++) {
    const name = t('plans.newStepName', { n });
    if (!taken.has(name.toLowerCase())) return name;
  }
}
