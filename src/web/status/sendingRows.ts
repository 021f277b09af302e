import { formatAgo, formatCount } from '../../i18n/quantity.ts';
import { isAlive } from '../../services/health.ts';
import type { Measure } from '../../services/measure.ts';
import { momentOf, type Row, TOO_OLD, toneOf, type Words } from './row.ts';

/** Whether anything stands against sending, and when runs are. */
export const sendingRows = (measure: Measure, words: Words): Row[] => [
  modeRow(measure, words),
  ...obstacleRows(measure, words),
  ...jobRows(measure, words),
  ...runRows(measure, words),
];

const MODES = { off: 'settings.modeOff', review: 'settings.modeReview', automatic: 'settings.modeAutomatic' } as const;

const modeRow = ({ mode: chosen }: Measure, { t }: Words): Row => ({
  id: 'mode',
  name: t('settings.mode'),
  text: t(MODES[chosen]),
  link: '/settings/sending',
});

function obstacleRows({ held, clockInDoubt, storage }: Measure, { t }: Words): Row[] {
  const rows: Row[] = [];
  const name = t('status.obstacle');
  const add = (row: Pick<Row, 'id' | 'text' | 'link'>): void => void rows.push({ name, tone: 'attention', ...row });
  if (held !== null) add({ id: 'held', text: t('status.held'), link: '/held' });
  if (clockInDoubt) add({ id: 'clock', text: t('status.clock'), link: '/clock' });
  if (storage.full) add({ id: 'disk', text: t('status.disk') });
  return rows.length > 0 ? rows : [{ id: 'obstacle', name, text: t('status.noObstacle'), tone: 'good' }];
}

/** Where no daily job runs, as beside another process that sends, there is nothing to say. */
function jobRows({ at, pulse }: Measure, words: Words): Row[] {
  if (!pulse) return [];
  const alive = isAlive(pulse, at);
  const text =
    alive && pulse.workingSince !== null ? words.t('status.jobWorking') : lookText(at, pulse.lookedAt, words);
  const silent = alive ? '' : ` ${words.t('status.jobSilent')}`;
  return [{ id: 'job', name: words.t('status.job'), text: text + silent, tone: toneOf(alive) }];
}

const lookText = (at: number, lookedAt: number | null, { t, language }: Words): string =>
  lookedAt === null ? t('status.jobNever') : t('status.jobLooked', { ago: formatAgo(at - lookedAt, language) });

function runRows({ lastRun, nextRun }: Measure, words: Words): Row[] {
  const { t, language } = words;
  const name = t('status.lastRun');
  const last: Row = lastRun
    ? {
        id: 'last-run',
        name,
        text: t('status.runText', {
          when: momentOf(lastRun.at, words),
          queued: formatCount(lastRun.queued, language),
          problems: formatCount(lastRun.problems, language),
        }),
        tone: toneOf(lastRun.problems === 0),
        link: `/runs/${lastRun.day}`,
      }
    : { id: 'last-run', name, text: t('status.noRun') };
  const text = nextRun === null ? t('status.nextOff') : momentOf(nextRun, words);
  return [last, { id: 'next-run', name: t('status.nextRun'), text, link: '/forecast' }];
}

/** What waits, and for what. */
export function queueRows({ at, queue: counts, oldestQueued, todos }: Measure, { t, language }: Words): Row[] {
  const { waiting, approval, person, sending, handover, uncertain } = counts;
  const n = (count: number): string => formatCount(count, language);
  const age = oldestQueued === null ? 0 : at - oldestQueued;
  const oldest = oldestQueued === null ? '' : ` ${t('status.oldest', { ago: formatAgo(age, language) })}`;
  return [
    {
      id: 'waiting',
      name: t('outbox.waiting'),
      text: n(waiting) + oldest,
      ...(age < TOO_OLD ? {} : { tone: 'attention' }),
      link: '/outbox?state=waiting',
    },
    { id: 'on-its-way', name: t('status.onItsWay'), text: n(sending + handover), link: '/outbox?state=waiting' },
    {
      id: 'uncertain',
      name: t('outbox.uncertain'),
      text: n(uncertain),
      tone: toneOf(uncertain === 0),
      link: '/outbox?state=uncertain',
    },
    { id: 'approval', name: t('outbox.approval'), text: n(approval), link: '/outbox?state=approval' },
    { id: 'person', name: t('outbox.person'), text: n(person), link: '/outbox?state=person' },
    { id: 'todos', name: t('nav.todo'), text: n(todos), link: '/todo' },
  ];
}
