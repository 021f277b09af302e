/** Codes that name something else than a country: unions, outlying bits, and codes reserved for private use. */
const NO_COUNTRY = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '));

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const english = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** A country that is no more is renamed by its locale, and so drops out. */
const isCurrent = (code: string): boolean => new Intl.Locale(`und-${code}`).region === code;

/** The ISO 3166 codes of today's countries, as this runtime knows them. */
const CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(
  (code) => !NO_COUNTRY.has(code) && english.of(code) !== undefined && isCurrent(code),
);
const known = new Set(CODES);

export const isCountry = (code: string): boolean => known.has(code);

/** The countries by their names in a language, in its alphabetical order. */
export function countriesIn(language: string): { value: string; text: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const collator = new Intl.Collator(language);
  return CODES.map((value) => ({ value, text: names.of(value) ?? value })).toSorted((a, b) =>
    collator.compare(a.text, b.text),
  );
}

/** A country's name in a language; empty when none is known. */
export const countryName = (code: string | null, language: string): string =>
  code && isCountry(code) ? (new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code) : (code ?? '');

/** The languages that customers are written to in: those of the screens, and those that templates may be written in. */
const LANGUAGES_OF_CUSTOMERS = ['en', 'fr', 'it', 'de', 'es', 'nl', 'pt'];

/** The languages to choose from, the current one always among them. */
export const customerLanguages = (language: string, current: string): { value: string; text: string }[] =>
  [...new Set([...LANGUAGES_OF_CUSTOMERS, current])].map((value) => ({ value, text: languageName(value, language) }));

export const languageName = (code: string, language: string): string =>
  /^[a-z]{2,3}$/.test(code) ? (new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code) : code;
