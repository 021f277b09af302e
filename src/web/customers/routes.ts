import type { Route } from '../visit.ts';
import { contact, contactOf, mend, newContact, receives, remove, save as saveContactForm } from './contacts.ts';
import { edit, newCustomer, save } from './editing.ts';
import { enrol, undo, unenrol } from './enrolling.ts';
import { list } from './list.ts';
import { panel } from './panel.ts';
import { pause, resume } from './pausing.ts';

/** Who owes: customers with their contacts, plans and pauses. */
export const customerRoutes: readonly Route[] = [
  { method: 'get', path: '/customers', allow: 'colleague', run: list },
  { method: 'post', path: '/customers', allow: 'colleague', run: save },
  { method: 'get', path: '/customers/new', allow: 'colleague', run: newCustomer },
  { method: 'get', path: '/customers/:id', allow: 'colleague', run: panel },
  { method: 'put', path: '/customers/:id', allow: 'colleague', run: save },
  { method: 'get', path: '/customers/:id/edit', allow: 'colleague', run: edit },
  { method: 'put', path: '/customers/:id/pause', allow: 'colleague', run: pause },
  { method: 'delete', path: '/customers/:id/pause', allow: 'colleague', run: resume },
  { method: 'get', path: '/customers/:id/contacts/new', allow: 'colleague', run: newContact },
  { method: 'post', path: '/customers/:id/contacts', allow: 'colleague', run: contactOf },
  { method: 'get', path: '/customers/contacts/:id/edit', allow: 'colleague', run: contact },
  { method: 'put', path: '/customers/contacts/:id', allow: 'colleague', run: saveContactForm },
  { method: 'delete', path: '/customers/contacts/:id', allow: 'colleague', run: remove },
  { method: 'put', path: '/customers/contacts/:id/receives', allow: 'colleague', run: receives },
  { method: 'delete', path: '/customers/contacts/:id/refusal', allow: 'colleague', run: mend },
  { method: 'post', path: '/customers/enrolments', allow: 'colleague', run: enrol },
  { method: 'delete', path: '/customers/enrolments', allow: 'colleague', run: unenrol },
  { method: 'post', path: '/customers/enrolments/undo/:begun/:ended', allow: 'colleague', run: undo },
];
