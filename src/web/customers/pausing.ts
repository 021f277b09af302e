import { pauseCustomer } from '../../services/pauseCustomer.ts';
import { resumeCustomer } from '../../services/resumeCustomer.ts';
import { readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { ask, choiceOf } from './enrolling.ts';
import { pauseForm } from './forms.ts';
import { changed, panelOf } from './panel.ts';

/** Pauses a customer until a day, or until somebody resumes. */
export async function pause(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, pauseForm(visit.today));
  if (!form.ok) {
    const view = await panelOf(visit, web.db, visit.id(), form);
    return view ? visit.page('customers/panel.njk', view, 422) : visit.notFound();
  }
  const paused = await pauseCustomer(web.db, visit.id(), { ...form.value, ...doing(visit, web) });
  if (!paused) return visit.notFound();
  return changed(visit, web, visit.id(), { key: 'customers.paused' });
}

/** Resumes; asks first what becomes of invoices whose steps were missed. */
export async function resume(visit: Visit, web: Web): Promise<void> {
  const { today } = visit;
  const result = await resumeCustomer(web.db, visit.id(), { choice: choiceOf(visit), today, ...doing(visit, web) });
  if (result.kind === 'asks')
    return ask(visit, web, result.supposition, {
      action: `/customers/${visit.id()}/pause`,
      method: 'delete',
      fields: [],
    });
  const toast = result.kind === 'done' ? ({ key: 'customers.resumed' } as const) : null;
  return changed(visit, web, visit.id(), toast);
}
