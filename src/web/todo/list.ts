import type { Key } from '../../i18n/translate.ts';
import { type DerivedTodo, type DerivedTodos, listTodos } from '../../services/listTodos.ts';
import { contactsOf, customersById } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import { outboxRows, runsToApprove } from '../../store/outboxList.ts';
import { loadPlans } from '../../store/plans.ts';
import { openLines, printedAt, REMINDER_TODOS, type ReminderTodo, reminderTodos } from '../../store/todos.ts';
import { runsView } from '../outbox/view.ts';
import type { Visit, Web } from '../visit.ts';
import { derivedItem } from './derivedItem.ts';
import { dismissedView } from './dismissedView.ts';
import type { Item } from './item.ts';
import { type Group, GROUPS, moreUrl, type TodoQuery, todoUrl, withPlace } from './query.ts';
import { reminderItem } from './reminderItem.ts';

const TITLES: Record<Group, Key> = {
  uncertain: 'todo.uncertain',
  approval: 'todo.approval',
  call: 'todo.calls',
  letter: 'todo.letters',
  failed: 'todo.failed',
  blocked: 'todo.blocked',
};
const TEXTS: Record<Group, Key> = {
  uncertain: 'todo.uncertainText',
  approval: 'todo.approvalText',
  call: 'todo.callsText',
  letter: 'todo.lettersText',
  failed: 'todo.failedText',
  blocked: 'todo.blockedText',
};

/** The whole list, or the part that was chosen, ready to be shown. */
export async function listModel(query: TodoQuery, visit: Visit, web: Web): Promise<object> {
  const derived = await listTodos(web.db, visit.settings, visit.today, web.clock);
  const sizes = await sizesOf(web.db, derived);
  const chosen = GROUPS.filter((group) => (query.kind === '' ? sizes[group] > 0 : query.kind === group));
  const groups = await Promise.all(
    chosen.map((group) => groupView(group, sizes[group], { derived, query, visit, web })),
  );
  const { t } = visit;
  return {
    query,
    groups,
    filters: filtersView(query, sizes, derived.dismissed.length, t),
    total: Object.values(sizes).reduce((sum, size) => sum + size, 0),
    dismissed: query.kind === 'dismissed' ? await dismissedView(derived, visit, web) : null,
  };
}

type Sizes = Record<Group, number>;

async function sizesOf(db: Db, { open }: DerivedTodos): Promise<Sizes> {
  const sizes: Sizes = { uncertain: 0, approval: 0, call: 0, letter: 0, failed: 0, blocked: 0 };
  for (const kind of REMINDER_TODOS) sizes[kind] = (await reminderTodos(db, kind, 1)).count;
  for (const one of open) sizes[groupOf(one)] += 1;
  return sizes;
}

/** What a mail server or a template stopped is one thing to see to; what the rules stop is another. */
const groupOf = ({ code }: DerivedTodo): Group =>
  code === 'address_refused' || code === 'template_broken' ? 'failed' : 'blocked';

function filtersView({ kind }: TodoQuery, sizes: Sizes, dismissed: number, t: Visit['t']): object[] {
  const choice = (value: TodoQuery['kind'], text: string, count: number): object => ({
    text,
    count,
    url: todoUrl({ kind: value, upto: 0 }),
    chosen: kind === value,
  });
  return [
    choice('', t('todo.all'), 0),
    ...GROUPS.filter((group) => sizes[group] > 0 || kind === group).map((group) =>
      choice(group, t(TITLES[group]), sizes[group]),
    ),
    ...(dismissed > 0 || kind === 'dismissed' ? [choice('dismissed', t('todo.dismissed'), 0)] : []),
  ];
}

interface Sources {
  derived: DerivedTodos;
  query: TodoQuery;
  visit: Visit;
  web: Web;
}

async function groupView(group: Group, size: number, sources: Sources): Promise<object> {
  const { query, visit, web } = sources;
  const { t } = visit;
  const items = await itemsOf(group, sources);
  const words = { ...visit, now: web.clock() };
  return {
    name: group,
    title: t(TITLES[group]),
    text: t(TEXTS[group]),
    size,
    items: items.map((item) => ({
      ...item,
      actions: item.actions.map((one) => (one.kind === 'panel' ? { ...one, url: withPlace(one.url, query) } : one)),
    })),
    more: size > items.length ? moreUrl(group, query) : '',
    rest: size - items.length,
    choices: group === 'uncertain' ? choicesView(t) : [],
    runs: group === 'approval' ? runsView(await runsToApprove(web.db), words) : [],
    printed: group === 'letter' ? await printedIds(web.db) : [],
  };
}

const choicesView = (t: Visit['t']): object[] => [
  { name: t('outbox.settleLeft'), text: t('outbox.settleLeftText') },
  { name: t('outbox.settleAgain'), text: t('outbox.settleAgainText') },
  { name: t('outbox.settleDrop'), text: t('outbox.settleDropText') },
];

/** As many as one form can hold. */
const AT_ONCE = 500;

/** The letters that were printed, for "all of them are posted". */
async function printedIds(db: Db): Promise<number[]> {
  const { ids } = await reminderTodos(db, 'letter', Number.MAX_SAFE_INTEGER);
  return [...(await printedAt(db, ids)).keys()].slice(0, AT_ONCE);
}

async function itemsOf(group: Group, { derived, query, visit, web }: Sources): Promise<Item[]> {
  const own = derived.open.filter((one) => groupOf(one) === group).slice(0, query.upto);
  const items = await derivedItems(own, visit, web.db);
  if (group === 'blocked') return items;
  return [...items, ...(await reminderItems(group, query.upto - items.length, visit, web.db))];
}

/** Some derived to-dos as the list shows them. */
export async function derivedItems(todos: readonly DerivedTodo[], visit: Visit, db: Db): Promise<Item[]> {
  if (todos.length === 0) return [];
  const customerIds = todos.flatMap(({ customerId }) => customerId ?? []);
  const facts = {
    customers: await customersById(db, customerIds),
    contacts: await contactsOf(db, customerIds),
    plans: new Map((await loadPlans(db)).map((plan) => [plan.id, plan])),
  };
  return todos.map((one) => derivedItem(one, facts, visit));
}

async function reminderItems(kind: ReminderTodo, limit: number, visit: Visit, db: Db): Promise<Item[]> {
  if (limit <= 0) return [];
  const { ids } = await reminderTodos(db, kind, limit);
  const rows = await outboxRows(db, ids);
  const facts = {
    lines: Map.groupBy(await openLines(db, ids), ({ reminderId }) => reminderId),
    contacts: await contactsOf(
      db,
      rows.map(({ customer_id }) => customer_id),
    ),
    printed: kind === 'letter' ? await printedAt(db, ids) : new Map<number, string>(),
  };
  return rows.map((row) => reminderItem(kind, row, facts, visit));
}
