import { isoOf } from '../../clock.ts';
import { formatMoment } from '../../i18n/format.ts';
import type { Visit } from '../visit.ts';

export type Words = Pick<Visit, 't' | 'language' | 'settings'>;

/** One figure in words. `link` leads to where one can act; without a tone it is neither good nor bad. */
export interface Row {
  id: string;
  name: string;
  text: string;
  tone?: 'good' | 'attention';
  link?: string;
}

export const toneOf = (good: boolean): 'good' | 'attention' => (good ? 'good' : 'attention');

/** What waits longer than this, in milliseconds, would have left if anything did; and a nightly backup is never as old. */
export const TOO_OLD = 2 * 86_400_000;

/** An instant, in milliseconds since 1970, on the company's clock. */
export const momentOf = (instant: number, { settings, language }: Words): string =>
  formatMoment(isoOf(instant), settings.timeZone, language);
