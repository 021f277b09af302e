const LANGUAGES = ['en', 'fr', 'it', 'de', 'es'];
const ALSO: Record<string, number> = { sept: 9, mrz: 3, maerz: 3 };

/** A word without case, accents and dots. */
export const bareWord = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();

/** Month numbers by name, and by every beginning of a name that means one month only in all our languages. */
const MONTHS: ReadonlyMap<string, number> = monthsByWord();

function monthsByWord(): Map<string, number> {
  const meanings = new Map<string, Set<number>>();
  for (const { word, month } of LANGUAGES.flatMap(monthNames)) {
    for (let length = 3; length <= word.length; length++) {
      const beginning = word.slice(0, length);
      meanings.set(beginning, (meanings.get(beginning) ?? new Set()).add(month));
    }
  }
  const single = [...meanings].filter(([, months]) => months.size === 1);
  return new Map([...single.map(([word, months]) => [word, [...months][0]!] as const), ...Object.entries(ALSO)]);
}

function monthNames(language: string): { word: string; month: number }[] {
  const format = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, i) => ({ word: bareWord(format.format(Date.UTC(2021, i, 15))), month: i + 1 }));
}

/** The month that a word names, 1 to 12: `Jan`, `févr.`, `settembre`, `März`. */
export const monthOf = (word: string): number | undefined => MONTHS.get(bareWord(word));
