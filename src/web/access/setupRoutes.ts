import { createOwner } from '../../services/createOwner.ts';
import { openSession } from '../../services/openSession.ts';
import { startEmpty, startWithExample } from '../../services/startCompany.ts';
import { allCustomers } from '../../store/customers.ts';
import { loadTemplates } from '../../store/templates.ts';
import { readForm } from '../form.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { browserOf } from './control.ts';
import { enter, sameText } from './cookie.ts';
import { passwordErrors, setupForm, startForm } from './forms.ts';
import { setupLists } from './view.ts';

/** The first visit: an owner, a company, and something to look at. */
export const setupRoutes: readonly Route[] = [
  { method: 'get', path: '/setup', allow: 'before_setup', perMinute: 30, run: showSetup },
  { method: 'post', path: '/setup', allow: 'before_setup', perMinute: 30, run: setUp },
  { method: 'get', path: '/start', allow: 'owner', run: showStart },
  { method: 'post', path: '/start', allow: 'owner', run: start },
];

/** Only who reads what the console prints may own the installation. */
const knowsToken = (visit: Visit, { setupToken }: Web): boolean =>
  setupToken !== undefined && setupToken !== '' && sameText(visit.field('token'), setupToken);

async function showSetup(visit: Visit, web: Web): Promise<void> {
  if (!knowsToken(visit, web)) return visit.page('access/setupLocked.njk', {}, 403);
  const { company, country, ...rest } = standardValues(visit);
  return setupPage(visit, { ...rest, company, country });
}

function standardValues({ settings, language, field }: Visit): Record<string, unknown> {
  const { company, timeZone, currency } = settings;
  return {
    token: field('token'),
    name: '',
    email: '',
    company: company.name,
    country: company.country,
    timeZone,
    language,
    currency,
  };
}

const setupPage = (visit: Visit, values: object, errors: object = {}): Promise<void> =>
  visit.page(
    'access/setup.njk',
    { values: { ...standardValues(visit), ...values }, errors, ...setupLists(visit) },
    Object.keys(errors).length > 0 ? 422 : 200,
  );

async function setUp(visit: Visit, web: Web): Promise<void> {
  if (!knowsToken(visit, web)) return visit.page('access/setupLocked.njk', {}, 403);
  const form = readForm(visit, setupForm);
  if (!form.ok) return setupPage(visit, form.values, form.errors);
  const { value } = form;
  const errors = passwordErrors(value.password, [value.company, value.email, value.name], visit.t);
  if (Object.keys(errors).length > 0) return setupPage(visit, value, errors);
  const now = web.clock();
  const userId = await createOwner(web.db, value, { now, cost: web.passwordCost });
  if (userId === null) return visit.notFound();
  enter(web, visit, await openSession(web.db, { userId, stage: 'open', now, browser: browserOf(visit) }));
  return visit.redirect('/start');
}

/** Once there is something in the database, the question has been answered. */
const hasBegun = async ({ db }: Web): Promise<boolean> =>
  (await allCustomers(db)).length > 0 || (await loadTemplates(db)).size > 0;

async function showStart(visit: Visit, web: Web): Promise<void> {
  if (await hasBegun(web)) return visit.redirect('/invoices');
  return visit.page('access/start.njk');
}

async function start(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, startForm);
  if (!form.ok) return visit.page('access/start.njk', {}, 422);
  if (await hasBegun(web)) return visit.redirect('/invoices');
  if (form.value.choice === 'example') await startWithExample(web.db, web.clock);
  else await startEmpty(web.db, web.clock);
  return visit.redirect('/invoices', {
    key: form.value.choice === 'example' ? 'access.exampleLoaded' : 'access.starterLoaded',
  });
}
