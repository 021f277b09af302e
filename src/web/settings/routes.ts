import { localMoment } from '../../domain/timetable.ts';
import type { Day } from '../../domain/calendar.ts';
import { formatDayShort } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import { chooseNotices } from '../../services/chooseNotices.ts';
import { saveMailAccount } from '../../services/saveMailAccount.ts';
import { saveSettings } from '../../services/saveSettings.ts';
import { smtpPasswordSource } from '../../services/smtpPassword.ts';
import { type MailTrial, testMailAccount } from '../../services/testMailAccount.ts';
import { turnOffSending } from '../../services/turnOffSending.ts';
import { announcementOf, turnOnSending } from '../../services/turnOnSending.ts';
import { noticeReader } from '../../store/notices.ts';
import { countOf, messagesView, namesFor } from '../followup/messages.ts';
import { nextMessages } from '../followup/nextRun.ts';
import { readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Route, Visit, Web } from '../visit.ts';
import {
  companyForm,
  holidaysForm,
  languageForm,
  mailForm,
  noticesForm,
  sendingForm,
  turnOffForm,
  turnOnForm,
} from './forms.ts';
import {
  companyValues,
  companyView,
  holidaysValues,
  holidaysView,
  languageView,
  mailValues,
  mailView,
  noticesValues,
  noticesView,
  overviewView,
  placesView,
  sendingValues,
  sendingView,
  settingsFrame,
  type Shown,
} from './view.ts';

/** What the company and its sending are like. Everybody may read it; owners change it. */
export const settingsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/settings',
    allow: 'colleague',
    run: overview,
  },
  { method: 'get', path: '/settings/company', allow: 'colleague', run: (visit) => companyPage(visit) },
  { method: 'put', path: '/settings/company', allow: 'owner', run: saveCompany },
  { method: 'get', path: '/settings/sending', allow: 'colleague', run: (visit, web) => sendingPage(visit, web) },
  { method: 'put', path: '/settings/sending', allow: 'owner', run: saveSending },
  { method: 'get', path: '/settings/sending/turn-on', allow: 'owner', run: (visit, web) => turnOnPage(visit, web) },
  { method: 'put', path: '/settings/sending/turn-on', allow: 'owner', run: turnOn },
  { method: 'put', path: '/settings/sending/turn-off', allow: 'owner', run: turnOff },
  { method: 'get', path: '/settings/holidays', allow: 'colleague', run: (visit) => holidaysPage(visit) },
  { method: 'get', path: '/settings/holidays/places', allow: 'colleague', run: places },
  { method: 'put', path: '/settings/holidays', allow: 'owner', run: saveHolidays },
  { method: 'get', path: '/settings/mail', allow: 'colleague', run: (visit, web) => mailPage(visit, web) },
  { method: 'put', path: '/settings/mail', allow: 'owner', run: saveMail },
  // A trial says whether something answers at an address, so it is rare and for owners (RELIABILITY S21).
  { method: 'post', path: '/settings/mail/trial', allow: 'owner', perMinute: 6, run: tryMail },
  { method: 'get', path: '/settings/notices', allow: 'owner', run: (visit, web) => noticesPage(visit, web) },
  { method: 'put', path: '/settings/notices', allow: 'owner', run: saveNotices },
  { method: 'get', path: '/settings/language', allow: 'colleague', run: (visit) => languagePage(visit) },
  { method: 'put', path: '/settings/language', allow: 'owner', run: saveLanguage },
];

const statusOf = ({ errors }: Shown): number => (Object.keys(errors).length > 0 ? 422 : 200);

const companyPage = (
  visit: Visit,
  shown: Shown = { values: companyValues(visit.settings), errors: {} },
): Promise<void> =>
  visit.page(
    'settings/company.njk',
    { ...settingsFrame('company', visit), ...companyView(shown, visit) },
    statusOf(shown),
  );

async function saveCompany(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, companyForm);
  if (!form.ok) return companyPage(visit, form);
  const { window, ...company } = form.value;
  await saveSettings(web.db, { company, letters: { window } }, doing(visit, web));
  return visit.redirect('/settings/company', { key: 'settings.saved' });
}

async function sendingPage(
  visit: Visit,
  { clock }: Web,
  shown: Shown = { values: sendingValues(visit.settings), errors: {} },
): Promise<void> {
  const { minute } = localMoment(clock(), visit.settings.timeZone);
  const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const view = sendingView(shown, { ...visit, time });
  return visit.page('settings/sending.njk', { ...settingsFrame('sending', visit), ...view }, statusOf(shown));
}

async function saveSending(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, sendingForm);
  if (!form.ok) return sendingPage(visit, web, form);
  const { maxMessages, maxTimesMedian, maxDataAgeDays, ...rest } = form.value;
  const brakes = { maxMessages, maxTimesMedian, maxDataAgeDays };
  await saveSettings(web.db, { ...rest, brakes }, doing(visit, web));
  return visit.redirect('/settings/sending', { key: 'settings.saved' });
}

/** Exactly what the next run would send, and a tick that it was read (SPEC §3). */
async function turnOnPage(visit: Visit, web: Web, shown: Shown = { values: {}, errors: {} }): Promise<void> {
  const { day, messages } = await nextMessages(visit, web);
  const { t, language, settings } = visit;
  return visit.page(
    'settings/turnOn.njk',
    {
      ...settingsFrame('sending', visit),
      day,
      seen: announcementOf(day, messages),
      sentence: t(messages.length ? 'settings.nextRun' : 'followup.nextNothing', {
        day: formatDayShort(day, language),
        time: settings.sendAt,
        zone: settings.timeZone,
        messages: countOf(messages, visit),
      }),
      overLimit:
        messages.length > settings.brakes.maxMessages
          ? t('followup.overLimit', { limit: settings.brakes.maxMessages })
          : '',
      none: messages.length === 0,
      messages: messagesView(messages, await namesFor(web.db, messages), visit),
      mode: typeof shown.values.mode === 'string' ? shown.values.mode : 'review',
      errors: shown.errors,
    },
    statusOf(shown),
  );
}

async function turnOn(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, turnOnForm);
  if (!form.ok) return turnOnPage(visit, web, form);
  const { mode, seen } = form.value;
  const done = await turnOnSending(web.db, { ...doing(visit, web), mode, seen, day: form.value.day as Day });
  if (done === 'changed')
    return turnOnPage(visit, web, { values: form.value, errors: { confirmed: visit.t('settings.planChanged') } });
  return visit.redirect('/settings/sending', {
    key: mode === 'automatic' ? 'settings.turnedOn' : 'settings.turnedToReview',
  });
}

async function turnOff(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, turnOffForm);
  if (!form.ok) return sendingPage(visit, web);
  const { mode } = form.value;
  const count = await turnOffSending(web.db, { ...doing(visit, web), mode });
  if (mode === 'review') return visit.redirect('/settings/sending', { key: 'settings.turnedToReview' });
  if (count > 0) return visit.redirect('/settings/sending', { key: 'settings.turnedOffHeld', params: { count } });
  return visit.redirect('/settings/sending', { key: 'settings.turnedOff' });
}

const holidaysPage = (
  visit: Visit,
  shown: Shown = { values: holidaysValues(visit.settings), errors: {} },
): Promise<void> =>
  visit.page(
    'settings/holidays.njk',
    { ...settingsFrame('holidays', visit), ...holidaysView(shown, visit) },
    statusOf(shown),
  );

/** Another country or region was chosen: its holidays, before anything is saved. */
function places(visit: Visit): void {
  const { holidays } = visit.settings;
  const country = visit.field('country');
  const working = holidays?.country === country ? holidays.working : [];
  const view = placesView({ country, region: visit.field('region') || null, working }, visit);
  visit.fragment('settings/_places.njk', { ...settingsFrame('holidays', visit), places: view, errors: {} });
}

async function saveHolidays(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, holidaysForm);
  if (!form.ok) return holidaysPage(visit, form);
  const { on, country, region, extra, working } = form.value;
  const before = visit.settings.holidays;
  // Ticks stand beside two years of holidays; what was chosen for other years stays.
  const { known } = placesView({ country, region, working: [] }, visit) as { known: string[] };
  const kept = (before?.country === country ? before.working : []).filter((day) => !known.includes(day));
  const days = [...new Set([...kept, ...working.filter((day) => known.includes(day))])].toSorted();
  const holidays = on ? { country, region, extra: [...new Set(extra)].toSorted(), working: days } : null;
  await saveSettings(web.db, { holidays }, doing(visit, web));
  return visit.redirect('/settings/holidays', { key: 'settings.saved' });
}

async function mailPage(
  visit: Visit,
  { db, config }: Web,
  shown: Shown = { values: mailValues(visit.settings), errors: {} },
): Promise<void> {
  const view = mailView(shown, await smtpPasswordSource(db, config), visit);
  return visit.page('settings/mail.njk', { ...settingsFrame('mail', visit), ...view, trial: null }, statusOf(shown));
}

async function saveMail(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, mailForm);
  if (!form.ok) return mailPage(visit, web, form);
  const { password, testMode, ...account } = form.value;
  const shown = (errors: Shown['errors']): Shown => ({ values: { ...account, testMode }, errors });
  if (account.host && !account.from && !visit.settings.company.email)
    return mailPage(visit, web, shown({ from: visit.t('settings.fromNeeded') }));
  // Test mode sends to the person who asks for it, and to no address that somebody types (RELIABILITY S14).
  const testAddress = testMode ? visit.settings.mail.testAddress || (visit.user?.email ?? '') : '';
  const change = { account: { ...account, testAddress }, password, ...doing(visit, web) };
  if ((await saveMailAccount(web.db, web.config, change)) === 'password_again')
    return mailPage(visit, web, shown({ password: visit.t('settings.passwordAgain') }));
  return visit.redirect('/settings/mail', { key: account.host ? 'settings.mailSaved' : 'settings.saved' });
}

const TRIALS: Record<MailTrial, Key> = {
  ok: 'settings.trialOk',
  letterbox: 'settings.trialLetterbox',
  bad_port: 'settings.notAMailPort',
  password_unreadable: 'settings.passwordUnreadable',
  sign_in_refused: 'settings.trialSignIn',
  no_answer: 'settings.trialNoAnswer',
};

async function tryMail(visit: Visit, { db, config }: Web): Promise<void> {
  const trial = await testMailAccount(db, config);
  const key = TRIALS[trial];
  if (!visit.partial) return visit.redirect('/settings/mail', { key });
  return visit.fragment('settings/_trial.njk', { trial: { text: visit.t(key), ok: trial === 'ok' } });
}

async function overview(visit: Visit, { db }: Web): Promise<void> {
  return visit.page('settings/index.njk', overviewView(visit, await noticeReader(db, visit.user?.id ?? 0)));
}

async function noticesPage(visit: Visit, { db }: Web, shown?: Shown): Promise<void> {
  const reader = await noticeReader(db, visit.user?.id ?? 0);
  const asked = shown ?? { values: noticesValues(reader, visit.settings), errors: {} };
  const model = { ...settingsFrame('notices', visit), ...noticesView(asked, visit) };
  return visit.page('settings/notices.njk', model, statusOf(asked));
}

async function saveNotices(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, noticesForm);
  if (!form.ok) return noticesPage(visit, web, form);
  const { morning, morningAt, problems } = form.value;
  const { sendAt } = visit.settings;
  if (morning && morningAt >= sendAt)
    return noticesPage(visit, web, {
      values: form.value,
      errors: { morningAt: visit.t('settings.morningTooLate', { time: sendAt }) },
    });
  const choice = { morningAt: morning ? morningAt : null, problems: problems === '1' };
  await chooseNotices(web.db, choice, { clock: web.clock, userId: visit.user?.id ?? 0 });
  return visit.redirect('/settings/notices', { key: 'settings.saved' });
}

const languagePage = (visit: Visit, shown: Shown = { values: visit.settings, errors: {} }): Promise<void> =>
  visit.page(
    'settings/language.njk',
    { ...settingsFrame('language', visit), ...languageView(shown, visit) },
    statusOf(shown),
  );

async function saveLanguage(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, languageForm);
  if (!form.ok) return languagePage(visit, form);
  await saveSettings(web.db, form.value, doing(visit, web));
  return visit.redirect('/settings/language', { key: 'settings.saved' });
}
