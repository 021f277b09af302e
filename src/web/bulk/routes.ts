import { keepChoice } from '../../services/keepChoice.ts';
import { prepareBatch } from '../../services/prepareBatch.ts';
import { startBatch, type Started } from '../../services/startBatch.ts';
import { workBatches } from '../../services/workBatches.ts';
import { batchByKey } from '../../store/batches.ts';
import { lastBatches } from '../../store/batchList.ts';
import { customersById } from '../../store/customers.ts';
import type { Key } from '../../i18n/translate.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { again, progress, undo } from './batch.ts';
import { type Choice, choiceFor, MOST } from './choice.ts';
import { body, message } from './message.ts';
import { bulkView, orderOf } from './view.ts';

/** Many messages at once: one for each customer and currency (SPEC §5). */
export const bulkRoutes: readonly Route[] = [
  { method: 'get', path: '/sending/bulk', allow: 'colleague', run: show },
  { method: 'post', path: '/sending/bulk/choice', allow: 'colleague', run: choose },
  { method: 'get', path: '/sending/bulk/message', allow: 'colleague', run: message },
  { method: 'get', path: '/sending/bulk/body', allow: 'colleague', run: body },
  { method: 'post', path: '/sending/batches', allow: 'colleague', run: start },
  { method: 'get', path: '/sending/batches/:id', allow: 'colleague', run: progress },
  { method: 'post', path: '/sending/batches/:id/choice', allow: 'colleague', run: again },
  { method: 'post', path: '/sending/batches/:id/undo', allow: 'colleague', run: undo },
];

async function show(visit: Visit, web: Web): Promise<void> {
  const choice = await choiceFor(visit, web);
  const sent = choice.id === null ? null : await batchByKey(web.db, choice.key);
  if (sent) return visit.redirect(`/sending/batches/${sent.id}`);
  return visit.page('bulk/index.njk', await model(visit, web, choice));
}

/** What was ticked is kept, because no address can hold a thousand rows; then it has an address of its own. */
async function choose(visit: Visit, web: Web): Promise<void> {
  const { clock, db } = web;
  const choice = await choiceFor(visit, web);
  if (isEmpty(choice)) return visit.redirect('/invoices', { key: 'bulk.nothingChosen' });
  if (choice.content.invoiceIds.length > MOST && !choice.content.ofCustomers)
    return visit.redirect('/invoices', { key: 'bulk.tooMany', params: { count: MOST } });
  const sent = choice.id !== null && (await batchByKey(db, choice.key)) !== null;
  const kept = await keepChoice(db, choice.content, {
    id: sent ? null : choice.id,
    clock,
    userId: visit.user?.id ?? 0,
  });
  const url = `/sending/bulk?choice=${kept.id}`;
  if (!visit.partial) return visit.redirect(url);
  visit.response.set('HX-Replace-Url', url);
  return visit.fragment('bulk/_form.njk', await model(visit, web, { ...choice, ...kept }));
}

const isEmpty = ({ content }: Choice): boolean => content.invoiceIds.length + content.withoutAny.length === 0;

const REFUSED: Record<Exclude<Started['kind'], 'started' | 'already'>, Key> = {
  nothing_ticked: 'bulk.nothingTicked',
  no_template: 'bulk.templateGone',
};

async function start(visit: Visit, web: Web): Promise<void> {
  const { db, clock } = web;
  const choice = await choiceFor(visit, web);
  const { settings, today: day, user } = visit;
  const order = orderOf(choice, user?.email ?? '');
  const started = await startBatch(db, order, { settings, day, clock, userId: user?.id ?? null });
  if (!('batchId' in started)) {
    const shown = await model(visit, web, choice, visit.t(REFUSED[started.kind]));
    return visit.page('bulk/index.njk', shown, 422);
  }
  // In the background: the answer does not wait for a hundred messages.
  void workBatches(db, { clock }).catch((error: unknown) =>
    web.log?.error('bulk_failed', 'A bulk sending stopped; the daily job takes it up again.', {}, error),
  );
  return visit.redirect(`/sending/batches/${started.batchId}`);
}

const EARLIER = 5;

async function model(visit: Visit, { db }: Web, choice: Choice, error = ''): Promise<object> {
  const { settings, today } = visit;
  const prepared = await prepareBatch(db, choice.content, settings, today);
  const without = await customersById(db, choice.content.withoutAny);
  const earlier = isEmpty(choice) ? await lastBatches(db, EARLIER) : [];
  return bulkView({ choice, prepared, without: [...without.values()], earlier, error }, visit);
}
