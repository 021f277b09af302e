import { randomUUID } from 'node:crypto';
import { claimable } from '../../domain/invoice.ts';
import { totalsByCurrency } from '../../domain/money.ts';
import { formatMoney } from '../../i18n/format.ts';
import { markPaid } from '../../services/markPaid.ts';
import { undoMarkPaid } from '../../services/undoMarkPaid.ts';
import { customersById } from '../../store/customers.ts';
import { type InvoiceDetails, invoicesById } from '../../store/ledger.ts';
import { readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { paidForm } from './factsForms.ts';
import { NOTHING_TYPED, type Typed } from './factsFormView.ts';

/** More than a page of ticks nobody looks through. */
const MOST = 500;

const idsOf = (visit: Visit): number[] => {
  const given = (visit.request.body as { ids?: unknown } | undefined)?.ids ?? visit.request.query.ids ?? [];
  const ids = [given].flat().map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id > 0))].slice(0, MOST);
};

/** Ticked rows come as a form; the page that asks about them has an address of its own. */
export function choose(visit: Visit): void {
  const params = new URLSearchParams(idsOf(visit).map((id): [string, string] => ['ids', String(id)]));
  visit.redirect(`/invoices/paid?${params.toString()}`);
}

/** "Mark as paid": which invoices, and how much that is, before anything is booked. */
export const ask = (visit: Visit, web: Web): Promise<void> => show(visit, web, NOTHING_TYPED, 200);

async function show(visit: Visit, { db }: Web, typed: Typed, status: number): Promise<void> {
  const ids = idsOf(visit);
  const found = await invoicesById(db, ids);
  const invoices = ids.flatMap((id) => found.get(id) ?? []).filter(claimable);
  const customers = await customersById(
    db,
    invoices.map(({ customerId }) => customerId),
  );
  return visit.page(
    'invoices/facts/paid.njk',
    {
      ...paidView(invoices, (id) => customers.get(id)?.name ?? '', visit),
      leftOut:
        ids.length > invoices.length ? visit.t('facts.paidLeftOut', { count: ids.length - invoices.length }) : '',
      values: { receivedOn: visit.today, reference: '', formKey: randomUUID(), ...typed.values },
      errors: { receivedOn: '', reference: '', ...typed.errors },
    },
    status,
  );
}

function paidView(
  invoices: readonly InvoiceDetails[],
  nameOf: (customerId: number) => string,
  { t, language }: Pick<Visit, 't' | 'language'>,
): object {
  const totals = totalsByCurrency(invoices.map(({ currency, outstanding }) => ({ currency, amount: outstanding })));
  return {
    heading: t('facts.paidHeading', { count: invoices.length }),
    totals: [...totals].map(([currency, amount]) => formatMoney(amount, currency, language)),
    invoices: invoices.map(({ id, number, customerId, currency, outstanding }) => ({
      id,
      number,
      customer: nameOf(customerId),
      amount: formatMoney(outstanding, currency, language),
    })),
  };
}

export async function paid(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, paidForm(visit));
  if (!form.ok) return show(visit, web, form, 422);
  const { formKey } = form.value;
  const count = await markPaid(web.db, idsOf(visit), { ...form.value, ...doing(visit, web) });
  if (count === 0) return visit.redirect('/invoices', { key: 'facts.already' });
  return visit.redirect('/invoices', {
    key: 'facts.paidDone',
    params: { count },
    undo: `/invoices/paid/${formKey}/undo`,
  });
}

export async function undoPaid(visit: Visit, web: Web): Promise<void> {
  const count = await undoMarkPaid(web.db, String(visit.request.params.key), {
    today: visit.today,
    ...doing(visit, web),
  });
  return visit.redirect('/invoices', { key: count ? 'customers.undone' : 'facts.changedSince' });
}
