import { formatMoney } from '../../i18n/format.ts';
import { creditNoteById } from '../../store/creditNotes.ts';
import { type InvoiceDetails, invoicesById } from '../../store/ledger.ts';
import { paymentById } from '../../store/settling.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';
import { type About, type FactForm, formView, NOTHING_TYPED, type Typed } from './factsFormView.ts';
import { panelOf } from './routes.ts';

/** What is said when a form comes a second time, or when the facts have changed under it. */
export const ALREADY: Toast = { key: 'facts.already' };

/** The invoice of the address. */
export const invoiceOf = async (visit: Visit, { db }: Web): Promise<InvoiceDetails | undefined> =>
  (await invoicesById(db, [visit.id()])).get(visit.id());

/** Opens a form in the panel. */
export const opens =
  (kind: FactForm) =>
  (visit: Visit, web: Web): Promise<void> =>
    show(visit, web, kind, NOTHING_TYPED, 200);

/** Shows a form again with all that was typed and a sentence at each field that needs it. */
export const refused = (visit: Visit, web: Web, kind: FactForm, typed: Typed): Promise<void> =>
  show(visit, web, kind, typed, 422);

async function show(visit: Visit, web: Web, kind: FactForm, typed: Typed, status: number): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const about = await aboutOf(visit, web, kind);
  if (!about) return visit.notFound();
  const view = await panelOf(visit, web, formView(kind, invoice, about, typed, visit));
  return view ? visit.page('invoices/panel.njk', view, status) : visit.notFound();
}

/** The payment or credit note that the form is about: one of the invoice's customer; null when there is none such. */
async function aboutOf(visit: Visit, web: Web, kind: FactForm): Promise<About | null> {
  const id = visit.id('record');
  if (kind !== 'reversal' && kind !== 'cancellation') return { id: 0, name: '', amount: '' };
  const invoice = await invoiceOf(visit, web);
  if (kind === 'reversal') {
    const payment = await paymentById(web.db, id);
    if (!payment || payment.customerId !== invoice?.customerId) return null;
    return { id, name: payment.reference, amount: formatMoney(payment.amount, payment.currency, visit.language) };
  }
  const note = await creditNoteById(web.db, id);
  if (!note || note.customerId !== invoice?.customerId) return null;
  return { id, name: note.number, amount: formatMoney(note.total, note.currency, visit.language) };
}

/** Whether a payment or credit note of the address belongs to the customer of the invoice of the address. */
export const isAbout = async (visit: Visit, web: Web, kind: 'reversal' | 'cancellation'): Promise<boolean> =>
  (await aboutOf(visit, web, kind)) !== null;
