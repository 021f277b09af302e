import type { HoldReason } from '../domain/brakes.ts';
import type { Day } from '../domain/calendar.ts';
import type { Message } from '../domain/decision.ts';
import { totalsByCurrency } from '../domain/money.ts';
import { channelOf } from '../domain/plan.ts';
import { formatDayShort, formatDay, formatList, formatMoney } from '../i18n/format.ts';
import { heldText } from '../i18n/held.ts';
import { type Key, translator } from '../i18n/translate.ts';
import type { Trouble } from '../store/runList.ts';
import type { Run, RunProblem } from '../store/runs.ts';

/** A notice in words: plain text, in the language of its reader. */
export interface NoticeWords {
  subject: string;
  text: string;
}

/** More lines than this nobody reads in a mail; the screens have them all. */
const LINES = 50;

/** What the morning notice tells. `time` is HH:MM; addresses begin with `base`. */
export interface Morning {
  day: Day;
  time: string;
  messages: readonly Message[];
  names: ReadonlyMap<number, { name: string }>;
  held: HoldReason | null;
  sizes: { uncertain: number; approval: number; person: number; waiting: number };
  /** How many invoices cannot be followed up before a person mends something. */
  stuck: number;
  base: string;
}

/** The morning notice (SPEC §3): what will leave today, and what needs a person. */
export function morningWords(morning: Morning, { name, language }: { name: string; language: string }): NoticeWords {
  const t = translator(language);
  const { day, time, messages, held, sizes, stuck, base } = morning;
  const customers = new Set(messages.map(({ customerId }) => customerId)).size;
  const counted = t('followup.messagesTo', {
    messages: t('followup.messages', { count: messages.length }),
    customers: t('followup.customers', { count: customers }),
  });
  const some = messages.length > 0;
  const leaving = some
    ? t('notice.leaving', { time, messages: counted, total: totals(messages, language) })
    : t('notice.nothing');
  const needs: [Key, number][] = [
    ['outbox.approval', sizes.approval],
    ['outbox.uncertain', sizes.uncertain],
    ['outbox.person', sizes.person],
    ['notice.stuck', stuck],
  ];
  const needed = needs.filter(([, count]) => count > 0).map(([key, count]) => `- ${t(key)}: ${count}`);
  return {
    subject: some
      ? t('notice.morningSubject', { day: formatDayShort(day, language), time, messages: counted })
      : t('notice.morningNone', { day: formatDayShort(day, language) }),
    text: paragraphs([
      [t('notice.hello', { name })],
      [
        leaving,
        held && some ? t('notice.held', { why: heldText(held, t) }) : '',
        sizes.waiting > 0 ? t('notice.alsoWaiting', { count: sizes.waiting }) : '',
      ],
      customerLines(morning, language),
      needed.length ? [t('notice.needsYou'), ...needed] : [],
      [
        t('notice.seeForecast', { url: `${base}/forecast` }),
        needed.length ? t('notice.seeOutbox', { url: `${base}/outbox` }) : '',
      ],
      [t('notice.morningWhy', { url: `${base}/settings/notices` })],
    ]),
  };
}

/** A line for each customer and message, with the invoices and what they owe. */
function customerLines({ messages, names }: Morning, language: string): string[] {
  const t = translator(language);
  const lines = messages.slice(0, LINES).map(({ customerId, stepName, action, lines: invoices, total, currency }) => {
    const about = [stepName ?? t('followup.recap'), t(`channel.${channelOf(action)}`)].join(', ');
    const listed = invoices.map(
      ({ number, outstanding }) => `${number} (${formatMoney(outstanding, currency, language)})`,
    );
    return `- ${oneLine(names.get(customerId)?.name ?? '')}, ${formatMoney(total, currency, language)}\n  ${oneLine(about)}: ${oneLine(listed.join(', '))}`;
  });
  return [...lines, more(messages.length, language)];
}

/** What the problem notice tells about a run. */
export interface RunTroubles {
  run: Run;
  problems: readonly RunProblem[];
  /** How many messages of the run wait for approval because it is held. */
  waiting: number;
  troubles: readonly Trouble[];
  /** What the mail server said when it could not be used; null when it could. */
  stopped: string | null;
  base: string;
}

/** The notice after a run that had problems: held, not written, failed, uncertain, or no mail server. */
export function problemWords(about: RunTroubles, { name, language }: { name: string; language: string }): NoticeWords {
  const t = translator(language);
  const { run, problems, waiting, stopped, base } = about;
  const day = formatDay(run.day, language);
  const list = (head: Key, lines: readonly string[]): string[] =>
    lines.length ? [t(head), ...lines.slice(0, LINES), more(lines.length, language)] : [];
  const of = (state: Trouble['state']): string[] =>
    about.troubles.filter((one) => one.state === state).map((one) => troubleLine(one, language));
  return {
    subject: t('notice.problemsSubject', { day: formatDayShort(run.day, language) }),
    text: paragraphs([
      [t('notice.hello', { name })],
      [t('notice.problemsIntro', { day, id: run.id })],
      run.held && waiting > 0 ? [t('notice.heldCount', { count: waiting, why: heldText(run.held, t) })] : [],
      stopped === null ? [] : [t('notice.stopped', { reply: oneLine(stopped) })],
      list(
        'notice.notWritten',
        problems.map((problem) => problemLine(problem, language)),
      ),
      list('notice.failed', of('failed')),
      list('notice.uncertain', of('uncertain')),
      [t('notice.seeRun', { url: `${base}/runs/${run.day}` })],
      [t('notice.problemsWhy', { url: `${base}/settings/notices` })],
    ]),
  };
}

function problemLine({ code, customer, invoices, detail }: RunProblem, language: string): string {
  const t = translator(language);
  const who = [customer, invoices?.join(', ')].filter(Boolean).join(', ');
  return `- ${oneLine(who)}: ${t(`reason.${code}` as Key)}${detail ? ` (${oneLine(detail)})` : ''}`;
}

/** What went wrong in words: a code of ours translated, the server's own words as they are. */
function troubleLine({ customer, invoices, reason }: Trouble, language: string): string {
  const t = translator(language);
  const key = `reason.${reason}`;
  const said = t(key as Key);
  return `- ${oneLine(`${customer}, ${invoices}: ${said === key ? reason : said}`)}`;
}

const more = (count: number, language: string): string =>
  count > LINES ? translator(language)('followup.andMore', { count: count - LINES }) : '';

const totals = (messages: readonly Message[], language: string): string =>
  formatList(
    [...totalsByCurrency(messages.map(({ currency, total }) => ({ currency, amount: total })))].map(
      ([currency, amount]) => formatMoney(amount, currency, language),
    ),
    language,
  );

const paragraphs = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .map((lines) => lines.filter(Boolean).join('\n'))
    .filter(Boolean)
    .join('\n\n')}\n`;

/** Names and replies come from outside: a line of ours stays one line. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
