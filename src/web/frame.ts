import { nextRunDay } from '../domain/timetable.ts';
import { countTodos } from '../services/listTodos.ts';
import { readHeld } from '../store/held.ts';
import { outboxCounts } from '../store/reminders.ts';
import { type RunTally, talliesOf } from '../store/runList.ts';
import { type Run, runOf } from '../store/runs.ts';
import { timetableOf } from '../store/settings.ts';
import { VERSION } from '../version.ts';
import { ASSETS } from './assets.ts';
import { heldStrip } from './held/view.ts';
import { heldRunStrip, machineStrips, nextRunStrip, timeOf } from './runStrip.ts';
import { takeToast } from './toast.ts';
import type { Visit, Web } from './visit.ts';

/** The state of the machine in one line (SCREENS "The frame"). */
export interface Strip {
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
    todoCount: visit.user ? counts.todo + (await countTodos(web.db, visit.settings, visit.today, web.clock)) : 0,
    strips: visit.user ? await strips(web, visit, counts) : [],
    toast: takeToast(visit.request, visit.response),
    path: visit.request.path,
    version: VERSION,
  };
}

async function strips(web: Web, visit: Visit, counts: { waiting: number; todo: number }): Promise<Strip[]> {
  const { db, clock } = web;
  const { t, settings, today } = visit;
  const held = await readHeld(db);
  // What else could be said of the next run would not be true.
  if (held) return [heldStrip(held, t)];
  const result = await machineStrips(web, visit);
  // While nothing can leave, what the next run would send is no news.
  const stuck = result.some(({ tone }) => tone === 'danger');
  if (settings.mode === 'off')
    result.push({ tone: 'warning', text: t('strip.off'), link: { url: '/forecast', text: t('strip.seeForecast') } });
  else if (!stuck) result.push(await runStrip());
  const { host, testAddress } = settings.mail;
  if (host && testAddress)
    result.push({
      tone: 'warning',
      text: t('strip.testMode', { address: testAddress }),
      link: { url: '/settings/mail', text: t('strip.change') },
    });
  if (!host)
    result.push({
      tone: 'quiet',
      text: t('strip.letterbox'),
      link: { url: '/settings/mail', text: t('strip.connect') },
    });
  return result;

  async function runStrip(): Promise<Strip> {
    const done = await runOf(db, today);
    const tally = done ? (await talliesOf(db, [done.id])).get(done.id) : undefined;
    if (tally && tally.leaving > 0) return sendingStrip(tally, visit);
    if (counts.waiting > 0 && !done?.held)
      return {
        tone: 'ok',
        text: t('strip.waiting', { count: counts.waiting }),
        link: { url: '/outbox', text: t('strip.see') },
      };
    const told = done && done.state !== 'open' ? todayStrip(done, tally, visit) : null;
    const heldRun = done && tally ? heldRunStrip(done, tally, visit) : null;
    if (heldRun ?? told) return (heldRun ?? told) as Strip;
    const day = nextRunDay(
      clock(),
      timetableOf(settings, Number(today.slice(0, 4))),
      () => done !== undefined && done.state !== 'open',
    );
    return nextRunStrip(web, visit, day);
  }
}

/** How far the sending has come. */
function sendingStrip({ sent, failed, uncertain, waiting }: RunTally, { t }: Visit): Strip {
  const done = sent + failed + uncertain;
  const text = t('strip.sending', { n: done + 1, total: done + waiting });
  return { tone: 'ok', text, link: { url: '/outbox', text: t('strip.see') } };
}

/** What today's run has done, and what of it needs a person; null when there was nothing to do. */
function todayStrip(run: Run, tally: RunTally | undefined, { t, settings }: Visit): Strip | null {
  const { sent = 0, failed = 0, uncertain = 0, person = 0 } = tally ?? {};
  const wrong = failed + uncertain + (JSON.parse(run.problems) as unknown[]).length;
  const needs = wrong + person;
  if (sent + needs === 0) return null;
  const time = timeOf(run, settings.timeZone);
  const parts = [t('strip.sent', { count: sent }), ...(needs > 0 ? [t('strip.needsYou', { count: needs })] : [])];
  const text = t('strip.todayRun', { time, what: parts.join(', ') });
  const tone = wrong > 0 ? 'danger' : person > 0 ? 'warning' : 'ok';
  return { tone, text, link: { url: needs > 0 ? '/todo' : '/outbox', text: t('strip.see') } };
}
