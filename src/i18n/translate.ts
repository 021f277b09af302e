import i18next, { type TFunction } from 'i18next';
import type access from '../../locales/en/access.json';
import type backup from '../../locales/en/backup.json';
import type bulk from '../../locales/en/bulk.json';
import type customers from '../../locales/en/customers.json';
import type facts from '../../locales/en/facts.json';
import type followup from '../../locales/en/followup.json';
import type frame from '../../locales/en/frame.json';
import type held from '../../locales/en/held.json';
import type invoices from '../../locales/en/invoices.json';
import type letters from '../../locales/en/letters.json';
import type outbox from '../../locales/en/outbox.json';
import type plans from '../../locales/en/plans.json';
import type sending from '../../locales/en/sending.json';
import type settings from '../../locales/en/settings.json';
import type status from '../../locales/en/status.json';
import type templates from '../../locales/en/templates.json';
import type todo from '../../locales/en/todo.json';
import type shared from '../../locales/en.json';
import { IS_BINARY, readResource } from '../resources.ts';

/** The languages that the product speaks completely; the first is the one to fall back to. */
export const LANGUAGES = ['en', 'fr', 'it'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One file per screen and language, and one for the words that every screen shares. */
export const SECTIONS = [
  'access',
  'backup',
  'bulk',
  'customers',
  'facts',
  'followup',
  'frame',
  'held',
  'invoices',
  'letters',
  'outbox',
  'plans',
  'sending',
  'settings',
  'status',
  'templates',
  'todo',
] as const;

type Exact =
  | keyof typeof shared
  | keyof typeof access
  | keyof typeof backup
  | keyof typeof bulk
  | keyof typeof customers
  | keyof typeof facts
  | keyof typeof followup
  | keyof typeof frame
  | keyof typeof held
  | keyof typeof invoices
  | keyof typeof letters
  | keyof typeof outbox
  | keyof typeof plans
  | keyof typeof sending
  | keyof typeof settings
  | keyof typeof status
  | keyof typeof templates
  | keyof typeof todo;
/** A key of en.json; of a plural only the stem. */
export type Key = Exact extends infer K
  ? K extends `${infer Stem}_${'one' | 'many' | 'other'}`
    ? Stem | K
    : K
  : never;
export type Params = Readonly<Record<string, string | number>>;
/** Words of one language: `t('invoice.daysLate', { count: 3 })`. */
export type Translate = (key: Key, params?: Params) => string;

/** What a person types in front of a command of the product. */
const COMMAND = IS_BINARY ? 'dunwell' : 'npm run -s dunwell --';

const instance = i18next.createInstance();
let ready = false;

function load(): void {
  const resources = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      { translation: Object.assign({}, ...wordFiles(language).map(wordsIn)) as object },
    ]),
  );
  void instance.init({
    initAsync: false,
    resources,
    fallbackLng: LANGUAGES[0],
    supportedLngs: LANGUAGES,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, defaultVariables: { dunwell: COMMAND } },
    showSupportNotice: false,
  } as Parameters<typeof instance.init>[0]);
  ready = true;
}

/** The files that hold the words of a language. */
export const wordFiles = (language: Language): string[] => [
  `locales/${language}.json`,
  ...SECTIONS.map((section) => `locales/${language}/${section}.json`),
];

const wordsIn = (file: string): object => JSON.parse(readResource(file)?.toString('utf8') ?? '{}') as object;

/** The words of a language; of English where the product does not speak it yet. */
export function translator(language: string): Translate {
  if (!ready) load();
  const t = instance.getFixedT(isLanguage(language) ? language : LANGUAGES[0]) as TFunction;
  return (key, params) => t(key as never, params as never) as unknown as string;
}

export const isLanguage = (language: string): language is Language =>
  (LANGUAGES as readonly string[]).includes(language);
