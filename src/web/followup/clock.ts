import { isImpossible } from '../../domain/clockMemory.ts';
import { isoOf } from '../../clock.ts';
import { formatMoment } from '../../i18n/format.ts';
import { clockMemory, confirmClock } from '../../services/watchClock.ts';
import type { Visit, Web } from '../visit.ts';

/** What this computer's clock shows, what it showed before, and a word of the owner about it. */
export async function clockPage(visit: Visit, { db, clock }: Web): Promise<void> {
  const { t, language, settings } = visit;
  const memory = await clockMemory(db);
  const moment = (instant: string): string => formatMoment(instant, settings.timeZone, language);
  const before = memory?.doubt?.from ?? memory?.back?.from ?? null;
  const wrong = isImpossible(clock());
  const doubtful = Boolean(memory?.doubt);
  const sentence = (): string => {
    if (wrong) return t('followup.clockWrong');
    if (!before) return doubtful ? '' : t('followup.clockFine');
    return t(doubtful ? 'followup.clockAhead' : 'followup.clockBack', { before: moment(before) });
  };
  return visit.page('runs/clock.njk', {
    shows: t('followup.clockShows', { now: moment(isoOf(clock())) }),
    sentence: sentence(),
    doubtful,
    asks: !wrong && (doubtful || Boolean(memory?.back)),
    owner: visit.user?.role === 'owner',
  });
}

export async function confirmDate(visit: Visit, { db, clock }: Web): Promise<void> {
  const done = await confirmClock(db, { clock, userId: visit.user?.id ?? null });
  return visit.redirect('/runs', { key: done ? 'followup.toastClock' : 'followup.toastClockWrong' });
}
