import { type Day, daysBetween } from '../../domain/calendar.ts';
import { localMoment } from '../../domain/timetable.ts';
import { formatMoment, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import { failureId } from '../../services/dismissTodos.ts';
import { SETTLEMENTS, type Settlement } from '../../services/settleUncertain.ts';
import type { ContactRow } from '../../store/customers.ts';
import { HELD, type OutboxRow } from '../../store/outboxList.ts';
import type { OpenLine, ReminderTodo } from '../../store/todos.ts';
import { aboutOf, stateOf } from '../outbox/view.ts';
import type { Visit } from '../visit.ts';
import { reasonInWords } from '../why.ts';
import { type Action, BARE, type Item } from './item.ts';
import { replyInWords } from './replyWords.ts';

export type Words = Pick<Visit, 't' | 'language' | 'settings' | 'today'>;

/** What is known about the reminders of the list beside the reminders themselves. */
export interface Facts {
  lines: Map<number, OpenLine[]>;
  contacts: Map<number, ContactRow[]>;
  printed: Map<number, string>;
}

/** More invoices than these are counted, not listed. */
const LISTED = 3;

/** A reminder that waits for a person. */
export function reminderItem(kind: ReminderTodo, row: OutboxRow, facts: Facts, words: Words): Item {
  const { t, language, settings } = words;
  const subject = row.subject || t(`channel.${row.channel}`);
  const printed = facts.printed.get(row.id);
  return {
    ...BARE,
    id: `todo-r${row.id}`,
    tick: TICKED.has(kind) ? tickOf(kind, row, words) : null,
    title: subject,
    url: `/reminders/${row.id}`,
    customer: { name: row.customer, url: `/customers/${row.customer_id}` },
    about: [aboutOf(row, t), formatMoment(row.settled_at ?? row.created_at, settings.timeZone, language)].join(' · '),
    state: stateFor(kind, row, printed, words),
    ...(kind === 'failed' ? failureOf(row, words) : {}),
    notes: notesOf(kind, row, words),
    phones: kind === 'call' ? phonesOf(facts.contacts.get(row.customer_id) ?? []) : [],
    ...linesOf(facts.lines.get(row.id) ?? [], words),
    total: formatMoney(row.total_minor, row.currency, language),
    actions: ACTIONS[kind](row, words, Boolean(printed)),
  };
}

/** That a letter was printed, or why an e-mail does not leave: what the part it stands in does not say. */
function stateFor(kind: ReminderTodo, row: OutboxRow, printed: string | undefined, words: Words): Item['state'] {
  if (printed) return { text: printedText(printed, words), tone: 'accent' };
  return kind === 'failed' || row.reason === HELD ? stateOf(row, words.t) : null;
}

function printedText(at: string, { t, language, settings, today }: Words): string {
  const { day, minute } = localMoment(Date.parse(at), settings.timeZone);
  if (day !== today) return t('todo.printed', { when: formatMoment(at, settings.timeZone, language) });
  const time = [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return t('todo.printedToday', { time });
}

const TICKED: ReadonlySet<ReminderTodo> = new Set(['approval', 'letter', 'failed']);

const tickOf = (kind: ReminderTodo, row: OutboxRow, { t }: Words): Item['tick'] => ({
  name: kind === 'failed' ? 'items' : 'ids',
  value: kind === 'failed' ? failureId(row.id) : String(row.id),
  label: t('todo.tick', { what: row.subject || t(`channel.${row.channel}`), customer: row.customer }),
});

function notesOf(kind: ReminderTodo, row: OutboxRow, { t }: Words): string[] {
  if (kind === 'call' && row.attempts > 0) return [t('todo.tried', { count: row.attempts })];
  if (kind !== 'failed') return [];
  const words = replyInWords(row.reason || row.server_reply, t) || reasonInWords(row.reason, t);
  const refused = row.recipients.filter((one) => one.refused).map(({ address }) => address);
  return [
    ...refused.map((address) => t('todo.addressRefused', { address })),
    words,
    t(row.origin === 'run' ? 'todo.failedAgain' : 'todo.failedByHand'),
  ].filter(Boolean);
}

/** The server's own words, where there are any: whoever keeps the mail wants to read them. */
const failureOf = (row: OutboxRow, { t }: Words): Pick<Item, 'quote'> => ({
  quote: replyInWords(row.reason || row.server_reply, t) ? row.reason || row.server_reply : '',
});

const phonesOf = (contacts: readonly ContactRow[]): Item['phones'] =>
  contacts.flatMap(({ phone, name }) => (phone ? [{ number: phone, dial: phone.replace(/[^+\d]/g, ''), name }] : []));

/** The first few invoices with what is open and how late each is; the others are counted. */
export function linesOf(
  lines: readonly Pick<OpenLine, 'invoiceId' | 'number' | 'outstanding' | 'currency' | 'dueOn'>[],
  { t, language, today }: Words,
): Pick<Item, 'lines' | 'more'> {
  return {
    lines: lines.slice(0, LISTED).map(({ invoiceId, number, outstanding, currency, dueOn }) => ({
      url: `/invoices/${invoiceId}`,
      number,
      amount: formatMoney(outstanding, currency, language),
      late: lateOf(dueOn, today, t),
    })),
    more: lines.length > LISTED ? t('todo.moreInvoices', { count: lines.length - LISTED }) : '',
  };
}

/** How late an invoice is, in words; empty while it is not. */
export function lateOf(dueOn: Day | null, today: Day, t: Words['t']): string {
  const late = dueOn === null ? 0 : daysBetween(dueOn, today);
  return late > 0 ? t('invoices.daysLate', { count: late }) : '';
}

const SETTLE_KEYS: Record<Settlement, Key> = {
  left: 'outbox.settleLeft',
  again: 'outbox.settleAgain',
  drop: 'outbox.settleDrop',
};

const idsField = (row: OutboxRow): Action['fields'] => [{ name: 'ids', value: String(row.id) }];
const skipOf = (row: OutboxRow, { t }: Words): Action => ({
  kind: 'panel',
  url: `/todo/skips?ids=${row.id}`,
  text: t('todo.skip'),
  key: 's',
});

/** What can be done about each kind; the first is what most people want. */
const ACTIONS: Record<ReminderTodo, (row: OutboxRow, words: Words, printed: boolean) => Action[]> = {
  uncertain: (row, { t }) =>
    SETTLEMENTS.map((settlement) => ({
      kind: 'post',
      url: `/todo/settlements/${row.id}`,
      text: t(SETTLE_KEYS[settlement]),
      fields: [{ name: 'settlement', value: settlement }],
    })),
  approval: (row, words) => [
    {
      kind: 'post',
      url: '/todo/approvals',
      text: words.t('outbox.approve'),
      primary: true,
      key: 'a',
      fields: idsField(row),
    },
    skipOf(row, words),
  ],
  call: (row, words) => [
    { kind: 'panel', url: `/todo/calls/${row.id}`, text: words.t('todo.callResult'), primary: true, key: 'a' },
    skipOf(row, words),
  ],
  letter: (row, words, printed) => [
    {
      kind: 'print',
      url: '/letters/print',
      text: words.t(printed ? 'todo.printAgain' : 'todo.print'),
      primary: !printed,
      fields: idsField(row),
    },
    {
      kind: 'post',
      url: '/letters/posted',
      text: words.t('outbox.markPosted'),
      primary: printed,
      key: 'a',
      fields: idsField(row),
    },
    skipOf(row, words),
  ],
  failed: (row, { t }) => [
    { kind: 'panel', url: `/customers/${row.customer_id}`, text: t('todo.openCustomer') },
    { kind: 'panel', url: `/todo/dismissals?items=${failureId(row.id)}`, text: t('todo.dismiss'), key: 's' },
  ],
};
