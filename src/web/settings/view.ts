import { addDays, type Day, weekdayOf } from '../../domain/calendar.ts';
import { type Holiday, publicHolidays } from '../../domain/holidays.ts';
import { holidayRegions } from '../../domain/regions.ts';
import type { Settings } from '../../domain/settings.ts';
import { formatDay, formatDayShort, formatList } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { NoticeReader } from '../../store/notices.ts';
import { VERSION } from '../../version.ts';
import { setupLists } from '../access/view.ts';
import { weekdayName } from '../followup/forecastView.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'settings' | 'today'>;

/** A form as it is shown: what stands in its fields, and the sentences beside them. */
export interface Shown {
  values: Record<string, unknown>;
  errors: Record<string, string>;
}

/** The parts of the settings; `users` is a screen of its own. */
export const SECTIONS = [
  'company',
  'sending',
  'holidays',
  'mail',
  'notices',
  'language',
  'users',
  'data',
  'operation',
] as const;
export type Section = (typeof SECTIONS)[number];

const FOR_OWNERS: ReadonlySet<Section> = new Set<Section>(['notices', 'users', 'operation']);

const TITLES: Record<Section, Key> = {
  company: 'settings.company',
  sending: 'settings.sending',
  holidays: 'settings.holidays',
  mail: 'settings.mail',
  notices: 'settings.notices',
  language: 'settings.language',
  users: 'settings.users',
  data: 'settings.data',
  operation: 'status.title',
};

/** What every page of the settings has: the way to the others, and whether this user may change anything. */
export function settingsFrame(section: Section, { t, user }: Pick<Visit, 't' | 'user'>): object {
  const owner = user?.role === 'owner';
  return {
    title: t(TITLES[section]),
    owner,
    sections: SECTIONS.filter((one) => owner || !FOR_OWNERS.has(one)).map((one) => ({
      text: t(TITLES[one]),
      url: `/settings/${one}`,
      chosen: one === section,
    })),
  };
}

const MODES: Record<Settings['mode'], Key> = {
  off: 'settings.modeOff',
  review: 'settings.modeReview',
  automatic: 'settings.modeAutomatic',
};

/** The settings in one line each. */
export function overviewView(visit: Words & Pick<Visit, 'user'>, notices: NoticeReader | null): object {
  const { t, language, settings } = visit;
  const lists = setupLists(visit);
  const { company, mail, holidays } = settings;
  const lines: Record<Section, string> = {
    company: [company.name, company.city, nameIn(lists.countries, company.country)].filter(Boolean).join(', '),
    sending: `${t(MODES[settings.mode])} ${scheduleText(settings, visit)}`,
    holidays: holidays ? nextHolidayText(visit) : t('settings.holidaysOff'),
    mail: mail.host ? t('settings.mailVia', { host: mail.host }) : t('settings.letterbox'),
    notices: noticesText(notices, visit),
    language: `${nameIn(lists.languages, settings.language)}, ${nameIn(lists.currencies, settings.currency)}`,
    users: t('settings.usersText'),
    data: t('settings.dataText'),
    operation: t('status.card', { version: VERSION }),
  };
  const owner = visit.user?.role === 'owner';
  return {
    language,
    cards: SECTIONS.filter((one) => owner || !FOR_OWNERS.has(one)).map((one) => ({
      title: t(TITLES[one]),
      text: lines[one],
      url: `/settings/${one}`,
    })),
  };
}

const nameIn = (list: readonly { value: string; text: string }[] | undefined, value: string): string =>
  list?.find((one) => one.value === value)?.text ?? value;

/** `Mon, Tue, Wed, Thu and Fri at 13:00 (Europe/Paris)`. */
function scheduleText({ sendingDays, sendAt, timeZone }: Settings, { t, language }: Words): string {
  const days = formatList(
    sendingDays.map((day) => weekdayName(weekday(day), language, 'short')),
    language,
  );
  return t('settings.schedule', { days, time: sendAt, zone: timeZone });
}

/** A day with the given ISO weekday: 2024-01-01 was a Monday. */
const weekday = (n: number): Day => addDays('2024-01-01', n - 1);

function nextHolidayText({ t, language, settings: { holidays }, today }: Words): string {
  const next = holidays
    ? holidaysAround(holidays, today, language).find(({ day }) => day >= today && !holidays.working.includes(day))
    : undefined;
  return next
    ? t('settings.nextHoliday', { day: formatDay(next.day, language), name: next.name })
    : t('settings.noHoliday');
}

/** The public holidays of this year and the next, each day once. */
function holidaysAround(
  { country, region }: { country: string; region: string | null },
  today: Day,
  language: string,
): Holiday[] {
  const year = Number(today.slice(0, 4));
  const byDay = Map.groupBy(publicHolidays(country, region, year, year + 1, language), ({ day }) => day);
  return [...byDay].map(([day, list]) => ({ day, name: list.map(({ name }) => name).join(', ') }));
}

const line = (values: Record<string, unknown>, name: string): string => {
  const value = values[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const lines = (value: unknown): string[] =>
  value === undefined || value === ''
    ? []
    : (typeof value === 'object' && value ? Object.values(value) : [value]).map(String);

const fields = <Name extends string>(values: Record<string, unknown>, names: readonly Name[]): Record<Name, string> =>
  Object.fromEntries(names.map((name) => [name, line(values, name)])) as Record<Name, string>;

export const COMPANY_FIELDS = [
  'name',
  'street',
  'postcode',
  'city',
  'country',
  'email',
  'phone',
  'legalId',
  'iban',
  'bic',
  'window',
] as const;

export const companyValues = ({ company, letters }: Settings): Record<string, unknown> => ({
  ...company,
  window: letters.window,
});

const WINDOWS: Record<Settings['letters']['window'], Key> = {
  auto: 'settings.windowAuto',
  left: 'settings.windowLeft',
  right: 'settings.windowRight',
};

export const companyView = ({ values, errors }: Shown, words: Words): object => ({
  values: fields(values, COMPANY_FIELDS),
  errors,
  countries: setupLists(words).countries,
  windows: Object.entries(WINDOWS).map(([value, key]) => ({ value, text: words.t(key) })),
});

/** Whether a reader gets the notice after a run with problems: unless he chose, once a mail account is connected. */
const wantsProblems = (reader: NoticeReader | null, { mail }: Settings): boolean =>
  reader?.problems ?? mail.host !== '';

function noticesText(reader: NoticeReader | null, { t, settings }: Words): string {
  const problems = wantsProblems(reader, settings);
  const time = reader?.morningAt ?? '';
  if (time) return t(problems ? 'settings.noticesOn' : 'settings.noticesMorning', { time });
  return t(problems ? 'settings.noticesProblems' : 'settings.noticesOff');
}

/** When the morning notice comes, unless another hour is chosen. */
const MORNING = '08:00';

export const noticesView = ({ values, errors }: Shown, { t, settings, user }: Words & Pick<Visit, 'user'>): object => ({
  to: t('settings.noticesTo', { address: user?.email ?? '' }),
  connected: settings.mail.host !== '',
  morning: line(values, 'morning') === '1',
  morningAt: line(values, 'morningAt') || MORNING,
  problems: line(values, 'problems') === '1',
  sendAt: settings.sendAt,
  errors,
});

export const noticesValues = (reader: NoticeReader | null, settings: Settings): Record<string, unknown> => ({
  morning: reader?.morningAt ? '1' : '',
  morningAt: reader?.morningAt ?? '',
  problems: wantsProblems(reader, settings) ? '1' : '',
});

/** The sending form. `now` tells how far each zone's clock is from ours, which is what people know a zone by. */
export function sendingView({ values, errors }: Shown, words: Words & { time: string }): object {
  const { t, language, settings, time } = words;
  const chosen = new Set(lines(values.sendingDays));
  return {
    mode: settings.mode,
    modeText: t(MODES[settings.mode]),
    values: fields(values, [
      'sendAt',
      'sendUntil',
      'timeZone',
      'holdMinutes',
      'maxMessages',
      'maxTimesMedian',
      'maxDataAgeDays',
    ]),
    errors: { ...errors, sendingDays: errors.sendingDays ?? '' },
    days: [1, 2, 3, 4, 5, 6, 7].map((n) => ({
      value: String(n),
      text: weekdayName(weekday(n), language, 'long'),
      chosen: chosen.has(String(n)),
    })),
    zones: setupLists(words).timeZones,
    clock: t('settings.zoneClock', { zone: settings.timeZone, time }),
  };
}

export const sendingValues = ({ brakes, ...settings }: Settings): Record<string, unknown> => ({
  ...settings,
  ...brakes,
});

/** The part of the holidays form that depends on the country: its regions, and its holidays with a tick for each. */
export function placesView(
  { country, region, working }: { country: string; region: string | null; working: readonly string[] },
  words: Words,
): object {
  const { t, language, today, settings } = words;
  const regions = holidayRegions(country, language);
  const known = regions.find(({ code }) => code === region)?.code ?? null;
  const ticked = new Set(working);
  const list = holidaysAround({ country, region: known }, today, language);
  const years = Map.groupBy(list, ({ day }) => day.slice(0, 4));
  return {
    country,
    region: known ?? '',
    countries: setupLists(words).countries,
    regions: regions.length
      ? [
          { value: '', text: t('settings.wholeCountry') },
          ...regions.map(({ code, name }) => ({ value: code, text: name })),
        ]
      : [],
    years: [...years].map(([year, days]) => ({
      year,
      days: days.map(({ day, name }) => ({
        iso: day,
        day: formatDayShort(day, language),
        name,
        working: ticked.has(day),
        // On such a weekday nothing leaves anyway.
        idle: !settings.sendingDays.includes(weekdayOf(day)),
      })),
    })),
    known: list.map(({ day }) => day),
  };
}

export function holidaysView({ values, errors }: Shown, words: Words): object {
  const extra = lines(values.extra).filter(Boolean);
  return {
    on: line(values, 'on') === '1',
    errors: { ...errors, extra: Object.entries(errors).find(([name]) => name.startsWith('extra'))?.[1] ?? '' },
    extra: [...extra.toSorted(), '', '', ''],
    places: placesView(
      {
        country: line(values, 'country'),
        region: line(values, 'region') || null,
        working: lines(values.working),
      },
      words,
    ),
  };
}

export const holidaysValues = ({ holidays, company }: Settings): Record<string, unknown> => ({
  ...(holidays ?? { country: company.country, region: '', extra: [], working: [] }),
  on: holidays ? '1' : '',
});

const PASSWORDS: Record<'environment' | 'stored' | 'unreadable' | 'none', Key> = {
  environment: 'settings.passwordEnvironment',
  stored: 'settings.passwordStored',
  unreadable: 'settings.passwordUnreadable',
  none: 'settings.passwordNone',
};
const SECURITIES = {
  starttls: 'settings.starttls',
  tls: 'settings.tls',
  none: 'settings.noSecurity',
} as const satisfies Record<Settings['mail']['security'], Key>;

export const MAIL_FIELDS = [
  'from',
  'fromName',
  'replyTo',
  'copyTo',
  'host',
  'port',
  'security',
  'user',
  'perHour',
] as const;

export function mailView(
  { values, errors }: Shown,
  source: keyof typeof PASSWORDS,
  { t, settings, user }: Pick<Visit, 't' | 'settings' | 'user'>,
): object {
  const testAddress = settings.mail.testAddress || (user?.email ?? '');
  return {
    values: fields(values, MAIL_FIELDS),
    errors,
    connected: settings.mail.host !== '',
    passwordText: t(PASSWORDS[source]),
    passwordFixed: source === 'environment',
    securities: Object.entries(SECURITIES).map(([value, key]) => ({ value, text: t(key) })),
    testMode: line(values, 'testMode') === '1',
    testText: t('settings.testMode', { address: testAddress }),
    companyEmail: settings.company.email,
  };
}

export const mailValues = ({ mail }: Settings): Record<string, unknown> => ({
  ...mail,
  testMode: mail.testAddress ? '1' : '',
});

export const languageView = ({ values, errors }: Shown, words: Words): object => {
  const { languages, currencies } = setupLists(words);
  return { values: fields(values, ['language', 'currency']), errors, languages, currencies };
};
