import { type Clock, isoOf } from '../clock.ts';
import { isAddress } from '../domain/address.ts';
import { contactById, type ContactFields, insertContact, updateContact } from '../store/customerEditing.ts';
import { existingCustomers } from '../store/customerPlans.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** `not_an_address`: the e-mail address could be read as none, or as several; nothing was changed. */
export type SaveContactResult =
  | { ok: true; id: number; customerId: number }
  | { ok: false; problem: 'not_an_address' | 'unknown' };

/** Adds a contact to a customer, or changes some of what is known of one. */
export async function saveContact(
  db: Db,
  target: { customerId: number } | { contactId: number },
  fields: ContactFields,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<SaveContactResult> {
  if (fields.email !== null && !isAddress(fields.email)) return { ok: false, problem: 'not_an_address' };
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    const said = (kind: string, customerId: number): Promise<void> =>
      addHistory(trx, [
        { at, kind, customerId, userId, data: { contact: fields.name || fields.email || fields.phone } },
      ]);
    if ('customerId' in target) {
      const { customerId } = target;
      if ((await existingCustomers(trx, [customerId])).length === 0) return { ok: false, problem: 'unknown' };
      const id = await insertContact(trx, customerId, fields);
      await said('contact_added', customerId);
      return { ok: true, id, customerId };
    }
    const before = await contactById(trx, target.contactId);
    if (!before) return { ok: false, problem: 'unknown' };
    const newAddress = before.email?.toLowerCase() !== fields.email?.toLowerCase();
    await updateContact(trx, before.id, fields, { newAddress });
    await said('contact_changed', before.customerId);
    return { ok: true, id: before.id, customerId: before.customerId };
  });
}
