import { formatMoment, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { Batch } from '../../store/batches.ts';
import type { ItemRow, ItemState } from '../../store/batchList.ts';
import { UNDO_TIME } from '../../services/releaseReminder.ts';
import type { Visit } from '../visit.ts';
import { reasonInWords } from '../why.ts';
import { listOf } from './warnings.ts';

type Words = Pick<Visit, 't' | 'language' | 'settings'>;
type Counts = Partial<Record<ItemState, number>>;

interface BatchParts {
  batch: Batch;
  counts: Counts;
  page: { rows: readonly ItemRow[]; next: number | null; offset: number };
  /** An instant in milliseconds. */
  now: number;
  undoable: boolean;
  /** The letters that wait to be printed. */
  toPrint: readonly number[];
}

/** How a bulk sending stands: being written, about to leave, on its way, done, or taken back. */
export function batchView({ batch, counts, page, now, undoable, toPrint }: BatchParts, words: Words): object {
  const { t, language, settings } = words;
  const url = `/sending/batches/${batch.id}`;
  const total = sum(Object.values(counts));
  const phase = phaseOf(batch, counts, undoable);
  return {
    url,
    channel: batch.channel,
    phase,
    title: `${t('bulk.title')} · ${t(batch.channel === 'letter' ? 'bulk.letters' : 'bulk.messages', { count: total })}`,
    begun: { text: formatMoment(batch.createdAt, settings.timeZone, language), iso: batch.createdAt },
    progress: { done: total - (counts.waiting ?? 0), total },
    progressText: t('bulk.progress', { done: total - (counts.waiting ?? 0), total }),
    sentence: sentenceOf(phase, batch, counts, words),
    countdown: countdownOf(phase, batch, now, words),
    undoUrl: undoable ? `${url}/undo` : '',
    undoText: t(phase === 'working' ? 'bulk.stop' : 'toast.undo'),
    tallies: talliesOf(batch, counts, words),
    rows: page.rows.map((row) => rowView(row, batch, words)),
    listTitle: t(phase === 'working' ? 'bulk.oddTitle' : 'bulk.eachTitle'),
    next: page.next === null ? '' : `${url}?from=${page.next}`,
    poll: page.offset > 0 ? null : pollOf(phase, url),
    printIds: toPrint,
    againUrl: batch.undoneAt === null ? '' : `${url}/choice`,
    refresh: page.offset > 0 ? 0 : (pollOf(phase, url)?.seconds ?? 0),
  };
}

type Phase = 'working' | 'pause' | 'leaving' | 'done' | 'undone';

function phaseOf(batch: Batch, counts: Counts, undoable: boolean): Phase {
  if (batch.undoneAt !== null) return 'undone';
  if (batch.finishedAt === null) return 'working';
  const onTheirWay = (counts.queued ?? 0) + (counts.sending ?? 0) + (counts.handover ?? 0);
  if (undoable && onTheirWay > 0) return 'pause';
  return onTheirWay > 0 && batch.channel === 'email' ? 'leaving' : 'done';
}

function sentenceOf(phase: Phase, batch: Batch, counts: Counts, { t }: Words): string {
  const queued = (counts.queued ?? 0) + (counts.sending ?? 0) + (counts.handover ?? 0);
  const letters = batch.channel === 'letter';
  if (phase === 'working') return t('bulk.working');
  if (phase === 'pause') return t(letters ? 'bulk.lettersReady' : 'bulk.allReady', { count: queued });
  if (phase === 'leaving') return t('bulk.leaving', { count: queued });
  if (phase === 'undone') {
    const left = (counts.sent ?? 0) + (counts.failed ?? 0) + (counts.uncertain ?? 0) + queued;
    return t('bulk.undone', {
      cancelled: t('bulk.undoneCancelled', { count: counts.cancelled ?? 0 }),
      left: t('bulk.undoneLeft', { count: left }),
    });
  }
  return letters ? t('bulk.lettersReady', { count: queued }) : t('bulk.done', { count: counts.sent ?? 0 });
}

/** The seconds that are left for a second thought; only e-mails leave by themselves. */
function countdownOf(phase: Phase, { finishedAt, channel }: Batch, now: number, { t }: Words): string {
  if (phase !== 'pause' || finishedAt === null || channel === 'letter') return '';
  const seconds = Math.max(0, Math.ceil((Date.parse(finishedAt) + UNDO_TIME - now) / 1000));
  return seconds > 0 ? t('bulk.countdown', { count: seconds }) : t('bulk.leavesNow');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** How often the page looks again, while there is something to see. */
function pollOf(phase: Phase, url: string): { url: string; id: string; every: string; seconds: number } | null {
  const seconds = { working: 1, pause: 1, leaving: 5, done: 0, undone: 0 }[phase];
  return seconds === 0 ? null : { url, id: `batch-poll-${seconds}`, every: `every ${seconds}s`, seconds };
}

const ORDER: readonly ItemState[] = [
  'failed',
  'uncertain',
  'refused',
  'cancelled',
  'stopped',
  'sent',
  'sending',
  'handover',
  'queued',
  'waiting',
];

/** How many stand where, those that need a look first. */
const talliesOf = (batch: Batch, counts: Counts, words: Words): object[] =>
  ORDER.filter((state) => counts[state]).map((state) => ({
    ...stateOf({ state, transport: null }, batch.channel, words.t),
    count: counts[state],
  }));

const WORDS: Record<ItemState, { key: Key; tone: string }> = {
  waiting: { key: 'bulk.stateWaiting', tone: '' },
  refused: { key: 'bulk.stateRefused', tone: 'warning' },
  stopped: { key: 'bulk.stateStopped', tone: '' },
  queued: { key: 'bulk.stateQueued', tone: 'accent' },
  sending: { key: 'state.sending', tone: 'accent' },
  handover: { key: 'state.handover', tone: 'accent' },
  sent: { key: 'state.sent', tone: 'ok' },
  failed: { key: 'state.failed', tone: 'danger' },
  uncertain: { key: 'state.uncertain', tone: 'warning' },
  cancelled: { key: 'state.cancelled', tone: '' },
};

function stateOf(
  { state, transport }: Pick<ItemRow, 'state' | 'transport'>,
  channel: Batch['channel'],
  t: Words['t'],
): { text: string; tone: string } {
  const { key, tone } = WORDS[state];
  if (channel === 'letter' && state === 'queued') return { text: t('outbox.stateToPost'), tone: 'warning' };
  if (channel === 'letter' && state === 'sent') return { text: t('outbox.statePosted'), tone };
  if (state === 'sent' && transport === 'letterbox') return { text: t('outbox.stateCaptured'), tone: 'accent' };
  return { text: t(key), tone };
}

function rowView(row: ItemRow, { channel }: Batch, words: Words): object {
  const { t, language, settings } = words;
  return {
    id: row.id,
    customer: row.customer,
    customerUrl: `/customers/${row.customerId}`,
    numbers: listOf(row.numbers),
    total: row.total === null ? '' : formatMoney(row.total, row.currency, language),
    state: stateOf(row, channel, t),
    note: noteOf(row, t),
    when: row.settledAt
      ? { text: formatMoment(row.settledAt, settings.timeZone, language), iso: row.settledAt }
      : { text: '', iso: '' },
    url: row.reminderId === null ? '' : `/reminders/${row.reminderId}`,
  };
}

/** Reasons of a bulk sending that the rules have no word for. */
const OWN: Record<string, Key> = {
  failed: 'bulk.reasonFailed',
  reminded: 'bulk.reasonReminded',
  template_broken: 'bulk.templateBroken',
  bad_address: 'bulk.reasonBadAddress',
};

/** Why it was left out, failed, or is not certain. */
function noteOf({ state, reason, detail, reply }: ItemRow, t: Words['t']): string {
  if (state === 'failed' || state === 'uncertain' || state === 'cancelled') return reasonInWords(reason || reply, t);
  if (state !== 'refused') return '';
  const own = OWN[reason];
  const words = own ? t(own) : reasonInWords(reason, t);
  if (detail === 'since') return t('bulk.since', { reason: words });
  return reason === 'failed' || reason === 'bad_address' ? `${words} ${detail}` : words;
}
