import type { Day } from '../../domain/calendar.ts';
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { switchFollowUp } from '../../services/switchFollowUp.ts';
import { customersById } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import {
  documentWithBytes,
  INVOICE_FILTERS,
  INVOICE_ORDERS,
  invoicePage,
  type InvoiceQuery,
  invoiceRecords,
  type InvoiceRow,
  lastReminders,
  openAmounts,
} from '../../store/invoiceList.ts';
import { invoicesById } from '../../store/ledger.ts';
import { sendingCalendar } from '../../store/settings.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import type { Toast } from '../toast.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { factsOf, factsView } from './factsView.ts';
import { decisionsFor, reachOf } from './rows.ts';
import { filterView, headView, panelView, rowView, searchParams } from './view.ts';

const PAGE = 50;

/** Who owes what, and what happens next. */
export const invoiceRoutes: readonly Route[] = [
  { method: 'get', path: '/invoices', allow: 'colleague', run: list },
  { method: 'get', path: '/invoices/:id', allow: 'colleague', run: panel },
  { method: 'put', path: '/invoices/:id/follow-up', allow: 'colleague', run: followUp },
  { method: 'post', path: '/invoices/follow-up', allow: 'colleague', run: followUpOfTicked },
  { method: 'get', path: '/documents/:id', allow: 'colleague', run: document },
];

async function list(visit: Visit, { db }: Web): Promise<void> {
  const query = queryOf(visit);
  const { rows, next } = await pageOf(db, query, visit);
  const model = { rows, next: next ? `/invoices?${searchParams({ ...query, after: next })}` : '' };
  if (query.after && visit.partial) return visit.fragment('invoices/_rows.njk', model);
  const view = {
    ...model,
    ...filterView(query, visit),
    anyFilter: query.filter !== 'open' || query.search !== '' || query.age !== null,
  };
  if (visit.partial) return visit.fragment('invoices/_list.njk', view);
  return visit.page('invoices/index.njk', { ...view, ...headView(await openAmounts(db), visit) });
}

function queryOf(visit: Visit): InvoiceQuery {
  const age = visit.field('age');
  return {
    filter: INVOICE_FILTERS.find((filter) => filter === visit.field('filter')) ?? 'open',
    order: INVOICE_ORDERS.find((order) => order === visit.field('order')) ?? 'due',
    search: visit.field('search').slice(0, 100),
    age: /^[0-4]$/.test(age) ? Number(age) : null,
    after: visit.field('after') || null,
    limit: PAGE,
    today: visit.today,
  };
}

/** A page of rows with the decisions about them. "⚡ only" is what the decision says, so candidates are asked until the page is full. */
async function pageOf(db: Db, query: InvoiceQuery, visit: Visit): Promise<{ rows: object[]; next: string | null }> {
  const found: { row: InvoiceRow; decision: Decision | undefined }[] = [];
  let after = query.after;
  do {
    const { rows, next } = await invoicePage(db, { ...query, after });
    const decisions = await decisionsFor(db, rows, visit);
    for (const row of rows) {
      const decision = decisions.get(row.id);
      if (query.filter !== 'bolt' || (decision && decision.kind !== 'blocked')) found.push({ row, decision });
    }
    after = next;
  } while (query.filter === 'bolt' && after !== null && found.length < PAGE);
  const last = await lastReminders(
    db,
    found.map(({ row }) => row.id),
  );
  const reach = await reachOf(
    db,
    found.map(({ row }) => row.customerId),
  );
  return {
    rows: found.map(({ row, decision }) => rowView(row, decision, last, reach.get(row.customerId) ?? null, visit)),
    next: after,
  };
}

async function panel(visit: Visit, web: Web): Promise<void> {
  const view = await panelOf(visit, web, null);
  if (!view) return visit.notFound();
  return visit.page('invoices/panel.njk', view);
}

/** All that the panel shows, with a form open in it where one was asked for; null when there is no such invoice. */
export async function panelOf(visit: Visit, { db }: Web, form: object | null): Promise<object | null> {
  const invoice = (await invoicesById(db, [visit.id()])).get(visit.id());
  if (!invoice) return null;
  const customer = (await customersById(db, [invoice.customerId])).get(invoice.customerId);
  const { decision, snapshot } = await decided(visit, db, invoice, visit.today);
  const enrolled = new Set(snapshot.enrolments.map(({ planId }) => planId));
  const plans = snapshot.plans.filter(({ id }) => enrolled.has(id)).map(({ name }) => name);
  const owed = { ...invoice, customerName: customer?.name ?? '', plan: plans.join(', ') || null };
  return {
    ...panelView(owed, decision, await invoiceRecords(db, invoice.id), visit),
    ...factsView(owed, await factsOf(db, invoice), visit),
    form,
  };
}

/** What the rules say about the invoice of the address, as it stands, on a day; null when there is nothing to decide. */
export async function decisionOn(visit: Visit, { db }: Web, day: Day): Promise<Decision | null> {
  const invoice = (await invoicesById(db, [visit.id()])).get(visit.id());
  return invoice ? (await decided(visit, db, invoice, day)).decision : null;
}

async function decided(
  { settings, today }: Visit,
  db: Db,
  { id, customerId }: { id: number; customerId: number },
  day: Day,
): Promise<{ decision: Decision | null; snapshot: Snapshot }> {
  const calendar = sendingCalendar(settings, Number(today.slice(0, 4)));
  const snapshot = await loadSnapshot(db, calendar, { customerIds: [customerId] });
  const own = decide(snapshot, day).find(({ subject }) => subject.kind === 'invoice' && subject.invoiceId === id);
  return { decision: own ?? null, snapshot };
}

/** The answer to a change of an invoice: its panel and the row behind it, or its page. */
export async function changed(visit: Visit, web: Web, toast: Toast | null): Promise<void> {
  if (!visit.partial) return visit.redirect(`/invoices/${visit.id()}`, toast ?? undefined);
  const view = await panelOf(visit, web, null);
  if (!view) return visit.notFound();
  if (toast) visit.toast(toast);
  return visit.fragment('invoices/changed.njk', { ...view, rows: isOnList(visit) ? await rowOf(visit, web) : [] });
}

/** "Follow-up plan enabled" of one invoice. */
async function followUp(visit: Visit, web: Web): Promise<void> {
  const enabled = visit.field('enabled') === '1';
  const { clock, db } = web;
  const changes = await switchFollowUp(db, [visit.id()], { enabled, clock, userId: visit.user?.id ?? null });
  const key = enabled ? 'invoices.switchedOn' : 'invoices.switchedOff';
  return changed(visit, web, changes ? { key, params: { count: changes } } : null);
}

/** The row behind the panel, as it is now, also when it is paid. */
async function rowOf(visit: Visit, { db }: Web): Promise<object[]> {
  const settled = ((await invoicesById(db, [visit.id()])).get(visit.id())?.outstanding ?? 0) <= 0;
  const query = { ...queryOf(visit), filter: settled ? ('paid' as const) : ('open' as const) };
  return (await pageOf(db, { ...query, search: '', age: null, after: null, invoiceId: visit.id() }, visit)).rows;
}

/** Only the list has a row to bring up to date. */
function isOnList({ request }: Visit): boolean {
  const url = request.get('HX-Current-URL') ?? '';
  return URL.canParse(url) && new URL(url).pathname === '/invoices';
}

/** The same for the ticked ones. */
async function followUpOfTicked(visit: Visit, { db, clock }: Web): Promise<void> {
  const { ids } = visit.request.body as { ids?: string | string[] };
  const chosen = [ids ?? []].flat().map(Number).filter(Number.isSafeInteger);
  const enabled = visit.field('enabled') === '1';
  const count = await switchFollowUp(db, chosen, { enabled, clock, userId: visit.user?.id ?? null });
  visit.redirect('/invoices', { key: enabled ? 'invoices.switchedOn' : 'invoices.switchedOff', params: { count } });
}

/** A document as it was filed: never shown in our own page's rights. */
async function document(visit: Visit, { db }: Web): Promise<void> {
  const file = await documentWithBytes(db, visit.id());
  if (!file) return visit.notFound();
  visit.response
    .set('Content-Security-Policy', "default-src 'none'; sandbox")
    .attachment(file.name)
    .type(file.mediaType)
    .send(file.content);
}
