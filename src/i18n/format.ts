import type { Day } from '../domain/calendar.ts';
import { type Currency, decimalFromMinor, type Minor } from '../domain/money.ts';

/** How dates and amounts are written in a language. Formatters are slow to make, so each is kept. */
const LOCALES: Record<string, string> = { en: 'en-GB', fr: 'fr-FR', it: 'it-IT', de: 'de-DE', es: 'es-ES' };
/** The locale in which a language's figures are written: `en-GB` for English, and for what we do not know. */
export const localeOf = (language: string): string => LOCALES[language] ?? 'en-GB';

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function remembered<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const known = formats.get(key);
  if (known) return known as T;
  const made = make();
  formats.set(key, made);
  return made;
}

/** An amount with its currency: `€1,234.50`, `1 234,50 €`. Exact: the digits never pass through a binary fraction. */
export function formatMoney(minor: Minor, currency: Currency, language: string): string {
  const locale = localeOf(language);
  const format = remembered(`money ${locale} ${currency}`, () => {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, useGrouping: 'always' as never });
  });
  return format.format(decimalFromMinor(minor, currency) as Intl.StringNumericLiteral);
}

/** A day in words: `12 May 2026`. */
export const formatDay = (day: Day, language: string): string => dayWith(day, language, 'long', { dateStyle: 'long' });

/** A day as short as people say it: `Tue 12 May`. */
export const formatDayShort = (day: Day, language: string): string =>
  dayWith(day, language, 'short', { weekday: 'short', day: 'numeric', month: 'short' });

/** The same with the year, for days that may lie further back: `Tue 12 May 2026`. */
export const formatDayOfYear = (day: Day, language: string): string =>
  `${formatDayShort(day, language)} ${day.slice(0, 4)}`;

/** A day with all there is to it, for headings: `Tuesday 12 May 2026`. */
export const formatDayLong = (day: Day, language: string): string =>
  dayWith(day, language, 'full year', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** A day in full, for sentences: `Tuesday 12 May`; with its year when it is another than the one given. */
export const formatDayInFull = (day: Day, language: string, today: Day): string =>
  day.slice(0, 4) === today.slice(0, 4)
    ? dayWith(day, language, 'full', { weekday: 'long', day: 'numeric', month: 'long' })
    : dayWith(day, language, 'full year', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** A day without its year: `12 May`. */
export const formatDayMonth = (day: Day, language: string): string =>
  dayWith(day, language, 'month', { day: 'numeric', month: 'short' });

/** A day in figures, for tables: `12/05/2026`. */
export const formatDayFigures = (day: Day, language: string): string =>
  dayWith(day, language, 'figures', { day: '2-digit', month: '2-digit', year: 'numeric' });

/** French says "1er" for the first of a month, which Intl does not. */
function dayWith(day: Day, language: string, name: string, options: Intl.DateTimeFormatOptions): string {
  const locale = localeOf(language);
  const format = remembered(
    `${name} ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }),
  );
  const words = format.format(Date.parse(`${day}T12:00:00Z`));
  return language === 'fr' ? words.replace(/(^| )1 /, '$11er ') : words;
}

/** The moment of an instant in a zone: `12 May 2026, 13:00`. */
export function formatMoment(instant: string, timeZone: string, language: string): string {
  const locale = localeOf(language);
  const format = remembered(
    `moment ${locale} ${timeZone}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }),
  );
  return format.format(Date.parse(instant));
}

/** Parts joined as the language lists them: `100.00 € and 50.00 US$`. */
export const formatList = (parts: readonly string[], language: string): string =>
  new Intl.ListFormat(localeOf(language), { type: 'conjunction' }).format(parts);
