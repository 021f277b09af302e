import { type Clock, isoOf } from '../clock.ts';
import { contactById, deleteContact, type OwnedContact } from '../store/customerEditing.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** Takes a contact away; returns who it was, or null when there is no such contact. */
export async function removeContact(
  db: Db,
  contactId: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<OwnedContact | null> {
  return db.transaction(async (trx) => {
    const contact = await contactById(trx, contactId);
    if (!contact) return null;
    const { customerId, name, email, phone } = contact;
    await deleteContact(trx, contactId);
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'contact_removed', customerId, userId, data: { contact: name || email || phone } },
    ]);
    return contact;
  });
}
