import { formatDayShort, formatMoment, formatMoney } from '../../i18n/format.ts';
import { heldText } from '../../i18n/held.ts';
import type { Key } from '../../i18n/translate.ts';
import { leavesAt } from '../../domain/leaving.ts';
import {
  HELD,
  OUTBOX_SECTIONS,
  type OutboxRow,
  type OutboxSection,
  type reminderThread,
  type runsToApprove,
} from '../../store/outboxList.ts';
import type { RecipientRow, Reminder } from '../../store/reminders.ts';
import { timetableOf } from '../../store/settings.ts';
import type { Day } from '../../domain/calendar.ts';
import { reasonInWords } from '../why.ts';
import type { Visit } from '../visit.ts';

/** What the outbox's words depend on; `now` is an instant in milliseconds. */
export interface Words extends Pick<Visit, 't' | 'language' | 'settings' | 'today'> {
  now: number;
}

/** What the list is narrowed to. */
export interface ListQuery {
  state: OutboxSection | '';
  search: string;
}

const TITLES: Record<OutboxSection, Key> = {
  uncertain: 'outbox.uncertain',
  failed: 'outbox.failed',
  approval: 'outbox.approval',
  person: 'outbox.person',
  waiting: 'outbox.waiting',
  sent: 'outbox.sent',
  cancelled: 'outbox.cancelled',
  letterbox: 'outbox.letterbox',
};
const TEXTS: Record<OutboxSection, Key | null> = {
  uncertain: 'outbox.uncertainText',
  failed: 'outbox.failedText',
  approval: 'outbox.approvalText',
  person: 'outbox.personText',
  waiting: 'outbox.waitingText',
  sent: null,
  cancelled: null,
  letterbox: 'outbox.letterboxText',
};
const EMPTY: Record<OutboxSection, Key> = {
  uncertain: 'outbox.noUncertain',
  failed: 'outbox.noFailed',
  approval: 'outbox.noApproval',
  person: 'outbox.noPerson',
  waiting: 'outbox.noWaiting',
  sent: 'outbox.noSent',
  cancelled: 'outbox.noCancelled',
  letterbox: 'outbox.noLetterbox',
};

/** The filters with their addresses, the chosen one marked. */
export function filtersView({ state, search }: ListQuery, sizes: Record<string, number>, { t }: Words): object {
  const choice = (value: OutboxSection | '', text: string): object => ({
    text,
    count: sizes[value] ?? 0,
    url: listUrl({ state: value, search }),
    chosen: value === state,
  });
  return {
    query: { state, search },
    filters: [choice('', t('outbox.all')), ...OUTBOX_SECTIONS.map((section) => choice(section, t(TITLES[section])))],
  };
}

/** The address of the list, narrowed and from a key on. */
export function listUrl({ state, search }: ListQuery, after = ''): string {
  const params = new URLSearchParams();
  if (state) params.set('state', state);
  if (search) params.set('search', search);
  if (after) params.set('after', after);
  return params.size ? `/outbox?${params.toString()}` : '/outbox';
}

/** One part of the outbox with its rows. */
export function sectionView(
  section: OutboxSection,
  { rows, next }: { rows: OutboxRow[]; next: string | null },
  { query, words }: { query: ListQuery; words: Words },
): object {
  const text = TEXTS[section];
  return {
    name: section,
    title: words.t(TITLES[section]),
    text: text ? words.t(text) : '',
    empty: words.t(EMPTY[section]),
    rows: rows.map((row) => rowView(row, words)),
    next: next ? listUrl({ ...query, state: section }, next) : '',
    choices: section === 'uncertain' ? choicesView(words) : [],
  };
}

/** The runs that wait for a word of the owner. */
export const runsView = (runs: Awaited<ReturnType<typeof runsToApprove>>, { t, language }: Words): object[] =>
  runs.map(({ day, held, count }) => ({
    day,
    text: t('outbox.runWaits', { count, day: formatDayShort(day, language) }),
    why: held ? heldText(held, t) : '',
    drop: held ? t('followup.dropRun') : '',
    approve: t('outbox.approveAll', { count }),
  }));

const choicesView = ({ t }: Words): object[] => [
  { name: t('outbox.settleLeft'), text: t('outbox.settleLeftText') },
  { name: t('outbox.settleAgain'), text: t('outbox.settleAgainText') },
  { name: t('outbox.settleDrop'), text: t('outbox.settleDropText') },
];

/** One reminder as the list shows it, with what can be done about it. */
export function rowView(row: OutboxRow, words: Words): object {
  const { t, language } = words;
  return {
    id: row.id,
    subject: row.subject || t(`channel.${row.channel}`),
    channel: row.channel,
    customer: row.customer,
    customerUrl: `/customers/${row.customer_id}`,
    about: aboutOf(row, t),
    numbers: row.invoices,
    recipients: row.recipients.filter(({ refused }) => !refused).map(({ address }) => partsOf(address)),
    refused: row.recipients
      .filter(({ refused }) => refused)
      .map(({ address, reply }) => ({ parts: partsOf(address), reply })),
    phone: row.channel === 'call' ? (row.phone ?? '') : '',
    total: formatMoney(row.total_minor, row.currency, language),
    when: whenOf(row, words),
    state: stateOf(row, t),
    note: noteOf(row, t),
    can: actionsOf(row, words.now),
    done: row.channel === 'letter' ? t('outbox.markPosted') : t('outbox.markCalled'),
  };
}

/** An address in two parts, between which a narrow column may break it. */
const partsOf = (address: string): string[] => address.split(/(?<=@)/);

/** Plan and step, where the plan sends it; else that a person wrote it. */
export const aboutOf = ({ plan, step }: Pick<OutboxRow, 'plan' | 'step'>, t: Words['t']): string =>
  plan ? [plan, step].filter(Boolean).join(' · ') : t('outbox.byHand');

/** What a person can do with a reminder as it stands. */
export function actionsOf(row: OutboxRow, now: number): Record<string, boolean> {
  const queued = row.state === 'queued';
  const asks = queued && row.needs_approval === 1;
  const email = row.channel === 'email';
  const later = [row.hold_until, row.next_attempt_at].some((until) => until !== null && Date.parse(until) > now);
  return {
    approve: asks && row.reason !== HELD,
    release: queued && email && (asks ? row.reason === HELD : later),
    hold: queued && email && !asks,
    cancel: queued,
    done: queued && !email && !asks,
    settle: row.state === 'uncertain',
    mend: row.state === 'failed' && row.recipients.some(({ refused }) => refused),
  };
}

/** Until when it waits, or when it was settled; `iso` is the instant or the day behind the words. */
function whenOf(row: OutboxRow, { t, language, settings, today, now }: Words): { text: string; iso: string } {
  if (row.settled_at) return { text: formatMoment(row.settled_at, settings.timeZone, language), iso: row.settled_at };
  if (row.state === 'sending' || row.state === 'handover') return { text: t('outbox.leaving'), iso: '' };
  const since = { text: formatMoment(row.created_at, settings.timeZone, language), iso: row.created_at };
  if (row.state !== 'queued' || row.channel !== 'email') return since;
  if (row.needs_approval === 1)
    return { ...since, text: t(row.reason === HELD ? 'outbox.untilReleased' : 'outbox.untilApproved') };
  const { day, time, iso, passed } = leavingOf(row, { settings, today, now });
  if (passed) return { text: t('outbox.leavesNow'), iso };
  if (day === today) return { text: t('outbox.leavesAt', { time }), iso };
  return { text: t('outbox.leavesOn', { day: formatDayShort(day, language), time }), iso };
}

/** The day and the time at which a queued e-mail leaves. What a person wrote does not wait for the sending hours. */
export function leavingOf(
  row: Pick<OutboxRow, 'hold_until' | 'next_attempt_at' | 'origin'>,
  { settings, today, now }: Pick<Words, 'settings' | 'today' | 'now'>,
): { day: Day; time: string; iso: string; passed: boolean } {
  const waits = [row.hold_until, row.next_attempt_at].flatMap((until) => (until ? [Date.parse(until)] : []));
  const earliest = Math.max(now, ...waits);
  const timetable = timetableOf(settings, Number(today.slice(0, 4)));
  const always = { ...timetable, hour: 0, latestHour: 1439, calendar: EVERY_DAY };
  const { day, minute } = leavesAt(earliest, row.origin === 'manual' ? always : timetable);
  const present = leavesAt(now, always);
  const time = `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
  const passed = earliest === now && day === present.day && minute === present.minute;
  return { day, time, iso: `${day}T${time}`, passed };
}

const EVERY_DAY = { weekdays: [1, 2, 3, 4, 5, 6, 7] as const, holidays: new Set<string>() };
const pad = (n: number): string => String(n).padStart(2, '0');

/** The state in a word, with its colour. */
export function stateOf(row: OutboxRow, t: Words['t']): { text: string; tone: string } {
  if (row.state === 'queued' && row.needs_approval === 1)
    return { text: t(row.reason === HELD ? 'outbox.stateHeld' : 'outbox.stateToApprove'), tone: 'warning' };
  if (row.state === 'queued' && row.channel === 'letter') return { text: t('outbox.stateToPost'), tone: 'warning' };
  if (row.state === 'queued' && row.channel === 'call') return { text: t('outbox.stateToCall'), tone: 'warning' };
  if (row.state === 'sent' && row.transport === 'letterbox') return { text: t('outbox.stateCaptured'), tone: 'accent' };
  if (row.state === 'sent' && row.channel === 'letter') return { text: t('outbox.statePosted'), tone: 'ok' };
  if (row.state === 'sent' && row.channel === 'call') return { text: t('outbox.stateCalled'), tone: 'ok' };
  return { text: t(`state.${row.state}`), tone: TONES[row.state] ?? '' };
}

const TONES: Partial<Record<Reminder['state'], string>> = {
  sending: 'accent',
  handover: 'accent',
  sent: 'ok',
  failed: 'danger',
  uncertain: 'warning',
};

/** Why it stands as it does: the reason, or the server's words where they matter. */
function noteOf(row: OutboxRow, t: Words['t']): string {
  if (row.state === 'queued' && row.attempts > 0 && row.next_attempt_at && row.server_reply)
    return t('outbox.putOff', { count: row.attempts, reply: row.server_reply });
  if (['failed', 'uncertain', 'cancelled'].includes(row.state)) return reasonInWords(row.reason || row.server_reply, t);
  return row.reason && row.reason !== HELD ? reasonInWords(row.reason, t) : '';
}

const RECIPIENT_KINDS: Record<RecipientRow['kind'], Key> = {
  to: 'outbox.to',
  cc: 'outbox.cc',
  bcc: 'outbox.bcc',
};

/** One message exactly as it was sent, with everything that is known about it. */
export function reminderView(
  row: OutboxRow,
  parts: {
    recipients: readonly RecipientRow[];
    attachments: readonly { name: string }[];
    invoices: readonly { id: number; number: string; outstanding: number }[];
    thread: Awaited<ReturnType<typeof reminderThread>>;
    hasBytes: boolean;
    hasBody: boolean;
    hasLetter: boolean;
  },
  words: Words,
): object {
  const { t, language, settings } = words;
  const shown = rowView(row, words);
  return {
    ...shown,
    row: shown,
    reply: row.server_reply,
    recipients: parts.recipients.map(({ name, address, kind, result, reply }) => ({
      kind: t(RECIPIENT_KINDS[kind]),
      text: name ? `${name} <${address}>` : address,
      result: result
        ? {
            text: t(result === 'accepted' ? 'outbox.accepted' : 'outbox.refused'),
            tone: result === 'accepted' ? 'ok' : 'danger',
          }
        : null,
      reply: result === 'refused' ? reply : '',
    })),
    attachments: parts.attachments.map(({ name }, position) => ({
      name,
      url: `/reminders/${row.id}/attachments/${position}`,
    })),
    lines: parts.invoices.map(({ id, number, outstanding }) => ({
      id,
      number,
      outstanding: formatMoney(outstanding, row.currency, language),
    })),
    thread: parts.thread.map(({ id, subject, settled_at }) => ({
      url: `/reminders/${id}`,
      subject,
      when: settled_at ? formatMoment(settled_at, settings.timeZone, language) : '',
    })),
    hasBytes: parts.hasBytes,
    hasBody: parts.hasBody,
    letterUrl: parts.hasLetter ? `/reminders/${row.id}/letter.pdf` : '',
    choices: row.state === 'uncertain' ? choicesView(words) : [],
  };
}
