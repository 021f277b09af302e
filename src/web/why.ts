import type { Day } from '../domain/calendar.ts';
import type { BlockReason, Decision, Reason, WaitReason } from '../domain/decision.ts';
import { formatDayShort } from '../i18n/format.ts';
import type { Key } from '../i18n/translate.ts';
import type { Visit } from './visit.ts';

/** Today's decision in words: one sentence, and the reasons with what mends them. */
export interface Why {
  blocked: boolean;
  sentence: string;
  reasons: { text: string; url: string; link: string }[];
}

/** Where a person can lift a reason, by its code. */
const MENDED_AT: Partial<Record<BlockReason, 'customer' | 'plans' | 'templates' | 'outbox'>> = {
  no_plan: 'customer',
  no_recipient: 'customer',
  address_refused: 'customer',
  no_postal_address: 'customer',
  no_phone: 'customer',
  customer_paused: 'customer',
  plan_paused: 'plans',
  below_minimum: 'plans',
  over_ceiling: 'plans',
  no_template: 'plans',
  under_way: 'outbox',
  uncertain: 'outbox',
};

/** The "why" of an invoice: the decision, every reason, and the next date. */
export function whyOf(
  decision: Decision | null,
  customerId: number,
  { t, language, settings, today }: Pick<Visit, 't' | 'language' | 'settings' | 'today'>,
): Why {
  if (!decision) return { blocked: true, sentence: t('why.settled'), reasons: [] };
  const time = settings.sendAt;
  // What nobody has switched on leaves nothing: it only would.
  const off = settings.mode === 'off';
  if (decision.kind === 'send')
    return {
      blocked: false,
      sentence: t(off ? 'why.wouldSend' : 'why.send', { step: decision.message.stepName ?? '', time }),
      reasons: [],
    };
  const words = (reason: Reason, prefix: 'wait' | 'reason'): string => {
    const text = t(`${prefix}.${reason.code}` as Key);
    return reason.until && reason.until >= today
      ? t('why.until', { reason: text, day: formatDayShort(reason.until, language) })
      : text;
  };
  if (decision.kind === 'wait') {
    const step = decision.next?.name ?? '';
    const sentence = t(off ? 'why.wouldWait' : 'why.wait', {
      step,
      day: formatDayShort(decision.until, language),
      time,
    });
    return {
      blocked: false,
      sentence,
      reasons: decision.reasons.map((one: Reason<WaitReason>) => plain(words(one, 'wait'))),
    };
  }
  const reasons = decision.reasons.map((one) => {
    const place = MENDED_AT[one.code];
    if (!place) return plain(words(one, 'reason'));
    const url = place === 'customer' ? `/customers/${customerId}` : `/${place}`;
    return { text: words(one, 'reason'), url, link: t(place === 'customer' ? 'nav.customers' : `nav.${place}`) };
  });
  return { blocked: true, sentence: t('why.blocked'), reasons };
}

const plain = (text: string): Why['reasons'][number] => ({ text, url: '', link: '' });

/** The next follow-up in a few words for a row: the step and its day, or the first reason why there is none. */
export function nextOf(
  decision: Decision | undefined,
  { t, language, today, settings }: Pick<Visit, 't' | 'language' | 'today' | 'settings'>,
): { bolt: boolean; text: string; day: string } {
  if (!decision) return { bolt: false, text: '', day: '' };
  if (decision.kind === 'send')
    return { bolt: true, text: leaving(decision.message.stepName ?? '', today), day: today };
  if (decision.kind === 'wait')
    return { bolt: true, text: leaving(decision.next?.name ?? '', decision.until), day: decision.until };
  const [first] = decision.reasons;
  const text = first ? t(`reason.${first.code}`) : '';
  const until = first?.until ? t('why.until', { reason: text, day: formatDayShort(first.until, language) }) : text;
  return { bolt: false, text: until, day: '' };

  function leaving(step: string, on: Day): string {
    const day = formatDayShort(on, language);
    return settings.mode === 'off' ? t('why.would', { step, day }) : `${step}, ${day}`;
  }
}

/** A recorded reason in words: a code of ours translated, anything else (the server's or a person's own words) as it is. */
export function reasonInWords(reason: string, t: Visit['t']): string {
  const key = `reason.${reason}`;
  const words = t(key as Key);
  return words === key ? reason : words;
}
