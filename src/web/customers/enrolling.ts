import type { ActivationChoice } from '../../domain/activation.ts';
import { enrolCustomers } from '../../services/enrolCustomers.ts';
import { undoEnrolments } from '../../services/undoEnrolments.ts';
import { unenrolCustomers } from '../../services/unenrolCustomers.ts';
import { type Supposition, weighActivation } from '../../services/weighActivation.ts';
import { customersById } from '../../store/customers.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';
import { changed } from './panel.ts';
import { questionView } from './questionView.ts';

const CHOICES: readonly ActivationChoice[] = ['gently', 'by_age', 'leave'];

/** The owner's answer to the activation question; null before it was asked. */
export const choiceOf = (visit: Visit): ActivationChoice | null =>
  CHOICES.find((choice) => choice === visit.field('choice')) ?? null;

/** Puts the ticked customers, or the panel's one, on a plan; asks first what becomes of invoices that are already late. */
export async function enrol(visit: Visit, web: Web): Promise<void> {
  const { db, clock } = web;
  const ids = idsOf(visit);
  if (ids.length === 0) return visit.redirect(backOf(visit), { key: 'customers.noneTicked' });
  const result = await enrolCustomers(db, ids, {
    planId: Number(visit.field('plan')),
    choice: choiceOf(visit),
    clock,
    today: visit.today,
    userId: visit.user?.id ?? null,
  });
  if (result.kind === 'unknown_plan') return visit.notFound();
  if (result.kind === 'asks') {
    const { customerIds, plan } = result.supposition;
    const fields = [{ name: 'plan', value: plan.id }, ...customerIds.map((value) => ({ name: 'ids', value }))];
    return ask(visit, web, result.supposition, { action: '/customers/enrolments', method: '', fields });
  }
  const { customers, plan, begun, ended, touched } = result;
  const params = { count: customers, plan: plan.name };
  if (customers === 0) return answer(visit, web, { key: 'customers.alreadyOn', params });
  // What was left out or left alone is not taken back by leaving the plan: then there is no simple undo.
  const backward = touched === 0 ? undoUrl(begun, ended) : '';
  return answer(visit, web, { key: 'customers.enrolled', params, undo: backward });
}

/** Takes the ticked customers off their plans, or the panel's one off the plan that is named. */
export async function unenrol(visit: Visit, web: Web): Promise<void> {
  const planId = Number(visit.field('plan')) || null;
  const userId = visit.user?.id ?? null;
  const ended = await unenrolCustomers(web.db, idsOf(visit), { planId, clock: web.clock, userId });
  return answer(visit, web, {
    key: 'customers.unenrolled',
    params: { count: ended.length },
    undo: ended.length ? undoUrl([], ended) : '',
  });
}

/** What the toast's "Undo" calls. */
export async function undo(visit: Visit, { db, clock }: Web): Promise<void> {
  const listed = (name: string): number[] =>
    String(visit.request.params[name]).split('-').map(Number).filter(Number.isSafeInteger);
  const change = { begun: listed('begun'), ended: listed('ended') };
  await undoEnrolments(db, change, { clock, userId: visit.user?.id ?? null });
  return visit.redirect('/customers', { key: 'customers.undone' });
}

/** Shows the activation question; the answer goes where the change was asked for, with all that it needs. */
export async function ask(
  visit: Visit,
  { db, clock }: Web,
  supposition: Supposition,
  form: { action: string; method: string; fields: { name: string; value: string | number }[] },
): Promise<void> {
  const { settings, today } = visit;
  const question = await weighActivation(db, supposition, { clock, settings, today });
  const [only] = supposition.customerIds.length === 1 ? supposition.customerIds : [];
  const name = only ? ((await customersById(db, [only])).get(only)?.name ?? '') : null;
  const customer = customerOf(visit) || (form.method ? visit.id() : 0);
  return visit.page('customers/question.njk', {
    ...questionView(question, name, visit),
    ...form,
    customer,
    back: backOf(visit),
    cancel: customer ? `/customers/${customer}` : backOf(visit),
  });
}

const answer = (visit: Visit, web: Web, toast: Toast): Promise<void> | void => {
  const customer = customerOf(visit);
  return customer ? changed(visit, web, customer, toast) : visit.redirect(backOf(visit), toast);
};

function idsOf(visit: Visit): number[] {
  const { ids } = visit.request.body as { ids?: string | string[] };
  return [ids ?? []]
    .flat()
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0);
}

/** The customer whose panel asks; 0 when the list does. */
const customerOf = (visit: Visit): number => Number(visit.field('customer')) || 0;

/** The list as it was, and nothing but the list. */
const backOf = (visit: Visit): string => {
  const back = visit.field('back');
  return /^\/customers(\?[\w%&=+.~*-]*)?$/.test(back) ? back : '/customers';
};

/** Too many to name in an address cannot be undone with one click. */
const MOST = 200;

const undoUrl = (begun: readonly number[], ended: readonly number[]): string =>
  begun.length + ended.length > MOST
    ? ''
    : `/customers/enrolments/undo/${begun.join('-') || '0'}/${ended.join('-') || '0'}`;
