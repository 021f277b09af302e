import { saveCustomer } from '../../services/saveCustomer.ts';
import { customerFields } from '../../store/customerEditing.ts';
import { readForm } from '../form.ts';
import type { Visit, Web } from '../visit.ts';
import { countriesIn, customerLanguages } from './countries.ts';
import { customerForm } from './forms.ts';
import { changed } from './panel.ts';

/** An empty form. */
export async function newCustomer(visit: Visit): Promise<void> {
  const { language, company } = visit.settings;
  return show(visit, 0, { language, country: company.country }, {}, 200);
}

/** The form with what is known. */
export async function edit(visit: Visit, { db }: Web): Promise<void> {
  const fields = await customerFields(db, visit.id());
  if (!fields) return visit.notFound();
  return show(visit, visit.id(), { ...fields }, {}, 200);
}

/** Creates the customer, or changes the one that the address names. */
export async function save(visit: Visit, web: Web): Promise<void> {
  const id = visit.id() || null;
  const form = readForm(visit, customerForm);
  if (!form.ok) return show(visit, id ?? 0, form.values, form.errors, 422);
  const saved = await saveCustomer(web.db, id, form.value, { clock: web.clock, userId: visit.user?.id ?? null });
  if (!saved.ok && saved.problem === 'unknown') return visit.notFound();
  if (!saved.ok)
    return show(
      visit,
      id ?? 0,
      { ...form.value },
      { code: visit.t('customers.codeTaken', { code: form.value.code }) },
      422,
    );
  const toast = { key: 'customers.saved', params: { name: form.value.name } } as const;
  if (id === null) return visit.redirect(`/customers/${saved.id}`, toast);
  return changed(visit, web, saved.id, toast);
}

function show(
  visit: Visit,
  id: number,
  given: Record<string, unknown>,
  errors: Record<string, string>,
  status: number,
): Promise<void> {
  const value = (name: string): string => String(given[name] ?? '');
  const names = 'name code legalId language country street postcode city paymentTermDays note'.split(' ');
  return visit.page(
    'customers/edit.njk',
    {
      id,
      heading: id ? visit.t('customers.edit') : visit.t('customers.new'),
      values: Object.fromEntries(names.map((name) => [name, value(name)])),
      errors: Object.fromEntries(names.map((name) => [name, errors[name] ?? ''])),
      languages: customerLanguages(visit.language, value('language')),
      countries: [{ value: '', text: visit.t('customers.noCountry') }, ...countriesIn(visit.language)],
    },
    status,
  );
}
