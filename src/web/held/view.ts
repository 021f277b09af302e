import type { Day } from '../../domain/calendar.ts';
import { localMoment } from '../../domain/timetable.ts';
import { formatDayOfYear, formatMoment } from '../../i18n/format.ts';
import type { Key, Translate } from '../../i18n/translate.ts';
import type { Held } from '../../store/held.ts';
import type { JournalMessage } from '../../store/journal.ts';
import type { Visit } from '../visit.ts';

const STRIPS: Record<Held['reason'], Key> = {
  restored: 'held.stripRestored',
  copied: 'held.stripCopied',
  replaced: 'held.stripReplaced',
  behind: 'held.stripBehind',
};

/** The line on top of every page while nothing may leave; it stands alone, for what else it could say is not true now. */
export const heldStrip = (
  { reason, trial }: Held,
  t: Translate,
): { tone: 'danger' | 'warning'; text: string; link: { url: string; text: string } } => ({
  tone: trial ? 'warning' : 'danger',
  text: t(trial ? 'held.stripTrial' : STRIPS[reason]),
  link: { url: '/held', text: t(trial ? 'held.details' : 'held.decide') },
});

/** So many rows are read; nobody reads more, and the decision is about all of them anyway. */
const MOST = 200;

/** The page that explains the hold, names what left without the database's knowledge, and offers the ways to go on. */
export function heldView(held: Held, messages: readonly JournalMessage[], hasJournal: boolean, visit: Visit): object {
  const { t, user, settings } = visit;
  return {
    reason: reasonText(held, visit),
    notes: [
      t('held.meanwhile'),
      t(held.reason === 'copied' ? 'held.originalToo' : 'held.dataToo'),
      ...(held.trial ? [t('held.asTrial')] : []),
    ],
    rows: messages.slice(0, MOST).map((message) => rowOf(message, visit)),
    listTitle: listTitle(messages.length, hasJournal, t),
    empty: messages.length > 0 ? '' : t(hasJournal ? 'held.none' : 'held.noJournal'),
    more: messages.length > MOST ? t('held.more', { count: messages.length - MOST }) : '',
    owner: user?.role === 'owner',
    since: held.since,
    mode: t(MODES[settings.mode]),
    choices: choicesOf(messages.length > 0, held, t),
  };
}

function reasonText({ reason, backupAt }: Held, { t, language, settings }: Visit): string {
  if (reason === 'copied') return t('held.whyCopied');
  if (reason === 'replaced') return t('held.whyReplaced');
  if (reason === 'behind') return t('held.whyBehind');
  if (backupAt === null) return t('held.whyRestored');
  return t('held.whyRestoredOf', { when: formatMoment(backupAt, settings.timeZone, language) });
}

function listTitle(count: number, hasJournal: boolean, t: Translate): string {
  if (count > 0) return t('held.list', { count });
  return t(hasJournal ? 'held.noneTitle' : 'held.noJournalTitle');
}

const MODES: Record<Visit['settings']['mode'], Key> = {
  off: 'held.modeOff',
  review: 'held.modeReview',
  automatic: 'held.modeAutomatic',
};

function rowOf(
  { at, customer, lines, subject, outcome }: JournalMessage,
  { t, language, settings }: Visit,
): Record<string, unknown> {
  const { day, minute } = localMoment(Date.parse(at), settings.timeZone);
  const time = [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return {
    iso: at,
    when: `${formatDayOfYear(day as Day, language)}, ${time}`,
    customer: customer.name,
    invoices: lines.map(({ number }) => number),
    subject,
    accepted: outcome === 'accepted',
    answer: t(outcome === 'accepted' ? 'held.accepted' : 'held.unknown'),
  };
}

interface Choice {
  value: 'left' | 'again' | 'trial';
  title: string;
  text: string;
  button: string;
  main: boolean;
}

function choicesOf(some: boolean, { trial }: Held, t: Translate): Choice[] {
  const again: Choice = some
    ? {
        value: 'again',
        title: t('held.again'),
        text: t('held.againText'),
        button: t('held.againButton'),
        main: false,
      }
    : { value: 'again', title: t('held.goOn'), text: t('held.goOnText'), button: t('held.goOnButton'), main: true };
  const left: Choice = {
    value: 'left',
    title: t('held.left'),
    text: t('held.leftText'),
    button: t('held.leftButton'),
    main: true,
  };
  const stay: Choice = {
    value: 'trial',
    title: t('held.trial'),
    text: t('held.trialText'),
    button: t('held.trialButton'),
    main: false,
  };
  return [...(some ? [left] : []), again, ...(trial ? [] : [stay])];
}
