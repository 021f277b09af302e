import { dismissTodos, failureId, todoId } from '../../services/dismissTodos.ts';
import { listTodos } from '../../services/listTodos.ts';
import { skipReminder } from '../../services/skipReminder.ts';
import { outboxRows, type OutboxRow } from '../../store/outboxList.ts';
import { type FormResult, readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { dismissForm, skipForm } from './forms.ts';
import { derivedItems } from './list.ts';
import { idsIn, queryOf, textsIn, todoUrl } from './query.ts';

type Refused = Pick<Extract<FormResult<unknown>, { ok: false }>, 'values' | 'errors'>;
const FRESH: Refused = { values: {}, errors: {} };

/** Asks why something is skipped. */
export const askSkip = (visit: Visit, web: Web): Promise<void> => showSkip(visit, web, idsAsked(visit), FRESH);

/** Skips what waits for approval, a call or a letter, each for the same reason. */
export async function skip(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, skipForm);
  if (!form.ok) return showSkip(visit, web, idsIn(form.values.ids), form, 422);
  const { ids, reason } = form.value;
  const why = { reason, ...doing(visit, web) };
  const uncertain = (await outboxRows(web.db, ids)).find(({ state }) => state === 'uncertain');
  if (uncertain) return refuseUncertain(visit, uncertain);
  let count = 0;
  for (const id of new Set(ids)) if ((await skipReminder(web.db, id, why)) === 'skipped') count += 1;
  const url = todoUrl(queryOf(visit));
  return visit.redirect(url, count > 0 ? { key: 'todo.toastSkipped', params: { count } } : { key: 'outbox.toastGone' });
}

const idsAsked = ({ request }: Visit): number[] => idsIn(request.query.ids);

/** A step whose message may have arrived is not skipped: first somebody says what became of it (MW-18). */
export const refuseUncertain = (visit: Visit, { subject, customer }: OutboxRow): Promise<void> =>
  visit.page(
    'layouts/message.njk',
    { title: visit.t('todo.notSkipped'), text: visit.t('todo.notSkippedText', { subject, customer }) },
    422,
  );

async function showSkip(visit: Visit, web: Web, ids: number[], refused: Refused, status = 200): Promise<void> {
  const rows = await outboxRows(web.db, ids);
  const uncertain = rows.find(({ state }) => state === 'uncertain');
  if (uncertain) return refuseUncertain(visit, uncertain);
  const waiting = rows.filter(({ state }) => state === 'queued');
  if (waiting.length === 0) return visit.notFound();
  const { t } = visit;
  return visit.page(
    'todo/reason.njk',
    {
      ...sharedModel(visit, refused),
      title: t('todo.skipTitle', { count: waiting.length }),
      url: '/todo/skips',
      items: waiting.map((row) => ({
        name: 'ids',
        value: row.id,
        text: [row.subject || t(`channel.${row.channel}`), row.customer].join(' · '),
      })),
      help: t(waiting.every(({ step }) => step === null) ? 'outbox.cancelRecap' : 'todo.skipHelp'),
      button: t('todo.skipButton'),
    },
    status,
  );
}

/** Asks why something is dismissed. */
export const askDismissal = (visit: Visit, web: Web): Promise<void> =>
  showDismissal(visit, web, textsIn(visit.request.query.items), FRESH);

/** Takes to-dos off the list for as long as their facts are the same. */
export async function dismiss(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, dismissForm);
  if (!form.ok) return showDismissal(visit, web, textsIn(form.values.items), form, 422);
  const { items, reason } = form.value;
  const made = await dismissTodos(web.db, items, { reason, day: visit.today, ...doing(visit, web) });
  // A cookie carries the toast over the redirect, and holds no more; the dismissed ones have a list of their own.
  const undo = made.length <= 100 ? `/todo/dismissals/${made.join('-')}/revocation` : '';
  return visit.redirect(
    todoUrl(queryOf(visit)),
    made.length > 0 ? { key: 'todo.toastDismissed', undo } : { key: 'todo.toastChanged' },
  );
}

async function showDismissal(visit: Visit, web: Web, ids: string[], refused: Refused, status = 200): Promise<void> {
  const items = await namesOf(visit, web, new Set(ids));
  if (items.length === 0) return visit.notFound();
  return visit.page(
    'todo/reason.njk',
    {
      ...sharedModel(visit, refused),
      title: visit.t('todo.dismissTitle', { count: items.length }),
      url: '/todo/dismissals',
      items,
      help: visit.t('todo.dismissHelp'),
      button: visit.t('todo.dismissButton'),
    },
    status,
  );
}

/** What the ids name, in words; what is there no more, or is other by now, drops out. */
async function namesOf(visit: Visit, web: Web, ids: ReadonlySet<string>): Promise<object[]> {
  const { open } = await listTodos(web.db, visit.settings, visit.today, web.clock);
  const derived = open.filter((one) => ids.has(todoId(one)));
  const items = await derivedItems(derived, visit, web.db);
  const failed = await outboxRows(web.db, idsIn([...ids].map((id) => id.replace(/^failed-/, ''))));
  return [
    ...items.map(({ title, customer }, at) => ({
      name: 'items',
      value: todoId(derived[at]!),
      text: [title, customer?.name].join(' · '),
    })),
    ...failed
      .filter(({ state }) => state === 'failed')
      .map(({ id, subject, customer }) => ({ name: 'items', value: failureId(id), text: `${subject} · ${customer}` })),
  ];
}

const sharedModel = (visit: Visit, { values, errors }: Refused): object => ({
  query: queryOf(visit),
  back: todoUrl(queryOf(visit)),
  reason: typeof values.reason === 'string' ? values.reason : '',
  errors,
});
