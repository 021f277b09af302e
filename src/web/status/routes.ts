import { measure } from '../../services/measure.ts';
import {
  checkMetricsToken,
  makeMetricsToken,
  metricsTokenSince,
  revokeMetricsToken,
} from '../../services/metricsToken.ts';
import { passwordForm } from '../access/forms.ts';
import { presentPasswordErrors } from '../access/presentPassword.ts';
import { doing } from '../doing.ts';
import { readForm } from '../form.ts';
import { settingsFrame } from '../settings/view.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { exposition } from './prometheus.ts';
import { tokenView } from './tokenView.ts';
import { statusView } from './view.ts';

/** How the product does: for owners on a page, for a program that has the token in the format of Prometheus. */
export const statusRoutes: readonly Route[] = [
  { method: 'get', path: '/settings/operation', allow: 'owner', run: (visit, web) => statusPage(visit, web) },
  { method: 'get', path: '/settings/operation/figures', allow: 'owner', run: figures },
  { method: 'post', path: '/settings/operation/token', allow: 'owner', perMinute: 30, run: makeToken },
  { method: 'delete', path: '/settings/operation/token', allow: 'owner', run: revokeToken },
  // Whoever fetches has no session, and the token is looked at below.
  { method: 'get', path: '/metrics', allow: 'anyone', perMinute: 60, run: scrape },
];

async function statusPage(
  visit: Visit,
  web: Web,
  { token = '', errors = {} }: { token?: string; errors?: Record<string, string> } = {},
): Promise<void> {
  const since = await metricsTokenSince(web.db);
  const model = {
    ...settingsFrame('operation', visit),
    ...statusView(await measure(web.db, web), visit),
    ...tokenView({ since, token, baseUrl: web.config.baseUrl }, visit),
    errors,
  };
  return visit.page('status/index.njk', model, Object.keys(errors).length > 0 ? 422 : 200);
}

async function figures(visit: Visit, { db, ...web }: Web): Promise<void> {
  return visit.fragment('status/_figures.njk', statusView(await measure(db, web), visit));
}

async function makeToken(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, passwordForm);
  const errors = form.ok ? await presentPasswordErrors(visit, web, form.value.current) : form.errors;
  if (errors) return statusPage(visit, web, { errors });
  return statusPage(visit, web, { token: await makeMetricsToken(web.db, doing(visit, web)) });
}

async function revokeToken(visit: Visit, web: Web): Promise<void> {
  await revokeMetricsToken(web.db, doing(visit, web));
  return visit.redirect('/settings/operation', { key: 'status.tokenRevoked' });
}

const PRESENTED = /^Bearer +([\w-]{1,100})$/i;

/** An address that says nothing, not even what it is, to whoever does not have the token. */
async function scrape({ request, response }: Visit, web: Web): Promise<void> {
  // A program keeps no cookies.
  response.removeHeader('Set-Cookie');
  const [, token = ''] = PRESENTED.exec(request.get('Authorization') ?? '') ?? [];
  const answer = await checkMetricsToken(web.db, token);
  if (answer === 'none') return void response.status(404).end();
  if (answer === 'wrong') return void response.status(401).set('WWW-Authenticate', 'Bearer').end();
  const { type, text } = await exposition(await measure(web.db, web));
  response.set('Content-Type', type).send(text);
}
