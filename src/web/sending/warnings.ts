import type { Weighed } from '../../domain/byHand.ts';
import { type Day, daysBetween } from '../../domain/calendar.ts';
import type { BlockReason } from '../../domain/decision.ts';
import { formatDayMonth, formatDayShort, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings'>;

/** Something that the writer should know before he sends. */
export interface Warning {
  text: string;
  /** It was not there when the window was shown last. */
  fresh: boolean;
  link: { url: string; text: string } | null;
}

/** One fact about one invoice. `sign` names it in the form, so that a later look can tell what is new. */
interface Fact {
  sign: string;
  number: string;
  text: string;
  /** True of all the customer's invoices alike, so that numbers would only blur it. */
  common: boolean;
  link: Warning['link'];
}

const WARNINGS: Partial<Record<BlockReason, Key>> = {
  disputed: 'sending.warnDisputed',
  promised: 'sending.warnPromised',
  invoice_paused: 'sending.warnInvoicePaused',
  customer_paused: 'sending.warnCustomerPaused',
  plan_paused: 'sending.warnPlanPaused',
  under_way: 'sending.warnUnderWay',
  uncertain: 'sending.warnUncertain',
  covered_by_credit: 'sending.warnCovered',
};
const UNTIL: Partial<Record<BlockReason, Key>> = {
  promised: 'sending.warnPromisedUntil',
  invoice_paused: 'sending.warnInvoicePausedUntil',
  customer_paused: 'sending.warnCustomerPausedUntil',
  plan_paused: 'sending.warnPlanPausedUntil',
};
const COMMON: ReadonlySet<BlockReason> = new Set(['customer_paused', 'plan_paused', 'covered_by_credit']);
const IN_OUTBOX: ReadonlySet<BlockReason> = new Set(['under_way', 'uncertain']);

/**
 * The yellow lines over a message, each fact once with the numbers it is true of. `seen` are the signs that the window
 * showed before; null when it opens, and nothing is new.
 */
export function warningsOf(
  invoices: readonly InvoiceDetails[],
  weighed: readonly Weighed[],
  seen: ReadonlySet<string> | null,
  words: Words,
): Warning[] {
  const facts = invoices.flatMap((invoice, place) => factsOf(invoice, weighed[place], words));
  const changed = seen ? invoices.flatMap((invoice) => changedAmount(invoice, seen, words)) : [];
  return [...Map.groupBy([...changed, ...facts], ({ text }) => text)].map(([text, list]) => {
    const numbers = list.map(({ number }) => number).join(', ');
    const named = invoices.length > 1 && !list[0]?.common;
    return {
      text: named ? words.t('sending.warnAbout', { numbers, warning: text }) : text,
      fresh: seen !== null && list.some(({ sign }) => !seen.has(sign)),
      link: list[0]?.link ?? null,
    };
  });
}

/** Everything that the window shows about some invoices, in signs: what a form says it has seen. */
export const signsOf = (invoices: readonly InvoiceDetails[], weighed: readonly Weighed[], words: Words): string[] =>
  invoices.flatMap((invoice, place) => [
    amountSign(invoice),
    ...factsOf(invoice, weighed[place], words).map(({ sign }) => sign),
  ]);

/** Whether the facts got worse since the window was shown: there is a sign that it did not show. */
export const isWorse = (signs: readonly string[], seen: ReadonlySet<string>): boolean =>
  signs.some((sign) => !seen.has(sign));

const amountSign = ({ id, outstanding }: InvoiceDetails): string => `amount:${id}:${outstanding}`;

function changedAmount(invoice: InvoiceDetails, seen: ReadonlySet<string>, { t, language }: Words): Fact[] {
  const { id, number, outstanding, currency } = invoice;
  const before = [...seen].find((sign) => sign.startsWith(`amount:${id}:`));
  if (!before || before === amountSign(invoice)) return [];
  const text = t('sending.warnAmount', { amount: formatMoney(outstanding, currency, language) });
  return [{ sign: amountSign(invoice), number, text, common: false, link: null }];
}

function factsOf({ id, number }: InvoiceDetails, weighed: Weighed | undefined, words: Words): Fact[] {
  if (!weighed) return [];
  const { t, language } = words;
  const facts = weighed.warnings.flatMap(({ code, until }): Fact[] => {
    const key = until ? (UNTIL[code] ?? WARNINGS[code]) : WARNINGS[code];
    if (!key) return [];
    const text = t(key, until ? { day: formatDayMonth(until, language) } : {});
    const link = IN_OUTBOX.has(code) ? { url: '/outbox', text: t('nav.outbox') } : null;
    return [{ sign: `${code}:${id}:${until ?? ''}`, number, text, common: COMMON.has(code), link }];
  });
  const { remindedOn, automatic } = weighed;
  if (remindedOn)
    facts.push({
      sign: `reminded:${id}:${remindedOn}`,
      number,
      text: agoInWords(remindedOn, words),
      common: false,
      link: null,
    });
  if (automatic && words.settings.mode === 'automatic')
    facts.push({ sign: `automatic:${id}`, number, text: leavesInWords(automatic, words), common: false, link: null });
  return facts;
}

function agoInWords(on: Day, { t, today }: Words): string {
  const days = daysBetween(on, today);
  if (days <= 0) return t('sending.warnRemindedToday');
  return days === 1 ? t('sending.warnRemindedYesterday') : t('sending.warnReminded', { count: days });
}

function leavesInWords({ name, on }: { name: string; on: Day }, { t, language, today, settings }: Words): string {
  const time = settings.sendAt;
  if (on <= today) return t('sending.warnLeavesToday', { step: name, time });
  if (daysBetween(today, on) === 1) return t('sending.warnLeavesTomorrow', { step: name, time });
  return t('sending.warnLeaves', { step: name, day: formatDayShort(on, language), time });
}
