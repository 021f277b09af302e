import { type Clock, isoOf } from '../clock.ts';
import {
  type EscalationOptions,
  laidOut,
  type RecapOptions,
  stepFaults,
  type StepDraft,
  type StepFaultCode,
  templateFor,
  textFault,
} from '../domain/planSteps.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { insertPlan, insertStep, planNamed, updateEscalation, updateRecap } from '../store/planEditing.ts';
import { loadPlans } from '../store/plans.ts';
import { loadTemplates } from '../store/templates.ts';

/** Who changes a plan, and when. */
export interface Actor {
  clock: Clock;
  userId: number | null;
}

/** Why a plan cannot be saved, with the field of its form: `name`, `steps`, `steps.0.days`, `templateId`. */
export interface PlanFault {
  field: string;
  code: StepFaultCode | 'plan_name_used' | 'plan_name_archived' | 'no_steps';
}
export type Saved = { ok: true; id: number } | { ok: false; faults: PlanFault[] };

/** Writes a new escalation with its steps, in the order of their dates; or says what is wrong and writes nothing. */
export async function createEscalation(
  db: Db,
  options: EscalationOptions & { together: boolean },
  steps: readonly StepDraft[],
  actor: Actor,
): Promise<Saved> {
  return db.transaction(async (trx) => {
    const faults = await nameFaults(trx, options.name, null);
    if (steps.length === 0) faults.push({ field: 'steps', code: 'no_steps' });
    const scope = options.together ? 'grouped' : 'single';
    for (const { place, field, code } of stepFaults(steps, scope, await loadTemplates(trx)))
      faults.push({ field: `steps.${place}.${field}`, code });
    if (faults.length) return { ok: false, faults };
    const id = await insertPlan(trx, { kind: 'escalation', ...options }, isoOf(actor.clock()));
    for (const [position, { step }] of laidOut(steps).entries()) await insertStep(trx, id, position, step);
    await note(trx, 'plan_created', { plan: options.name }, actor);
    return { ok: true, id };
  });
}

/** Sets the options of an escalation; its steps are another matter. Null when there is no such plan. */
export async function changeEscalation(
  db: Db,
  id: number,
  options: EscalationOptions,
  actor: Actor,
): Promise<Saved | null> {
  return db.transaction(async (trx) => {
    if (!(await isThere(trx, id, 'escalation'))) return null;
    const faults = await nameFaults(trx, options.name, id);
    if (faults.length) return { ok: false, faults };
    await updateEscalation(trx, id, options);
    await note(trx, 'plan_changed', { plan: options.name }, actor);
    return { ok: true, id };
  });
}

/** Writes a new recap; or says what is wrong and writes nothing. */
export async function createRecap(db: Db, options: RecapOptions, actor: Actor): Promise<Saved> {
  return db.transaction(async (trx) => {
    const faults = await recapFaults(trx, options, null);
    if (faults.length) return { ok: false, faults };
    const id = await insertPlan(trx, { kind: 'recap', ...options }, isoOf(actor.clock()));
    await note(trx, 'plan_created', { plan: options.name }, actor);
    return { ok: true, id };
  });
}

/** Sets everything about a recap. Its dates are counted from its start, so they move only when start or period do. */
export async function changeRecap(db: Db, id: number, options: RecapOptions, actor: Actor): Promise<Saved | null> {
  return db.transaction(async (trx) => {
    if (!(await isThere(trx, id, 'recap'))) return null;
    const faults = await recapFaults(trx, options, id);
    if (faults.length) return { ok: false, faults };
    await updateRecap(trx, id, options);
    await note(trx, 'plan_changed', { plan: options.name }, actor);
    return { ok: true, id };
  });
}

const isThere = async (trx: Transaction, id: number, kind: 'escalation' | 'recap'): Promise<boolean> =>
  (await loadPlans(trx)).some((plan) => plan.id === id && plan.kind === kind);

async function recapFaults(trx: Transaction, options: RecapOptions, id: number | null): Promise<PlanFault[]> {
  const faults = await nameFaults(trx, options.name, id);
  const text = textFault(options.templateId, templateFor(options.action, 'grouped'), await loadTemplates(trx));
  if (text) faults.push({ field: 'templateId', code: text });
  return faults;
}

async function nameFaults(trx: Transaction, name: string, id: number | null): Promise<PlanFault[]> {
  const taken = await planNamed(trx, name, id);
  if (!taken) return [];
  return [{ field: 'name', code: taken === 'used' ? 'plan_name_used' : 'plan_name_archived' }];
}

async function note(trx: Transaction, kind: string, data: Record<string, unknown>, actor: Actor): Promise<void> {
  await addHistory(trx, [{ at: isoOf(actor.clock()), kind, userId: actor.userId, data }]);
}
