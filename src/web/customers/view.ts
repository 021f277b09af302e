import { type Day, daysBetween } from '../../domain/calendar.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Plan } from '../../domain/plan.ts';
import { formatDay, formatDayShort, formatMoment, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { CustomerFields } from '../../store/customerEditing.ts';
import {
  CUSTOMER_FILTERS,
  CUSTOMER_ORDERS,
  type CustomerEvent,
  type CustomerFilter,
  type CustomerOrder,
  type CustomerQuery,
  type CustomerRow,
  type openCredits,
} from '../../store/customerList.ts';
import type { CustomerPause, EnrolmentRow } from '../../store/customerPlans.ts';
import type { ContactRow } from '../../store/customers.ts';
import type { InvoiceRow } from '../../store/invoiceList.ts';
import { eventDetail } from '../eventDetail.ts';
import type { Visit } from '../visit.ts';
import { nextOf } from '../why.ts';
import { countryName, languageName } from './countries.ts';
import { RECEIVES } from './forms.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings'>;

const FILTER_KEYS: Record<CustomerFilter, Key> = {
  all: 'customers.filterAll',
  no_plan: 'customers.filterNoPlan',
  overdue: 'customers.filterOverdue',
  paused: 'customers.filterPaused',
  no_email: 'customers.filterNoEmail',
  refused: 'customers.filterRefused',
};
const ORDER_KEYS: Record<CustomerOrder, Key> = {
  name: 'customers.sortName',
  overdue: 'customers.sortOverdue',
  newest: 'customers.sortNewest',
};
const KIND_KEYS: Record<Plan['kind'], Key> = { escalation: 'customers.escalation', recap: 'customers.recap' };
const RECEIVES_KEYS: Record<ContactRow['receives'], Key> = {
  to: 'customers.receivesTo',
  cc: 'customers.receivesCc',
  none: 'customers.receivesNone',
};

/** The filters and orders with their addresses, the chosen one marked. */
export function filterView(query: CustomerQuery, { t }: Words): object {
  return {
    filters: CUSTOMER_FILTERS.map((filter) => ({
      text: t(FILTER_KEYS[filter]),
      url: listUrl({ ...query, filter, after: null }),
      chosen: filter === query.filter,
    })),
    orders: CUSTOMER_ORDERS.map((value) => ({ value, text: t(ORDER_KEYS[value]) })),
    query: { filter: query.filter, order: query.order, search: query.search },
    here: listUrl({ ...query, after: null }),
  };
}

/** The address of a list: standard values are left out. */
export function listUrl({ filter, order, search, after }: Omit<CustomerQuery, 'limit' | 'today'>): string {
  const params = new URLSearchParams();
  if (filter !== 'all') params.set('filter', filter);
  if (order !== 'name') params.set('order', order);
  if (search) params.set('search', search);
  if (after) params.set('after', after);
  return params.size ? `/customers?${params.toString()}` : '/customers';
}

/** One row, ready to be shown. */
export function rowView(row: CustomerRow, words: Words): object {
  const { t, language } = words;
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    balances: row.balances.map(({ currency, outstanding, overdue }) => ({
      outstanding: formatMoney(outstanding, currency, language),
      overdue: overdue > 0 ? formatMoney(overdue, currency, language) : '',
    })),
    plans: row.plans.map(({ name }) => name),
    language: languageName(row.language, language),
    last: row.lastContactOn
      ? { text: formatDayShort(row.lastContactOn, language), iso: row.lastContactOn }
      : { text: '', iso: '' },
    late: row.averageDaysLate === null ? '' : t('customers.days', { count: row.averageDaysLate }),
    states: statesOf(row, words),
  };
}

function statesOf({ paused, hasEmail, refused }: CustomerRow, { t }: Words): { tone: string; text: string }[] {
  const states: { tone: string; text: string }[] = [];
  if (paused) states.push({ tone: '', text: t('customers.statePaused') });
  if (refused) states.push({ tone: 'danger', text: t('customers.stateRefused') });
  else if (!hasEmail) states.push({ tone: 'warning', text: t('customers.stateNoEmail') });
  return states;
}

/** The plans to choose from, by kind, as "+ Add" lists them. */
export const planMenu = (plans: readonly Plan[], { t }: Words, without: ReadonlySet<number> = new Set()): object[] =>
  (['escalation', 'recap'] as const)
    .map((kind) => ({
      title: t(KIND_KEYS[kind]),
      plans: plans.filter((one) => one.kind === kind && !without.has(one.id)).map(({ id, name }) => ({ id, name })),
    }))
    .filter((group) => group.plans.length > 0);

/** All that the panel is made of. */
export interface PanelData {
  id: number;
  fields: CustomerFields;
  row: CustomerRow;
  contacts: readonly ContactRow[];
  enrolments: readonly EnrolmentRow[];
  plans: readonly Plan[];
  pause: CustomerPause | null;
  credits: Awaited<ReturnType<typeof openCredits>>;
  invoices: { rows: readonly InvoiceRow[]; more: boolean };
  decisions: readonly Decision[];
  history: readonly CustomerEvent[];
}

/** The panel: plans, contacts, address, totals, invoices, history. */
export function panelView(data: PanelData, words: Words): object {
  const { t } = words;
  const { id, fields, row } = data;
  const enrolled = new Set(data.enrolments.map(({ planId }) => planId));
  return {
    id,
    name: fields.name,
    code: fields.code,
    note: fields.note,
    plans: data.enrolments.map((one) => enrolmentView(one, data, words)),
    menu: planMenu(data.plans, words, enrolled),
    pause: pauseView(data.pause, words),
    contacts: data.contacts.map((one) => contactView(one, words)),
    facts: factsOf(fields, words),
    totals: totalsOf(data, words),
    averageLate: row.averageDaysLate === null ? '' : t('customers.days', { count: row.averageDaysLate }),
    invoices: data.invoices.rows.map((one) => invoiceView(one, data.decisions, words)),
    moreInvoices: data.invoices.more ? `/invoices?${new URLSearchParams({ search: fields.name }).toString()}` : '',
    history: data.history.map((one) => eventView(one, words)),
  };
}

function enrolmentView(one: EnrolmentRow, { plans, decisions }: PanelData, words: Words): object {
  const { t, language, today } = words;
  const plan = plans.find(({ id }) => id === one.planId);
  const paused = plan?.pause && (plan.pause.until === null || plan.pause.until >= today);
  const recap = decisions.find(({ subject }) => subject.kind === 'recap' && subject.planId === one.planId);
  return {
    id: one.planId,
    name: plan?.name ?? '',
    kind: t(KIND_KEYS[one.kind]),
    since: t('customers.since', { day: formatDay(one.since, language) }),
    sinceIso: one.since,
    paused: paused ? t('customers.planPaused') : '',
    next: recap ? recapNext(recap, words) : '',
  };
}

function recapNext(decision: Decision, words: Words): string {
  const { t, language, today } = words;
  if (decision.kind === 'blocked') return nextOf(decision, words).text;
  const day = decision.kind === 'send' ? today : decision.until;
  return t('customers.nextRecap', { day: formatDayShort(day, language) });
}

/** A pause that has lapsed by itself is over. */
function pauseView(pause: CustomerPause | null, { t, language, today }: Words): object | null {
  if (!pause || (pause.until !== null && pause.until < today)) return null;
  return {
    text: pause.until
      ? t('customers.pausedUntil', { day: formatDay(pause.until, language) })
      : t('customers.pausedOpenEnded'),
    reason: pause.reason,
  };
}

function contactView(one: ContactRow, { t, language }: Words): object {
  const label = one.name || one.email || one.phone || '';
  return {
    id: one.id,
    label,
    role: one.role,
    email: one.email ?? '',
    phone: one.phone ?? '',
    receives: one.receives,
    options: RECEIVES.map((value) => ({ value, text: t(RECEIVES_KEYS[value]) })),
    refused: one.refusedOn ? t('customers.refusedOn', { day: formatDay(one.refusedOn, language) }) : '',
    refusedReason: one.refusedReason ?? '',
    unreachable: one.receives !== 'none' && !one.email,
  };
}

function factsOf(fields: CustomerFields, { t, language }: Words): { name: string; lines: string[] }[] {
  const address = [
    fields.street,
    [fields.postcode, fields.city].filter(Boolean).join(' '),
    countryName(fields.country, language),
  ].filter(Boolean);
  const facts = [
    { name: t('customers.address'), lines: address.length ? address : [t('customers.noAddress')] },
    { name: t('customers.language'), lines: [languageName(fields.language, language)] },
  ];
  if (fields.legalId) facts.push({ name: t('customers.legalId'), lines: [fields.legalId] });
  if (fields.paymentTermDays !== null)
    facts.push({ name: t('customers.termShort'), lines: [t('customers.days', { count: fields.paymentTermDays })] });
  return facts;
}

function totalsOf({ row, credits }: PanelData, { language }: Words): object[] {
  const currencies = [...new Set([...row.balances, ...credits].map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const balance = row.balances.find((one) => one.currency === currency);
    const credit = credits.find((one) => one.currency === currency)?.amount ?? 0;
    return {
      outstanding: formatMoney(balance?.outstanding ?? 0, currency, language),
      overdue: formatMoney(balance?.overdue ?? 0, currency, language),
      credit: credit > 0 ? formatMoney(credit, currency, language) : '',
    };
  });
}

function invoiceView(row: InvoiceRow, decisions: readonly Decision[], words: Words): object {
  const { t, language } = words;
  const decision = decisions.find(({ subject }) => subject.kind === 'invoice' && subject.invoiceId === row.id);
  return {
    id: row.id,
    number: row.number,
    due: row.dueOn ? formatDayShort(row.dueOn, language) : t('invoices.noDueDate'),
    dueIso: row.dueOn ?? '',
    late: lateness(row.dueOn, words),
    remaining: formatMoney(row.outstanding, row.currency, language),
    next: nextOf(decision, words),
  };
}

function lateness(dueOn: Day | null, { t, today }: Words): string {
  const late = dueOn ? daysBetween(dueOn, today) : 0;
  return late > 0 ? t('invoices.daysLate', { count: late }) : '';
}

function eventView(event: CustomerEvent, words: Words): object {
  const { t, language, settings } = words;
  const { at, kind, number, invoiceId, reminderId, subject, user } = event;
  return {
    when: formatMoment(at, settings.timeZone, language),
    iso: at,
    text: t(`event.${kind}` as Key),
    tone: kind === 'reminder_sent' ? 'is-sent' : /failed|uncertain/.test(kind) ? 'is-bad' : '',
    user: user ?? '',
    invoice: invoiceId && number ? { url: `/invoices/${invoiceId}`, number } : null,
    mail: reminderId ? { url: `/reminders/${reminderId}`, subject: subject || t('invoices.open') } : null,
    detail: eventDetail(event, words),
  };
}
