import { addDays, type Day } from '../../domain/calendar.ts';
import { formatDayInFull } from '../../i18n/format.ts';
import { endPromise } from '../../services/endPromise.ts';
import { liftDispute } from '../../services/liftDispute.ts';
import { openDispute } from '../../services/openDispute.ts';
import { pauseInvoice } from '../../services/pauseInvoice.ts';
import { recordPromise } from '../../services/recordPromise.ts';
import { resumeInvoice } from '../../services/resumeInvoice.ts';
import { weighActivation } from '../../services/weighActivation.ts';
import { customersById } from '../../store/customers.ts';
import { type FactKind, openDisputes, openInvoicePauses, openPromises } from '../../store/facts.ts';
import { choiceOf } from '../customers/enrolling.ts';
import { questionView } from '../customers/questionView.ts';
import { readForm } from '../form.ts';
import type { Toast } from '../toast.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { disputeForm, pauseForm, promiseForm } from './factsForms.ts';
import { ALREADY, invoiceOf, refused } from './factsPanel.ts';
import { changed, decisionOn } from './routes.ts';

/** A promise to pay: what follows is said at once, and can be taken back. */
export async function promise(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const form = readForm(visit, promiseForm(invoice, visit));
  if (!form.ok) return refused(visit, web, 'promise', form);
  if (!(await recordPromise(web.db, [invoice.id], { ...form.value, ...doing(visit, web) })))
    return changed(visit, web, ALREADY);
  const made = (await openPromises(web.db, [invoice.id])).get(invoice.id);
  const said = await promiseWords(visit, web, form.value.until);
  return changed(visit, web, { ...said, undo: undoOf(visit, 'promise', made) });
}

/** "Nothing leaves until the 12th; the plan goes on by itself on the 13th", where nothing else stands in its way. */
async function promiseWords(visit: Visit, web: Web, until: Day): Promise<Pick<Toast, 'key' | 'params'>> {
  const decision = await decisionOn(visit, web, addDays(until, 1));
  const day = formatDayInFull(until, visit.language, visit.today);
  const next = decision?.kind === 'wait' ? decision.until : addDays(until, 1);
  if (!decision || decision.kind === 'blocked') return { key: 'facts.promiseNoted', params: { day } };
  return { key: 'facts.promiseGoesOn', params: { day, next: formatDayInFull(next, visit.language, visit.today) } };
}

export async function promiseEnd(visit: Visit, web: Web): Promise<void> {
  const id = await endPromise(web.db, visit.id(), doing(visit, web));
  if (id === null) return changed(visit, web, null);
  return changed(visit, web, { key: 'facts.promiseEnded', undo: undoOf(visit, 'promise', { id }, 'end/') });
}

export async function dispute(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const form = readForm(visit, disputeForm);
  if (!form.ok) return refused(visit, web, 'dispute', form);
  const known = (await openDisputes(web.db, [invoice.id])).get(invoice.id);
  if (!(await openDispute(web.db, [invoice.id], { ...form.value, ...doing(visit, web) })))
    return changed(visit, web, ALREADY);
  const opened = (await openDisputes(web.db, [invoice.id])).get(invoice.id);
  return changed(visit, web, {
    key: 'facts.disputeNoted',
    ...(known ? {} : { undo: undoOf(visit, 'dispute', opened) }),
  });
}

export async function disputeLift(visit: Visit, web: Web): Promise<void> {
  const id = await liftDispute(web.db, visit.id(), doing(visit, web));
  if (id === null) return changed(visit, web, null);
  return changed(visit, web, { key: 'facts.disputeLifted', undo: undoOf(visit, 'dispute', { id }, 'end/') });
}

export async function pause(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const form = readForm(visit, pauseForm(visit));
  if (!form.ok) return refused(visit, web, 'pause', form);
  if (!(await pauseInvoice(web.db, invoice.id, { ...form.value, ...doing(visit, web) })))
    return changed(visit, web, ALREADY);
  const begun = (await openInvoicePauses(web.db, [invoice.id])).get(invoice.id);
  const { until } = form.value;
  const said: Toast = until
    ? { key: 'facts.pauseNotedUntil', params: { day: formatDayInFull(until, visit.language, visit.today) } }
    : { key: 'facts.pauseNoted' };
  return changed(visit, web, { ...said, undo: undoOf(visit, 'pause', begun) });
}

/** Resumes; asks first what becomes of the steps that were missed. */
export async function resume(visit: Visit, web: Web): Promise<void> {
  const { today, settings } = visit;
  const result = await resumeInvoice(web.db, visit.id(), { choice: choiceOf(visit), today, ...doing(visit, web) });
  if (result.kind === 'not_paused') return changed(visit, web, null);
  if (result.kind === 'done') return changed(visit, web, { key: 'customers.resumed' });
  const { supposition } = result;
  const question = await weighActivation(web.db, supposition, { clock: web.clock, settings, today });
  const [customerId = 0] = supposition.customerIds;
  const name = (await customersById(web.db, [customerId])).get(customerId)?.name ?? '';
  return visit.page('invoices/facts/question.njk', { ...questionView(question, name, visit), id: visit.id() });
}

/** What the toast's "Undo" calls. */
const undoOf = (visit: Visit, kind: FactKind, fact: { id: number } | undefined, what: '' | 'end/' = ''): string =>
  fact ? `/invoices/${visit.id()}/${kind}/${fact.id}/${what}undo` : '';
