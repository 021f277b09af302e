import type { HandSent } from '../../services/sendByHand.ts';
import { customersById } from '../../store/customers.ts';
import { linesOf, reminderById } from '../../store/reminders.ts';
import { rowsOf } from '../invoices/rows.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';

/** After sending: an e-mail closes the window and can be taken back; a letter says where it waits. */
export async function done(visit: Visit, web: Web, { kind, reminderId }: HandSent): Promise<void> {
  const reminder = await reminderById(web.db, reminderId);
  if (!reminder) return visit.notFound();
  if (reminder.channel === 'letter' && kind === 'queued')
    return visit.partial ? letterView(visit, web, reminderId) : visit.redirect(`/sending/letters/${reminderId}`);
  const before: Toast = { key: reminder.state === 'cancelled' ? 'sending.undone' : 'sending.already' };
  const toast: Toast = kind === 'queued' ? { key: 'sending.queued', undo: `/sending/${reminderId}/undo` } : before;
  if (!visit.partial) return visit.redirect('/invoices', toast);
  visit.toast(toast);
  return visit.fragment('sending/done.njk', { rows: await rowsBehind(visit, web, reminderId), close: true });
}

/** Where a letter waits to be printed. */
export const letterDone = (visit: Visit, web: Web): Promise<void> => letterView(visit, web, visit.id());

async function letterView(visit: Visit, web: Web, id: number): Promise<void> {
  const reminder = await reminderById(web.db, id);
  if (reminder?.channel !== 'letter' || reminder.origin !== 'manual') return visit.notFound();
  const customer = (await customersById(web.db, [reminder.customer_id])).get(reminder.customer_id);
  return visit.page('sending/letter.njk', {
    title: visit.t('sending.letterTo', { customer: customer?.name ?? '' }),
    pdf: `/reminders/${id}/letter.pdf`,
    undo: `/sending/${id}/undo`,
    waits: reminder.state === 'queued',
    rows: visit.partial ? await rowsBehind(visit, web, id) : [],
    inDialog: visit.partial,
  });
}

/** The rows of the list behind the window, as they are now; only that list has rows of invoices. */
async function rowsBehind(visit: Visit, { db }: Web, reminderId: number): Promise<object[]> {
  const url = visit.request.get('HX-Current-URL') ?? '';
  if (!URL.canParse(url) || new URL(url).pathname !== '/invoices') return [];
  const lines = await linesOf(db, reminderId);
  return rowsOf(
    db,
    lines.map(({ invoice_id }) => invoice_id),
    visit,
  );
}
