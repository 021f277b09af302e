import { addDays, type Day, daysBetween, isDay } from '../../domain/calendar.ts';
import { formatDayLong, formatDayShort } from '../../i18n/format.ts';
import { heldText } from '../../i18n/held.ts';
import type { Key } from '../../i18n/translate.ts';
import { forecastDays } from '../../services/forecastDays.ts';
import { remindersOfRun } from '../../store/outboxList.ts';
import { decisionsOfRun, noTally, reasonsOfRun, runsPage, talliesOf } from '../../store/runList.ts';
import { runOf } from '../../store/runs.ts';
import { sendingCalendar } from '../../store/settings.ts';
import { dropRun } from '../../services/dropRun.ts';
import { rowView } from '../outbox/view.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { clockPage, confirmDate } from './clock.ts';
import { calendarView, DAYS, daysView } from './forecastView.ts';
import { countOf, messagesView, namesFor, totalsOf } from './messages.ts';
import { nextDay, nextMessages } from './nextRun.ts';
import { noticeList, noticePage } from './notices.ts';
import { decisionView, problemsView, reasonsView, reasonWord, runView } from './runsView.ts';

const PAGE = 50;

/** Runs and the forecast. */
export const followUpRoutes: readonly Route[] = [
  { method: 'get', path: '/runs', allow: 'colleague', run: runs },
  { method: 'get', path: '/runs/:day', allow: 'colleague', run: run },
  { method: 'get', path: '/runs/:day/reasons/:code', allow: 'colleague', run: reason },
  { method: 'post', path: '/runs/:day/cancellation', allow: 'colleague', run: drop },
  { method: 'get', path: '/clock', allow: 'colleague', run: clockPage },
  { method: 'post', path: '/clock/confirmation', allow: 'owner', run: confirmDate },
  { method: 'get', path: '/notices', allow: 'owner', run: noticeList },
  { method: 'get', path: '/notices/:id', allow: 'owner', run: noticePage },
  { method: 'get', path: '/forecast', allow: 'colleague', run: forecast },
  { method: 'get', path: '/forecast/:day', allow: 'colleague', run: forecastDay },
];

/** One line a day. */
async function runs(visit: Visit, web: Web): Promise<void> {
  const before = visit.field('before');
  const { runs: page, next } = await runsPage(web.db, {
    before: isDay(before) ? before : null,
    limit: PAGE,
  });
  const model = { rows: page.map((one) => runView(one, visit)), next: next ? `/runs?before=${next}` : '' };
  if (before && visit.partial) return visit.fragment('runs/_rows.njk', model);
  return visit.page('runs/index.njk', model);
}

/** A list of messages of one run, by what became of them. */
const PARTS = {
  sent: ['sent'],
  failed: ['failed'],
  uncertain: ['uncertain'],
  waiting: ['queued', 'sending', 'handover'],
  cancelled: ['cancelled'],
} as const;

/** What went, what did not, and why. */
async function run(visit: Visit, web: Web): Promise<void> {
  const day = String(visit.request.params.day);
  const found = isDay(day) ? await runOf(web.db, day) : undefined;
  if (!found) return visit.notFound();
  const tally = (await talliesOf(web.db, [found.id])).get(found.id) ?? noTally();
  const reasons = await reasonsOfRun(web.db, found.id);
  const decisions = await decisionsOfRun(web.db, { runId: found.id, code: null, after: 0, limit: 500 });
  return visit.page('runs/run.njk', {
    run: runView({ ...found, tally }, visit),
    problems: problemsView(found, visit),
    parts: await partsOf(found.id, visit, web),
    reasons: reasonsView(found.day, reasons, decisions.rows, visit),
  });
}

/** Everything of the run that waits for a word is cancelled; the next run decides anew. */
async function drop(visit: Visit, { db, clock }: Web): Promise<void> {
  const day = String(visit.request.params.day);
  const count = isDay(day) ? await dropRun(db, day, { clock, userId: visit.user?.id ?? null }) : 0;
  const url = count > 0 ? `/runs/${day}` : '/outbox';
  return visit.redirect(
    url,
    count > 0 ? { key: 'followup.toastDropped', params: { count } } : { key: 'outbox.toastGone' },
  );
}

async function partsOf(runId: number, visit: Visit, web: Web): Promise<object[]> {
  const chosen = visit.field('part');
  const after = Number(visit.field('after')) || 0;
  const parts = [];
  for (const [name, states] of Object.entries(PARTS)) {
    const from = name === chosen ? after : 0;
    const { rows, next } = await remindersOfRun(web.db, { runId, states, after: from, limit: PAGE });
    const url = next ? `/runs/${String(visit.request.params.day)}?part=${name}&after=${next}#part-${name}` : '';
    parts.push({ name, rows: rows.map((row) => rowView(row, { ...visit, now: web.clock() })), next: url });
  }
  return parts;
}

/** Everything that a run did not send for one reason. */
async function reason(visit: Visit, web: Web): Promise<void> {
  const day = String(visit.request.params.day);
  const code = String(visit.request.params.code);
  const found = isDay(day) ? await runOf(web.db, day) : undefined;
  if (!found) return visit.notFound();
  const after = Number(visit.field('after')) || 0;
  const { rows, next } = await decisionsOfRun(web.db, { runId: found.id, code, after, limit: PAGE * 2 });
  const [first] = rows;
  if (!first) return visit.notFound();
  return visit.page('runs/reason.njk', {
    title: reasonWord(first.kind, code, visit.t),
    run: { url: `/runs/${day}`, title: visit.t('followup.runOf', { day: formatDayLong(found.day, visit.language) }) },
    rows: rows.map((row) => decisionView(row, code, visit)),
    next: next ? `/runs/${day}/reasons/${code}?after=${next}` : '',
  });
}

/** The next days, if nobody paid; and exactly what the next run would send. */
async function forecast(visit: Visit, web: Web): Promise<void> {
  const { settings, today, language, t } = visit;
  const next = await nextMessages(visit, web);
  const ahead = Math.max(1, DAYS - daysBetween(today, next.day));
  const days = await forecastDays(web.db, next.day, ahead);
  const all = days.flatMap(({ messages }) => messages);
  const names = await namesFor(web.db, [...next.messages, ...all]);
  return visit.page('forecast/index.njk', {
    off: settings.mode === 'off',
    owner: visit.user?.role === 'owner',
    next: {
      sentence: t(sentenceOf(next.messages.length, settings), {
        day: formatDayShort(next.day, language),
        time: settings.sendAt,
        messages: countOf(next.messages, visit),
      }),
      iso: next.day,
      url: next.messages.length ? `/forecast/${next.day}` : '',
      messages: messagesView(next.messages, names, visit),
      limit: settings.mode === 'off' ? limitText(next.messages.length, visit) : next.held ? heldText(next.held, t) : '',
    },
    count: all.length,
    calendar: calendarView(days, sendingCalendar(settings, Number(today.slice(0, 4))), visit),
    days: daysView(days, names, visit),
  });
}

function sentenceOf(count: number, { mode }: Visit['settings']): Key {
  if (count === 0) return 'followup.nextNothing';
  return mode === 'off' ? 'followup.nextWould' : 'followup.nextWill';
}

/** What a run of that size would wait for once sending is on, when it would. */
function limitText(count: number, { settings: { brakes }, t }: Visit): string {
  return count > brakes.maxMessages ? t('followup.overLimit', { limit: brakes.maxMessages }) : '';
}

/** The messages of one day of the forecast. */
async function forecastDay(visit: Visit, web: Web): Promise<void> {
  const day = String(visit.request.params.day);
  const from = await nextDay(visit, web);
  if (!isDay(day) || day < from || day >= latestDay(visit.today)) return visit.notFound();
  const days = await forecastDays(web.db, from, daysBetween(from, day) + 1);
  const messages = days.find((one) => one.day === day)?.messages ?? [];
  const names = await namesFor(web.db, messages);
  return visit.page('forecast/day.njk', {
    title: capitalised(formatDayLong(day, visit.language)),
    iso: day,
    count: countOf(messages, visit),
    total: messages.length ? totalsOf(messages, visit.language) : '',
    messages: messagesView(messages, names, visit),
  });
}

const latestDay = (today: Day): Day => addDays(today, DAYS + 7);

const capitalised = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
