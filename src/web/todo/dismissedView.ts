import { formatMoment } from '../../i18n/format.ts';
import type { DerivedTodos } from '../../services/listTodos.ts';
import { outboxRows } from '../../store/outboxList.ts';
import { type Dismissal, dismissedFailures } from '../../store/todos.ts';
import type { Visit, Web } from '../visit.ts';
import { derivedItems } from './list.ts';

/** What was dismissed and would be on the list otherwise: why, by whom, and how it comes back. */
export async function dismissedView(
  { dismissed, dismissals }: DerivedTodos,
  visit: Visit,
  { db }: Web,
): Promise<object[]> {
  const items = await derivedItems(dismissed, visit, db);
  const failures = await outboxRows(db, await dismissedFailures(db));
  return [
    ...dismissed.map(({ parts }, at) => ({
      title: items[at]?.title ?? '',
      customer: items[at]?.customer ?? null,
      lines: items[at]?.lines ?? [],
      more: items[at]?.more ?? '',
      ...saidOf(
        parts.flatMap(({ item }) => dismissals.get(item) ?? []),
        visit,
      ),
    })),
    ...failures.map((row) => ({
      title: row.subject || visit.t(`channel.${row.channel}`),
      customer: { name: row.customer, url: `/customers/${row.customer_id}` },
      lines: [],
      more: row.invoices.join(', '),
      ...saidOf(
        [dismissals.get(`failed|r${row.id}`)].filter((one) => one !== undefined),
        visit,
      ),
    })),
  ];
}

function saidOf(said: readonly Dismissal[], { t, language, settings }: Visit): object {
  const [first] = said;
  const when = first ? formatMoment(first.at, settings.timeZone, language) : '';
  return {
    reason: [...new Set(said.map(({ reason }) => reason))].join(' · '),
    when: first?.user ? t('todo.dismissedBy', { when, user: first.user }) : when,
    iso: first?.at ?? '',
    url: `/todo/dismissals/${said.map(({ id }) => id).join('-')}/revocation`,
  };
}
