import { formatCount } from '../../i18n/quantity.ts';
import type { Measure } from '../../services/measure.ts';
import { momentOf, type Row, toneOf, type Words } from './row.ts';

/** How mail leaves, and what became of it. */
export function mailRows({ mail: about, today, total }: Measure, words: Words): Row[] {
  const { t, language, settings } = words;
  const { connected, lastSentAt, failures, stopped } = about;
  const n = (count: number): string => formatCount(count, language);
  const account = connected ? t('settings.mailVia', { host: settings.mail.host }) : t('settings.letterbox');
  const trouble = stopped && t('status.stopped', { when: momentOf(stopped.at, words), reply: stopped.reply });
  return [
    {
      id: 'account',
      name: t('settings.mail'),
      text: trouble ? `${account} ${trouble}` : account,
      ...(connected ? { tone: toneOf(!trouble) } : {}),
      link: '/settings/mail',
    },
    {
      id: 'last-sent',
      name: t('status.lastSent'),
      text: lastSentAt === null ? t('status.never') : momentOf(lastSentAt, words),
      link: '/outbox?state=sent',
    },
    {
      id: 'failures',
      name: t('status.failures'),
      text: n(failures),
      tone: toneOf(failures === 0),
      link: '/outbox?state=failed',
    },
    {
      id: 'today',
      name: t('status.today'),
      text: t('status.todayText', { sent: n(today.sent), failed: n(today.failed), uncertain: n(today.uncertain) }),
    },
    {
      id: 'total',
      name: t('status.total'),
      text: t('status.totalText', { sent: n(total.sent), failed: n(total.failed), cancelled: n(total.cancelled) }),
    },
  ];
}
