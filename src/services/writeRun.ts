import type { HoldReason } from '../domain/brakes.ts';
import type { Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { insertReminders, type ReminderDraft } from '../store/reminders.ts';
import { recordDecisions, type RunProblem, updateRun } from '../store/runs.ts';
import { writeEach } from '../store/savepoints.ts';
import { problemWith } from './composeRun.ts';
import type { Materials } from './composeReminders.ts';
import type { Weighed } from './weighRun.ts';

/** A run that is decided and composed. `at` is an instant as it is stored. */
export interface ComposedRun extends Weighed {
  runId: number;
  drafts: readonly ReminderDraft[];
  problems: readonly RunProblem[];
  materials: Materials;
  held: HoldReason | null;
  at: string;
}

/**
 * Writes a run: reminders, decisions and history. A record that the database refuses becomes a problem of the run and
 * stops no other (MW-15); a crash leaves all of the run or nothing, because it is one transaction.
 */
export async function writeRun(
  trx: Transaction,
  run: ComposedRun,
): Promise<{ queued: number; problems: RunProblem[] }> {
  const ids = new Map<string, number>();
  const refused = await writeEach(trx, run.drafts, async (savepoint, drafts) => {
    const written = await writeReminders(savepoint, drafts, run.at);
    for (const [key, id] of written) ids.set(key, id);
  });
  const unrecorded = await recordDecisions(trx, run.runId, run.decisions, ids);
  const numbers = new Map(run.snapshot.invoices.map(({ id, number }) => [id, number]));
  const problems = [
    ...run.problems,
    ...refused.map(({ item, error }) => problemWith(item, run.materials, 'not_written', ownWords(error))),
    ...unrecorded.map(({ item: { invoice_id }, error }) => ({
      code: 'not_recorded',
      invoices: [numbers.get(invoice_id ?? 0) ?? ''].filter(Boolean),
      detail: ownWords(error),
    })),
  ];
  await endRun(trx, run, ids.size, problems);
  return { queued: ids.size, problems };
}

async function writeReminders(
  trx: Transaction,
  drafts: readonly ReminderDraft[],
  at: string,
): Promise<Map<string, number>> {
  const ids = await insertReminders(trx, drafts);
  const entries = drafts.flatMap(({ key, customerId, lines }) => {
    const reminderId = ids.get(key);
    if (reminderId === undefined) return [];
    return lines.map(({ invoiceId }) => ({ at, kind: 'reminder_queued', customerId, invoiceId, reminderId }));
  });
  await addHistory(trx, entries);
  return ids;
}

async function endRun(
  trx: Transaction,
  { runId, decisions, snapshot, held, at }: ComposedRun,
  queued: number,
  problems: readonly RunProblem[],
): Promise<void> {
  const kinds = Object.groupBy(decisions, ({ kind }) => kind);
  await updateRun(trx, runId, {
    state: queued > 0 ? 'decided' : 'closed',
    outcome: queued > 0 ? null : problems.length ? 'problems' : 'ok',
    decided_at: at,
    held: queued > 0 ? held : null,
    closed_at: queued > 0 ? null : at,
    problems: JSON.stringify(problems),
    counts: JSON.stringify({
      invoices: snapshot.invoices.length,
      queued,
      send: kinds.send?.length ?? 0,
      wait: kinds.wait?.length ?? 0,
      blocked: kinds.blocked?.length ?? 0,
    }),
  });
}

/** What the database said, without the statement and the customer's data before it. */
const ownWords = (error: string): string =>
  error
    .slice(error.lastIndexOf(' - ') + 1)
    .replace(/^- /, '')
    .slice(0, 200);
