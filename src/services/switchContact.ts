import { type Clock, isoOf } from '../clock.ts';
import { contactById, type ContactFields, type OwnedContact, updateContact } from '../store/customerEditing.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** Says whether reminders go to a contact: to it, in copy, or not. Null when there is no such contact. */
export async function switchContact(
  db: Db,
  contactId: number,
  receives: ContactFields['receives'],
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<OwnedContact | null> {
  return db.transaction(async (trx) => {
    const contact = await contactById(trx, contactId);
    if (!contact || contact.receives === receives) return contact ?? null;
    const { customerId, name, email } = contact;
    await updateContact(trx, contactId, { receives }, { newAddress: false });
    await addHistory(trx, [
      { at: isoOf(clock()), kind: 'contact_changed', customerId, userId, data: { contact: name || email, receives } },
    ]);
    return { ...contact, receives };
  });
}
