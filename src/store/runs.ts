import type { HoldReason } from '../domain/brakes.ts';
import type { Day } from '../domain/calendar.ts';
import type { Decision } from '../domain/decision.ts';
import type { Db, Transaction } from './database.ts';
import { HELD } from './outboxList.ts';
import { insertAll } from './rows.ts';
import { type Refused, writeEach } from './savepoints.ts';

/** Something that kept one reminder from leaving, for the person who reads the run. */
export interface RunProblem {
  code: string;
  customer?: string;
  invoices?: string[];
  detail?: string;
}

export interface Run {
  id: number;
  day: Day;
  state: 'open' | 'decided' | 'closed';
  outcome: 'ok' | 'problems' | null;
  lease_owner: string;
  started_at: string;
  decided_at: string | null;
  closed_at: string | null;
  late_by_minutes: number;
  held: HoldReason | null;
  counts: string;
  problems: string;
}

/**
 * Leases the run of a day: one row per day, ever. A row left open by a process that died is taken up again; one that
 * was decided is not touched. Needs the sender's lock, which is what tells a dead owner from a living one.
 */
export async function leaseRun(
  db: Db,
  lease: { day: Day; owner: string; startedAt: string; lateBy: number },
): Promise<{ id: number; decided: boolean }> {
  const { day, owner, startedAt, lateBy } = lease;
  return db.transaction(async (trx) => {
    await trx('runs')
      .insert({ day, state: 'open', lease_owner: owner, started_at: startedAt, late_by_minutes: lateBy })
      .onConflict('day')
      .ignore();
    await trx('runs').where({ day, state: 'open' }).update({ lease_owner: owner });
    const run = (await trx('runs').where({ day }).first()) as Run;
    return { id: run.id, decided: run.state !== 'open' };
  });
}

export const runOf = (db: Db, day: Day): Promise<Run | undefined> => db('runs').where({ day }).first();
export const lastRun = (db: Db): Promise<Run | undefined> =>
  db('runs').whereNot({ state: 'open' }).orderBy('day', 'desc').first();
export const recentRuns = (db: Db, limit: number): Promise<Run[]> =>
  db('runs').whereNot({ state: 'open' }).orderBy('day', 'desc').limit(limit);

export async function updateRun(db: Db, id: number, changes: Partial<Omit<Run, 'id' | 'day'>>): Promise<void> {
  await db('runs').where({ id }).update(changes);
}

/** Closes the runs of which nothing is under way any more; one with a failure or an open question ended with problems. */
export async function closeRuns(db: Db, at: string): Promise<void> {
  for (const run of (await db('runs').where({ state: 'decided' })) as Run[]) {
    const rows: { state: string }[] = await db('reminders').distinct('state').where({ run_id: run.id });
    const states = new Set(rows.map(({ state }) => state));
    if (['queued', 'sending', 'handover'].some((state) => states.has(state))) continue;
    const problems = run.problems !== '[]' || states.has('failed') || states.has('uncertain');
    await updateRun(db, run.id, { state: 'closed', closed_at: at, outcome: problems ? 'problems' : 'ok' });
  }
}

/** Cancels everything of a run that waits for approval, except what a person holds one by one; returns what that was. */
export const cancelWaitingOfRun = (
  trx: Transaction,
  runId: number,
  { at, reason }: { at: string; reason: string },
): Promise<{ id: number; customer_id: number }[]> =>
  trx('reminders')
    .where({ run_id: runId, state: 'queued', needs_approval: 1 })
    .whereNot({ reason: HELD })
    .update({ state: 'cancelled', settled_at: at, reason })
    .returning(['id', 'customer_id']);

interface DecisionRow {
  run_id: number;
  invoice_id: number | null;
  plan_id: number | null;
  customer_id: number | null;
  currency: string | null;
  kind: Decision['kind'] | 'gone';
  reasons: string;
  until_on: Day | null;
  reminder_id: number | null;
}

/**
 * Records the decisions of a run. Only what differs from the last record of the same invoice or recap is written, and
 * `gone` for what is no longer decided about, so a quiet day costs nothing. Returns what could not be recorded.
 */
export async function recordDecisions(
  trx: Transaction,
  runId: number,
  decisions: readonly Decision[],
  reminderIds: ReadonlyMap<string, number>,
): Promise<Refused<{ invoice_id: number | null }>[]> {
  const last = await lastDecisions(trx);
  const rows: DecisionRow[] = [];
  for (const decision of decisions) {
    const row = decisionRow(runId, decision, reminderIds);
    const subject = subjectKey(row);
    if (fingerprint(row) !== last.get(subject)?.print) rows.push(row);
    last.delete(subject);
  }
  for (const { row } of last.values())
    if (row.kind !== 'gone')
      rows.push({ ...row, run_id: runId, kind: 'gone', reasons: '[]', until_on: null, reminder_id: null });
  return writeEach(trx, rows, (savepoint, some) => insertAll(savepoint, 'decisions', some));
}

function decisionRow(runId: number, decision: Decision, reminderIds: ReadonlyMap<string, number>): DecisionRow {
  const { subject } = decision;
  const recap = subject.kind === 'recap' ? subject : null;
  return {
    run_id: runId,
    invoice_id: subject.kind === 'invoice' ? subject.invoiceId : null,
    plan_id: recap?.planId ?? null,
    customer_id: recap?.customerId ?? null,
    currency: recap?.currency ?? null,
    kind: decision.kind,
    reasons: JSON.stringify(decision.kind === 'send' ? [] : decision.reasons),
    until_on: decision.kind === 'send' ? null : decision.until,
    reminder_id: decision.kind === 'send' ? (reminderIds.get(decision.message.key) ?? null) : null,
  };
}

async function lastDecisions(trx: Transaction): Promise<Map<string, { print: string; row: DecisionRow }>> {
  const newest = trx('decisions').max('id').groupBy('invoice_id', 'plan_id', 'customer_id', 'currency');
  const rows: (DecisionRow & { id?: number })[] = await trx('decisions').whereIn('id', newest);
  return new Map(rows.map(({ id: _, ...row }) => [subjectKey(row), { print: fingerprint(row), row }]));
}

const subjectKey = (row: DecisionRow): string => [row.invoice_id, row.plan_id, row.customer_id, row.currency].join('|');
const fingerprint = (row: DecisionRow): string => [row.kind, row.reasons, row.until_on, row.reminder_id].join('|');
