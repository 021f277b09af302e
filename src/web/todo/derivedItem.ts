import { formatMoney } from '../../i18n/format.ts';
import { totalsByCurrency } from '../../domain/money.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Invoice } from '../../domain/invoice.ts';
import { formatList } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import { todoId } from '../../services/dismissTodos.ts';
import type { DerivedTodo } from '../../services/listTodos.ts';
import type { ContactRow } from '../../store/customers.ts';
import { type Action, BARE, type Item } from './item.ts';
import { linesOf, type Words } from './reminderItem.ts';
import { replyInWords } from './replyWords.ts';

/** Names and contacts of what is derived. */
export interface DerivedFacts {
  customers: ReadonlyMap<number, { name: string }>;
  contacts: ReadonlyMap<number, ContactRow[]>;
  plans: ReadonlyMap<number, Plan>;
}

type Code = DerivedTodo['code'];

const TITLES: Record<Code, Key> = {
  unreadable: 'todo.unreadable',
  no_due_date: 'todo.noDueDate',
  over_ceiling: 'todo.overCeiling',
  no_recipient: 'todo.noRecipient',
  address_refused: 'todo.refusedAddress',
  no_postal_address: 'todo.noPostalAddress',
  no_phone: 'todo.noPhone',
  no_template: 'todo.noTemplate',
  template_broken: 'todo.templateBroken',
};
const HELP: Record<Code, Key> = {
  unreadable: 'todo.unreadableText',
  no_due_date: 'todo.noDueDateText',
  over_ceiling: 'todo.overCeilingText',
  no_recipient: 'todo.noRecipientText',
  address_refused: 'todo.refusedAddressText',
  no_postal_address: 'todo.noPostalAddressText',
  no_phone: 'todo.noPhoneText',
  no_template: 'todo.noTemplateText',
  template_broken: 'todo.templateBrokenText',
};

/** A to do that follows from today's facts: what is missing, for whom, which invoices wait for it, and where it is mended. */
export function derivedItem(todo: DerivedTodo, facts: DerivedFacts, words: Words): Item {
  const { t } = words;
  const customer = todo.customerId === null ? null : (facts.customers.get(todo.customerId) ?? null);
  const plan = todo.planId === null ? null : facts.plans.get(todo.planId);
  const name = customer?.name ?? plan?.name ?? '';
  const refused = todo.code === 'address_refused' ? refusedOf(todo, facts) : [];
  const title = t(TITLES[todo.code]);
  const value = todoId(todo);
  return {
    ...BARE,
    // Without its seal: the row stays the same one when an invoice more waits for the same thing.
    id: `todo-${value.slice(0, value.lastIndexOf('-'))}`,
    tick: { name: 'items', value, label: t('todo.tick', { what: title, customer: name }) },
    title,
    url: placeOf(todo),
    customer: customer ? { name, url: `/customers/${todo.customerId}` } : { name, url: `/plans/${todo.planId}` },
    about: recapsOf(todo, facts),
    notes: [...refused.map((one) => refusalText(one, words)), t(HELP[todo.code])],
    quote: [...new Set(refused.map(({ refusedReason }) => refusedReason ?? ''))].join(' · ') || detailOf(todo),
    ...linesOf(todo.invoices.map(lineOf), words),
    total: totalOf(todo.invoices, words),
    actions: [...mendingOf(todo, refused, words), dismissalOf(value, words)],
  };
}

const lineOf = ({ id, number, outstanding, currency, dueOn }: Invoice) => ({
  invoiceId: id,
  number,
  outstanding,
  currency,
  dueOn,
});

const detailOf = (todo: DerivedTodo): string => (todo.code === 'template_broken' ? todo.detail : '');

const refusedOf = ({ customerId }: DerivedTodo, { contacts }: DerivedFacts): ContactRow[] =>
  (contacts.get(customerId ?? 0) ?? []).filter(({ refusedOn, email }) => refusedOn !== null && email !== null);

function refusalText({ email, refusedReason }: ContactRow, { t }: Words): string {
  const why = replyInWords(refusedReason ?? '', t);
  const said = t('todo.addressRefused', { address: email ?? '' });
  return why ? `${said} ${why}` : said;
}

const recapsOf = ({ recaps, planId }: DerivedTodo, { plans }: DerivedFacts): string =>
  planId === null ? [...new Set(recaps.map((one) => plans.get(one.planId)?.name ?? ''))].join(', ') : '';

function totalOf(invoices: readonly Invoice[], { language }: Words): string {
  const totals = totalsByCurrency(invoices.map(({ currency, outstanding }) => ({ currency, amount: outstanding })));
  return formatList(
    [...totals].map(([currency, amount]) => formatMoney(amount, currency, language)),
    language,
  );
}

/** Where the title leads: what the to do is about. */
function placeOf({ code, customerId, planId, invoices: [first] }: DerivedTodo): string {
  if (planId !== null) return `/plans/${planId}`;
  const ofTheInvoice = code === 'no_due_date' || code === 'unreadable' || code === 'over_ceiling';
  return ofTheInvoice && first ? `/invoices/${first.id}` : `/customers/${customerId}`;
}

/** The places and buttons that mend it. */
function mendingOf(todo: DerivedTodo, refused: readonly ContactRow[], { t }: Words): Action[] {
  const { code, customerId, planId, invoices } = todo;
  const [only, ...others] = refused;
  if (only && others.length === 0) return addressActions(only, t);
  if (planId !== null) return [{ kind: 'link', url: `/plans/${planId}`, text: t('todo.openPlan'), primary: true }];
  if (code === 'template_broken')
    return [{ kind: 'link', url: '/templates', text: t('todo.openTemplates'), primary: true }];
  if (code === 'over_ceiling') return byHandOf(invoices, t);
  if (code === 'no_due_date' || code === 'unreadable')
    return [{ kind: 'panel', url: placeOf(todo), text: t('todo.openInvoice'), primary: true }];
  const edits = code === 'no_postal_address' ? `/customers/${customerId}/edit` : `/customers/${customerId}`;
  return [{ kind: 'panel', url: edits, text: t('todo.openCustomer'), primary: true }];
}

/** Where several addresses were refused, the customer's contacts say which; one is mended at once. */
const addressActions = ({ id, email }: ContactRow, t: Words['t']): Action[] => [
  {
    kind: 'panel',
    url: `/customers/contacts/${id}/edit`,
    text: t('todo.changeAddress'),
    label: t('todo.changeThisAddress', { address: email ?? '' }),
    primary: true,
  },
  {
    kind: 'post',
    url: `/todo/addresses/${id}`,
    text: t('todo.worksAgain'),
    label: t('todo.thisWorksAgain', { address: email ?? '' }),
  },
];

/** One message holds one currency, so there is a link for each. */
function byHandOf(invoices: readonly Invoice[], t: Words['t']): Action[] {
  const currencies = Map.groupBy(invoices, ({ currency }) => currency);
  return [...currencies].map(([currency, list]) => ({
    kind: 'link',
    url: `/sending/email?${list.map(({ id }) => `ids=${id}`).join('&')}`,
    text: currencies.size > 1 ? t('todo.sendByHandIn', { currency }) : t('todo.sendByHand'),
    primary: true,
  }));
}

const dismissalOf = (value: string, { t }: Words): Action => ({
  kind: 'panel',
  url: `/todo/dismissals?items=${encodeURIComponent(value)}`,
  text: t('todo.dismiss'),
  key: 's',
});
