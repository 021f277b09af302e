import type { Decision } from '../../domain/decision.ts';
import { decide } from '../../domain/decide.ts';
import { unreachable } from '../../domain/customer.ts';
import { hasPostalAddress } from '../../services/writeByHand.ts';
import { contactsOf, customersById } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import { invoicePage, lastReminders } from '../../store/invoiceList.ts';
import { sendingCalendar } from '../../store/settings.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import type { Visit } from '../visit.ts';
import { type Reach, rowView } from './view.ts';

/** Today's decisions about some invoices: only their customers are looked at. */
export async function decisionsFor(
  db: Db,
  rows: readonly { id: number; customerId: number }[],
  { settings, today }: Pick<Visit, 'settings' | 'today'>,
): Promise<Map<number, Decision>> {
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

/** Why some customers cannot be written to, by customer and channel: null where they can. */
export async function reachOf(db: Db, customerIds: readonly number[]): Promise<Map<number, Reach>> {
  const ids = [...new Set(customerIds)];
  const contacts = await contactsOf(db, ids);
  return new Map(
    [...(await customersById(db, ids)).values()].map((customer) => {
      const { id, name, language } = customer;
      const own = contacts.get(id) ?? [];
      const reached = { id, name, language, pause: null, contacts: own, hasPostalAddress: hasPostalAddress(customer) };
      return [id, { email: unreachable(reached, 'email'), letter: unreachable(reached, 'letter') }];
    }),
  );
}

/** The rows of some invoices as the list shows them, in the order given; none for what the list does not hold. */
export async function rowsOf(db: Db, invoiceIds: readonly number[], visit: Visit): Promise<object[]> {
  const query = { filter: 'open', order: 'due', search: '', age: null, after: null, limit: 1 } as const;
  const found = await Promise.all(
    invoiceIds.map((invoiceId) => invoicePage(db, { ...query, invoiceId, today: visit.today })),
  );
  const rows = found.flatMap((page) => page.rows);
  const decisions = await decisionsFor(db, rows, visit);
  const last = await lastReminders(db, invoiceIds);
  const reach = await reachOf(
    db,
    rows.map(({ customerId }) => customerId),
  );
  return rows.map((row) => rowView(row, decisions.get(row.id), last, reach.get(row.customerId) ?? null, visit));
}
