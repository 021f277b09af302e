import { formatDayLong, formatDayShort, formatMoment } from '../../i18n/format.ts';
import { heldText } from '../../i18n/held.ts';
import type { Key } from '../../i18n/translate.ts';
import type { RecordedDecision, RunTally } from '../../store/runList.ts';
import type { Run, RunProblem } from '../../store/runs.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'settings' | 'today'>;

const TALLY: Record<Exclude<keyof RunTally, 'leaving'>, Key> = {
  sent: 'followup.sentCount',
  failed: 'followup.failedCount',
  uncertain: 'followup.uncertainCount',
  person: 'followup.personCount',
  waiting: 'followup.waitingCount',
  cancelled: 'followup.cancelledCount',
};
/** One line of the list of runs. */
export function runView(run: Run & { tally: RunTally }, words: Words): object {
  const { t, language, settings } = words;
  return {
    iso: run.day,
    day: formatDayShort(run.day, language),
    title: t('followup.runOf', { day: formatDayLong(run.day, language) }),
    url: `/runs/${run.day}`,
    started: formatMoment(run.started_at, settings.timeZone, language),
    startedIso: run.started_at,
    late: run.late_by_minutes > 0 ? t('followup.late', { duration: durationOf(run.late_by_minutes, t) }) : '',
    messages: tallyText(run.tally, t),
    outcome: outcomeOf(run, t),
    held: run.held ? heldText(run.held, t) : '',
    asks: run.tally.person,
    release: t('outbox.approveAll', { count: run.tally.person }),
    waits: run.tally.waiting,
  };
}

const durationOf = (minutes: number, t: Words['t']): string =>
  minutes < 60
    ? t('followup.minutes', { minutes })
    : t('followup.hours', { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, '0') });

/** `7 sent, 1 failed`; what did not happen is not said. */
function tallyText(tally: RunTally, t: Words['t']): string {
  const parts = Object.entries(TALLY).flatMap(([name, key]) => {
    const count = tally[name as keyof RunTally];
    return count > 0 ? [t(key, { count })] : [];
  });
  return parts.length ? parts.join(', ') : t('followup.nothing');
}

function outcomeOf(
  { state, outcome, tally }: Run & { tally: RunTally },
  t: Words['t'],
): { text: string; tone: string } {
  if (outcome === 'problems') return { text: t('followup.problems'), tone: 'danger' };
  if (outcome === 'ok') return { text: t('followup.done'), tone: 'ok' };
  if (state === 'open') return { text: t('followup.interrupted'), tone: 'warning' };
  if (tally.person > 0) return { text: t('followup.needsYou'), tone: 'warning' };
  return { text: t('followup.underWay'), tone: 'accent' };
}

/** What kept a reminder from being written, with whom and what it concerns. */
export const problemsView = (run: Run, { t }: Words): object[] =>
  (JSON.parse(run.problems) as RunProblem[]).map(({ code, customer, invoices, detail }) => ({
    text: t(`reason.${code}` as Key),
    who: [customer, invoices?.join(', ')].filter(Boolean).join(' · '),
    detail: detail ?? '',
  }));

/** Why things were not sent: one group for each reason, with as many of its list as were read. */
export const reasonsView = (
  day: string,
  reasons: readonly { kind: 'wait' | 'blocked'; code: string; count: number }[],
  decisions: readonly RecordedDecision[],
  words: Words,
): object[] =>
  reasons.map(({ kind, code, count }) => {
    const rows = decisions
      .filter((one) => one.kind === kind && one.reasons.some((reason) => reason.code === code))
      .slice(0, IN_GROUP);
    return {
      code,
      text: reasonWord(kind, code, words.t),
      waits: kind === 'wait',
      count,
      rows: rows.map((row) => decisionView(row, code, words)),
      all: rows.length < count ? `/runs/${day}/reasons/${code}` : '',
    };
  });

/** A group shows so many of its list; the rest is a page of its own. */
const IN_GROUP = 10;

/** One invoice, or summary, that was not sent. */
export function decisionView(row: RecordedDecision, code: string, { t, language }: Words): object {
  const until = row.reasons.find((reason) => reason.code === code)?.until ?? null;
  const others = row.reasons.filter((reason) => reason.code !== code);
  return {
    name: row.number ?? row.plan ?? '',
    isInvoice: row.invoiceId !== null,
    url: row.invoiceId ? `/invoices/${row.invoiceId}` : `/customers/${row.customerId}`,
    customer: row.customer,
    customerUrl: `/customers/${row.customerId}`,
    until: until ? t('followup.until', { day: formatDayShort(until, language) }) : '',
    others: others.length
      ? t('followup.also', { reasons: others.map((other) => reasonWord(row.kind, other.code, t)).join(', ') })
      : '',
  };
}

/** A reason in words. */
export const reasonWord = (kind: 'wait' | 'blocked', code: string, t: Words['t']): string =>
  t(`${kind === 'wait' ? 'wait' : 'reason'}.${code}` as Key);
