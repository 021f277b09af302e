import type { Day } from '../domain/calendar.ts';
import { isCurrency, minorFromDecimal } from '../domain/money.ts';
import { formatDay, formatMoney } from '../i18n/format.ts';
import type { Key } from '../i18n/translate.ts';
import type { Visit } from './visit.ts';
import { reasonInWords } from './why.ts';

/** Events whose reason a person wrote: it is shown as it is, and never read as a code of ours. */
const IN_OWN_WORDS = new Set(['paused', 'dispute_opened', 'dispute_noted', 'dispute_lifted', 'written_off']);

type Words = Pick<Visit, 't' | 'language'>;

/** What an event of the history is about, in a few words: the plan, the amount, the day, the reason. Empty where it says nothing more. */
export function eventDetail({ kind, data }: { kind: string; data: string }, words: Words): string {
  const said = JSON.parse(data) as Record<string, unknown>;
  const { t } = words;
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
  const reason = text('reason');
  return [
    text('what') && t(`event.${text('what')}` as Key),
    text('plan'),
    text('contact'),
    text('step'),
    text('number'),
    money(text('amount'), text('currency'), words),
    day('facts.eventOn', text('on'), words),
    day('customers.until', text('until'), words),
    creditOf(text('credit'), text('currency'), words),
    text('reference'),
    reason && (IN_OWN_WORDS.has(kind) ? reason : reasonInWords(reason, t)),
    text('note'),
    reason ? '' : text('reply'),
  ]
    .filter(Boolean)
    .join(' · ');
}

const day = (key: 'facts.eventOn' | 'customers.until', value: string, { t, language }: Words): string =>
  value && t(key, { day: formatDay(value as Day, language) });

/** History keeps amounts as archives do: decimal text beside its currency. */
function money(amount: string, currency: string, { language }: Words): string {
  const minor = isCurrency(currency) ? minorFromDecimal(amount, currency) : null;
  return minor === null ? '' : formatMoney(minor, currency, language);
}

function creditOf(amount: string, currency: string, words: Words): string {
  const credit = money(amount, currency, words);
  return credit && words.t('facts.eventCredit', { amount: credit });
}
