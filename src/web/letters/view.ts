import type { Key } from '../../i18n/translate.ts';
import type { LeftOut } from '../../services/printLetters.ts';
import type { Visit } from '../visit.ts';
import { reasonInWords } from '../why.ts';

const WHY: Record<LeftOut['why'], Key> = {
  approval: 'letters.whyApproval',
  gone: 'letters.whyGone',
  unreadable: 'letters.whyUnreadable',
  cancelled: 'letters.whyCancelled',
  failed: 'letters.whyFailed',
};

/** What was left out, each with its reason: "Rossi Srl (cancelled: paid)". */
export const leftOutView = (leftOut: readonly LeftOut[], t: Visit['t']): { url: string; text: string }[] =>
  leftOut.map(({ id, customer, why, reason }) => ({
    url: `/reminders/${id}`,
    text: t('letters.leftOutOne', { customer, reason: t(WHY[why], { reason: reasonInWords(reason, t) }) }),
  }));
