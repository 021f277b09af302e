import { type Clock, isoOf } from '../clock.ts';
import { contactById, type OwnedContact, putAddressRight } from '../store/customerEditing.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** Trusts a contact's address again although a server had refused it, wherever that address is used. Null when there is no such contact. */
export async function mendAddress(
  db: Db,
  contactId: number,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<OwnedContact | null> {
  return db.transaction(async (trx) => {
    const contact = await contactById(trx, contactId);
    if (!contact?.email) return contact ?? null;
    const at = isoOf(clock());
    const mended = new Set((await putAddressRight(trx, contact.email)).map(({ customerId }) => customerId));
    await addHistory(
      trx,
      [...mended].map((customerId) => ({
        at,
        kind: 'address_mended',
        customerId,
        userId,
        data: { contact: contact.email },
      })),
    );
    return contact;
  });
}
