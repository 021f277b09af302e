import type { EscalationPlan, Plan } from '../../domain/plan.ts';
import { formatDay } from '../../i18n/format.ts';
import { archivePlan, restorePlan } from '../../services/archivePlan.ts';
import { pausePlan } from '../../services/pausePlan.ts';
import { resumePlan, supposeResumed } from '../../services/resumePlan.ts';
import { changeEscalation, changeRecap } from '../../services/savePlan.ts';
import { undoEnrolments } from '../../services/undoEnrolments.ts';
import { unenrolCustomers } from '../../services/unenrolCustomers.ts';
import { type Supposition, weighActivation } from '../../services/weighActivation.ts';
import type { Db } from '../../store/database.ts';
import { archivedPlans, memberIds, planCounts } from '../../store/planEditing.ts';
import { loadPlans } from '../../store/plans.ts';
import { loadTemplates } from '../../store/templates.ts';
import { readForm } from '../form.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { questionView } from './activationView.ts';
import { escalationForm, pauseForm, recapForm } from './forms.ts';
import {
  calendarOf,
  chooseKind,
  create,
  datesLine,
  newEscalation,
  newRecap,
  previewDates,
  recapErrors,
  recapOptions,
  redraftEscalation,
} from './newPlan.ts';
import { actorOf, ledgerOf, lookBack, planOf, planPage } from './page.ts';
import { escalationValues, type OptionsForm, recapValues, typedOptions } from './optionsView.ts';
import { recapDates } from './recapDates.ts';
import { faultSentences } from './stepFields.ts';
import { addToPlan, changeInPlan, editStep, newStep, removeFromPlan } from './steps.ts';
import { rowView } from './view.ts';

/** Follow-up → Plans. */
export const planRoutes: readonly Route[] = [
  { method: 'get', path: '/plans', allow: 'colleague', run: list },
  { method: 'post', path: '/plans', allow: 'colleague', run: create },
  { method: 'get', path: '/plans/new', allow: 'colleague', run: chooseKind },
  { method: 'get', path: '/plans/new/escalation', allow: 'colleague', run: newEscalation },
  { method: 'post', path: '/plans/new/escalation', allow: 'colleague', run: redraftEscalation },
  { method: 'get', path: '/plans/new/recap', allow: 'colleague', run: newRecap },
  { method: 'get', path: '/plans/new/recap/dates', allow: 'colleague', run: previewDates },
  { method: 'get', path: '/plans/:id', allow: 'colleague', run: show },
  { method: 'put', path: '/plans/:id', allow: 'colleague', run: save },
  { method: 'get', path: '/plans/:id/options', allow: 'colleague', run: options },
  { method: 'get', path: '/plans/:id/dates', allow: 'colleague', run: dates },
  { method: 'get', path: '/plans/:id/steps/new', allow: 'colleague', run: newStep },
  { method: 'post', path: '/plans/:id/steps', allow: 'colleague', run: addToPlan },
  { method: 'get', path: '/plans/:id/steps/:step', allow: 'colleague', run: editStep },
  { method: 'put', path: '/plans/:id/steps/:step', allow: 'colleague', run: changeInPlan },
  { method: 'delete', path: '/plans/:id/steps/:step', allow: 'colleague', run: removeFromPlan },
  { method: 'put', path: '/plans/:id/pause', allow: 'colleague', run: pause },
  { method: 'delete', path: '/plans/:id/pause', allow: 'colleague', run: resume },
  { method: 'get', path: '/plans/:id/pause', allow: 'colleague', run: askResume },
  { method: 'put', path: '/plans/:id/archive', allow: 'colleague', run: archive },
  { method: 'delete', path: '/plans/:id/archive', allow: 'colleague', run: bringBack },
  { method: 'delete', path: '/plans/:id/customers/:customer', allow: 'colleague', run: takeOff },
  { method: 'post', path: '/plans/:id/enrolments/:enrolment', allow: 'colleague', run: putBack },
];

async function list(visit: Visit, { db }: Web): Promise<void> {
  const counts = await planCounts(db, lookBack(visit));
  const rows = (await loadPlans(db)).map((plan) => rowView(plan, counts.get(plan.id), visit));
  return visit.page('plans/index.njk', { rows, archived: await archivedPlans(db) });
}

async function show(visit: Visit, web: Web): Promise<void> {
  const plan = await planOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  return showPlan(visit, web, plan);
}

/** The page of a plan; `refused` says why it could not be put away, or paused. */
async function showPlan(
  visit: Visit,
  web: Web,
  plan: Plan,
  refused: { archive?: string; errors?: Record<string, string> } = {},
): Promise<void> {
  const model = await planPage(visit, web, plan);
  if (refused.archive) return visit.page('plans/plan.njk', { ...model, archiveRefused: refused.archive }, 422);
  if (!refused.errors) return visit.page('plans/plan.njk', model);
  const pauseErrors = { until: '', reason: '', ...refused.errors };
  const typed = { until: visit.field('until'), reason: visit.field('reason') };
  return visit.page('plans/plan.njk', { ...model, pauseErrors, typed }, 422);
}

async function options(visit: Visit, web: Web): Promise<void> {
  const plan = await planOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  const values = plan.kind === 'recap' ? recapValues(plan) : escalationValues(plan);
  return showOptions(visit, web, plan, await formOf(web.db, plan, values, {}, visit));
}

const formOf = async (
  db: Db,
  plan: Plan,
  values: ReturnType<typeof typedOptions>,
  more: { errors?: Record<string, string>; typed?: unknown },
  visit: Visit,
): Promise<OptionsForm> =>
  recapOptions(db, values, { limits: plan.limits, templates: await loadTemplates(db), ...more }, visit);

async function showOptions(visit: Visit, { db }: Web, plan: Plan, form: OptionsForm, status = 200): Promise<void> {
  const known = { id: plan.id, name: plan.name };
  if (plan.kind === 'escalation')
    return visit.page('plans/options.njk', { form, plan: known, together: plan.together }, status);
  const ledger = { snapshot: await ledgerOf(db, plan.id, visit), planId: plan.id };
  return visit.page('plans/recap.njk', { form, plan: known, dates: datesLine(form.values, ledger, visit) }, status);
}

async function save(visit: Visit, web: Web): Promise<void> {
  const plan = await planOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  return plan.kind === 'recap' ? saveRecap(visit, web, plan) : saveEscalation(visit, web, plan);
}

async function saveEscalation(visit: Visit, web: Web, plan: EscalationPlan): Promise<void> {
  const form = readForm(visit, escalationForm);
  const saved = form.ok ? await changeEscalation(web.db, plan.id, form.value, actorOf(visit, web)) : null;
  if (saved?.ok) return visit.redirect(`/plans/${plan.id}`, { key: 'plans.saved' });
  const errors = form.ok ? faultSentences(saved && !saved.ok ? saved.faults : [], visit.t) : form.errors;
  return showAgain(visit, web, plan, errors);
}

/** A new start or period says what the next date becomes; anything else moves no date. */
async function saveRecap(visit: Visit, web: Web, plan: Plan & { kind: 'recap' }): Promise<void> {
  const form = readForm(visit, recapForm);
  const past = form.ok && form.value.startOn !== plan.startOn && form.value.startOn < visit.today;
  const saved = form.ok && !past ? await changeRecap(web.db, plan.id, form.value, actorOf(visit, web)) : null;
  if (!form.ok || !saved?.ok)
    return showAgain(visit, web, plan, recapErrors(visit, form.ok ? {} : form.errors, saved, past));
  const { startOn, every } = form.value;
  const moved = startOn !== plan.startOn || every.n !== plan.every.n || every.unit !== plan.every.unit;
  if (!moved) return visit.redirect(`/plans/${plan.id}`, { key: 'plans.savedNoDate' });
  const ledger = { snapshot: await ledgerOf(web.db, plan.id, visit), planId: plan.id };
  const [next = startOn] = recapDates(form.value, { calendar: calendarOf(visit), ledger, today: visit.today }, 1);
  return visit.redirect(`/plans/${plan.id}`, {
    key: 'plans.savedDate',
    params: { day: formatDay(next, visit.language) },
  });
}

async function showAgain(visit: Visit, web: Web, plan: Plan, errors: Record<string, string>): Promise<void> {
  const body = visit.request.body as Record<string, unknown>;
  const form = await formOf(web.db, plan, typedOptions(body), { errors, typed: body.limits ?? {} }, visit);
  return showOptions(visit, web, plan, form, 422);
}

async function dates(visit: Visit, { db }: Web): Promise<void> {
  const ledger = { snapshot: await ledgerOf(db, visit.id(), visit), planId: visit.id() };
  return visit.fragment('plans/_dates.njk', { dates: datesLine(visit.request.query, ledger, visit) });
}

async function pause(visit: Visit, web: Web): Promise<void> {
  const plan = await planOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  const form = readForm(visit, pauseForm);
  if (!form.ok) return showPlan(visit, web, plan, { errors: form.errors });
  if (form.value.until !== null && form.value.until < visit.today)
    return showPlan(visit, web, plan, { errors: { until: visit.t('plans.startPast') } });
  await pausePlan(web.db, plan.id, form.value, actorOf(visit, web));
  return visit.redirect(`/plans/${plan.id}`, { key: 'plans.nowPaused' });
}

/** What would happen if the plan went on. */
async function askResume(visit: Visit, web: Web): Promise<void> {
  const supposition = await supposeResumed(web.db, visit.id(), visit.today);
  if (!supposition)
    return (await planOf(web.db, visit.id())) ? visit.redirect(`/plans/${visit.id()}`) : visit.notFound();
  return showQuestion(visit, web, supposition);
}

async function showQuestion(visit: Visit, web: Web, supposition: Supposition, status = 200): Promise<void> {
  const { settings, today } = visit;
  const question = await weighActivation(web.db, supposition, { clock: web.clock, settings, today });
  return visit.page('plans/resume.njk', questionView(question, visit), status);
}

async function resume(visit: Visit, web: Web): Promise<void> {
  const choice = (['gently', 'by_age', 'leave'] as const).find((one) => one === visit.field('choice')) ?? null;
  const { user, today } = visit;
  const result = await resumePlan(web.db, visit.id(), { choice, clock: web.clock, today, userId: user?.id ?? null });
  if (result.kind === 'asks') return showQuestion(visit, web, result.supposition, 422);
  if (result.kind === 'not_paused' && !(await planOf(web.db, visit.id()))) return visit.notFound();
  return visit.redirect(`/plans/${visit.id()}`, { key: 'plans.nowRunning' });
}

async function archive(visit: Visit, web: Web): Promise<void> {
  const plan = await planOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  const result = await archivePlan(web.db, plan.id, actorOf(visit, web));
  if (result === 'archived') return visit.redirect('/plans', { key: 'plans.archived', params: { plan: plan.name } });
  const count = (await memberIds(web.db, plan.id)).length;
  return showPlan(visit, web, plan, { archive: visit.t('plans.archiveRefused', { count }) });
}

async function bringBack(visit: Visit, web: Web): Promise<void> {
  const name = await restorePlan(web.db, visit.id(), actorOf(visit, web));
  if (name === null) return visit.notFound();
  return visit.redirect(`/plans/${visit.id()}`, { key: 'plans.restored', params: { plan: name } });
}

async function takeOff(visit: Visit, web: Web): Promise<void> {
  const planId = visit.id();
  const actor = actorOf(visit, web);
  const [ended] = await unenrolCustomers(web.db, [visit.id('customer')], { planId, ...actor });
  if (ended === undefined) return visit.notFound();
  return visit.redirect(`/plans/${planId}`, { key: 'plans.tookOff', undo: `/plans/${planId}/enrolments/${ended}` });
}

/** "Undo" of that. */
async function putBack(visit: Visit, web: Web): Promise<void> {
  await undoEnrolments(web.db, { begun: [], ended: [visit.id('enrolment')] }, actorOf(visit, web));
  return visit.redirect(`/plans/${visit.id()}`);
}
