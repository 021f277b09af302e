import { decide } from '../../domain/decide.ts';
import { customerFields } from '../../store/customerEditing.ts';
import { customerHistory, customerRow, openCredits } from '../../store/customerList.ts';
import { currentEnrolments, pauseOf } from '../../store/customerPlans.ts';
import { contactsOf } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import { invoicePage } from '../../store/invoiceList.ts';
import { sendingCalendar } from '../../store/settings.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';
import { panelView, rowView } from './view.ts';

const INVOICES = 50;

/** One customer, beside the list or as a page. */
export async function panel(visit: Visit, { db }: Web): Promise<void> {
  const view = await panelOf(visit, db, visit.id());
  if (!view) return visit.notFound();
  return visit.page('customers/panel.njk', view);
}

/** The answer to a change of a customer: the panel and the row behind it, or his page. */
export async function changed(visit: Visit, { db }: Web, customerId: number, toast: Toast | null): Promise<void> {
  if (!visit.partial) return visit.redirect(`/customers/${customerId}`, toast ?? undefined);
  const view = await panelOf(visit, db, customerId);
  const row = await customerRow(db, customerId, visit.today);
  if (!view || !row) return visit.notFound();
  if (toast) visit.toast(toast);
  return visit.fragment('customers/changed.njk', {
    ...view,
    // Only the list has a row to bring up to date.
    rows: isOnList(visit) ? [rowView(row, visit)] : [],
    next: '',
  });
}

function isOnList({ request }: Visit): boolean {
  const url = request.get('HX-Current-URL') ?? '';
  return URL.canParse(url) && new URL(url).pathname === '/customers';
}

/** All that the panel shows, with the pause form as it was refused; null when there is no such customer. */
export async function panelOf(
  visit: Visit,
  db: Db,
  id: number,
  refused: { values: Record<string, unknown>; errors: Record<string, string> } = { values: {}, errors: {} },
): Promise<object | null> {
  const { settings, today } = visit;
  const fields = await customerFields(db, id);
  const row = await customerRow(db, id, today);
  if (!fields || !row) return null;
  const calendar = sendingCalendar(settings, Number(today.slice(0, 4)));
  const snapshot = await loadSnapshot(db, calendar, { customerIds: [id] });
  const { rows, next } = await invoicePage(db, {
    filter: 'open',
    order: 'due',
    search: '',
    age: null,
    customerId: id,
    after: null,
    limit: INVOICES,
    today,
  });
  return {
    pauseForm: pauseFormView(refused),
    ...panelView(
      {
        id,
        fields,
        row,
        contacts: (await contactsOf(db, [id])).get(id) ?? [],
        enrolments: await currentEnrolments(db, [id]),
        plans: snapshot.plans,
        pause: (await pauseOf(db, id)) ?? null,
        credits: await openCredits(db, id),
        invoices: { rows, more: next !== null },
        decisions: decide(snapshot, today),
        history: await customerHistory(db, id),
      },
      visit,
    ),
  };
}

const pauseFormView = ({ values, errors }: { values: Record<string, unknown>; errors: Record<string, string> }) => ({
  open: Object.keys(errors).length > 0,
  until: String(values.until ?? ''),
  reason: String(values.reason ?? ''),
  untilError: errors.until ?? '',
  reasonError: errors.reason ?? '',
});
