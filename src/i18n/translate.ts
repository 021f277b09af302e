import i18next, { type TFunction } from 'i18next';
import type en from '../../locales/en.json';
import { readResource } from '../resources.ts';

/** The languages that the product speaks completely; the first is the one to fall back to. */
export const LANGUAGES = ['en', 'fr', 'it'] as const;
export type Language = (typeof LANGUAGES)[number];

type Exact = keyof typeof en;
/** A key of en.json; of a plural only the stem. */
export type Key = Exact extends infer K
  ? K extends `${infer Stem}_${'one' | 'many' | 'other'}`
    ? Stem | K
    : K
  : never;
export type Params = Readonly<Record<string, string | number>>;
/** Words of one language: `t('invoice.daysLate', { count: 3 })`. */
export type Translate = (key: Key, params?: Params) => string;

const instance = i18next.createInstance();
let ready = false;

function load(): void {
  const resources = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      { translation: JSON.parse(readResource(`locales/${language}.json`)?.toString('utf8') ?? '{}') as object },
    ]),
  );
  void instance.init({
    initAsync: false,
    resources,
    fallbackLng: LANGUAGES[0],
    supportedLngs: LANGUAGES,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof instance.init>[0]);
  ready = true;
}

/** The words of a language; of English where the product does not speak it yet. */
export function translator(language: string): Translate {
  if (!ready) load();
  const t = instance.getFixedT(isLanguage(language) ? language : LANGUAGES[0]) as TFunction;
  return (key, params) => t(key as never, params as never) as unknown as string;
}

export const isLanguage = (language: string): language is Language =>
  (LANGUAGES as readonly string[]).includes(language);
