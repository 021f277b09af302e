import { type Clock, isoOf } from '../clock.ts';
import { addDays, type Day, firstSendingDay, isSendingDay } from '../domain/calendar.ts';
import { decide } from '../domain/decide.ts';
import { type Decision, type Message, messagesOf } from '../domain/decision.ts';
import { channelOf } from '../domain/plan.ts';
import type { Settings } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { messageIdOf, threadHeaders } from '../mail/message.ts';
import { Refusal } from '../refusal.ts';
import type { Db, Transaction } from '../store/database.ts';
import { addHistory, lastAt } from '../store/history.ts';
import { countByKey, insertReminders, type ReminderDraft, threadsOf } from '../store/reminders.ts';
import { lastRun, leaseRun, recentRuns, recordDecisions, type Run, type RunProblem, updateRun } from '../store/runs.ts';
import { readSettings, sendingCalendar } from '../store/settings.ts';
import { loadSnapshot } from '../store/snapshot.ts';
import { composeReminder, loadMaterials } from './composeReminders.ts';
import { installationSecret } from './installation.ts';

/** What a run decided, with the snapshot that it decided on. */
export interface Plan {
  day: Day;
  settings: Settings;
  snapshot: Snapshot;
  decisions: Decision[];
}

/** The outcome of a run: `off` when automatic sending is off, `already_done` when the day had its run. */
export interface RunResult extends Plan {
  state: 'done' | 'off' | 'already_done';
  runId: number | null;
  queued: number;
  /** Why the messages wait for approval, when they do. */
  held: Run['held'];
  problems: RunProblem[];
}

/** Decides for a day and changes nothing: what the dry run, the forecast's first day and the why panel show. */
export async function planDay(db: Db, day: Day): Promise<Plan> {
  const settings = await readSettings(db);
  const calendar = sendingCalendar(settings, Number(day.slice(0, 4)));
  const snapshot = await db.transaction((trx) => loadSnapshot(trx, calendar));
  return { day, settings, snapshot, decisions: decide(snapshot, day) };
}

/**
 * The run of a day (SPEC §3): lease, snapshot, decide, compose, then one transaction with reminders, decisions and
 * history. Delivering is another matter, and another service. Needs the sender's lock.
 * Throws a Refusal for a day that is no sending day, or that lies before the last run.
 */
export async function runDay(
  db: Db,
  { day, clock, owner, lateBy = 0 }: { day: Day; clock: Clock; owner: string; lateBy?: number },
): Promise<RunResult> {
  const plan = await planDay(db, day);
  const nothing = { ...plan, runId: null, queued: 0, held: null, problems: [] };
  if (plan.settings.mode === 'off') return { ...nothing, state: 'off' };
  await refuseDay(db, plan);
  const run = await leaseRun(db, { day, owner, startedAt: isoOf(clock()), lateBy });
  if (run.decided) return { ...nothing, runId: run.id, state: 'already_done' };
  const messages = messagesOf(plan.decisions);
  const held = await brake(db, plan.settings, messages.length, clock());
  const { drafts, problems } = await composeAll(db, plan, messages, { runId: run.id, held: held !== null, clock });
  await db.transaction((trx) => commit(trx, plan, run.id, drafts, problems, held, clock));
  return { ...plan, state: 'done', runId: run.id, queued: drafts.length, held, problems };
}

async function refuseDay(db: Db, { day, snapshot: { calendar } }: Plan): Promise<void> {
  const last = await lastRun(db);
  if (last && day < last.day) throw new Refusal('run_day_past', { last: last.day, day });
  if (!isSendingDay(day, calendar))
    throw new Refusal('not_a_sending_day', { day, next: firstSendingDay(addDays(day, 1), calendar) });
}

/** Too many messages, or many more than usual, wait for a person (SPEC §3 "Brakes"). */
async function brake(db: Db, { mode, brakes }: Settings, count: number, now: number): Promise<RunResult['held']> {
  if (count === 0) return null;
  if (mode === 'review') return 'review';
  if (await isStale(db, brakes.maxDataAgeDays, now)) return 'stale_data';
  if (count > brakes.maxMessages) return 'too_many';
  const sizes = (await recentRuns(db, 10)).map((run) => (JSON.parse(run.counts) as { queued?: number }).queued ?? 0);
  const usual = median(sizes.filter((size) => size > 0));
  return usual !== null && count > brakes.maxTimesMedian * usual && count > FEW ? 'unusually_many' : null;
}

/** Whether payments and invoices were last imported longer ago than the owner trusts them (OT-02). */
async function isStale(db: Db, days: number | null, now: number): Promise<boolean> {
  if (days === null) return false;
  const last = await lastAt(db, 'imported');
  return last === null || last < isoOf(now - days * 86_400_000);
}

/** Up to this many messages nobody would call a burst, however quiet the days before were. */
const FEW = 10;

function median(sizes: number[]): number | null {
  const sorted = sizes.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

async function composeAll(
  db: Db,
  plan: Plan,
  messages: readonly Message[],
  { runId, held, clock }: { runId: number; held: boolean; clock: Clock },
): Promise<{ drafts: ReminderDraft[]; problems: RunProblem[] }> {
  const { settings, day } = plan;
  const materials = await loadMaterials(db, settings, messages);
  const threads = await threadsOf(
    db,
    messages.flatMap(({ lines }) => lines.map(({ invoiceId }) => invoiceId)),
  );
  const earlier = await countByKey(
    db,
    messages.map(({ key }) => key),
  );
  const secret = await installationSecret(db);
  const holdUntil = isoOf(clock() + settings.holdMinutes * 60_000);
  const drafts: ReminderDraft[] = [];
  const problems: RunProblem[] = [];
  for (const message of messages) {
    const composed = composeReminder(message, materials, day);
    if (!composed.ok) {
      problems.push(composed.problem);
      continue;
    }
    const { content } = composed;
    const thread = message.lines.length === 1 ? (threads.get(message.lines[0]?.invoiceId ?? 0) ?? []) : [];
    const identity = `${message.key}#${earlier.get(message.key) ?? 0}`;
    drafts.push({
      ...content,
      key: message.key,
      origin: 'run',
      runId,
      customerId: message.customerId,
      planId: message.planId,
      stepId: message.stepId,
      occurrenceOn: message.occurrenceOn,
      channel: channelOf(message.action),
      currency: message.currency,
      needsApproval: held || message.action === 'email_approval',
      holdUntil: channelOf(message.action) === 'email' ? holdUntil : null,
      decidedOn: day,
      deadlineDays: message.deadlineDays,
      messageId: messageIdOf(secret, identity, senderOf(settings)),
      ...threadHeaders(thread),
      createdAt: isoOf(clock()),
    });
  }
  return { drafts, problems };
}

/** The address that mail comes from: the connected mailbox, else the company's. */
export const senderOf = ({ mail, company }: Settings): string => mail.from || company.email || 'reminders@localhost';

async function commit(
  trx: Transaction,
  { decisions, snapshot }: Plan,
  runId: number,
  drafts: readonly ReminderDraft[],
  problems: readonly RunProblem[],
  held: RunResult['held'],
  clock: Clock,
): Promise<void> {
  const at = isoOf(clock());
  const ids = await insertReminders(trx, drafts);
  await recordDecisions(trx, runId, decisions, ids);
  await addHistory(
    trx,
    drafts.flatMap(({ key, customerId, lines }) => {
      const reminderId = ids.get(key);
      if (reminderId === undefined) return [];
      return lines.map(({ invoiceId }) => ({
        at,
        kind: 'reminder_queued',
        customerId,
        invoiceId,
        reminderId,
      }));
    }),
  );
  const kinds = Object.groupBy(decisions, ({ kind }) => kind);
  await updateRun(trx, runId, {
    state: ids.size > 0 ? 'decided' : 'closed',
    outcome: ids.size > 0 ? null : problems.length ? 'problems' : 'ok',
    decided_at: at,
    held,
    closed_at: ids.size > 0 ? null : at,
    problems: JSON.stringify(problems),
    counts: JSON.stringify({
      invoices: snapshot.invoices.length,
      queued: ids.size,
      send: kinds.send?.length ?? 0,
      wait: kinds.wait?.length ?? 0,
      blocked: kinds.blocked?.length ?? 0,
    }),
  });
}
