import { isDay } from '../../domain/calendar.ts';
import { approveRun } from '../../services/approveReminder.ts';
import { approveReminders, holdReminders } from '../../services/approveReminders.ts';
import { restoreTodos } from '../../services/dismissTodos.ts';
import { mendAddress } from '../../services/mendAddress.ts';
import type { Toast } from '../toast.ts';
import { doing } from '../doing.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { settleAsAsked } from '../outbox/settling.ts';
import { askResult, saveResult } from './calls.ts';
import { askDismissal, askSkip, dismiss, skip } from './reasons.ts';
import { listModel } from './list.ts';
import { idsIn, queryOf, todoUrl } from './query.ts';

/** What needs a person, in one queue. */
export const todoRoutes: readonly Route[] = [
  { method: 'get', path: '/todo', allow: 'colleague', run: list },
  { method: 'post', path: '/todo/approvals', allow: 'colleague', run: approve },
  { method: 'post', path: '/todo/approvals/:ids/hold', allow: 'colleague', run: hold },
  { method: 'post', path: '/todo/runs/:day/approval', allow: 'colleague', run: approveAll },
  { method: 'post', path: '/todo/settlements/:id', allow: 'colleague', run: settle },
  { method: 'get', path: '/todo/calls/:id', allow: 'colleague', run: askResult },
  { method: 'post', path: '/todo/calls/:id', allow: 'colleague', run: saveResult },
  { method: 'get', path: '/todo/skips', allow: 'colleague', run: askSkip },
  { method: 'post', path: '/todo/skips', allow: 'colleague', run: skip },
  { method: 'get', path: '/todo/dismissals', allow: 'colleague', run: askDismissal },
  { method: 'post', path: '/todo/dismissals', allow: 'colleague', run: dismiss },
  { method: 'post', path: '/todo/dismissals/:ids/revocation', allow: 'colleague', run: restore },
  { method: 'post', path: '/todo/addresses/:id', allow: 'colleague', run: mend },
];

async function list(visit: Visit, web: Web): Promise<void> {
  const model = await listModel(queryOf(visit), visit, web);
  if (visit.partial) return visit.fragment('todo/_list.njk', model);
  return visit.page('todo/index.njk', model);
}

async function approve(visit: Visit, web: Web): Promise<void> {
  const wanted = idsIn((visit.request.body as { ids?: unknown }).ids);
  const approved = await approveReminders(web.db, wanted, doing(visit, web));
  const undo = `/todo/approvals/${approved.join('-')}/hold`;
  const toast: Toast = { key: 'todo.toastApproved', params: { count: approved.length }, undo };
  return answer(visit, web, approved.length > 0 && toast);
}

/** Takes approvals back: "Undo" of one or of several. */
async function hold(visit: Visit, web: Web): Promise<void> {
  const count = await holdReminders(web.db, idsInPath(visit), doing(visit, web));
  return answer(visit, web, count > 0 && { key: 'todo.toastHeld', params: { count } });
}

const idsInPath = ({ request }: Visit): number[] => idsIn(String(request.params.ids).split('-'));

async function approveAll(visit: Visit, web: Web): Promise<void> {
  const day = String(visit.request.params.day);
  const count = isDay(day) ? await approveRun(web.db, day, doing(visit, web)) : 0;
  return answer(visit, web, count > 0 && { key: 'todo.toastApproved', params: { count }, undo: `/runs/${day}/hold` });
}

async function settle(visit: Visit, web: Web): Promise<void> {
  const { toast, status } = await settleAsAsked(visit, web);
  return answer(visit, web, toast, status);
}

async function restore(visit: Visit, web: Web): Promise<void> {
  const count = await restoreTodos(web.db, idsInPath(visit), doing(visit, web));
  return answer(visit, web, count > 0 && { key: 'todo.toastRestored' });
}

async function mend(visit: Visit, web: Web): Promise<void> {
  const contact = await mendAddress(web.db, visit.id(), doing(visit, web));
  return answer(visit, web, contact !== null && { key: 'todo.toastMended' });
}

/** The list as it is now with a word about what was done; `false` when somebody, or the mail server, was quicker. */
async function answer(visit: Visit, web: Web, toast: Toast | false, status = 200): Promise<void> {
  const said = toast || { key: 'outbox.toastGone' as const };
  const query = queryOf(visit);
  if (!visit.partial) return visit.redirect(todoUrl(query), said);
  visit.toast(said);
  return visit.fragment('todo/_list.njk', await listModel(query, visit, web), status);
}
