import type { Day } from '../../domain/calendar.ts';
import { localMoment } from '../../domain/timetable.ts';
import { formatDayMonth, formatDayShort } from '../../i18n/format.ts';
import { variableMenus } from '../templates/variables.ts';
import { problemViews } from '../templates/view.ts';
import type { Visit } from '../visit.ts';
import { contentsView } from './contents.ts';
import { MOST_ADDRESSES, readRecipients, written, wrongOnes } from './recipients.ts';
import { signsOf, warningsOf } from './warnings.ts';
import { type OpenWindow, reachable, typedOf } from './window.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings' | 'user'>;

/** What stands around the window: where its draft comes from, what its frame shows, and what was refused. */
export interface Around {
  /** The instant of the draft that it goes on with; empty for none. */
  begunAt: string;
  /** Where the preview's page is, and the letter's; empty where there is none. */
  previewUrl: string;
  pdfUrl: string;
  /** Sentences at fields: `to`, `cc`, `ids`, `templateName`, and `message` for what belongs to none. */
  errors: Record<string, string>;
  templateName: string;
  /** The template that the words were just kept as. */
  savedAs: string;
  /** A live look goes on from what the window showed when it opened; a whole one begins anew. */
  live: boolean;
  /** The currencies in which the customer owes, where the window is about him. */
  currencies: readonly string[];
}

const ERRORS = { to: '', cc: '', ids: '', templateName: '', message: '' };

/** All that the window shows, in words. */
export function windowView(window: OpenWindow, around: Around, words: Words): object {
  const { t, user } = words;
  const { channel, fields, occasion, proposal } = window;
  const { customer } = occasion;
  return {
    ...hiddenView(window, around, words),
    channel,
    customer: { id: customer.id, name: customer.name },
    title: t(channel === 'email' ? 'sending.emailTo' : 'sending.letterTo', { customer: customer.name }),
    begun: begunView(around.begunAt, words),
    warnings: warningsOf(occasion.invoices, occasion.weighed, fields.seen, words),
    leftOut: window.leftOut.length
      ? t('sending.leftOut', { count: window.leftOut.length, numbers: window.leftOut.join(', ') })
      : '',
    errors: { ...ERRORS, ...(window.nothingTicked ? { ids: t('sending.oneStays') } : {}), ...around.errors },
    to: fields.to,
    cc: fields.cc,
    contacts: contactsView(window),
    refused: refusedView(window, words),
    nobody: channel === 'email' && fields.to === '' ? t('sending.nobodyKnown') : '',
    postal: postalLines(window),
    copy: fields.copy,
    copyLabel: t('sending.copy', { address: user?.email ?? '' }),
    subject: fields.words.subject,
    body: fields.words.body,
    menus: variableMenus(proposal.template.scope, t),
    words: editorWords(window, words),
    values: JSON.stringify(proposal.words?.values ?? {}),
    replaced: fields.before !== null,
    ...contentsView(window, words),
    templates: occasion.templates.map(({ id, name }) => ({ id, name, chosen: id === fields.templateId })),
    mayKeep: user?.role === 'owner',
    templateName: around.templateName,
    savedAs: around.savedAs ? t('sending.savedAs', { name: around.savedAs }) : '',
    button: channel === 'email' ? t('sending.send', { customer: customer.name }) : t('sending.queueLetter'),
    preview: previewView(window, around, words),
    currencies: currenciesView(window, around),
    wordsReplaced: window.wordsReplaced,
  };
}

/** What the form carries along without showing it. */
function hiddenView({ fields, whole }: OpenWindow, { live }: Around, words: Words): object {
  const kept = live && fields.seen ? [...fields.seen] : signsOf(whole.invoices, whole.weighed, words);
  return {
    formKey: fields.formKey,
    about: fields.about,
    offered: fields.offered.join(','),
    templateId: fields.templateId,
    was: fields.was,
    before: fields.before ? JSON.stringify(fields.before) : '',
    documentsShown: fields.documentsShown.join(','),
    seen: kept.join(' '),
  };
}

function begunView(at: string, { t, language, settings }: Words): string {
  if (!at) return '';
  const { day, minute } = localMoment(Date.parse(at), settings.timeZone);
  const time = [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return t('sending.begun', { day: formatDayMonth(day, language), time });
}

/** The contacts to choose from with one click: those whose address works. */
const contactsView = ({ occasion }: OpenWindow): object[] =>
  reachable(occasion.contacts).map((contact) => ({
    value: written(typedOf(contact)),
    text: contact.name || (contact.email ?? ''),
    address: contact.email ?? '',
  }));

/** Contacts that would be written to, if their server had not refused the address. */
const refusedView = ({ channel, occasion }: OpenWindow, { t, language }: Words): string[] =>
  channel === 'letter'
    ? []
    : occasion.contacts
        .filter(({ receives, refusedOn }) => receives !== 'none' && refusedOn !== null)
        .map(({ email, refusedOn }) =>
          t('sending.refusedAddress', { address: email ?? '', day: formatDayShort(refusedOn as Day, language) }),
        );

/** The address as the letter bears it. */
const postalLines = ({ shown }: OpenWindow): readonly string[] =>
  shown.ok && shown.content.letter ? shown.content.letter.recipient : [];

/** The names of the variables for the editor's chips, with what each stands for in this message. */
function editorWords({ proposal }: OpenWindow, { t }: Words): string {
  const { words } = variableMenus(proposal.template.scope, t) as { words: string };
  return JSON.stringify({ ...(JSON.parse(words) as object), values: proposal.words?.values ?? {} });
}

/** The message as it would leave, or what keeps it from being shown. */
function previewView({ shown, channel }: OpenWindow, { previewUrl, pdfUrl }: Around, { t }: Words): object {
  if (shown.ok)
    return { url: previewUrl, pdf: pdfUrl, subject: channel === 'email' ? shown.content.subject : '', problems: [] };
  const { subject, body } = problemViews(shown.problems, t);
  const problems = [...subject, ...body];
  return {
    url: '',
    pdf: '',
    subject: '',
    problems: problems.length ? problems : [{ text: t('sending.templateBroken'), place: null }],
  };
}

const currenciesView = ({ channel, occasion }: OpenWindow, { currencies }: Around): object[] =>
  currencies.length < 2
    ? []
    : currencies.map((currency) => ({
        text: currency,
        url: customerUrl(channel, occasion.customer.id, currency),
        chosen: currency === occasion.currency,
      }));

/** The address of the window about all that a customer owes in a currency. */
export const customerUrl = (channel: string, customer: number, currency = ''): string =>
  `/sending/${channel}?${new URLSearchParams({ customer: String(customer), ...(currency && { currency }) }).toString()}`;

/** Sentences at the address fields. */
export function addressErrors({ fields }: OpenWindow, { t, language }: Words): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of ['to', 'cc'] as const) {
    const wrong = wrongOnes(fields[field]);
    const list = new Intl.ListFormat(language).format(wrong);
    if (readRecipients(fields[field]).length > MOST_ADDRESSES)
      errors[field] = t('sending.tooManyAddresses', { most: MOST_ADDRESSES });
    if (wrong.length) errors[field] = t('sending.notAnAddress', { count: wrong.length, addresses: list });
  }
  return errors;
}
