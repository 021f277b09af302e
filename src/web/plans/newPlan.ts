import { addDays, firstSendingDay, type SendingCalendar } from '../../domain/calendar.ts';
import { createEscalation, createRecap, type PlanFault } from '../../services/savePlan.ts';
import type { Db } from '../../store/database.ts';
import { contactRoles, invoiceCurrencies } from '../../store/planEditing.ts';
import { loadPlans } from '../../store/plans.ts';
import { sendingCalendar } from '../../store/settings.ts';
import { loadTemplates, type Template } from '../../store/templates.ts';
import { readForm } from '../form.ts';
import type { Visit, Web } from '../visit.ts';
import { newEscalationForm, periodForm, recapForm, rowsOf } from './forms.ts';
import type { Line } from './line.ts';
import { type OptionsForm, optionsForm, recapValues, typedOptions } from './optionsView.ts';
import { recapDates } from './recapDates.ts';
import { faultSentences, type StepValues, stepFields, suggestedStep, typedValues } from './stepFields.ts';
import { recapLine } from './view.ts';

/** "Create a new plan": recap or escalation. */
export const chooseKind = (visit: Visit): Promise<void> => visit.page('plans/new.njk');

/** An escalation: first for each invoice or for all that are due, then its name and steps. */
export async function newEscalation(visit: Visit, { db }: Web): Promise<void> {
  const wanted = visit.field('for');
  if (wanted !== 'each' && wanted !== 'together') return visit.page('plans/scope.njk');
  const templates = await loadTemplates(db);
  const scope = wanted === 'together' ? 'grouped' : 'single';
  const first = suggestedStep([], { templates, scope, t: visit.t });
  return showEscalation(visit, { templates, together: wanted === 'together', name: '', steps: [first], errors: {} });
}

/** Adds a row to the form, or takes one out; nothing is checked and nothing is saved yet. */
export async function redraftEscalation(visit: Visit, { db }: Web): Promise<void> {
  const { body } = visit.request as { body: Record<string, unknown> };
  const templates = await loadTemplates(db);
  const together = body.together === '1';
  const scope = together ? 'grouped' : 'single';
  const typed = rowsOf(body.steps).map(typedValues);
  const without = Number(visit.field('without') || NaN);
  const steps = Number.isInteger(without)
    ? typed.filter((_, place) => place !== without)
    : [...typed, suggestedStep(typed, { templates, scope, t: visit.t })];
  const focus = steps.length > typed.length ? typed.length : null;
  return showEscalation(visit, { templates, together, name: visit.field('name'), steps, errors: {}, focus });
}

/** Saves a new plan. */
export function create(visit: Visit, web: Web): Promise<void> {
  return visit.field('kind') === 'recap' ? saveRecap(visit, web) : saveEscalation(visit, web);
}

async function saveEscalation(visit: Visit, { db, clock }: Web): Promise<void> {
  const form = readForm(visit, newEscalationForm);
  const actor = { clock, userId: visit.user?.id ?? null };
  const saved = form.ok ? await createEscalation(db, withStandardOptions(form.value), form.value.steps, actor) : null;
  if (saved?.ok) return visit.redirect(`/plans/${saved.id}`, { key: 'plans.created' });
  const { body } = visit.request as { body: Record<string, unknown> };
  const errors = form.ok ? faultSentences((saved as { faults: PlanFault[] }).faults, visit.t) : form.errors;
  const steps = rowsOf(body.steps).map(typedValues);
  const draft = { templates: await loadTemplates(db), together: body.together === '1', name: visit.field('name') };
  return showEscalation(visit, { ...draft, steps, errors }, 422);
}

const withStandardOptions = ({ name, together }: { name: string; together: boolean }) => ({
  name,
  together,
  minimumDays: together ? 7 : 1,
  minimumDaysAfterReceipt: 0,
  includeNotDue: false,
  roles: [],
  limits: [],
});

interface Draft {
  templates: Map<number, Template>;
  together: boolean;
  name: string;
  steps: StepValues[];
  errors: Record<string, string>;
  /** The step whose days are to be typed next. */
  focus?: number | null;
}

function showEscalation(
  visit: Visit,
  { templates, together, name, steps, errors, focus = null }: Draft,
  status = 200,
): Promise<void> {
  const scope = together ? 'grouped' : 'single';
  const fields = steps.map((values, place) =>
    stepFields(values, { place, errors, templates, scope, focus: place === focus ? 'days' : '', t: visit.t }),
  );
  const noTemplates = fields[0]?.templates.length === 0;
  const general = { name: errors.name ?? '', steps: errors.steps ?? '' };
  return visit.page('plans/escalation.njk', { together, name, steps: fields, errors: general, noTemplates }, status);
}

/** An empty recap: monthly, from the next sending day on. */
export async function newRecap(visit: Visit, { db }: Web): Promise<void> {
  const templates = await loadTemplates(db);
  const used = (await loadPlans(db)).find(({ kind }) => kind === 'recap');
  const fitting = [...templates.values()].find(({ kind, scope }) => kind === 'email' && scope === 'grouped');
  const values = recapValues({
    name: '',
    startOn: firstSendingDay(addDays(visit.today, 1), calendarOf(visit)),
    every: { n: 1, unit: 'month' },
    scope: 'overdue',
    withCreditNotes: false,
    action: 'email',
    templateId: (used?.kind === 'recap' ? used.templateId : null) ?? fitting?.id ?? null,
    roles: [],
  });
  return showRecap(visit, await recapOptions(db, values, { limits: [], templates }, visit));
}

async function saveRecap(visit: Visit, { db, clock }: Web): Promise<void> {
  const form = readForm(visit, recapForm);
  const past = form.ok && form.value.startOn < visit.today;
  const actor = { clock, userId: visit.user?.id ?? null };
  const saved = form.ok && !past ? await createRecap(db, form.value, actor) : null;
  if (saved?.ok) return visit.redirect(`/plans/${saved.id}`, { key: 'plans.created' });
  const errors = recapErrors(visit, form.ok ? {} : form.errors, saved, past);
  const body = visit.request.body as Record<string, unknown>;
  const templates = await loadTemplates(db);
  const options = { limits: [], templates, errors, typed: body.limits ?? {} };
  return showRecap(visit, await recapOptions(db, typedOptions(body), options, visit), 422);
}

/** The sentences of a recap that was refused. */
export function recapErrors(
  { t }: Visit,
  errors: Record<string, string>,
  saved: { ok: boolean; faults?: PlanFault[] } | null,
  past: boolean,
): Record<string, string> {
  const faults = saved && !saved.ok ? faultSentences(saved.faults ?? [], t) : {};
  return { ...errors, ...faults, ...(past ? { startOn: t('plans.startPast') } : {}) };
}

/** The form of a recap with what it needs from the store. */
export async function recapOptions(
  db: Db,
  values: ReturnType<typeof typedOptions>,
  known: Pick<Parameters<typeof optionsForm>[1], 'limits' | 'templates' | 'errors' | 'typed'>,
  visit: Visit,
): Promise<OptionsForm> {
  const roles = await contactRoles(db);
  return optionsForm(values, { ...known, roles, currencies: await invoiceCurrencies(db) }, visit);
}

function showRecap(visit: Visit, form: OptionsForm, status = 200): Promise<void> {
  const dates = datesLine(form.values, null, visit);
  return visit.page('plans/recap.njk', { form, plan: null, dates }, status);
}

/** What the dates of a new recap would be by what is typed. */
export const previewDates = (visit: Visit): void =>
  visit.fragment('plans/_dates.njk', { dates: datesLine(visit.request.query, null, visit) });

/** The dates by a period as it was typed, as a line; null when it is no period. */
export function datesLine(
  period: unknown,
  ledger: Parameters<typeof recapDates>[1]['ledger'],
  visit: Visit,
): Line | null {
  const parsed = periodForm.safeParse(period);
  if (!parsed.success) return null;
  return recapLine(recapDates(parsed.data, { calendar: calendarOf(visit), ledger, today: visit.today }), visit);
}

/** The sending days around today. */
export const calendarOf = ({ settings, today }: Visit): SendingCalendar =>
  sendingCalendar(settings, Number(today.slice(0, 4)));
