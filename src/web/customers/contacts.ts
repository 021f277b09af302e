import { mendAddress } from '../../services/mendAddress.ts';
import { removeContact } from '../../services/removeContact.ts';
import { saveContact } from '../../services/saveContact.ts';
import { switchContact } from '../../services/switchContact.ts';
import { contactById, customerFields } from '../../store/customerEditing.ts';
import { readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { contactForm, RECEIVES } from './forms.ts';
import { changed } from './panel.ts';

interface Shown {
  /** 0 for a new one. */
  contactId: number;
  customerId: number;
  values: Record<string, unknown>;
  errors?: Record<string, string>;
}

export async function newContact(visit: Visit, { db }: Web): Promise<void> {
  if (!(await customerFields(db, visit.id()))) return visit.notFound();
  return show(visit, { contactId: 0, customerId: visit.id(), values: { receives: 'to' } });
}

export async function contact(visit: Visit, { db }: Web): Promise<void> {
  const found = await contactById(db, visit.id());
  if (!found) return visit.notFound();
  return show(visit, { contactId: found.id, customerId: found.customerId, values: { ...found } });
}

/** Adds a contact to the customer. */
export const contactOf = (visit: Visit, web: Web): Promise<void> => keep(visit, web, 0, visit.id());

/** Changes a contact. */
export async function save(visit: Visit, web: Web): Promise<void> {
  const found = await contactById(web.db, visit.id());
  if (!found) return visit.notFound();
  return keep(visit, web, found.id, found.customerId);
}

async function keep(visit: Visit, web: Web, contactId: number, customerId: number): Promise<void> {
  const form = readForm(visit, contactForm);
  if (!form.ok) return show(visit, { contactId, customerId, values: form.values, errors: form.errors });
  const target = contactId ? { contactId } : { customerId };
  const saved = await saveContact(web.db, target, form.value, doing(visit, web));
  if (saved.ok) return changed(visit, web, customerId, { key: 'customers.contactSaved' });
  if (saved.problem === 'unknown') return visit.notFound();
  const errors = { email: visit.t('form.notAnAddress') };
  return show(visit, { contactId, customerId, values: { ...form.value }, errors });
}

/** "Receives reminders": to, in copy, or not. */
export async function receives(visit: Visit, web: Web): Promise<void> {
  const wanted = RECEIVES.find((one) => one === visit.field('receives'));
  const found = wanted ? await switchContact(web.db, visit.id(), wanted, doing(visit, web)) : null;
  if (!found) return visit.notFound();
  return changed(visit, web, found.customerId, { key: 'customers.contactSaved' });
}

/** "The address works again." */
export async function mend(visit: Visit, web: Web): Promise<void> {
  const found = await mendAddress(web.db, visit.id(), doing(visit, web));
  if (!found) return visit.notFound();
  const params = { address: found.email ?? '' };
  return changed(visit, web, found.customerId, { key: 'customers.addressMended', params });
}

export async function remove(visit: Visit, web: Web): Promise<void> {
  const found = await removeContact(web.db, visit.id(), doing(visit, web));
  if (!found) return visit.notFound();
  return changed(visit, web, found.customerId, { key: 'customers.contactRemoved' });
}

function show(visit: Visit, { contactId, customerId, values, errors = {} }: Shown): Promise<void> {
  const names = ['name', 'role', 'email', 'phone', 'receives'];
  return visit.page(
    'customers/contact.njk',
    {
      contactId,
      customerId,
      heading: contactId ? visit.t('customers.editContact') : visit.t('customers.newContact'),
      values: Object.fromEntries(names.map((name) => [name, String(values[name] ?? '')])),
      errors: Object.fromEntries(names.map((name) => [name, errors[name] ?? ''])),
      options: [
        { value: 'to', text: visit.t('customers.receivesTo') },
        { value: 'cc', text: visit.t('customers.receivesCc') },
        { value: 'none', text: visit.t('customers.receivesNone') },
      ],
    },
    Object.keys(errors).length ? 422 : 200,
  );
}
