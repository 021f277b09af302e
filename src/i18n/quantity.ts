import { localeOf } from './format.ts';

/** A count with the language's way of grouping digits: `12,345`, `12 345`. */
export const formatCount = (n: number, language: string): string => new Intl.NumberFormat(localeOf(language)).format(n);

const SIZES = [
  { unit: 'gigabyte', bytes: 1e9 },
  { unit: 'megabyte', bytes: 1e6 },
  { unit: 'kilobyte', bytes: 1e3 },
] as const;

/** A size in bytes in the unit that suits it: `134 MB`, `134 Mo`, `1.2 GB`. */
export function formatSize(bytes: number, language: string): string {
  const { unit, bytes: one } = SIZES.find((size) => bytes >= size.bytes) ?? SIZES[2];
  const format = { style: 'unit', unit, maximumSignificantDigits: 3 } as const;
  return new Intl.NumberFormat(localeOf(language), format).format(bytes / one);
}

const AGES = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1000 },
] as const;

/** How long ago something was, in milliseconds, in its largest whole unit: `3 hours ago`, `now`. */
export function formatAgo(ms: number, language: string): string {
  const age = Math.max(0, ms);
  // One and a half days are better said in hours.
  const { unit, ms: one } = AGES.find((size) => age >= 2 * size.ms) ?? AGES[3];
  // In words only where they are exact: two days are more often not "the day before yesterday".
  const numeric = unit === 'second' ? 'auto' : 'always';
  return new Intl.RelativeTimeFormat(localeOf(language), { numeric }).format(-Math.floor(age / one), unit);
}
