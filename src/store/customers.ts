import type { Contact } from '../domain/customer.ts';
import type { Db } from './database.ts';
import { selectIn } from './rows.ts';

/** A customer as letters and mails need it. */
export interface CustomerDetails {
  id: number;
  code: string;
  legalId: string | null;
  name: string;
  language: string;
  country: string | null;
  street: string;
  postcode: string;
  city: string;
  paymentTermDays: number | null;
}

export interface ContactRow extends Contact {
  customerId: number;
  refusedReason: string | null;
}

const columns = {
  id: 'id',
  code: 'code',
  legalId: 'legal_id',
  name: 'name',
  language: 'language',
  country: 'country',
  street: 'street',
  postcode: 'postcode',
  city: 'city',
  paymentTermDays: 'payment_term_days',
};

/** All customers, archived ones included, in the order of their ids. */
export const allCustomers = (db: Db): Promise<CustomerDetails[]> =>
  db.select(columns).from('customers').orderBy('id') as unknown as Promise<CustomerDetails[]>;

/** Some customers by id; those that do not exist are missing from the answer. */
export async function customersById(db: Db, ids: readonly number[]): Promise<Map<number, CustomerDetails>> {
  const wanted = new Set(ids);
  const rows =
    wanted.size > 500
      ? await allCustomers(db)
      : await db
          .select(columns)
          .from('customers')
          .whereIn('id', [...wanted]);
  return new Map((rows as CustomerDetails[]).map((row) => [row.id, row]));
}

/** The contacts of some customers, in their order. */
export async function contactsOf(db: Db, customerIds: readonly number[]): Promise<Map<number, ContactRow[]>> {
  const rows = await selectIn<Record<string, unknown>>(db, 'contacts', 'customer_id', customerIds);
  const contacts = rows
    .sort((a, b) => Number(a.position) - Number(b.position))
    .map((row) => ({
      id: row.id,
      customerId: row.customer_id,
      name: row.name,
      role: row.role,
      email: row.email,
      phone: row.phone,
      receives: row.receives,
      refusedOn: row.refused_on,
      refusedReason: row.refused_reason,
    })) as ContactRow[];
  return Map.groupBy(contacts, ({ customerId }) => customerId);
}

/** Notes that an address was refused for good, wherever it is used, until somebody mends it. */
export async function refuseAddress(db: Db, address: string, on: string, reason: string): Promise<void> {
  await db('contacts')
    .whereRaw('lower(email) = ?', address.toLowerCase())
    .whereNull('refused_on')
    .update({ refused_on: on, refused_reason: reason });
}
