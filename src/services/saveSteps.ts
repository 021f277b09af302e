import { isoOf } from '../clock.ts';
import type { EscalationPlan, Step } from '../domain/plan.ts';
import { faultsOfStep, laidOut, type StepDraft, type StepFault } from '../domain/planSteps.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { deleteStep, insertStep, updateSteps, usedSteps } from '../store/planEditing.ts';
import { loadPlans } from '../store/plans.ts';
import { loadTemplates } from '../store/templates.ts';
import type { Actor } from './savePlan.ts';

/** Why the steps cannot be so: faults of the step itself, or the name of another one that would be left without a day to count from. */
export interface StepsRefused {
  ok: false;
  faults: StepFault[];
  /** A step "after the previous one" that would come first. */
  stranded: string | null;
  lastStep: boolean;
}
export type StepSaved = { ok: true; id: number } | StepsRefused;

const refused = (differs: Partial<StepsRefused>): StepsRefused => ({
  ok: false,
  faults: [],
  stranded: null,
  lastStep: false,
  ...differs,
});

/** Adds a step to an escalation and puts all steps in the order of their dates. Null when there is no such plan. */
export async function addStep(db: Db, planId: number, draft: StepDraft, actor: Actor): Promise<StepSaved | null> {
  return db.transaction(async (trx) => {
    const plan = await escalation(trx, planId);
    if (!plan) return null;
    const live = plan.steps.filter(({ retired }) => !retired);
    const faults = await faultsIn(trx, plan, draft, live, live.length === 0);
    if (faults.length) return refused({ faults });
    const id = await insertStep(trx, planId, plan.steps.length, draft);
    await putInOrder(trx, [...plan.steps, { ...draft, id, retired: false }]);
    await note(trx, 'plan_step_added', plan, draft.name, actor);
    return { ok: true, id };
  });
}

/** Changes a step. It keeps its identity, so every invoice that is through with it stays through with it. Null when there is none. */
export async function changeStep(
  db: Db,
  planId: number,
  stepId: number,
  draft: StepDraft,
  actor: Actor,
): Promise<StepSaved | null> {
  return db.transaction(async (trx) => {
    const plan = await escalation(trx, planId);
    if (!plan?.steps.some(({ id, retired }) => id === stepId && !retired)) return null;
    const live = plan.steps.filter(({ retired }) => !retired);
    const others = live.filter(({ id }) => id !== stepId);
    const faults = await faultsIn(trx, plan, draft, others, live[0]?.id === stepId);
    if (faults.length) return refused({ faults });
    await putInOrder(
      trx,
      plan.steps.map((step) => (step.id === stepId ? { ...step, ...draft } : step)),
    );
    await note(trx, 'plan_step_changed', plan, draft.name, actor);
    return { ok: true, id: stepId };
  });
}

/**
 * Takes a step out of a plan. One that a reminder or an invoice refers to is retired, so that what happened stays
 * readable; any other is deleted. Null when there is none.
 */
export async function removeStep(
  db: Db,
  planId: number,
  stepId: number,
  actor: Actor,
): Promise<{ ok: true; retired: boolean } | StepsRefused | null> {
  return db.transaction(async (trx) => {
    const plan = await escalation(trx, planId);
    const step = plan?.steps.find(({ id, retired }) => id === stepId && !retired);
    if (!plan || !step) return null;
    const [first] = plan.steps.filter(({ id, retired }) => id !== stepId && !retired);
    if (!first) return refused({ lastStep: true });
    if (first.trigger.from === 'previous') return refused({ stranded: first.name });
    const retired = (await usedSteps(trx, planId)).has(stepId);
    if (!retired) await deleteStep(trx, stepId);
    const rest = plan.steps.filter(({ id }) => retired || id !== stepId);
    await putInOrder(
      trx,
      rest.map((one) => (one.id === stepId ? { ...one, retired: true } : one)),
    );
    await note(trx, 'plan_step_removed', plan, step.name, actor);
    return { ok: true, retired };
  });
}

async function escalation(trx: Transaction, planId: number): Promise<EscalationPlan | null> {
  const plan = (await loadPlans(trx)).find(({ id }) => id === planId);
  return plan?.kind === 'escalation' ? plan : null;
}

const faultsIn = async (
  trx: Transaction,
  { together }: EscalationPlan,
  draft: StepDraft,
  others: readonly Step[],
  isFirst: boolean,
): Promise<StepFault[]> =>
  faultsOfStep(draft, {
    before: others,
    isFirst,
    scope: together ? 'grouped' : 'single',
    templates: await loadTemplates(trx),
  });

const putInOrder = (trx: Transaction, steps: readonly Step[]): Promise<void> =>
  updateSteps(
    trx,
    laidOut(steps).map(({ step }) => step),
  );

async function note(
  trx: Transaction,
  kind: string,
  plan: EscalationPlan,
  step: string,
  { clock, userId }: Actor,
): Promise<void> {
  await addHistory(trx, [{ at: isoOf(clock()), kind, userId, data: { plan: plan.name, step } }]);
}
