import { formatDayShort, formatMoment } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import { type Notice, noticeById, type NoticeKind, noticesTo } from '../../store/notices.ts';
import type { Visit, Web } from '../visit.ts';

const SHOWN = 100;

const KINDS: Record<NoticeKind, Key> = {
  morning: 'followup.noticeMorning',
  problems: 'followup.noticeProblems',
};
const TONES: Partial<Record<Notice['state'], string>> = { sent: 'ok', failed: 'danger', uncertain: 'warning' };

/** What the product wrote to this user: to nobody else, and never to a customer. */
export async function noticeList(visit: Visit, { db }: Web): Promise<void> {
  const notices = await noticesTo(db, visit.user?.id ?? 0, SHOWN);
  return visit.page('runs/notices.njk', { rows: notices.map((notice) => noticeView(notice, visit)) });
}

export async function noticePage(visit: Visit, { db }: Web): Promise<void> {
  const notice = await noticeById(db, visit.id(), visit.user?.id ?? 0);
  if (!notice) return visit.notFound();
  return visit.page('runs/notice.njk', noticeView(notice, visit));
}

function noticeView(notice: Notice, { t, language, settings }: Visit): object {
  const captured = notice.state === 'sent' && notice.transport === 'letterbox';
  return {
    url: `/notices/${notice.id}`,
    subject: notice.subject,
    kind: t(KINDS[notice.kind]),
    day: formatDayShort(notice.day, language),
    iso: notice.day,
    when: formatMoment(notice.created_at, settings.timeZone, language),
    to: t('followup.noticeTo', { address: notice.address }),
    state: {
      text: captured ? t('outbox.stateCaptured') : t(`state.${notice.state}`),
      tone: captured ? 'accent' : (TONES[notice.state] ?? ''),
    },
    reply: notice.state === 'sent' ? '' : notice.server_reply,
    text: notice.text,
  };
}
