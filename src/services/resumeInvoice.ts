import { type Clock, isoOf } from '../clock.ts';
import { type ActivationChoice, backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import { withoutInvoicePause } from '../domain/supposition.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Db, Transaction } from '../store/database.ts';
import { endFacts, type InvoicePause, openInvoicePauses } from '../store/facts.ts';
import { addHistory } from '../store/history.ts';
import { type InvoiceDetails, invoicesById } from '../store/ledger.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { applyActivation } from './applyActivation.ts';
import type { ResumeResult } from './resumeCustomer.ts';
import type { Supposition } from './weighActivation.ts';

/** Follows an invoice up again. After a pause of a day or more it asks what to do where it is late by now. */
export async function resumeInvoice(
  db: Db,
  invoiceId: number,
  {
    choice,
    clock,
    today,
    userId,
  }: { choice: ActivationChoice | null; clock: Clock; today: Day; userId: number | null },
): Promise<ResumeResult> {
  return db.transaction(async (trx) => {
    const pause = (await openInvoicePauses(trx, [invoiceId])).get(invoiceId);
    const invoice = (await invoicesById(trx, [invoiceId])).get(invoiceId);
    if (!pause || !invoice) return { kind: 'not_paused' };
    const supposition = await supposeResumed(trx, invoice, pause, today);
    const late = supposition?.late ?? [];
    if (supposition && late.length > 0 && choice === null) return { kind: 'asks', supposition };
    const at = isoOf(clock());
    await endFacts(trx, 'pause', [pause.id], at);
    await addHistory(trx, [{ at, kind: 'resumed', customerId: invoice.customerId, invoiceId, userId }]);
    await applyActivation(trx, late, choice ?? 'gently', { at, today, userId });
    return { kind: 'done' };
  });
}

/** The ledger with the invoice resumed, where steps may have been missed; null where none can have been. */
async function supposeResumed(
  trx: Transaction,
  { id, customerId }: InvoiceDetails,
  pause: InvoicePause,
  today: Day,
): Promise<Supposition | null> {
  const settings = await readSettings(trx);
  const begunOn = localMoment(Date.parse(pause.begunAt), settings.timeZone).day;
  const lasts = pause.until === null || pause.until >= today;
  if (!lasts || begunOn >= today) return null;
  const calendar = sendingCalendar(settings, Number(today.slice(0, 4)));
  const loaded = await loadSnapshot(trx, calendar, { customerIds: [customerId] });
  const snapshot = withoutInvoicePause(loaded, new Set([id]));
  const on = new Set(snapshot.enrolments.map(({ planId }) => planId));
  const plan = snapshot.plans.find((one) => one.kind === 'escalation' && on.has(one.id));
  if (!plan) return null;
  const late = backlog(snapshot, plan.id, new Set([customerId]), today).filter(({ invoiceId }) => invoiceId === id);
  return { plan, snapshot, customerIds: [customerId], invoiceIds: [id], late };
}
