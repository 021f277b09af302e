import { countryCodes } from '../../domain/countries.ts';
import { formatMoment } from '../../i18n/format.ts';
import { LANGUAGES } from '../../i18n/translate.ts';
import type { Session } from '../../store/sessions.ts';
import type { User } from '../../store/users.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'settings'>;

interface Option {
  value: string;
  text: string;
}

/** The lists of the first visit, in the visitor's language and order. */
export function setupLists({ language }: Pick<Words, 'language'>): Record<string, Option[]> {
  return {
    countries: named(countryCodes(), 'region', language),
    currencies: named(Intl.supportedValuesOf('currency'), 'currency', language),
    timeZones: Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, text: zone.replaceAll('_', ' ') })),
    languages: languageList(),
  };
}

function named(codes: readonly string[], type: 'region' | 'currency', language: string): Option[] {
  const names = new Intl.DisplayNames([language], { type });
  return codes
    .map((value) => ({ value, text: `${names.of(value) ?? value}${type === 'currency' ? ` (${value})` : ''}` }))
    .toSorted((a, b) => a.text.localeCompare(b.text, language));
}

/** Each language by its own name. */
export const languageList = (): Option[] =>
  LANGUAGES.map((value) => {
    const name = new Intl.DisplayNames([value], { type: 'language' }).of(value) ?? value;
    return { value, text: name.charAt(0).toUpperCase() + name.slice(1) };
  });

/** A user's own page: what is his, and where he is signed in. */
export function accountView(
  user: User,
  sessions: readonly Session[],
  { current, recoveryCodes, words }: { current: number; recoveryCodes: number; words: Words },
): object {
  const { t, language, settings } = words;
  return {
    account: { name: user.name, email: user.email, language: user.language },
    languages: languageList(),
    secondFactor: user.totpSecret !== null,
    recoveryLeft: t('access.recoveryLeft', { count: recoveryCodes }),
    sessions: sessions.map(({ id, agent, address, seenAt }) => ({
      id,
      here: id === current,
      browser: browserName(agent) || t('access.unknownBrowser'),
      address,
      seen: formatMoment(seenAt, settings.timeZone, language),
      iso: seenAt,
    })),
  };
}

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** What a person calls it: `Firefox, Windows`. */
function browserName(agent: string): string {
  const first = (list: typeof BROWSERS): string | undefined => list.find(([pattern]) => pattern.test(agent))?.[1];
  return [first(BROWSERS), first(SYSTEMS)].filter(Boolean).join(', ');
}

/** The users, with what an owner may do about each. */
export function usersView(users: readonly User[], me: number, { t, language, settings }: Words): object {
  return {
    users: users.map((user) => ({
      id: user.id,
      me: user.id === me,
      name: user.name,
      email: user.email,
      owner: user.role === 'owner',
      role: t(user.role === 'owner' ? 'access.roleOwner' : 'access.roleColleague'),
      disabled: user.disabledAt !== null,
      state: stateOf(user, t),
      since: formatMoment(user.createdAt, settings.timeZone, language),
      iso: user.createdAt,
    })),
    roles: [
      { value: 'colleague', text: t('access.roleColleague') },
      { value: 'owner', text: t('access.roleOwner') },
    ],
  };
}

function stateOf({ disabledAt, passwordTemporary, totpSecret }: User, t: Words['t']): { tone: string; text: string } {
  if (disabledAt !== null) return { tone: 'danger', text: t('access.stateDisabled') };
  if (passwordTemporary) return { tone: 'warning', text: t('access.stateInvited') };
  return { tone: 'ok', text: t(totpSecret === null ? 'access.stateActive' : 'access.stateTwoSteps') };
}
