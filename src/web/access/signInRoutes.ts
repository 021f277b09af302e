import { passSecondFactor } from '../../services/passSecondFactor.ts';
import { signIn } from '../../services/signIn.ts';
import { signOut } from '../../services/signOut.ts';
import { ownerExists } from '../../store/users.ts';
import { readForm } from '../form.ts';
import { originOf } from '../requestLog.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { browserOf, knownIn, ownPlace } from './control.ts';
import { enter, leave } from './cookie.ts';
import { codeForm, signInForm } from './forms.ts';
import { type Throttle, throttleOf } from './throttle.ts';

/** Coming in and going out. */
export const signInRoutes: readonly Route[] = [
  { method: 'get', path: '/sign-in', allow: 'anyone', run: showSignIn },
  { method: 'post', path: '/sign-in', allow: 'anyone', perMinute: 30, run: comeIn },
  { method: 'get', path: '/sign-in/code', allow: 'anyone', run: showCode },
  { method: 'post', path: '/sign-in/code', allow: 'anyone', perMinute: 30, run: passCode },
  { method: 'post', path: '/sign-out', allow: 'anyone', run: goOut },
];

async function showSignIn(visit: Visit, { db }: Web): Promise<void> {
  if (visit.user) return visit.redirect(ownPlace(visit.field('next')));
  if (!(await ownerExists(db))) return visit.redirect('/setup');
  return signInPage(visit);
}

function signInPage(visit: Visit, { error = '', status = 200 } = {}): Promise<void> {
  const values = { email: visit.field('email').slice(0, 254), next: visit.field('next').slice(0, 2000) };
  return visit.page('access/signIn.njk', { values, error }, status);
}

async function comeIn(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, signInForm);
  if (!form.ok) return signInPage(visit, { error: visit.t('access.wrongPassword'), status: 422 });
  const { email, password, next } = form.value;
  const throttle = throttleOf(web);
  const key = `${email.toLowerCase()} ${visit.request.ip ?? ''}`;
  const wait = throttle.attempt(key);
  if (wait > 0) return signInPage(visit, waiting(visit, web, wait));
  const { db, clock, passwordCost } = web;
  const session = await signIn(
    db,
    { email, password },
    { now: clock(), browser: browserOf(visit), cost: passwordCost },
  );
  if (!session) {
    web.log?.warn('sign_in_refused', 'A sign-in was refused: wrong address or password.', originOf(visit.request));
    return signInPage(visit, { error: visit.t('access.wrongPassword'), status: 422 });
  }
  throttle.passed(key);
  await closeKnown(visit, web);
  enter(web, visit, session.id);
  const place = ownPlace(next);
  return visit.redirect(session.stage === 'open' ? place : `/sign-in/code?next=${encodeURIComponent(place)}`);
}

function waiting({ t, request, response }: Visit, { log }: Web, seconds: number): { error: string; status: number } {
  log?.warn('sign_in_slowed', 'After wrong tries a sign-in has to wait.', { ...originOf(request), seconds });
  response.set('Retry-After', String(seconds));
  return { error: t('access.wait', { count: seconds }), status: 429 };
}

/** The session that the browser had before ends with the next one. */
async function closeKnown(visit: Visit, { db }: Web): Promise<void> {
  const known = knownIn(visit);
  if (known) await signOut(db, known.user.id, { only: known.session.id });
}

function showCode(visit: Visit): Promise<void> | void {
  if (knownIn(visit)?.session.stage !== 'code') return visit.redirect('/sign-in');
  return codePage(visit);
}

const codePage = (visit: Visit, { error = '', status = 200 } = {}): Promise<void> =>
  visit.page('access/code.njk', { next: visit.field('next').slice(0, 2000), error }, status);

async function passCode(visit: Visit, web: Web): Promise<void> {
  const known = knownIn(visit);
  if (known?.session.stage !== 'code') return visit.redirect('/sign-in');
  const form = readForm(visit, codeForm);
  if (!form.ok) return codePage(visit, { error: visit.t('access.wrongCode'), status: 422 });
  const { throttle, key } = codeThrottle(web, known.user.id);
  const wait = throttle.attempt(key);
  if (wait > 0) return codePage(visit, waiting(visit, web, wait));
  const { db, clock, config } = web;
  const result = await passSecondFactor(db, known, form.value.code, {
    now: clock(),
    browser: browserOf(visit),
    keys: config,
  });
  if (result === 'wrong' || result === 'over') {
    const fields = { ...originOf(visit.request), user: known.user.id };
    web.log?.warn('second_step_refused', 'The password was right, the code of the second step was not.', fields);
  }
  if (result === 'wrong') return codePage(visit, { error: visit.t('access.wrongCode'), status: 422 });
  if (result === 'over') return visit.redirect('/sign-in', { key: 'access.tooManyCodes' });
  throttle.passed(key);
  enter(web, visit, result.id);
  return visit.redirect(ownPlace(form.value.next));
}

/** Codes are counted by the account: who tries them knows its password already, and may come from anywhere. */
const codeThrottle = (web: Web, userId: number): { throttle: Throttle; key: string } => ({
  throttle: throttleOf(web),
  key: `code ${userId}`,
});

async function goOut(visit: Visit, web: Web): Promise<void> {
  await closeKnown(visit, web);
  leave(web, visit);
  return visit.redirect('/sign-in');
}
