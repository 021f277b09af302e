import { CUSTOMER_FILTERS, CUSTOMER_ORDERS, customerPage, type CustomerQuery } from '../../store/customerList.ts';
import { loadPlans } from '../../store/plans.ts';
import type { Visit, Web } from '../visit.ts';
import { filterView, listUrl, planMenu, rowView } from './view.ts';

const PAGE = 50;

/** Customers with what they owe, the plan they are on, and when they last heard from us. */
export async function list(visit: Visit, { db }: Web): Promise<void> {
  const query = queryOf(visit);
  const { rows, next } = await customerPage(db, query);
  const model = {
    rows: rows.map((row) => rowView(row, visit)),
    next: next ? listUrl({ ...query, after: next }) : '',
  };
  if (query.after && visit.partial) return visit.fragment('customers/_rows.njk', model);
  const anyFilter = query.filter !== 'all' || query.search !== '';
  const view = { ...model, ...filterView(query, visit), menu: planMenu(await loadPlans(db), visit), anyFilter };
  if (visit.partial) return visit.fragment('customers/_list.njk', view);
  return visit.page('customers/index.njk', view);
}

function queryOf(visit: Visit): CustomerQuery {
  return {
    filter: CUSTOMER_FILTERS.find((filter) => filter === visit.field('filter')) ?? 'all',
    order: CUSTOMER_ORDERS.find((order) => order === visit.field('order')) ?? 'name',
    search: visit.field('search').slice(0, 100),
    after: visit.field('after') || null,
    limit: PAGE,
    today: visit.today,
  };
}
