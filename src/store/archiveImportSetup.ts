import type { Archive } from '../domain/archive.ts';
import { Refusal } from '../refusal.ts';
import { writeSettings } from './settings.ts';
import { byName, each, idOf, minor, pair, upsert, writePause, type Import } from './archiveImportRecords.ts';

/** Settings, templates, plans, customers and enrolments. */
export async function writeSetup(job: Import, archive: Archive): Promise<void> {
  const { settings, templates, plans, customers, enrolments } = archive;
  if (settings) await writeSettings(job.trx, settings);
  await each(job, 'template', templates, byName, (template) => writeTemplate(job, template));
  await each(job, 'plan', plans, byName, (plan) => writePlan(job, plan));
  await each(
    job,
    'customer',
    customers,
    ({ code }) => code,
    (customer) => writeCustomer(job, customer),
  );
  await each(
    job,
    'enrolment',
    enrolments,
    ({ customer, plan }) => `${customer} / ${plan}`,
    (enrolment) => writeEnrolment(job, enrolment, plans),
  );
}

async function writeTemplate(
  job: Import,
  { name, kind, scope, versions, archivedAt }: Archive['templates'][number],
): Promise<void> {
  const row = { name, kind, scope, archived_at: archivedAt ?? null };
  const id = await upsert(job, 'templates', job.ids.template, name, row, {});
  for (const [language, version] of Object.entries(versions))
    await job
      .trx('template_versions')
      .insert({ template_id: id, language, ...version })
      .onConflict(['template_id', 'language'])
      .merge();
}

async function writePlan(job: Import, plan: Archive['plans'][number]): Promise<void> {
  const { name, kind, roles, limits, pause, createdAt, archivedAt } = plan;
  await refuseOtherKind(job, plan);
  const own =
    plan.kind === 'recap'
      ? {
          start_on: plan.startOn,
          every_n: plan.every.n,
          every_unit: plan.every.unit,
          scope: plan.scope,
          with_credit_notes: Number(plan.withCreditNotes),
          action: plan.action,
          template_id: plan.template === undefined ? null : idOf(job, 'template', plan.template),
        }
      : {
          together: Number(plan.together),
          minimum_days: plan.minimumDays ?? (plan.together ? 7 : 1),
          minimum_days_after_receipt: plan.minimumDaysAfterReceipt,
          include_not_due: Number(plan.includeNotDue),
        };
  const row = { name, kind, roles: JSON.stringify(roles), archived_at: archivedAt ?? null, ...own };
  const id = await upsert(job, 'plans', job.ids.plan, name, row, { created_at: createdAt ?? job.at });
  if (plan.kind === 'escalation') await writeSteps(job, id, plan);
  await job.trx('plan_limits').where({ plan_id: id }).delete();
  for (const { currency, minimum, ceiling } of limits)
    await job.trx('plan_limits').insert({
      plan_id: id,
      currency,
      minimum_minor: minimum === undefined ? null : minor(job, minimum, currency, name),
      ceiling_minor: ceiling === undefined ? null : minor(job, ceiling, currency, name),
    });
  await writePause(job, 'plan_id', id, pause);
}

/** Enrolments and completions hang on what a plan is, so a plan of the same name must be of the same kind. */
async function refuseOtherKind({ trx, file }: Import, { name, kind }: Archive['plans'][number]): Promise<void> {
  const other: { kind: string } | undefined = await trx('plans').where({ name }).whereNot({ kind }).first();
  if (other) throw new Refusal('archive_record', { file, what: 'plan', name, detail: `it is of kind ${other.kind}` });
}

/** Steps keep their place; those that the archive no longer names are retired, because invoices may have completed them. */
async function writeSteps(
  job: Import,
  planId: number,
  plan: Extract<Archive['plans'][number], { kind: 'escalation' }>,
): Promise<void> {
  for (const [position, step] of plan.steps.entries()) {
    const row = {
      plan_id: planId,
      position,
      name: step.name,
      trigger_from: step.from,
      trigger_days: step.days,
      month_end: Number(step.monthEnd),
      action: step.action,
      template_id: step.template === undefined ? null : idOf(job, 'template', step.template),
      deadline_days: step.deadlineDays ?? null,
      retired: Number(step.retired),
    };
    await upsert(job, 'steps', job.ids.step, pair(plan.name, position), row, {});
  }
  await job.trx('steps').where({ plan_id: planId }).where('position', '>=', plan.steps.length).update({ retired: 1 });
}

async function writeCustomer(job: Import, customer: Archive['customers'][number]): Promise<void> {
  const { code, name, legalId, language, country, street, postcode, city, note, paymentTermDays } = customer;
  const row = {
    code,
    name,
    legal_id: legalId ?? null,
    language,
    country: country ?? null,
    street,
    postcode,
    city,
    note,
    payment_term_days: paymentTermDays ?? null,
    archived_at: customer.archivedAt ?? null,
  };
  const id = await upsert(job, 'customers', job.ids.customer, code, row, { created_at: customer.createdAt ?? job.at });
  await writeContacts(job, id, customer.contacts);
  await writePause(job, 'customer_id', id, customer.pause);
}

async function writeContacts(
  job: Import,
  customerId: number,
  contacts: Archive['customers'][number]['contacts'],
): Promise<void> {
  for (const [position, contact] of contacts.entries())
    await job
      .trx('contacts')
      .insert({
        customer_id: customerId,
        position,
        name: contact.name,
        role: contact.role,
        email: contact.email ?? null,
        phone: contact.phone ?? null,
        receives: contact.receives,
        refused_on: contact.refusedOn ?? null,
        refused_reason: contact.refusedReason ?? null,
      })
      .onConflict(['customer_id', 'position'])
      .merge();
  const gone = job
    .trx('contacts')
    .select('id')
    .where({ customer_id: customerId })
    .where('position', '>=', contacts.length);
  await job.trx('reminder_recipients').whereIn('contact_id', gone.clone()).update({ contact_id: null });
  await job.trx('contacts').whereIn('id', gone.clone()).delete();
}

async function writeEnrolment(
  job: Import,
  { customer, plan, since, endedAt }: Archive['enrolments'][number],
  plans: Archive['plans'],
): Promise<void> {
  const customerId = idOf(job, 'customer', customer);
  const planId = idOf(job, 'plan', plan);
  const kind =
    plans.find(({ name }) => name === plan)?.kind ??
    ((await job.trx('plans').where({ id: planId }).first()) as { kind: string }).kind;
  const row = { customer_id: customerId, plan_id: planId, since_on: since, ended_at: endedAt ?? null };
  const same: { id: number } | undefined = await job.trx('enrolments').where(row).first();
  if (same) return;
  if (!endedAt)
    await job
      .trx('enrolments')
      .where({ customer_id: customerId, kind })
      .whereNull('ended_at')
      .update({ ended_at: job.at });
  await job.trx('enrolments').insert({ ...row, kind });
}
