import { claimable } from '../../domain/invoice.ts';
import { formatDayInFull, formatDayOfYear, formatMoney } from '../../i18n/format.ts';
import { UNDO_PREFIX } from '../../services/reversePayment.ts';
import type { Db } from '../../store/database.ts';
import {
  type DisputeRow,
  type InvoicePause,
  openDisputes,
  openInvoicePauses,
  openPromises,
  type PromiseRow,
} from '../../store/facts.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import { creditsInHand, type Receipt, receiptsOf } from '../../store/settling.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'user'>;

/** What the customer answered about an invoice, and the money on it. */
export interface Facts {
  promise: PromiseRow | null;
  dispute: DisputeRow | null;
  pause: InvoicePause | null;
  receipts: Receipt[];
  /** The customer's open credits in the invoice's currency. */
  credits: Awaited<ReturnType<typeof creditsInHand>>;
}

export async function factsOf(db: Db, { id, customerId, currency }: InvoiceDetails): Promise<Facts> {
  return {
    promise: (await openPromises(db, [id])).get(id) ?? null,
    dispute: (await openDisputes(db, [id])).get(id) ?? null,
    pause: (await openInvoicePauses(db, [id])).get(id) ?? null,
    receipts: await receiptsOf(db, id, UNDO_PREFIX),
    credits: await creditsInHand(db, customerId, currency),
  };
}

/** A line that says how things stand, with the button that ends it. */
interface Standing {
  text: string;
  note: string;
  /** The day that the line names, as a title. */
  iso: string;
  tone: '' | 'quiet';
  action: { url: string; method: '' | 'delete'; label: string } | null;
}

type Owed = InvoiceDetails & { customerName: string };

/** How things stand, what can be noted, and what was paid, in words. */
export function factsView(invoice: Owed, facts: Facts, words: Words): object {
  return {
    standing: standingOf(invoice, facts, words),
    acts: actsOf(invoice, facts, words),
    payments: facts.receipts.map((one) => receiptView(one, invoice, words)),
  };
}

function standingOf(invoice: Owed, facts: Facts, words: Words): Standing[] {
  const { t, language, user } = words;
  const url = `/invoices/${invoice.id}`;
  const lines: Standing[] = [];
  const ends = (what: string, label: string): Standing['action'] => ({
    url: `${url}/${what}`,
    method: 'delete',
    label,
  });
  if (invoice.state === 'written_off') {
    const action = user?.role === 'owner' ? ends('write-off', t('facts.takeBack')) : null;
    lines.push({ text: t('facts.writtenOff'), note: '', iso: '', tone: '', action });
  }
  if (!claimable(invoice)) return lines;
  if (facts.dispute)
    lines.push({
      text: t('facts.disputed', { reason: facts.dispute.reason }),
      note: facts.dispute.note,
      iso: '',
      tone: '',
      action: ends('dispute', t('facts.lift')),
    });
  if (facts.promise) lines.push(promiseLine(facts.promise, invoice, ends('promise', t('facts.endPromise')), words));
  if (facts.pause && (facts.pause.until === null || facts.pause.until >= words.today))
    lines.push({
      text: facts.pause.until
        ? t('facts.pausedUntil', { day: formatDayInFull(facts.pause.until, language, words.today) })
        : t('facts.pausedOpen'),
      note: facts.pause.reason,
      iso: facts.pause.until ?? '',
      tone: '',
      action: ends('pause', t('action.resume')),
    });
  const credit = facts.credits.reduce((sum, { remaining }) => sum + remaining, 0);
  if (credit > 0)
    lines.push({
      text: t('facts.creditInHand', {
        customer: invoice.customerName,
        amount: formatMoney(credit, invoice.currency, language),
      }),
      note: facts.credits
        .map(({ name }) => name)
        .filter(Boolean)
        .join(', '),
      iso: '',
      tone: 'quiet',
      action: { url: `${url}/credit`, method: '', label: t('facts.applyCredit') },
    });
  return lines;
}

/** A promise that holds, or one whose day has passed without the money. */
function promiseLine(
  { until, amount, note }: PromiseRow,
  { currency }: Owed,
  end: Standing['action'],
  words: Words,
): Standing {
  const { t, language, today } = words;
  const day = formatDayInFull(until, language, today);
  const lapsed = until < today;
  const sum = amount ? formatMoney(amount, currency, language) : '';
  const text = sum ? t('facts.promisedAmount', { amount: sum, day }) : t('facts.promised', { day });
  return {
    text: lapsed ? t('facts.promiseLapsed', { day }) : text,
    note,
    iso: until,
    tone: lapsed ? 'quiet' : '',
    action: lapsed ? null : end,
  };
}

interface Act {
  kind: string;
  text: string;
  url: string;
}

/** What can be noted about the invoice as it stands: the usual at once, the rare under "More". */
function actsOf(invoice: Owed, facts: Facts, { t, user, today }: Words): { usual: Act[]; rare: Act[] } {
  const url = `/invoices/${invoice.id}`;
  const open = claimable(invoice);
  const paused = facts.pause !== null && (facts.pause.until === null || facts.pause.until >= today);
  const usual: (Act | false)[] = [
    (invoice.state === 'issued' || invoice.state === 'written_off') && {
      kind: 'payment',
      text: t('facts.payment'),
      url: `${url}/payments/new`,
    },
    open && { kind: 'promise', text: t('facts.promise'), url: `${url}/promise/edit` },
    open && !facts.dispute && { kind: 'dispute', text: t('facts.dispute'), url: `${url}/dispute/edit` },
    open && !paused && { kind: 'pause', text: t('action.pause'), url: `${url}/pause/edit` },
  ];
  const rare: (Act | false)[] = [
    invoice.state === 'issued' && {
      kind: 'credit-note',
      text: t('facts.creditNote'),
      url: `${url}/credit-notes/new`,
    },
    open && user?.role === 'owner' && { kind: 'write-off', text: t('facts.writeOff'), url: `${url}/write-off/edit` },
  ];
  const there = (acts: (Act | false)[]): Act[] => acts.filter((act) => act !== false);
  return { usual: there(usual), rare: there(rare) };
}

function receiptView({ kind, id, on, amount, name, reversed, reverses }: Receipt, invoice: Owed, words: Words): object {
  const { t, language } = words;
  const note = kind === 'credit_note';
  const state = reverses ? t('facts.isReversal') : reversed ? t('facts.isReversed') : '';
  const back = note
    ? {
        kind: `credit-note-${id}`,
        text: t('action.cancel'),
        url: `/invoices/${invoice.id}/credit-notes/${id}/cancellation`,
      }
    : { kind: `payment-${id}`, text: t('facts.reverse'), url: `/invoices/${invoice.id}/payments/${id}/reversal` };
  return {
    day: formatDayOfYear(on, language),
    iso: on,
    amount: formatMoney(amount, invoice.currency, language),
    name: note ? t('facts.creditNoteNumber', { number: name }) : name,
    state,
    back: amount > 0 && !reversed && !reverses ? back : null,
  };
}
