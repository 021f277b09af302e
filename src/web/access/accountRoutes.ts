import { changePassword } from '../../services/changePassword.ts';
import { saveAccount } from '../../services/saveAccount.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  pendingSecret,
  removeSecondFactor,
} from '../../services/setUpSecondFactor.ts';
import { signOut } from '../../services/signOut.ts';
import { totpLink } from '../../services/totp.ts';
import { sessionsOf } from '../../store/sessions.ts';
import { countRecoveryCodes } from '../../store/users.ts';
import { readForm } from '../form.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { browserOf, signedInBy } from './control.ts';
import { enter, leave } from './cookie.ts';
import { accountForm, confirmForm, newPasswordForm, passwordErrors, passwordForm } from './forms.ts';
import { presentPasswordErrors } from './presentPassword.ts';
import { accountView } from './view.ts';

/** What a user decides about himself: name, language, password, second factor, sessions. */
export const accountRoutes: readonly Route[] = [
  { method: 'get', path: '/account', allow: 'colleague', run: (visit, web) => accountPage(visit, web) },
  { method: 'put', path: '/account', allow: 'colleague', run: save },
  { method: 'get', path: '/account/password', allow: 'colleague', run: (visit) => passwordPage(visit) },
  { method: 'put', path: '/account/password', allow: 'colleague', perMinute: 30, run: savePassword },
  { method: 'post', path: '/account/second-factor', allow: 'colleague', perMinute: 30, run: begin },
  { method: 'get', path: '/account/second-factor', allow: 'colleague', run: (visit, web) => factorPage(visit, web) },
  { method: 'put', path: '/account/second-factor', allow: 'colleague', perMinute: 30, run: confirm },
  { method: 'delete', path: '/account/second-factor', allow: 'colleague', perMinute: 30, run: remove },
  { method: 'delete', path: '/account/sessions', allow: 'colleague', run: endOthers },
  { method: 'delete', path: '/account/sessions/:id', allow: 'colleague', run: endOne },
];

async function accountPage(
  visit: Visit,
  { db }: Web,
  { values, errors = {} }: { values?: object; errors?: object } = {},
): Promise<void> {
  const { user, session } = signedInBy(visit);
  const [sessions, recoveryCodes] = [await sessionsOf(db, user.id), await countRecoveryCodes(db, user.id)];
  const view = accountView(user, sessions, { current: session.id, recoveryCodes, words: visit });
  const { account } = view as { account: object };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return visit.page('access/account.njk', { ...view, account: { ...account, ...values }, errors }, status);
}

async function save(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, accountForm);
  if (!form.ok) return accountPage(visit, web, form);
  await saveAccount(web.db, signedInBy(visit).user.id, form.value);
  return visit.redirect('/account', { key: 'access.saved' });
}

const passwordPage = (visit: Visit, errors: object = {}): Promise<void> =>
  visit.page(
    'access/password.njk',
    { errors, temporary: signedInBy(visit).user.passwordTemporary, email: signedInBy(visit).user.email },
    Object.keys(errors).length > 0 ? 422 : 200,
  );

async function savePassword(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, newPasswordForm);
  if (!form.ok) return passwordPage(visit, form.errors);
  const { user } = signedInBy(visit);
  const { current, password } = form.value;
  const wrong = await presentPasswordErrors(visit, web, current);
  if (wrong) return passwordPage(visit, wrong);
  const errors = passwordErrors(password, [visit.settings.company.name, user.email, user.name], visit.t);
  if (current === password) errors.password = visit.t('access.passwordSame');
  if (Object.keys(errors).length > 0) return passwordPage(visit, errors);
  const { db, clock, passwordCost } = web;
  const browser = browserOf(visit);
  enter(web, visit, await changePassword(db, user.id, password, { now: clock(), browser, cost: passwordCost }));
  return visit.redirect(user.passwordTemporary ? '/invoices' : '/account', { key: 'access.passwordChanged' });
}

async function begin(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, passwordForm);
  const wrong = form.ok ? await presentPasswordErrors(visit, web, form.value.current) : form.errors;
  if (wrong) return accountPage(visit, web, { errors: wrong });
  await beginSecondFactor(web.db, signedInBy(visit).user.id, web.config);
  return visit.redirect('/account/second-factor');
}

function factorPage(visit: Visit, { config }: Web, errors: object = {}): Promise<void> | void {
  const { user } = signedInBy(visit);
  const secret = pendingSecret(user, config);
  if (secret === null) return visit.redirect('/account');
  const model = { secret: secret.replace(/(.{4})(?=.)/g, '$1 '), link: totpLink(secret, user.email), errors };
  return visit.page('access/secondFactor.njk', model, Object.keys(errors).length > 0 ? 422 : 200);
}

async function confirm(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, confirmForm);
  if (!form.ok) return factorPage(visit, web, form.errors);
  const { user, session } = signedInBy(visit);
  const how = { now: web.clock(), keys: web.config, session: session.id };
  const codes = await confirmSecondFactor(web.db, user, form.value.code, how);
  if (!codes) return factorPage(visit, web, { code: visit.t('access.wrongCode') });
  return visit.page('access/recoveryCodes.njk', { codes });
}

async function remove(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, passwordForm);
  const wrong = form.ok ? await presentPasswordErrors(visit, web, form.value.current) : form.errors;
  if (wrong) return accountPage(visit, web, { errors: wrong });
  await removeSecondFactor(web.db, signedInBy(visit).user.id);
  return visit.redirect('/account', { key: 'access.secondFactorOff' });
}

async function endOthers(visit: Visit, web: Web): Promise<void> {
  const { user, session } = signedInBy(visit);
  await signOut(web.db, user.id, { except: session.id });
  return visit.redirect('/account', { key: 'access.sessionsEnded' });
}

/** One of one's own; somebody else's number ends nothing. */
async function endOne(visit: Visit, web: Web): Promise<void> {
  const { user, session } = signedInBy(visit);
  if ((await signOut(web.db, user.id, { only: visit.id() })) === 0) return visit.notFound();
  if (session.id !== visit.id()) return visit.redirect('/account', { key: 'access.sessionEnded' });
  leave(web, visit);
  return visit.redirect('/sign-in');
}
