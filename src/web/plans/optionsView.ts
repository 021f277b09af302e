import type { EscalationPlan, PlanLimit, RecapPlan } from '../../domain/plan.ts';
import type { Template } from '../../store/templates.ts';
import type { Visit } from '../visit.ts';
import { templateChoices } from './stepFields.ts';
import { amountText } from './view.ts';

type Words = Pick<Visit, 't' | 'language' | 'settings' | 'today'>;

/** What forms of options show: texts as they were typed, or as they stand. */
export interface OptionValues {
  [name: string]: string | boolean | string[];
}

/** A form of options, ready to be shown. */
export interface OptionsForm {
  values: OptionValues;
  errors: Record<string, string>;
  roles: { value: string; chosen: boolean }[];
  limitsOpen: boolean;
  limits: { currency: string; minimum: string; ceiling: string; minimumError: string; ceilingError: string }[];
  templates: ReturnType<typeof templateChoices>;
}

/** The options of an escalation as they stand. */
export const escalationValues = (plan: EscalationPlan): OptionValues => ({
  name: plan.name,
  minimumDays: String(plan.minimumDays),
  minimumDaysAfterReceipt: String(plan.minimumDaysAfterReceipt),
  includeNotDue: plan.includeNotDue,
  recipients: plan.roles.length ? 'roles' : 'contacts',
  roles: [...plan.roles],
});

/** Everything about a recap as it stands. */
export const recapValues = (plan: Omit<RecapPlan, 'id' | 'kind' | 'pause' | 'limits'>): OptionValues => ({
  name: plan.name,
  everyN: String(plan.every.n),
  everyUnit: plan.every.unit,
  startOn: plan.startOn,
  scope: plan.scope,
  withCreditNotes: plan.withCreditNotes,
  action: plan.action,
  templateId: plan.templateId === null ? '' : String(plan.templateId),
  recipients: plan.roles.length ? 'roles' : 'contacts',
  roles: [...plan.roles],
});

/** What was typed into a form of options. */
export function typedOptions(raw: Record<string, unknown>): OptionValues {
  const text = (name: string): string => (typeof raw[name] === 'string' ? (raw[name] as string) : '');
  const names = ['name', 'minimumDays', 'minimumDaysAfterReceipt', 'everyN', 'everyUnit', 'startOn', 'scope'];
  return {
    ...Object.fromEntries([...names, 'action', 'templateId'].map((name) => [name, text(name)])),
    recipients: text('recipients') || 'contacts',
    includeNotDue: raw.includeNotDue === '1',
    withCreditNotes: raw.withCreditNotes === '1',
    roles: [raw.roles ?? []].flat().map(String),
  };
}

/** Puts a form of options together. `typed` are limits as they were typed; else those of the plan are shown. */
export function optionsForm(
  values: OptionValues,
  {
    errors = {},
    roles,
    currencies,
    limits,
    typed,
    templates,
  }: {
    errors?: Record<string, string>;
    roles: readonly string[];
    currencies: readonly string[];
    limits: readonly PlanLimit[];
    typed?: unknown;
    templates: ReadonlyMap<number, Template>;
  },
  { t, language, settings }: Words,
): OptionsForm {
  const chosen = values.roles as string[];
  const all = new Set([settings.currency, ...limits.map(({ currency }) => currency), ...currencies]);
  const rows = [...all].map((currency) => ({
    currency,
    ...limitTexts(currency, limits, typed, language),
    minimumError: errors[`limits.${currency}.minimum`] ?? '',
    ceilingError: errors[`limits.${currency}.ceiling`] ?? '',
  }));
  return {
    values,
    errors: { ...NO_ERRORS, ...errors },
    limitsOpen: rows.some(({ minimum, ceiling }) => minimum !== '' || ceiling !== ''),
    roles: [...new Set([...roles, ...chosen])].map((value) => ({ value, chosen: chosen.includes(value) })),
    limits: rows,
    templates: templateChoices(templates, 'grouped', String(values.templateId ?? ''), t),
  };
}

const NO_ERRORS = Object.fromEntries(
  ['name', 'minimumDays', 'minimumDaysAfterReceipt', 'everyN', 'startOn', 'roles', 'templateId', 'action'].map(
    (field) => [field, ''],
  ),
);

function limitTexts(
  currency: string,
  limits: readonly PlanLimit[],
  typed: unknown,
  language: string,
): { minimum: string; ceiling: string } {
  if (typed !== undefined) {
    const row = (typed as Record<string, Record<string, unknown>>)[currency] ?? {};
    return { minimum: String(row.minimum ?? ''), ceiling: String(row.ceiling ?? '') };
  }
  const limit = limits.find((one) => one.currency === currency);
  return {
    minimum: amountText(limit?.minimum ?? null, currency, language),
    ceiling: amountText(limit?.ceiling ?? null, currency, language),
  };
}
