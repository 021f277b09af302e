import { LANGUAGES, wordFiles } from '../../src/i18n/translate.ts';
import { productCode, readText, sourcesIn } from './sources.ts';

type Words = Record<string, string>;

/** The command line speaks English only, so its refusals are not translated yet; every other word is. */
const ENGLISH_ONLY = /^refusal\./;

/** Keys that code puts together from a prefix and a word of the rules: which word, no literal in the code says. */
const PUT_TOGETHER = /^(reason|wait|state|channel|refusal|event)\./;
/** Words that every screen shares: buttons, and what is wrong with a field. They are there before the screen that needs them. */
const SHARED = /^(action|form)\./;
/** `error.notFound` brings `error.notFoundText` along. */
const WITH_ITS_TEXT = /Text$/;

const PLURAL = /_(zero|one|two|few|many|other)$/;
const stemOf = (key: string): string => key.replace(PLURAL, '');

const wordsIn = (file: string): Words => JSON.parse(readText(file)) as Words;
const words = new Map(LANGUAGES.map((language) => [language, Object.assign({}, ...wordFiles(language).map(wordsIn))]));
const wordsOf = (language: string): Words => words.get(language as never) as Words;
const english = wordsOf('en');
const plurals = new Set(
  Object.keys(english)
    .filter((key) => key.endsWith('_other'))
    .map(stemOf),
);
const translated = (key: string): boolean => !ENGLISH_ONLY.test(key);

/** The keys that a language has to have: for a plural, one for each form that its grammar knows. */
function keysFor(language: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return [...new Set(Object.keys(english).map(stemOf))]
    .filter((key) => language === 'en' || translated(key))
    .flatMap((key) => (plurals.has(key) ? forms.map((form) => `${key}_${form}`) : [key]));
}

const placeholdersIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map(([, name = '']) => name))].toSorted();

const code = productCode();
const views = sourcesIn('views', '.njk');
const texts = [...code, ...views].map(({ text }) => text);

describe.each(LANGUAGES)('the words in %s', (language) => {
  test('are those of English, with the plural forms that the language needs', () => {
    expect(Object.keys(wordsOf(language)).toSorted()).toEqual(keysFor(language).toSorted());
  });

  test('say each thing once', () => {
    const keys = wordFiles(language).flatMap((file) => Object.keys(wordsIn(file)));
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
    for (const file of wordFiles(language)) {
      const written = [...readText(file).matchAll(/^\s*"([^"]+)":/gm)].map(([, key]) => key);
      expect([file, written.filter((key, place) => written.indexOf(key) !== place)]).toEqual([file, []]);
    }
  });

  test('name the same values as English does', () => {
    const differing = Object.entries(wordsOf(language)).flatMap(([key, text]) => {
      const wanted = placeholdersIn(english[key] ?? english[`${stemOf(key)}_other`] ?? '');
      // "un jour" needs no figure.
      const needed = key.endsWith('_one') ? wanted.filter((name) => name !== 'count') : wanted;
      const found = placeholdersIn(text);
      const fits = needed.every((name) => found.includes(name)) && found.every((name) => wanted.includes(name));
      return fits ? [] : [`${key}: ${text}`];
    });
    expect(differing).toEqual([]);
  });

  test('are never empty, and never shout', () => {
    const odd = Object.entries(wordsOf(language)).filter(([, text]) => text.trim() === '' || text.includes('!'));
    expect(odd).toEqual([]);
  });
});

test('every key that code or a template names exists', () => {
  const known = new Set([...Object.keys(english), ...plurals]);
  const named = texts.flatMap((text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key = '']) => key));
  expect(named.filter((key) => !known.has(key))).toEqual([]);
  expect(named.length).toBeGreaterThan(50);
});

test('every word of the rules that a screen may show has its words', () => {
  const wanted = [
    ...wordsOfType('src/domain/decision.ts', 'BlockReason').map((word) => `reason.${word}`),
    ...wordsOfType('src/domain/decision.ts', 'WaitReason').map((word) => `wait.${word}`),
    ...wordsOfType('src/store/reminders.ts', 'ReminderState').map((state) => `state.${state}`),
    ...wordsOfType('src/domain/customer.ts', 'Channel').map((channel) => `channel.${channel}`),
    ...texts.flatMap((text) =>
      [...text.matchAll(/new Refusal\(\s*'(\w+)'/g)].map(([, refusal]) => `refusal.${refusal}`),
    ),
  ];
  const known = new Set([...Object.keys(english), ...plurals]);
  expect([...new Set(wanted)].filter((key) => !known.has(key))).toEqual([]);
  expect(wanted.length).toBeGreaterThan(60);
});

test('no words are left over', () => {
  const literals = new Set(
    texts.flatMap((text) => [...text.matchAll(/['"`]([a-z]\w*\.\w+)['"`]/gi)].map(([, key]) => key)),
  );
  const used = (key: string): boolean => literals.has(key) || PUT_TOGETHER.test(key) || SHARED.test(key);
  const unused = [...new Set(Object.keys(english).map(stemOf))].filter(
    (key) => !used(key) && !(WITH_ITS_TEXT.test(key) && used(key.replace(WITH_ITS_TEXT, ''))),
  );
  expect(unused).toEqual([]);
});

/** The words of a union of literals, read from the source: types leave nothing to ask at run time. */
function wordsOfType(file: string, type: string): string[] {
  const [, union = ''] = new RegExp(`export type ${type} =([^;]*);`).exec(readText(file)) ?? [];
  return [...union.matchAll(/'(\w+)'/g)].map(([, word = '']) => word);
}
