import { type Day, daysBetween } from '../../domain/calendar.ts';
import type { unreachable } from '../../domain/customer.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Currency, Minor } from '../../domain/money.ts';
import { formatDayOfYear, formatDayShort, formatMoment, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import {
  AGES,
  INVOICE_FILTERS,
  INVOICE_ORDERS,
  type InvoiceFilter,
  type InvoiceOrder,
  type InvoiceQuery,
  type InvoiceRow,
  type invoiceRecords,
  type lastReminders,
  type openAmounts,
} from '../../store/invoiceList.ts';
import { eventDetail } from '../eventDetail.ts';
import type { Visit } from '../visit.ts';
import { nextOf, whyOf } from '../why.ts';

type Words = Pick<Visit, 't' | 'language' | 'today' | 'settings'>;

const FILTER_KEYS: Record<InvoiceFilter, Key> = {
  open: 'invoices.filterAll',
  not_due: 'invoices.filterNotDue',
  due: 'invoices.filterDue',
  overdue: 'invoices.filterOverdue',
  disputed: 'invoices.filterDisputed',
  promised: 'invoices.filterPromised',
  paid: 'invoices.filterPaid',
  no_pdf: 'invoices.filterNoPdf',
  bolt: 'invoices.filterBolt',
};
const ORDER_KEYS: Record<InvoiceOrder, Key> = {
  due: 'invoices.sortDue',
  amount: 'invoices.sortAmount',
  number: 'invoices.sortNumber',
  customer: 'invoices.sortCustomer',
};
const AGE_KEYS: readonly Key[] = ['invoices.age0', 'invoices.age1', 'invoices.age2', 'invoices.age3', 'invoices.age4'];

/** The head of the screen: totals and the ageing bar, per currency. */
export function headView(amounts: Awaited<ReturnType<typeof openAmounts>>, { t, language, today }: Words): object {
  const currencies = Map.groupBy(amounts, ({ currency }) => currency);
  return {
    currencies: [...currencies].map(([currency, list]) => {
      const ages = AGES.map(() => 0);
      for (const { dueOn, outstanding } of list) {
        const age = ageOf(dueOn, today);
        ages[age] = (ages[age] ?? 0) + outstanding;
      }
      const total = ages.reduce((sum, amount) => sum + amount, 0);
      let from = 0;
      const parts = ages.map((amount, age) => {
        const width = total === 0 ? 0 : (amount / total) * 100;
        const part = {
          age,
          from,
          width,
          label: t(AGE_KEYS[age] as Key),
          amount: formatMoney(amount, currency, language),
          empty: amount === 0,
        };
        from += width;
        return part;
      });
      return {
        currency,
        outstanding: formatMoney(total, currency, language),
        overdue: formatMoney(total - (ages[0] ?? 0), currency, language),
        parts,
      };
    }),
  };
}

function ageOf(dueOn: Day | null, today: Day): number {
  if (dueOn === null) return 0;
  const late = daysBetween(dueOn, today);
  return AGES.findIndex(({ from, to }) => late >= from && late <= to);
}

/** The filters and orders with their addresses, the chosen one marked. */
export function filterView(query: InvoiceQuery, { t }: Words): object {
  const url = (changes: Partial<InvoiceQuery>): string =>
    `/invoices?${searchParams({ ...query, after: null, ...changes })}`;
  return {
    filters: INVOICE_FILTERS.map((filter) => ({
      text: t(FILTER_KEYS[filter]),
      url: url({ filter, age: null }),
      chosen: filter === query.filter && query.age === null,
    })),
    orders: INVOICE_ORDERS.map((value) => ({ value, text: t(ORDER_KEYS[value]) })),
    query: { filter: query.filter, order: query.order, search: query.search, age: query.age ?? '' },
  };
}

export function searchParams({
  filter,
  order,
  search,
  age,
  after,
}: Pick<InvoiceQuery, 'filter' | 'order' | 'search' | 'age' | 'after'>): string {
  const params = new URLSearchParams();
  if (filter !== 'open') params.set('filter', filter);
  if (order !== 'due') params.set('order', order);
  if (search) params.set('search', search);
  if (age !== null) params.set('age', String(age));
  if (after) params.set('after', after);
  return params.toString();
}

/** Why a customer cannot be written to, by channel; null where he can. */
export type Reach = Record<'email' | 'letter', ReturnType<typeof unreachable>>;

/** One row, ready to be shown. */
export function rowView(
  row: InvoiceRow,
  decision: Decision | undefined,
  last: Awaited<ReturnType<typeof lastReminders>>,
  reach: Reach | null,
  words: Words,
): object {
  const { t, language } = words;
  const { id, number, customerId, customerName, dueOn, currency, outstanding, total } = row;
  const reminder = last.get(id);
  return {
    id,
    number,
    customerId,
    customer: customerName,
    due: dueOn ? formatDayShort(dueOn, language) : t('invoices.noDueDate'),
    dueIso: dueOn ?? '',
    late: lateness(dueOn, outstanding, words),
    remaining: formatMoney(outstanding, currency, language),
    of:
      outstanding !== total && outstanding > 0
        ? t('invoices.of', { total: formatMoney(total, currency, language) })
        : '',
    state: stateOf(row, words),
    outstanding,
    currency,
    actions: row.state === 'issued' && outstanding > 0 ? actionsOf(row, reach, words) : [],
    followUp: reminder
      ? {
          url: `/reminders/${reminder.reminderId}`,
          text: t('invoices.lastSent', {
            step: reminder.stepName ?? t('invoices.manualReminder'),
            day: formatDayShort(reminder.sentOn, language),
          }),
          iso: reminder.sentOn,
        }
      : null,
    next: outstanding > 0 ? nextOf(decision, words) : { bolt: false, text: '', day: '' },
  };
}

const ACTIONS = [
  { channel: 'letter', icon: 'mail', key: 'invoices.sendLetter' },
  { channel: 'email', icon: 'at', key: 'invoices.sendEmail' },
] as const;

/** The row's ✉ and @: each opens the sending window, or says why it cannot. */
const actionsOf = ({ id, number }: InvoiceRow, reach: Reach | null, { t }: Words): object[] =>
  ACTIONS.map(({ channel, icon, key }) => {
    const obstacle = reach?.[channel] ?? null;
    const label = t(key, { number });
    return {
      icon,
      url: obstacle ? '' : `/sending/${channel}?ids=${id}`,
      label: obstacle ? t('invoices.sendNot', { label, reason: t(`reason.${obstacle}`) }) : label,
    };
  });

function lateness(dueOn: Day | null, outstanding: Minor, { t, today }: Words): string {
  if (!dueOn || outstanding <= 0) return '';
  const late = daysBetween(dueOn, today);
  if (late > 0) return t('invoices.daysLate', { count: late });
  return late === 0 ? t('invoices.dueToday') : t('invoices.dueIn', { count: -late });
}

function stateOf(row: InvoiceRow, { t, language, today }: Words): { tone: string; text: string } {
  if (row.state === 'draft') return { tone: '', text: t('invoices.stateDraft') };
  if (row.state === 'cancelled') return { tone: '', text: t('invoices.stateCancelled') };
  if (row.state === 'written_off') return { tone: '', text: t('invoices.stateWrittenOff') };
  if (row.outstanding <= 0) return { tone: 'ok', text: t('invoices.statePaid') };
  if (row.disputed) return { tone: 'warning', text: t('invoices.stateDisputed') };
  if (row.promisedUntil && row.promisedUntil >= today)
    return { tone: 'accent', text: t('invoices.statePromised', { day: formatDayShort(row.promisedUntil, language) }) };
  if (row.dueOn && row.dueOn < today) return { tone: 'danger', text: t('invoices.stateOverdue') };
  const soon = row.dueOn !== null && daysBetween(today, row.dueOn) <= 7;
  return soon ? { tone: 'warning', text: t('invoices.stateDueSoon') } : { tone: '', text: t('invoices.stateNotDue') };
}

/** The panel: facts, why, documents, history. */
export function panelView(
  invoice: InvoiceDetails & { customerName: string; plan: string | null },
  decision: Decision | null,
  records: Awaited<ReturnType<typeof invoiceRecords>>,
  words: Words,
): object {
  const { t, language, settings, today } = words;
  const money = (amount: Minor, currency: Currency = invoice.currency): string =>
    formatMoney(amount, currency, language);
  return {
    id: invoice.id,
    number: invoice.number,
    customer: { id: invoice.customerId, name: invoice.customerName },
    enabled: invoice.followUpEnabled,
    mayWrite: invoice.state === 'issued' && invoice.outstanding > 0,
    facts: [
      [t('invoices.remaining'), money(invoice.outstanding)],
      [t('invoices.total'), money(invoice.total)],
      [t('invoices.issued'), formatDayOfYear(invoice.issuedOn, language)],
      [
        t('invoices.dueOn'),
        invoice.dueOn
          ? [formatDayOfYear(invoice.dueOn, language), lateness(invoice.dueOn, invoice.outstanding, words)]
              .filter(Boolean)
              .join(' · ')
          : t('invoices.noDueDate'),
      ],
      [t('invoices.plan'), invoice.plan ?? t('invoices.noPlan')],
    ],
    why: whyOf(decision, invoice.customerId, { t, language, settings, today }),
    documents: records.documents,
    history: records.history.map(({ at, kind, reminderId, data, subject, user }) => ({
      when: formatMoment(at, settings.timeZone, language),
      iso: at,
      text: t(`event.${kind}` as Key),
      tone: kind === 'reminder_sent' ? 'is-sent' : /failed|uncertain/.test(kind) ? 'is-bad' : '',
      detail: eventDetail({ kind, data }, words),
      url: reminderId ? `/reminders/${reminderId}` : '',
      subject: subject ?? '',
      user: user ?? '',
    })),
  };
}
