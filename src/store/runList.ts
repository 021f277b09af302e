import type { Knex } from 'knex';
import type { Day } from '../domain/calendar.ts';
import type { Currency } from '../domain/money.ts';
import type { Reason } from '../domain/decision.ts';
import type { Db } from './database.ts';
import type { ReminderState } from './reminders.ts';
import type { Run } from './runs.ts';

/** What became of the messages of a run so far. `person` counts what waits for approval, a letter or a call. */
export interface RunTally {
  sent: number;
  failed: number;
  uncertain: number;
  cancelled: number;
  /** Leaves by itself: in its hold window, or next in turn. */
  waiting: number;
  /** Of these, those at the mail server at this moment. */
  leaving: number;
  person: number;
}

export const noTally = (): RunTally => ({
  sent: 0,
  failed: 0,
  uncertain: 0,
  cancelled: 0,
  waiting: 0,
  leaving: 0,
  person: 0,
});

/** A page of runs, the newest first, and the day after which the next page begins (null on the last). */
export async function runsPage(
  db: Db,
  { before, limit }: { before: Day | null; limit: number },
): Promise<{ runs: (Run & { tally: RunTally })[]; next: Day | null }> {
  const rows: Run[] = await db('runs')
    .modify((query) => {
      if (before) void query.where('day', '<', before);
    })
    .orderBy('day', 'desc')
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const tallies = await talliesOf(
    db,
    page.map(({ id }) => id),
  );
  return {
    runs: page.map((run) => ({ ...run, tally: tallies.get(run.id) ?? noTally() })),
    next: rows.length > limit ? (page.at(-1)?.day ?? null) : null,
  };
}

/** What became of the messages of some runs. */
export async function talliesOf(db: Db, runIds: readonly number[]): Promise<Map<number, RunTally>> {
  const rows: { run: number; state: ReminderState; channel: string; asks: number; n: number }[] = await db
    .select({ run: 'run_id', state: 'state', channel: 'channel', asks: 'needs_approval' })
    .count({ n: '*' })
    .from('reminders')
    .whereIn('run_id', [...runIds])
    .groupBy('run', 'state', 'channel', 'asks');
  const tallies = new Map<number, RunTally>();
  for (const { run, state, channel, asks, n } of rows) {
    const tally = tallies.get(run) ?? noTally();
    tallies.set(run, tally);
    if (state === 'sending' || state === 'handover')
      [tally.waiting, tally.leaving] = [tally.waiting + n, tally.leaving + n];
    else if (state !== 'queued') tally[state] += n;
    else if (asks === 1 || channel !== 'email') tally.person += n;
    else tally.waiting += n;
  }
  return tallies;
}

/** How many issued invoices are open. */
export async function countOpenInvoices(db: Db): Promise<number> {
  const [row]: { n: number | null }[] = await db('open_amounts').sum({ n: 'invoices' });
  return row?.n ?? 0;
}

/** How many e-mails of a run will leave by themselves and have not had their first turn. */
export async function untriedOf(db: Db, runId: number): Promise<number> {
  const rows: { n: number }[] = await db('reminders')
    .where({ run_id: runId, channel: 'email', needs_approval: 0, attempts: 0 })
    .whereIn('state', ['queued', 'sending', 'handover'])
    .count({ n: '*' });
  return rows[0]?.n ?? 0;
}

/** A message of the daily run that did not arrive, or perhaps did not. */
export interface Trouble {
  state: 'failed' | 'uncertain';
  customer: string;
  /** Their numbers, with commas. */
  invoices: string;
  /** A word of ours, or what the server said. */
  reason: string;
}

/** What failed or is uncertain of a run, and of earlier ones since an instant. */
export const troublesOf = (db: Db, { runId, since }: { runId: number; since: string }): Promise<Trouble[]> =>
  db
    .select({ state: 'r.state', customer: 'c.name' })
    .select({
      reason: db.raw(`CASE WHEN r.reason <> '' THEN r.reason ELSE r.server_reply END`),
      invoices: db('reminder_invoices as l')
        .join('invoices as i', 'i.id', 'l.invoice_id')
        .whereRaw('l.reminder_id = r.id')
        .select(db.raw(`group_concat(i.number, ', ')`)),
    })
    .from('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .where({ 'r.origin': 'run' })
    .whereIn('r.state', ['failed', 'uncertain'])
    .where((one) => one.where('r.run_id', runId).orWhere('r.settled_at', '>=', since))
    .orderBy('r.id') as unknown as Promise<Trouble[]>;

/** One decision of a run not to send, as it was recorded. */
export interface RecordedDecision {
  id: number;
  kind: 'wait' | 'blocked';
  reasons: Reason[];
  until: Day | null;
  invoiceId: number | null;
  number: string | null;
  customerId: number;
  customer: string;
  plan: string | null;
  currency: Currency | null;
}

/** The decision about each invoice and recap as it stood at a run: the last record up to it. */
const standingAt = (db: Db, runId: number): Knex.QueryBuilder =>
  db('decisions').max('id').where('run_id', '<=', runId).groupBy('invoice_id', 'plan_id', 'customer_id', 'currency');

/** Why a run did not send, by reason, the most frequent first. What has several reasons counts under each. */
export const reasonsOfRun = (
  db: Db,
  runId: number,
): Promise<{ kind: 'wait' | 'blocked'; code: string; count: number }[]> =>
  db
    .select({ kind: 'd.kind', code: db.raw(`json_extract(reason.value, '$.code')`) })
    .count({ count: '*' })
    .fromRaw('decisions AS d, json_each(d.reasons) AS reason')
    .whereIn('d.id', standingAt(db, runId))
    .whereIn('d.kind', ['wait', 'blocked'])
    .groupBy('d.kind', 'code')
    .orderBy([
      { column: 'd.kind', order: 'asc' },
      { column: 'count', order: 'desc' },
    ]) as unknown as Promise<{ kind: 'wait' | 'blocked'; code: string; count: number }[]>;

/** A page of what a run did not send, for one reason or for any, and where the next begins (null on the last). */
export async function decisionsOfRun(
  db: Db,
  { runId, code, after, limit }: { runId: number; code: string | null; after: number; limit: number },
): Promise<{ rows: RecordedDecision[]; next: number | null }> {
  const raw: (Omit<RecordedDecision, 'reasons'> & { reasons: string })[] = await db
    .select({
      id: 'd.id',
      kind: 'd.kind',
      reasons: 'd.reasons',
      until: 'd.until_on',
      invoiceId: 'd.invoice_id',
      number: 'i.number',
      customerId: 'c.id',
      customer: 'c.name',
      plan: 'p.name',
      currency: 'd.currency',
    })
    .from('decisions as d')
    .leftJoin('invoices as i', 'i.id', 'd.invoice_id')
    .joinRaw('JOIN customers AS c ON c.id = coalesce(d.customer_id, i.customer_id)')
    .leftJoin('plans as p', 'p.id', 'd.plan_id')
    .whereIn('d.id', standingAt(db, runId))
    .whereIn('d.kind', ['wait', 'blocked'])
    .modify((query) => {
      if (code !== null)
        void query.whereRaw(`EXISTS (SELECT 1 FROM json_each(d.reasons) WHERE json_extract(value, '$.code') = ?)`, [
          code,
        ]);
    })
    .where('d.id', '>', after)
    .orderBy('d.id')
    .limit(limit + 1);
  const page = raw.slice(0, limit);
  return {
    rows: page.map((row) => ({ ...row, reasons: JSON.parse(row.reasons) as Reason[] })),
    next: raw.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}
