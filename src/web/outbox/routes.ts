import { isDay } from '../../domain/calendar.ts';
import { approveReminder, approveRun } from '../../services/approveReminder.ts';
import { cancelReminder } from '../../services/cancelReminder.ts';
import { holdReminder, holdRun } from '../../services/holdReminder.ts';
import { markDone } from '../../services/markDone.ts';
import { releaseReminder } from '../../services/releaseReminder.ts';
import { shownMessage } from '../../services/shownMessage.ts';
import {
  attachmentWithBytes,
  invoicesOf,
  OUTBOX_SECTIONS,
  outboxPage,
  outboxRow,
  type OutboxSection,
  outboxSizes,
  reminderThread,
  runsToApprove,
} from '../../store/outboxList.ts';
import { attachmentsOf, messageOf, recipientsOf, reminderById } from '../../store/reminders.ts';
import { readForm } from '../form.ts';
import type { Toast } from '../toast.ts';
import { sendFramed } from '../framed.ts';
import { doing } from '../doing.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { settleAsAsked } from './settling.ts';
import { refuseUncertain } from '../todo/reasons.ts';
import { cancelForm } from './forms.ts';
import {
  filtersView,
  leavingOf,
  type ListQuery,
  listUrl,
  reminderView,
  rowView,
  runsView,
  sectionView,
  type Words,
} from './view.ts';
import { formatDayShort } from '../../i18n/format.ts';

/** Rows of a list that was chosen, and of each part when all are shown. */
const PAGE = 50;
const PART = 20;

/** What waits, what left, and each message exactly as it was sent. */
export const outboxRoutes: readonly Route[] = [
  { method: 'get', path: '/outbox', allow: 'colleague', run: list },
  { method: 'get', path: '/reminders/:id', allow: 'colleague', run: message },
  { method: 'get', path: '/reminders/:id/body', allow: 'colleague', run: body },
  { method: 'get', path: '/reminders/:id/message.eml', allow: 'colleague', run: bytes },
  { method: 'get', path: '/reminders/:id/attachments/:position', allow: 'colleague', run: attachment },
  { method: 'post', path: '/reminders/:id/hold', allow: 'colleague', run: hold },
  { method: 'post', path: '/reminders/:id/release', allow: 'colleague', run: release },
  { method: 'post', path: '/reminders/:id/approval', allow: 'colleague', run: approve },
  { method: 'get', path: '/reminders/:id/cancellation', allow: 'colleague', run: askWhy },
  { method: 'post', path: '/reminders/:id/cancellation', allow: 'colleague', run: cancel },
  { method: 'post', path: '/reminders/:id/settlement', allow: 'colleague', run: settle },
  { method: 'post', path: '/reminders/:id/done', allow: 'colleague', run: done },
  { method: 'post', path: '/runs/:day/approval', allow: 'colleague', run: approveAll },
  { method: 'post', path: '/runs/:day/hold', allow: 'colleague', run: holdAll },
];

const wordsOf = ({ t, language, settings, today }: Visit, { clock }: Web): Words => ({
  t,
  language,
  settings,
  today,
  now: clock(),
});

function queryOf(visit: Visit): ListQuery {
  return {
    state: OUTBOX_SECTIONS.find((section) => section === visit.field('state')) ?? '',
    search: visit.field('search').slice(0, 100),
  };
}

async function list(visit: Visit, web: Web): Promise<void> {
  const query = queryOf(visit);
  const after = visit.field('after');
  if (after && query.state && visit.partial) {
    const section = await sectionOf(query.state, { query, visit, web, after });
    return visit.fragment('outbox/_rows.njk', { section, query });
  }
  const model = await listModel(query, visit, web, after);
  if (visit.partial) return visit.fragment('outbox/_list.njk', model);
  return visit.page('outbox/index.njk', model);
}

/** All parts that hold something, or the one that was chosen. */
async function listModel(query: ListQuery, visit: Visit, web: Web, after = ''): Promise<object> {
  const words = wordsOf(visit, web);
  const parts = query.state ? [query.state] : OUTBOX_SECTIONS.filter((one) => !ONLY_WHEN_ASKED.has(one));
  const sections = await Promise.all(parts.map((section) => sectionOf(section, { query, visit, web, after })));
  const approvals = parts.includes('approval') && !query.search;
  return {
    ...filtersView(query, await outboxSizes(web.db), words),
    sections: query.state ? sections : sections.filter(({ rows }) => rows.length > 0),
    runs: approvals ? runsView(await runsToApprove(web.db), words) : [],
    narrowed: query.state !== '' || query.search !== '',
  };
}

const ONLY_WHEN_ASKED: ReadonlySet<OutboxSection> = new Set(['cancelled', 'letterbox']);

async function sectionOf(
  section: OutboxSection,
  { query, visit, web, after }: { query: ListQuery; visit: Visit; web: Web; after: string },
): Promise<{ rows: object[] }> {
  const page = await outboxPage(web.db, {
    section,
    search: query.search,
    unresolved: query.state === '',
    after: after || null,
    limit: query.state ? PAGE : PART,
  });
  return sectionView(section, page, { query, words: wordsOf(visit, web) }) as { rows: object[] };
}

async function message(visit: Visit, web: Web): Promise<void> {
  const { db } = web;
  const row = await outboxRow(db, visit.id());
  const reminder = await reminderById(db, visit.id());
  if (!row || !reminder) return visit.notFound();
  const parts = {
    recipients: await recipientsOf(db, row.id),
    attachments: await attachmentsOf(db, row.id),
    invoices: await invoicesOf(db, row.id),
    thread: await reminderThread(db, reminder.thread.split(' ').filter(Boolean)),
    hasBytes: (await messageOf(db, row.id)) !== null,
    hasBody: reminder.html !== '',
    hasLetter: reminder.letter !== null,
  };
  return visit.page('outbox/reminder.njk', reminderView(row, parts, wordsOf(visit, web)));
}

/** The body of a message is shown in a frame without scripts: what customers and templates wrote stays in there. */
async function body(visit: Visit, { db }: Web): Promise<void> {
  const reminder = await reminderById(db, visit.id());
  if (!reminder) return visit.notFound();
  visit.response.removeHeader('Origin-Agent-Cluster');
  sendFramed(visit.response, await shownMessage({ html: reminder.html, paymentCode: reminder.payment_code }));
}

async function bytes(visit: Visit, { db }: Web): Promise<void> {
  const raw = await messageOf(db, visit.id());
  if (!raw) return visit.notFound();
  visit.response.attachment(`reminder-${visit.id()}.eml`).type('message/rfc822').send(raw);
}

/** An attachment as it left: never shown in our own page's rights. */
async function attachment(visit: Visit, { db }: Web): Promise<void> {
  const file = await attachmentWithBytes(db, visit.id(), visit.id('position'));
  if (!file) return visit.notFound();
  visit.response
    .set('Content-Security-Policy', "default-src 'none'; sandbox")
    .attachment(file.name)
    .type(file.mediaType)
    .send(file.content);
}

async function hold(visit: Visit, web: Web): Promise<void> {
  const held = await holdReminder(web.db, visit.id(), doing(visit, web));
  return answer(visit, web, held && { key: 'outbox.toastHeld', undo: `/reminders/${visit.id()}/release` });
}

async function release(visit: Visit, web: Web): Promise<void> {
  const released = await releaseReminder(web.db, visit.id(), doing(visit, web));
  return answer(visit, web, released && (await leavingToast(visit, web)));
}

async function approve(visit: Visit, web: Web): Promise<void> {
  const approved = await approveReminder(web.db, visit.id(), doing(visit, web));
  return answer(visit, web, approved && (await leavingToast(visit, web)));
}

/** When what was just let go leaves: outside the sending hours "now" would be a lie. */
async function leavingToast(visit: Visit, web: Web): Promise<Toast> {
  const row = await outboxRow(web.db, visit.id());
  if (!row || row.channel !== 'email') return { key: 'outbox.toastApproved' };
  const undo = `/reminders/${row.id}/hold`;
  const free = { ...row, hold_until: null };
  const { day, time, passed } = leavingOf(free, wordsOf(visit, web));
  if (passed) return { key: 'outbox.toastLeavesNow', undo };
  return { key: 'outbox.toastLeavesOn', params: { day: formatDayShort(day, visit.language), time }, undo };
}

async function askWhy(visit: Visit, web: Web): Promise<void> {
  const model = await cancelModel(visit, web, { values: {}, errors: {} });
  if (!model) return visit.notFound();
  return visit.page('outbox/cancel.njk', model);
}

async function cancel(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, cancelForm);
  if (!form.ok) {
    const model = await cancelModel(visit, web, form);
    return model ? visit.page('outbox/cancel.njk', model, 422) : visit.notFound();
  }
  const { reason, step } = form.value;
  const row = await outboxRow(web.db, visit.id());
  if (row?.state === 'uncertain') return refuseUncertain(visit, row);
  const cancelled = await cancelReminder(web.db, visit.id(), { ...doing(visit, web), reason, skip: step === 'skip' });
  visit.redirect('/outbox', { key: cancelled ? 'outbox.toastCancelled' : 'outbox.toastGone' });
}

async function cancelModel(
  visit: Visit,
  web: Web,
  { values, errors }: { values: Record<string, unknown>; errors: Record<string, string> },
): Promise<object | null> {
  const row = await outboxRow(web.db, visit.id());
  if (!row || row.state !== 'queued') return null;
  const stepped = (await invoicesOf(web.db, row.id)).some(({ completes }) => Boolean(completes));
  const { reason = '', step = 'skip' } = values as { reason?: string; step?: string };
  return { row: rowView(row, wordsOf(visit, web)), stepped, manual: row.origin === 'manual', reason, step, errors };
}

async function settle(visit: Visit, web: Web): Promise<void> {
  const { toast, status } = await settleAsAsked(visit, web);
  return answer(visit, web, toast, status);
}

async function done(visit: Visit, web: Web): Promise<void> {
  const marked = await markDone(web.db, visit.id(), doing(visit, web));
  return answer(visit, web, marked && { key: 'outbox.toastDone' });
}

async function approveAll(visit: Visit, web: Web): Promise<void> {
  const day = dayOf(visit);
  const count = day ? await approveRun(web.db, day, doing(visit, web)) : 0;
  return answer(
    visit,
    web,
    count > 0 && { key: 'outbox.toastApprovedAll', params: { count }, undo: `/runs/${day}/hold` },
  );
}

async function holdAll(visit: Visit, web: Web): Promise<void> {
  const day = dayOf(visit);
  const count = day ? await holdRun(web.db, day, doing(visit, web)) : 0;
  return answer(visit, web, count > 0 && { key: 'outbox.toastHeldAll', params: { count } });
}

function dayOf({ request }: Visit): `${number}-${number}-${number}` | null {
  const day = String(request.params.day);
  return isDay(day) ? day : null;
}

/** The list as it is now with a word about what was done; `false` when somebody, or the mail server, was quicker. */
async function answer(visit: Visit, web: Web, toast: Toast | false, status = 200): Promise<void> {
  const said = toast || { key: 'outbox.toastGone' as const };
  const query = queryOf(visit);
  if (!visit.partial) return visit.redirect(listUrl(query), said);
  visit.toast(said);
  return visit.fragment('outbox/_list.njk', await listModel(query, visit, web), status);
}
