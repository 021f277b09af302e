import { formatDayShort } from '../i18n/format.ts';
import { nextRunDay } from '../domain/timetable.ts';
import { outboxCounts } from '../store/reminders.ts';
import { lastRun, runOf } from '../store/runs.ts';
import { timetableOf } from '../store/settings.ts';
import { ASSETS } from './assets.ts';
import { takeToast, type Visit, type Web } from './visit.ts';

/** The state of the machine in one line (SCREENS "The frame"). */
interface Strip {
  tone: 'ok' | 'warning' | 'danger' | 'quiet';
  text: string;
  link: { url: string; text: string } | null;
}

/** What stands around every page: navigation, the strip, and a toast that waited. */
export async function loadFrame(web: Web, visit: Visit): Promise<object> {
  const counts = await outboxCounts(web.db);
  const section = visit.request.path.split('/')[1] ?? '';
  return {
    assets: ASSETS,
    section,
    todoCount: counts.todo,
    strips: visit.user ? await strips(web, visit, counts) : [],
    toast: takeToast(visit),
    path: visit.request.path,
  };
}

async function strips({ db, clock }: Web, visit: Visit, counts: { waiting: number; todo: number }): Promise<Strip[]> {
  const { t, settings, today, language } = visit;
  const result: Strip[] = [];
  if (settings.mode === 'off')
    result.push({ tone: 'warning', text: t('strip.off'), link: { url: '/forecast', text: t('strip.seeForecast') } });
  else result.push(await runStrip());
  if (!settings.mail.host)
    result.push({
      tone: 'quiet',
      text: t('strip.letterbox'),
      link: { url: '/settings/mail', text: t('strip.connect') },
    });
  return result;

  async function runStrip(): Promise<Strip> {
    if (counts.waiting > 0)
      return {
        tone: 'ok',
        text: t('strip.waiting', { count: counts.waiting }),
        link: { url: '/outbox', text: t('strip.see') },
      };
    const last = await lastRun(db);
    if (last?.day === today && last.outcome === 'problems')
      return { tone: 'danger', text: t('strip.problems'), link: { url: `/runs/${today}`, text: t('strip.see') } };
    const done = await runOf(db, today);
    const day = nextRunDay(
      clock(),
      timetableOf(settings, Number(today.slice(0, 4))),
      () => done !== undefined && done.state !== 'open',
    );
    const when = day === today ? t('strip.today') : formatDayShort(day, language);
    return {
      tone: 'ok',
      text: t('strip.nextRun', { day: when, time: settings.sendAt }),
      link: { url: '/forecast', text: t('strip.seeForecast') },
    };
  }
}
