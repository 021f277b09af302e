import { isAddress } from './address.ts';
import type { Day } from './calendar.ts';

/** How a reminder reaches somebody. */
export type Channel = 'email' | 'letter' | 'call';

/** A halt of follow-up, up to and including a day, or until lifted. */
export interface Pause {
  until: Day | null;
}

/** A person or mailbox of a customer. */
export interface Contact {
  id: number;
  name: string;
  /** What the contact does there ("accounts"), as the owner wrote it; plans may choose recipients by it. */
  role: string;
  email: string | null;
  phone: string | null;
  /** Whether reminders go to this contact. */
  receives: 'to' | 'cc' | 'none';
  /** Since when the address is refused for good by its server; null while it works. */
  refusedOn: Day | null;
}

/** Who owes. */
export interface Customer {
  id: number;
  name: string;
  language: string;
  pause: Pause | null;
  contacts: readonly Contact[];
  hasPostalAddress: boolean;
}

/** The contacts that a message of these roles goes to: the reminder contacts, or those with a chosen role. */
export function addressees(customer: Pick<Customer, 'contacts'>, roles: readonly string[]): Contact[] {
  const chosen = roles.length
    ? customer.contacts.filter((contact) => roles.includes(contact.role))
    : customer.contacts.filter((contact) => contact.receives !== 'none');
  // An address that no mail could be sent to counts as none.
  return chosen.filter(({ email, refusedOn }) => email !== null && refusedOn === null && isAddress(email));
}

/** Why nobody can be reached over the channel, or null when somebody can. */
export function unreachable(
  customer: Customer,
  channel: Channel,
  roles: readonly string[] = [],
): 'no_recipient' | 'address_refused' | 'no_postal_address' | 'no_phone' | null {
  if (channel === 'letter') return customer.hasPostalAddress ? null : 'no_postal_address';
  if (channel === 'call') return customer.contacts.some((contact) => contact.phone) ? null : 'no_phone';
  if (addressees(customer, roles).some((contact) => roles.length > 0 || contact.receives === 'to')) return null;
  const candidates = customer.contacts.filter((contact) =>
    roles.length ? roles.includes(contact.role) : contact.receives === 'to',
  );
  return candidates.some((contact) => contact.refusedOn !== null) ? 'address_refused' : 'no_recipient';
}
