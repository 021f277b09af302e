import { setImmediate } from 'node:timers/promises';
import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Message } from '../domain/decision.ts';
import { channelOf } from '../domain/plan.ts';
import type { Settings } from '../domain/settings.ts';
import { messageIdOf, threadHeaders } from '../mail/message.ts';
import type { Db } from '../store/database.ts';
import { countByKey, type ReminderDraft, threadsOf } from '../store/reminders.ts';
import type { RunProblem } from '../store/runs.ts';
import { type Composition, composeReminder, loadMaterials, type Materials } from './composeReminders.ts';
import { installationSecret } from './installation.ts';

/** What the messages of one run have in common; `from` is the address that they come from. */
export interface Composing {
  settings: Settings;
  day: Day;
  runId: number;
  held: boolean;
  from: string;
  clock: Clock;
}

/** After so many messages a page that waits may come in between. */
const AT_A_TIME = 5;

/**
 * Puts the messages of a run into words. What cannot be composed is a problem of the run, and stops no other message;
 * nothing is written yet.
 */
export async function composeRun(
  db: Db,
  messages: readonly Message[],
  { settings, day, runId, held, from, clock }: Composing,
): Promise<{ drafts: ReminderDraft[]; problems: RunProblem[]; materials: Materials }> {
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
  for (const [n, message] of messages.entries()) {
    if (n % AT_A_TIME === 0) await setImmediate();
    const composed = safely(message, materials, day);
    if (!composed.ok) {
      problems.push(composed.problem);
      continue;
    }
    const thread = message.lines.length === 1 ? (threads.get(message.lines[0]?.invoiceId ?? 0) ?? []) : [];
    const identity = `${message.key}#${earlier.get(message.key) ?? 0}`;
    const channel = channelOf(message.action);
    drafts.push({
      ...composed.content,
      key: message.key,
      origin: 'run',
      runId,
      customerId: message.customerId,
      planId: message.planId,
      stepId: message.stepId,
      occurrenceOn: message.occurrenceOn,
      channel,
      currency: message.currency,
      needsApproval: held || message.action === 'email_approval',
      holdUntil: channel === 'email' ? holdUntil : null,
      decidedOn: day,
      deadlineDays: message.deadlineDays,
      messageId: messageIdOf(secret, identity, from),
      ...threadHeaders(thread),
      createdAt: isoOf(clock()),
    });
  }
  return { drafts, problems, materials };
}

/** The composition; whatever goes wrong in it concerns this message alone (SPEC §3). */
function safely(message: Message, materials: Materials, day: Day): Composition {
  try {
    return composeReminder(message, materials, day);
  } catch (error) {
    return { ok: false, problem: problemWith(message, materials, 'unreadable', (error as Error).message) };
  }
}

/** What kept a message from being written, with the customer and the invoices that it is about. */
export function problemWith(
  { customerId, lines }: Pick<Message, 'customerId' | 'lines'>,
  { customers }: Materials,
  code: string,
  detail: string,
): RunProblem {
  const customer = customers.get(customerId)?.code;
  return { code, ...(customer ? { customer } : {}), invoices: lines.map(({ number }) => number), detail };
}
