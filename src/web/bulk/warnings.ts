import type { BulkLine } from '../../services/prepareBatch.ts';
import { formatDayShort } from '../../i18n/format.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings'>;

/** A warning in words; one of weight is why the line is not ticked by itself. */
export interface Warning {
  text: string;
  heavy: boolean;
}

/** What a person should know about a line, each thing once, with the invoices where it does not concern all of them. */
export function warningsOf(line: Pick<BulkLine, 'invoices' | 'weighed' | 'dropped'>, words: Words): Warning[] {
  const told = new Map<string, Warning & { numbers: string[] }>();
  const tell = (text: string, heavy: boolean, number: string): void => {
    const known = told.get(text) ?? { text, heavy, numbers: [] };
    known.numbers.push(number);
    told.set(text, known);
  };
  line.weighed.forEach((weighed, place) => {
    const number = line.invoices[place]?.number ?? '';
    for (const { code, until } of weighed.warnings) tell(reasonText(code, until, words), true, number);
    if (weighed.remindedOn) tell(words.t('bulk.reminded', { day: dayText(weighed.remindedOn, words) }), true, number);
    // What waits for a person, or is switched off, does not leave by itself.
    if (weighed.automatic && words.settings.mode === 'automatic')
      tell(automaticText(weighed.automatic, words), false, number);
  });
  for (const { number } of line.dropped) tell(words.t('bulk.dropped'), false, number);
  return [...told.values()].toSorted(byWeight).map(({ text, heavy, numbers }) => ({
    text: numbers.length === line.invoices.length && line.dropped.length === 0 ? text : `${text} (${listOf(numbers)})`,
    heavy,
  }));
}

const byWeight = (a: Warning, b: Warning): number => Number(b.heavy) - Number(a.heavy);

function reasonText(code: string, until: string | null, { t, language, today }: Words): string {
  const reason = t(`reason.${code}` as never);
  if (until === null || until < today) return reason;
  return t('why.until', { reason, day: formatDayShort(until as never, language) });
}

function automaticText({ name, on }: { name: string; on: string }, words: Words): string {
  const { t, settings, today } = words;
  const time = settings.sendAt;
  if (on === today) return t('bulk.leavesToday', { name, time });
  return t('bulk.leavesSoon', { name, time, day: dayText(on, words) });
}

const dayText = (day: string, { language }: Words): string => formatDayShort(day as never, language);

const SHOWN = 4;

/** The first few, and how many more. */
export const listOf = (numbers: readonly string[], shown = SHOWN): string =>
  numbers.length > shown ? `${numbers.slice(0, shown).join(', ')} + ${numbers.length - shown}` : numbers.join(', ');
