import { decide } from '../../domain/decide.ts';
import type { EscalationPlan, Step } from '../../domain/plan.ts';
import type { Key } from '../../i18n/translate.ts';
import { addStep, changeStep, removeStep, type StepsRefused } from '../../services/saveSteps.ts';
import type { Db } from '../../store/database.ts';
import { completionsByStep } from '../../store/planEditing.ts';
import { loadPlans } from '../../store/plans.ts';
import { loadTemplates } from '../../store/templates.ts';
import { readForm } from '../form.ts';
import type { Visit, Web } from '../visit.ts';
import { stepForm } from './forms.ts';
import { actorOf, ledgerOf, nextByStep, planPage } from './page.ts';
import { faultSentences, stepFields, type StepValues, suggestedStep, typedValues, valuesOfStep } from './stepFields.ts';
import { stepsView } from './view.ts';

async function escalationOf(db: Db, id: number): Promise<EscalationPlan | null> {
  const plan = (await loadPlans(db)).find((one) => one.id === id);
  return plan?.kind === 'escalation' ? plan : null;
}

const liveSteps = ({ steps }: EscalationPlan): Step[] => steps.filter(({ retired }) => !retired);

/** The form for a further step. */
export async function newStep(visit: Visit, web: Web): Promise<void> {
  const plan = await escalationOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  const templates = await loadTemplates(web.db);
  const scope = plan.together ? 'grouped' : 'single';
  const values = suggestedStep(liveSteps(plan).map(valuesOfStep), { templates, scope, t: visit.t });
  return showSteps(visit, web, plan, { stepId: null, values });
}

/** The form of a step. */
export async function editStep(visit: Visit, web: Web): Promise<void> {
  const plan = await escalationOf(web.db, visit.id());
  const step = plan && liveSteps(plan).find(({ id }) => id === visit.id('step'));
  if (!plan || !step) return visit.notFound();
  return showSteps(visit, web, plan, { stepId: step.id, values: valuesOfStep(step) });
}

export async function addToPlan(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, stepForm);
  if (!form.ok) return refuse(visit, web, { stepId: null, errors: form.errors });
  const saved = await addStep(web.db, visit.id(), form.value, actorOf(visit, web));
  if (!saved) return visit.notFound();
  if (!saved.ok) return refuse(visit, web, { stepId: null, errors: sentencesOf(saved, visit) });
  const count = (await nextOf(web.db, visit.id(), visit)).get(saved.id) ?? 0;
  return done(visit, web, count > 0 ? 'plans.stepAdded' : 'plans.stepAddedQuiet', count);
}

export async function changeInPlan(visit: Visit, web: Web): Promise<void> {
  const stepId = visit.id('step');
  const form = readForm(visit, stepForm);
  if (!form.ok) return refuse(visit, web, { stepId, errors: form.errors });
  const saved = await changeStep(web.db, visit.id(), stepId, form.value, actorOf(visit, web));
  if (!saved) return visit.notFound();
  if (!saved.ok) return refuse(visit, web, { stepId, errors: sentencesOf(saved, visit) });
  const count = (await nextOf(web.db, visit.id(), visit)).get(stepId) ?? 0;
  return done(visit, web, count > 0 ? 'plans.stepChanged' : 'plans.stepChangedQuiet', count);
}

export async function removeFromPlan(visit: Visit, web: Web): Promise<void> {
  const removed = await removeStep(web.db, visit.id(), visit.id('step'), actorOf(visit, web));
  if (!removed) return visit.notFound();
  if (removed.ok) return done(visit, web, removed.retired ? 'plans.stepRetired' : 'plans.stepDeleted', 0);
  const plan = await escalationOf(web.db, visit.id());
  const step = plan?.steps.find(({ id }) => id === visit.id('step'));
  if (!plan || !step) return visit.notFound();
  const values = valuesOfStep(step);
  return showSteps(visit, web, plan, { stepId: step.id, values, errors: sentencesOf(removed, visit) }, 422);
}

async function nextOf(db: Db, planId: number, visit: Visit): Promise<Map<number, number>> {
  return nextByStep(decide(await ledgerOf(db, planId, visit), visit.today));
}

function sentencesOf({ faults, stranded, lastStep }: StepsRefused, { t }: Visit): Record<string, string> {
  const sentences = faultSentences(faults, t);
  if (stranded) sentences.form = t('plans.faultStranded', { step: stranded });
  if (lastStep) sentences.form = t('plans.faultLastStep');
  return sentences;
}

async function refuse(
  visit: Visit,
  web: Web,
  { stepId, errors }: { stepId: number | null; errors: Record<string, string> },
): Promise<void> {
  const plan = await escalationOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  return showSteps(visit, web, plan, { stepId, values: typedValues(visit.request.body), errors }, 422);
}

/** After a change: the steps as they stand now, and what it means for invoices that are on their way. */
async function done(visit: Visit, web: Web, key: Key, count: number): Promise<void> {
  const toast = { key, params: { count } };
  if (!visit.partial) return visit.redirect(`/plans/${visit.id()}`, toast);
  const plan = await escalationOf(web.db, visit.id());
  if (!plan) return visit.notFound();
  visit.toast(toast);
  return showSteps(visit, web, plan, null);
}

interface Open {
  /** Null for a new one. */
  stepId: number | null;
  values: StepValues;
  errors?: Record<string, string>;
}

/** The steps with one form open, or none: as a part of the page, or the whole page. */
async function showSteps(visit: Visit, web: Web, plan: EscalationPlan, open: Open | null, status = 200): Promise<void> {
  const templates = await loadTemplates(web.db);
  const form = open && (await formOf(web.db, plan, open, visit));
  if (visit.partial) {
    const next = await nextOf(web.db, plan.id, visit);
    const view = stepsView(plan, templates, next, visit);
    return visit.fragment('plans/_steps.njk', { id: plan.id, ...view, form, justSaved: open === null }, status);
  }
  const page = await planPage(visit, web, plan);
  return visit.page('plans/plan.njk', { ...page, form }, status);
}

async function formOf(
  db: Db,
  plan: EscalationPlan,
  { stepId, values, errors = {} }: Open,
  { t }: Visit,
): Promise<object> {
  const templates = await loadTemplates(db);
  const scope = plan.together ? 'grouped' : 'single';
  const count = stepId === null ? 0 : ((await completionsByStep(db, plan.id)).get(stepId) ?? 0);
  return {
    stepId,
    fields: stepFields(values, { place: null, errors, templates, scope, focus: 'days', t }),
    error: errors.form ?? '',
    kept: count > 0 ? t('plans.stepKept', { count }) : '',
  };
}
