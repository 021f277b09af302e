import { addUser } from '../../services/addUser.ts';
import { changeRole } from '../../services/changeRole.ts';
import { disableUser } from '../../services/disableUser.ts';
import { resetPassword } from '../../services/resetPassword.ts';
import { listUsers, type User, userById } from '../../store/users.ts';
import { readForm } from '../form.ts';
import { settingsFrame } from '../settings/view.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { signedInBy } from './control.ts';
import { disabledForm, newUserForm, roleForm } from './forms.ts';
import { usersView } from './view.ts';

/** Who may come in. */
export const userRoutes: readonly Route[] = [
  { method: 'get', path: '/settings/users', allow: 'owner', run: (visit, web) => usersPage(visit, web) },
  { method: 'post', path: '/settings/users', allow: 'owner', run: add },
  { method: 'put', path: '/settings/users/:id/role', allow: 'owner', run: giveRole },
  { method: 'put', path: '/settings/users/:id/disabled', allow: 'owner', run: disable },
  { method: 'post', path: '/settings/users/:id/password', allow: 'owner', run: reset },
];

const NOBODY = { name: '', email: '', role: 'colleague' };

async function usersPage(
  visit: Visit,
  { db }: Web,
  { values = {}, errors = {} }: { values?: object; errors?: object } = {},
): Promise<void> {
  const list = usersView(await listUsers(db), signedInBy(visit).user.id, visit);
  const view = { ...settingsFrame('users', visit), ...list };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return visit.page('access/users.njk', { ...view, values: { ...NOBODY, ...values }, errors }, status);
}

async function add(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, newUserForm);
  if (!form.ok) return usersPage(visit, web, form);
  const { db, clock, passwordCost: cost } = web;
  const added = await addUser(db, { ...form.value, language: visit.settings.language }, { now: clock(), cost });
  if (!added) return usersPage(visit, web, { values: form.value, errors: { email: visit.t('access.addressTaken') } });
  return passwordPage(visit, form.value, added.password);
}

/** A password that is shown once, to be told to its user. */
const passwordPage = (
  visit: Visit,
  { name, email }: { name: string; email: string },
  password: string,
): Promise<void> =>
  visit.page('access/temporaryPassword.njk', {
    name,
    email,
    password,
    text: visit.t('access.temporaryText', { name, email }),
  });

/** Somebody else: what one does to oneself is on one's own page, and nobody shuts himself out by mistake. */
async function otherUser(visit: Visit, { db }: Web): Promise<User | null> {
  const user = await userById(db, visit.id());
  return user && user.id !== signedInBy(visit).user.id ? user : null;
}

async function giveRole(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, roleForm);
  if (!form.ok) return usersPage(visit, web, form);
  const user = await otherUser(visit, web);
  if (!user || !(await changeRole(web.db, user.id, form.value.role))) return visit.notFound();
  const key = form.value.role === 'owner' ? 'access.nowOwner' : 'access.nowColleague';
  return visit.redirect('/settings/users', { key, params: { name: user.name } });
}

async function disable(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, disabledForm);
  if (!form.ok) return usersPage(visit, web, form);
  const user = await otherUser(visit, web);
  const disabled = form.value.disabled === '1';
  if (!user || !(await disableUser(web.db, user.id, { disabled, now: web.clock() }))) return visit.notFound();
  const key = disabled ? 'access.nowDisabled' : 'access.nowEnabled';
  return visit.redirect('/settings/users', { key, params: { name: user.name } });
}

async function reset(visit: Visit, web: Web): Promise<void> {
  const user = await otherUser(visit, web);
  if (!user) return visit.notFound();
  const password = await resetPassword(web.db, user.id, { cost: web.passwordCost, dropSecondFactor: true });
  return passwordPage(visit, user, password);
}
