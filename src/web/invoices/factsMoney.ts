import { formatMoney } from '../../i18n/format.ts';
import { applyCredit } from '../../services/applyCredit.ts';
import { cancelCreditNote } from '../../services/cancelCreditNote.ts';
import { recordCreditNote } from '../../services/recordCreditNote.ts';
import { recordPayment } from '../../services/recordPayment.ts';
import { reopenInvoice } from '../../services/reopenInvoice.ts';
import { reversePayment } from '../../services/reversePayment.ts';
import { writeOffInvoice } from '../../services/writeOffInvoice.ts';
import { customersById } from '../../store/customers.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import { readForm } from '../form.ts';
import type { Toast } from '../toast.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { creditNoteForm, paymentForm, reversalForm, writeOffForm } from './factsForms.ts';
import { ALREADY, invoiceOf, isAbout, refused } from './factsPanel.ts';
import { changed } from './routes.ts';

/** Money that arrived. */
export async function payment(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const form = readForm(visit, paymentForm(invoice, visit));
  if (!form.ok) return refused(visit, web, 'payment', form);
  const result = await recordPayment(web.db, invoice.id, { ...form.value, ...doing(visit, web) });
  if (result.kind !== 'recorded') return changed(visit, web, ALREADY);
  const undo = `/invoices/${invoice.id}/payments/${result.paymentId}/undo`;
  const said = await settledWords(visit, web, invoice, { amount: form.value.amount, rest: result.unapplied });
  return changed(visit, web, { ...said, undo });
}

/** What an amount leaves of the claim: something open, nothing, or a credit beside. */
async function settledWords(
  visit: Visit,
  web: Web,
  invoice: InvoiceDetails,
  { amount, rest }: { amount: number; rest: number },
): Promise<Pick<Toast, 'key' | 'params'>> {
  const money = (minor: number): string => formatMoney(minor, invoice.currency, visit.language);
  const { number, customerId } = invoice;
  const open = (await invoiceOf(visit, web))?.outstanding ?? 0;
  const params = { amount: money(amount), number };
  if (rest > 0) {
    const customer = (await customersById(web.db, [customerId])).get(customerId)?.name ?? '';
    return { key: 'facts.recordedOver', params: { ...params, rest: money(rest), customer } };
  }
  return open > 0
    ? { key: 'facts.recordedPart', params: { ...params, open: money(open) } }
    : { key: 'facts.recordedFull', params };
}

/** Money that went back, as when a direct debit bounces. */
export async function reversal(visit: Visit, web: Web): Promise<void> {
  if (!(await isAbout(visit, web, 'reversal'))) return visit.notFound();
  const form = readForm(visit, reversalForm(visit));
  if (!form.ok) return refused(visit, web, 'reversal', form);
  const back = { ...form.value, undo: false, invoiceId: visit.id(), ...doing(visit, web) };
  const done = await reversePayment(web.db, visit.id('record'), back);
  return changed(visit, web, done ? { key: 'facts.reversed' } : ALREADY);
}

export async function creditNote(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const form = readForm(visit, creditNoteForm(invoice, visit));
  if (!form.ok) return refused(visit, web, 'credit-note', form);
  const result = await recordCreditNote(web.db, invoice.id, { ...form.value, ...doing(visit, web) });
  if (result.kind === 'number_taken') {
    const values = visit.request.body as Record<string, unknown>;
    return refused(visit, web, 'credit-note', { values, errors: { number: visit.t('facts.numberTaken') } });
  }
  if (result.kind !== 'recorded') return changed(visit, web, ALREADY);
  const undo = `/invoices/${invoice.id}/credit-notes/${result.creditNoteId}/undo`;
  const said = await settledWords(visit, web, invoice, { amount: form.value.amount, rest: result.remaining });
  return changed(visit, web, { ...said, undo });
}

export async function creditNoteCancellation(visit: Visit, web: Web): Promise<void> {
  if (!(await isAbout(visit, web, 'cancellation'))) return visit.notFound();
  const how = { on: visit.today, undo: false, ...doing(visit, web) };
  const done = await cancelCreditNote(web.db, visit.id('record'), how);
  return changed(visit, web, done ? { key: 'facts.creditNoteCancelled' } : ALREADY);
}

/** Sets what the customer has in credit against the invoice. */
export async function credit(visit: Visit, web: Web): Promise<void> {
  const invoice = await invoiceOf(visit, web);
  if (!invoice) return visit.notFound();
  const { applied, sources } = await applyCredit(web.db, invoice.id, { today: visit.today, ...doing(visit, web) });
  if (applied === 0) return changed(visit, web, ALREADY);
  const listed = sources.map(({ kind, id, amount }) => `${kind === 'payment' ? 'p' : 'c'}-${id}-${amount}`).join('_');
  const undo = `/invoices/${invoice.id}/credit/${listed}/undo`;
  return changed(visit, web, { ...(await settledWords(visit, web, invoice, { amount: applied, rest: 0 })), undo });
}

/** Gives the claim up; only an owner may. */
export async function writeOff(visit: Visit, web: Web): Promise<void> {
  if (!(await invoiceOf(visit, web))) return visit.notFound();
  const form = readForm(visit, writeOffForm);
  if (!form.ok) return refused(visit, web, 'write-off', form);
  const done = await writeOffInvoice(web.db, visit.id(), { ...form.value, ...doing(visit, web) });
  if (!done) return changed(visit, web, ALREADY);
  return changed(visit, web, { key: 'facts.writtenOffNoted', undo: `/invoices/${visit.id()}/write-off/undo` });
}

export async function takeBack(visit: Visit, web: Web): Promise<void> {
  const done = await reopenInvoice(web.db, visit.id(), doing(visit, web));
  return changed(visit, web, done ? { key: 'facts.claimedAgain' } : null);
}
