import type { Knex } from 'knex';
import { stepsBefore } from '../domain/channelSteps.ts';
import type { Channel } from '../domain/customer.ts';
import type { EscalationPlan, Plan } from '../domain/plan.ts';
import type { Db } from './database.ts';

/**
 * The customers about whom a decision may say that only a person can set something free: too many rather than too few,
 * and few enough to decide about each (docs/decisions/0018). Everybody else is not even looked at.
 */
export async function todoCandidates(db: Db, plans: readonly Plan[]): Promise<number[]> {
  const found = new Set<number>();
  const add = async (query: Knex.QueryBuilder): Promise<void> => {
    for (const { id } of (await query) as { id: number }[]) found.add(id);
  };
  await add(unreadable(db));
  await add(owing(db).whereRaw('i.due_on IS NULL'));
  for (const plan of plans) {
    for (const { currency, ceiling } of plan.limits)
      if (ceiling !== null) await add(above(db, plan, currency, ceiling));
    if (lacksTemplate(plan)) await add(on(db, plan).whereExists(open(db)));
    for (const channel of ['email', 'letter', 'call'] as const) {
      const after = plan.kind === 'recap' ? usesOf(plan, channel) : stepsBefore(plan, channel);
      if (after === null || after.length) await add(unreachable(db, plan, channel, after));
    }
  }
  return [...found];
}

/** Open invoices of customers who are on a plan; their number is what is owed, not what was ever invoiced. */
const owing = (db: Db): Knex.QueryBuilder =>
  db
    .distinct({ id: 'i.customer_id' })
    .from('invoices as i')
    .whereRaw(`i.outstanding_minor > 0 AND i.state = 'issued'`)
    .whereExists(db('enrolments as e').whereRaw('e.customer_id = i.customer_id AND e.ended_at IS NULL'));

/** Amounts that no program can add up: everything else that cannot be read, the database refuses itself. */
const unreadable = (db: Db): Knex.QueryBuilder =>
  owing(db).whereRaw('-i.outstanding_minor < ?', [-Number.MAX_SAFE_INTEGER]);

/** The customers on a plan. */
const on = (db: Db, plan: Plan): Knex.QueryBuilder =>
  db
    .distinct({ id: 'e.customer_id' })
    .from('enrolments as e')
    .join('customers as c', 'c.id', 'e.customer_id')
    .where({ 'e.plan_id': plan.id })
    .whereNull('e.ended_at')
    .whereNull('c.archived_at');

const open = (db: Db): Knex.QueryBuilder =>
  db('invoices as i').whereRaw(`i.customer_id = e.customer_id AND i.outstanding_minor > 0 AND i.state = 'issued'`);

/** A recap weighs all that it lists, an escalation each invoice. */
function above(db: Db, plan: Plan, currency: string, ceiling: number): Knex.QueryBuilder {
  if (plan.kind === 'recap')
    return on(db, plan).whereExists(
      open(db)
        .where('i.currency', currency)
        .groupBy('i.customer_id')
        .havingRaw('sum(i.outstanding_minor) > ?', [ceiling]),
    );
  const enrolled = db('enrolments').select('customer_id').where({ plan_id: plan.id }).whereNull('ended_at');
  return (
    owing(db)
      // Written as the index over amounts has it, which then leads to the few that are so large.
      .whereRaw('-i.outstanding_minor < ?', [-ceiling])
      .where('i.currency', currency)
      .whereIn('i.customer_id', enrolled)
  );
}

const lacksTemplate = (plan: Plan): boolean =>
  plan.kind === 'recap'
    ? plan.templateId === null
    : plan.steps.some(({ retired, templateId, action }) => !retired && templateId === null && action !== 'call');

const usesOf = ({ action }: Extract<Plan, { kind: 'recap' }>, channel: Channel): null | [] =>
  (action === 'letter' ? 'letter' : 'email') === channel ? null : [];

/** Those on a plan who cannot be reached over the channel, and have an invoice that may go over it next. */
function unreachable(
  db: Db,
  plan: Plan,
  channel: Channel,
  after: EscalationPlan['steps'][number]['id'][] | null,
): Knex.QueryBuilder {
  const invoices = open(db);
  if (after)
    void invoices.whereExists(db('completions as k').whereRaw('k.invoice_id = i.id').whereIn('k.step_id', after));
  return on(db, plan).modify(OUT_OF_REACH[channel], db, plan.roles).whereExists(invoices);
}

type Narrow = (query: Knex.QueryBuilder, db: Db, roles: readonly string[]) => void;

const OUT_OF_REACH: Record<Channel, Narrow> = {
  letter: (query) => void query.whereRaw(`(c.street = '' OR c.city = '')`),
  call: (query, db) =>
    void query.whereNotExists(db('contacts as k').whereRaw(`k.customer_id = c.id AND k.phone <> ''`)),
  email: (query, db, roles) =>
    void query.whereNotExists(
      db('contacts as k')
        .whereRaw(`k.customer_id = c.id AND k.refused_on IS NULL AND ${PLAIN_ADDRESS}`)
        .modify((one) => void (roles.length ? one.whereIn('k.role', [...roles]) : one.where('k.receives', 'to'))),
    ),
};

/** Surely an address; what is not so plain is left to the rules. */
const PLAIN_ADDRESS = [
  `k.email GLOB '[a-zA-Z0-9]*[a-zA-Z0-9]@[a-zA-Z0-9]*[a-zA-Z0-9]'`,
  `k.email NOT GLOB '*[^-a-zA-Z0-9.@_]*'`,
  ...['*@*@*', '*..*', '*.-*', '*-.*'].map((odd) => `k.email NOT GLOB '${odd}'`),
  'length(k.email) < 64',
].join(' AND ');
