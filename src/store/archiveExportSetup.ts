import { type Currency, decimalFromMinor } from '../domain/money.ts';
import { all, lean, optional, pausesBy, sorted, type Names, type Section } from './archiveExportRows.ts';
import type { Db } from './database.ts';

export async function templates(db: Db): Promise<Section<'templates'>> {
  const versions = Map.groupBy(await all(db, 'template_versions', 'language'), (row) => row.template_id as number);
  return (await all(db, 'templates', 'id')).map((row) =>
    lean({
      name: row.name,
      kind: row.kind,
      scope: row.scope,
      versions: Object.fromEntries(
        (versions.get(row.id) ?? []).map(({ language, subject, body }) => [language, { subject, body }]),
      ),
      archivedAt: optional(row.archived_at),
    }),
  );
}

export async function plans(db: Db, names: Names): Promise<Section<'plans'>> {
  const steps = Map.groupBy(await all(db, 'steps', 'plan_id', 'position'), (row) => row.plan_id as number);
  const limits = Map.groupBy(await all(db, 'plan_limits', 'currency'), (row) => row.plan_id as number);
  const pauses = await pausesBy(db, 'plan_id');
  const amount = (minor: number | null, currency: Currency): never =>
    optional(minor === null ? null : decimalFromMinor(minor, currency));
  return (await all(db, 'plans', 'id')).map((row) => {
    const base = {
      kind: row.kind,
      name: row.name,
      roles: JSON.parse(row.roles) as string[],
      limits: (limits.get(row.id) ?? []).map((limit) =>
        lean({
          currency: limit.currency,
          minimum: amount(limit.minimum_minor, limit.currency),
          ceiling: amount(limit.ceiling_minor, limit.currency),
        }),
      ),
      pause: optional(pauses.get(row.id)),
      createdAt: row.created_at,
      archivedAt: optional(row.archived_at),
    };
    const own =
      row.kind === 'recap'
        ? {
            startOn: row.start_on,
            every: { n: row.every_n, unit: row.every_unit },
            scope: row.scope,
            withCreditNotes: row.with_credit_notes === 1,
            action: row.action,
            template: optional(names.template.get(row.template_id)),
          }
        : {
            together: row.together === 1,
            minimumDays: row.minimum_days,
            minimumDaysAfterReceipt: row.minimum_days_after_receipt,
            includeNotDue: row.include_not_due === 1,
            steps: (steps.get(row.id) ?? []).map((step) =>
              lean({
                name: step.name,
                from: step.trigger_from,
                days: step.trigger_days,
                monthEnd: step.month_end === 1,
                action: step.action,
                template: optional(names.template.get(step.template_id)),
                deadlineDays: optional(step.deadline_days),
                retired: step.retired === 1,
              }),
            ),
          };
    return lean({ ...base, ...own }) as Section<'plans'>[number];
  });
}

export async function customers(db: Db): Promise<Section<'customers'>> {
  const contacts = Map.groupBy(await all(db, 'contacts', 'position'), (row) => row.customer_id as number);
  const pauses = await pausesBy(db, 'customer_id');
  return (await all(db, 'customers', 'code')).map((row) =>
    lean({
      code: row.code,
      name: row.name,
      legalId: optional(row.legal_id),
      language: row.language,
      country: optional(row.country),
      street: row.street,
      postcode: row.postcode,
      city: row.city,
      note: row.note,
      paymentTermDays: optional(row.payment_term_days),
      contacts: (contacts.get(row.id) ?? []).map((contact) =>
        lean({
          name: contact.name,
          role: contact.role,
          email: optional(contact.email),
          phone: optional(contact.phone),
          receives: contact.receives,
          refusedOn: optional(contact.refused_on),
          refusedReason: optional(contact.refused_reason),
        }),
      ),
      pause: optional(pauses.get(row.id)),
      createdAt: row.created_at,
      archivedAt: optional(row.archived_at),
    }),
  );
}

export async function enrolments(db: Db, names: Names): Promise<Section<'enrolments'>> {
  const rows = (await all(db, 'enrolments', 'id')).map((row) =>
    lean({
      customer: names.customer.get(row.customer_id) ?? '',
      plan: names.plan.get(row.plan_id) ?? '',
      since: row.since_on,
      endedAt: optional(row.ended_at),
    }),
  );
  return sorted(rows, (row) => [row.customer, row.endedAt ?? '~', row.plan, row.since]);
}
