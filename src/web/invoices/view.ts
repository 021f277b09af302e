import { type Day, daysBetween } from '../../domain/calendar.ts';
import type { Decision } from '../../domain/decision.ts';
import { formatDayFigures, formatDayShort, formatMoney } from '../../i18n/format.ts';
import { type Key, translator } from '../../i18n/translate.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';

interface Row {
  number: string;
  customer: string;
  due: string;
  late: string;
  outstanding: string;
  next: string;
}

/** The list, ready to be shown. */
export function invoicesView(
  invoices: readonly (InvoiceDetails & { customerName: string })[],
  decisions: readonly Decision[],
  day: Day,
  language: string,
): { rows: Row[] } {
  const t = translator(language);
  const byInvoice = new Map(
    decisions.flatMap((one) => (one.subject.kind === 'invoice' ? [[one.subject.invoiceId, one] as const] : [])),
  );
  const rows = invoices.map(({ id, number, customerName, dueOn, outstanding, currency }) => {
    const decision = byInvoice.get(id);
    return {
      number,
      customer: customerName,
      due: dueOn ? formatDayFigures(dueOn, language) : '',
      late: dueOn && dueOn < day ? t('invoices.daysLate', { count: daysBetween(dueOn, day) }) : '',
      outstanding: formatMoney(outstanding, currency, language),
      next: decision ? nextOf(decision, day, language) : '',
    };
  });
  return { rows };
}

function nextOf(decision: Decision, day: Day, language: string): string {
  const t = translator(language);
  if (decision.kind === 'send') return `⚡ ${decision.message.stepName ?? ''}, ${formatDayShort(day, language)}`;
  if (decision.kind === 'wait') return `⚡ ${decision.next?.name ?? ''}, ${formatDayShort(decision.until, language)}`;
  return decision.reasons.map(({ code }) => t(`reason.${code}` as Key)).join(' · ');
}
