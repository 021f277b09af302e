import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
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
import type { Route, Visit, Web } from '../visit.ts';
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
  return { rows: found.map(({ row, decision }) => rowView(row, decision, last, visit)), next: after };
}

/** Today's decisions about some invoices: only their customers are looked at. */
async function decisionsFor(
  db: Db,
  rows: readonly { id: number; customerId: number }[],
  visit: Visit,
): Promise<Map<number, Decision>> {
  const { settings, today } = visit;
  const customerIds = [...new Set(rows.map(({ customerId }) => customerId))];
  if (customerIds.length === 0) return new Map();
  const snapshot = await loadSnapshot(db, sendingCalendar(settings, Number(today.slice(0, 4))), {
    customerIds,
    invoiceIds: rows.map(({ id }) => id),
  });
  return new Map(
    decide(snapshot, today).flatMap((one) =>
      one.subject.kind === 'invoice' ? [[one.subject.invoiceId, one] as const] : [],
    ),
  );
}

async function panel(visit: Visit, web: Web): Promise<void> {
  const view = await panelOf(visit, web);
  if (!view) return visit.notFound();
  return visit.page('invoices/panel.njk', view);
}

async function panelOf(visit: Visit, { db }: Web): Promise<object | null> {
  const invoice = (await invoicesById(db, [visit.id()])).get(visit.id());
  if (!invoice) return null;
  const customer = (await customersById(db, [invoice.customerId])).get(invoice.customerId);
  const { settings, today } = visit;
  const snapshot = await loadSnapshot(db, sendingCalendar(settings, Number(today.slice(0, 4))), {
    customerIds: [invoice.customerId],
  });
  const decision = decide(snapshot, today).find(
    ({ subject }) => subject.kind === 'invoice' && subject.invoiceId === invoice.id,
  );
  const enrolled = new Set(snapshot.enrolments.map(({ planId }) => planId));
  const plans = snapshot.plans.filter(({ id }) => enrolled.has(id)).map(({ name }) => name);
  return panelView(
    { ...invoice, customerName: customer?.name ?? '', plan: plans.join(', ') || null },
    decision ?? null,
    await invoiceRecords(db, invoice.id),
    visit,
  );
}

/** "Follow-up plan enabled" of one invoice. */
async function followUp(visit: Visit, web: Web): Promise<void> {
  const enabled = visit.field('enabled') === '1';
  const { clock, db } = web;
  const changed = await switchFollowUp(db, [visit.id()], { enabled, clock, userId: visit.user?.id ?? null });
  if (!visit.partial) return visit.redirect(`/invoices/${visit.id()}`);
  const view = await panelOf(visit, web);
  if (!view) return visit.notFound();
  if (changed)
    visit.toast({ key: enabled ? 'invoices.switchedOn' : 'invoices.switchedOff', params: { count: changed } });
  return visit.fragment('invoices/changed.njk', { ...view, rows: isOnList(visit) ? await rowOf(visit, web) : [] });
}

/** The row behind the panel, as it is now; none when it is no longer open. */
async function rowOf(visit: Visit, { db }: Web): Promise<object[]> {
  const query = { ...queryOf(visit), filter: 'open' as const, invoiceId: visit.id() };
  return (await pageOf(db, query, visit)).rows;
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
