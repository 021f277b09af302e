import type { Day } from '../domain/calendar.ts';
import type { CustomerDetails } from './customers.ts';
import type { Db, Transaction } from './database.ts';

/** What the owner writes about a customer. */
export interface CustomerFields extends Omit<CustomerDetails, 'id'> {
  note: string;
}

/** What the owner writes about a contact. */
export interface ContactFields {
  name: string;
  role: string;
  email: string | null;
  phone: string | null;
  receives: 'to' | 'cc' | 'none';
}

const columnsOf = ({ legalId, paymentTermDays, ...fields }: CustomerFields): object => ({
  ...fields,
  legal_id: legalId,
  payment_term_days: paymentTermDays,
});

/** A customer for its form; archived ones are gone. */
export async function customerFields(db: Db, id: number): Promise<CustomerFields | undefined> {
  return db
    .select('code', 'name', 'language', 'country', 'street', 'postcode', 'city', 'note')
    .select({ legalId: 'legal_id', paymentTermDays: 'payment_term_days' })
    .from('customers')
    .where({ id })
    .whereNull('archived_at')
    .first() as unknown as Promise<CustomerFields | undefined>;
}

/** Whether another customer, archived ones included, bears the code. */
export async function isCodeTaken(db: Db, code: string, exceptId: number | null): Promise<boolean> {
  const found: { id: number } | undefined = await db('customers').select('id').where({ code }).first();
  return found !== undefined && found.id !== exceptId;
}

/** The next code of the series K-1, K-2 … */
export async function nextCode(db: Db): Promise<string> {
  const row: { highest: number | null } | undefined = await db('customers')
    .select(db.raw(`max(CAST(substr(code, 3) AS INTEGER)) AS highest`))
    .whereRaw(`code GLOB 'K-[0-9]*' AND NOT substr(code, 3) GLOB '*[^0-9]*'`)
    .first();
  return `K-${(row?.highest ?? 0) + 1}`;
}

export async function insertCustomer(trx: Transaction, fields: CustomerFields, createdAt: string): Promise<number> {
  const [made] = (await trx('customers')
    .insert({ ...columnsOf(fields), created_at: createdAt })
    .returning('id')) as { id: number }[];
  return made?.id ?? 0;
}

export async function updateCustomerFields(trx: Transaction, id: number, fields: CustomerFields): Promise<void> {
  await trx('customers').where({ id }).update(columnsOf(fields));
}

/** A contact with whom it belongs to. */
export type OwnedContact = ContactFields & { id: number; customerId: number; refusedOn: Day | null };

export async function contactById(db: Db, id: number): Promise<OwnedContact | undefined> {
  return db
    .select({ id: 'id', customerId: 'customer_id', name: 'name', role: 'role', email: 'email', phone: 'phone' })
    .select({ receives: 'receives', refusedOn: 'refused_on' })
    .from('contacts')
    .where({ id })
    .first() as unknown as Promise<OwnedContact | undefined>;
}

/** Adds a contact after the ones that are there. */
export async function insertContact(trx: Transaction, customerId: number, fields: ContactFields): Promise<number> {
  const [last] = (await trx('contacts').max({ position: 'position' }).where({ customer_id: customerId })) as {
    position: number | null;
  }[];
  const [made] = (await trx('contacts')
    .insert({ ...fields, customer_id: customerId, position: (last?.position ?? -1) + 1 })
    .returning('id')) as { id: number }[];
  return made?.id ?? 0;
}

/** Changes a contact. A new address starts with a clean sheet: what was refused was the old one. */
export async function updateContact(
  trx: Transaction,
  id: number,
  fields: Partial<ContactFields>,
  { newAddress }: { newAddress: boolean },
): Promise<void> {
  const clean = newAddress ? { refused_on: null, refused_reason: null } : {};
  await trx('contacts')
    .where({ id })
    .update({ ...fields, ...clean });
}

/** Takes a contact away. What was sent to it stays in the history, with its name and address. */
export async function deleteContact(trx: Transaction, id: number): Promise<void> {
  await trx('reminder_recipients').where({ contact_id: id }).update({ contact_id: null });
  await trx('contacts').where({ id }).delete();
}

/** Trusts an address again wherever it is used; returns whose contacts use it. */
export async function putAddressRight(trx: Transaction, address: string): Promise<{ customerId: number }[]> {
  return trx('contacts')
    .whereRaw('lower(email) = ?', address.toLowerCase())
    .whereNotNull('refused_on')
    .update({ refused_on: null, refused_reason: null })
    .returning('customer_id as customerId') as unknown as Promise<{ customerId: number }[]>;
}
