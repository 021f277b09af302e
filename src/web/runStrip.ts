import type { Day } from '../domain/calendar.ts';
import { localMoment } from '../domain/timetable.ts';
import { isoOf } from '../clock.ts';
import { formatDayShort, formatMoment } from '../i18n/format.ts';
import { heldText } from '../i18n/held.ts';
import { isDiskFull } from '../services/diskSpace.ts';
import { clockMemory } from '../services/watchClock.ts';
import type { RunTally } from '../store/runList.ts';
import type { Run } from '../store/runs.ts';
import type { Strip } from './frame.ts';
import { nextRunCount } from './nextRunCount.ts';
import type { Visit, Web } from './visit.ts';

/** What the machine itself says: a clock that moved, a disk that is full. Nothing leaves by itself until that is mended. */
export async function machineStrips({ db, clock, config, freeSpace }: Web, visit: Visit): Promise<Strip[]> {
  const { t, language, settings } = visit;
  const decide = { url: '/clock', text: t('strip.decide') };
  const memory = await clockMemory(db);
  const strips: Strip[] = [];
  if (memory?.doubt) {
    const now = formatMoment(isoOf(clock()), settings.timeZone, language);
    strips.push({ tone: 'danger', text: t('strip.clockAhead', { now }), link: decide });
  } else if (memory?.back)
    strips.push({ tone: 'warning', text: t('strip.clockBack'), link: { ...decide, text: t('strip.see') } });
  if (isDiskFull(config.dataDir, freeSpace)) strips.push({ tone: 'danger', text: t('strip.disk'), link: null });
  return strips;
}

/** A run of today that a brake holds: why, and where to decide. */
export function heldRunStrip(run: Run, { person }: RunTally, { t, settings }: Visit): Strip | null {
  if (!run.held || run.held === 'review' || person === 0) return null;
  const params = { time: timeOf(run, settings.timeZone), count: person, why: heldText(run.held, t) };
  return { tone: 'warning', text: t('strip.held', params), link: { url: `/runs/${run.day}`, text: t('strip.decide') } };
}

/** The local time at which a run started: `13:00`. */
export function timeOf(run: Pick<Run, 'started_at'>, timeZone: string): string {
  const { minute } = localMoment(Date.parse(run.started_at), timeZone);
  return [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
}

/** When the next run is, and what it would send where that is known. */
export async function nextRunStrip(web: Web, visit: Visit, day: Day): Promise<Strip> {
  const { t, settings, today, language } = visit;
  const when = day === today ? t('strip.today') : formatDayShort(day, language);
  const params = { day: when, time: settings.sendAt };
  const count = await nextRunCount(web, visit, day);
  if (!count)
    return { tone: 'ok', text: t('strip.nextRun', params), link: { url: '/forecast', text: t('strip.seeForecast') } };
  const messages = count.messages
    ? t('followup.messagesTo', {
        messages: t('followup.messages', { count: count.messages }),
        customers: t('followup.customers', { count: count.customers }),
      })
    : t('followup.nothing');
  return {
    tone: 'ok',
    text: t('strip.nextRunWith', { ...params, messages }),
    link: { url: '/forecast', text: t('strip.see') },
  };
}
