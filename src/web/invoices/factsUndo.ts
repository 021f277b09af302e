import { cancelCreditNote } from '../../services/cancelCreditNote.ts';
import { reopenInvoice } from '../../services/reopenInvoice.ts';
import { reversePayment } from '../../services/reversePayment.ts';
import { type FactChange, undoFact } from '../../services/undoFact.ts';
import { withdrawCredit } from '../../services/withdrawCredit.ts';
import { type FactKind, factSpan } from '../../store/facts.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { isAbout } from './factsPanel.ts';

/*
 * What the toasts' "Undo" calls. Each names the very record that it takes back, so that a second click, or one that
 * comes after another change, does nothing.
 */

const answer = (visit: Visit, done: boolean): void =>
  visit.redirect(`/invoices/${visit.id()}`, { key: done ? 'customers.undone' : 'facts.changedSince' });

export const undoOf =
  (kind: FactKind, change: FactChange) =>
  async (visit: Visit, web: Web): Promise<void> => {
    const id = visit.id('record');
    if ((await factSpan(web.db, kind, id))?.invoiceId !== visit.id()) return visit.notFound();
    return answer(visit, await undoFact(web.db, { kind, id, change }, doing(visit, web)));
  };

export async function undoPayment(visit: Visit, web: Web): Promise<void> {
  if (!(await isAbout(visit, web, 'reversal'))) return visit.notFound();
  const how = { invoiceId: visit.id(), on: visit.today, undo: true, ...doing(visit, web) };
  return answer(visit, await reversePayment(web.db, visit.id('record'), how));
}

export async function undoCreditNote(visit: Visit, web: Web): Promise<void> {
  if (!(await isAbout(visit, web, 'cancellation'))) return visit.notFound();
  const how = { on: visit.today, undo: true, ...doing(visit, web) };
  return answer(visit, await cancelCreditNote(web.db, visit.id('record'), how));
}

export async function undoCredit(visit: Visit, web: Web): Promise<void> {
  const sources = sourcesIn(String(visit.request.params.sources));
  const how = { sources, today: visit.today, ...doing(visit, web) };
  return answer(visit, await withdrawCredit(web.db, visit.id(), how));
}

/** The sources that an address names: `p-12-5000` is 50.00 of payment 12, `c-…` is of a credit note. */
function sourcesIn(text: string): { kind: 'payment' | 'credit_note'; id: number; amount: number }[] {
  return text.split('_').flatMap((one) => {
    const [, kind, id, amount] = /^([pc])-(\d{1,15})-(\d{1,15})$/.exec(one) ?? [];
    return kind ? [{ kind: kind === 'p' ? 'payment' : 'credit_note', id: Number(id), amount: Number(amount) }] : [];
  });
}

export async function undoWriteOff(visit: Visit, web: Web): Promise<void> {
  return answer(visit, await reopenInvoice(web.db, visit.id(), doing(visit, web)));
}
