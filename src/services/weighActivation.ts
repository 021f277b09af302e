import type { Clock } from '../clock.ts';
import { activate, type ActivationChoice, type Backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import { decide } from '../domain/decide.ts';
import { type Message, messagesOf } from '../domain/decision.ts';
import type { Minor } from '../domain/money.ts';
import type { Plan } from '../domain/plan.ts';
import type { Settings } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { activatedOn } from '../domain/supposition.ts';
import { nextRunDay } from '../domain/timetable.ts';
import type { Db } from '../store/database.ts';
import { runOf } from '../store/runs.ts';
import { timetableOf } from '../store/settings.ts';
import { composeReminder, loadMaterials, type Materials } from './composeReminders.ts';

/** A change that is about to be made, and the late invoices that it would wake. */
export interface Supposition {
  plan: Plan;
  /** The ledger of these customers as the change would leave it. */
  snapshot: Snapshot;
  customerIds: number[];
  /** Where the change concerns only some of their invoices: messages about others are not counted. */
  invoiceIds?: number[];
  late: Backlog[];
}

/** One message that the next run would send. `subject` and `text` are empty where it cannot be put into words. */
export interface PreviewedMessage {
  customer: string;
  step: string;
  numbers: string[];
  to: string[];
  subject: string;
  text: string;
  total: Minor;
  currency: string;
}

/** An answer to the activation question, with all that it would do. */
export interface ActivationOption {
  choice: ActivationChoice;
  /** How many late invoices begin with which step, in the plan's order. */
  steps: { name: string; invoices: number }[];
  /** What the next run would send to these customers by this plan. */
  messages: number;
  /** The first of them. */
  previewed: PreviewedMessage[];
}

/** "12 of these customers have 31 invoices that are already late": what each answer would do (SPEC §2 "Activation"). */
export interface ActivationQuestion {
  plan: { id: number; name: string };
  /** The day of the next run, and its hour. */
  runOn: Day;
  runAt: string;
  customers: number;
  invoices: number;
  options: ActivationOption[];
}

const CHOICES: readonly ActivationChoice[] = ['gently', 'by_age', 'leave'];
/** More than these nobody reads before answering. */
const PREVIEWED = 20;

/** Weighs the three answers by deciding, for each, what the next run would send. Changes nothing. */
export async function weighActivation(
  db: Db,
  { plan, snapshot, invoiceIds, late }: Supposition,
  { clock, settings, today }: { clock: Clock; settings: Settings; today: Day },
): Promise<ActivationQuestion> {
  const runOn = await nextRun(db, settings, clock, today);
  const options: ActivationOption[] = [];
  for (const choice of CHOICES) {
    const supposed = activatedOn(snapshot, activate(late, choice), today);
    const messages = messagesOf(decide(supposed, runOn)).filter(
      ({ planId, lines }) =>
        planId === plan.id && (!invoiceIds || lines.some(({ invoiceId }) => invoiceIds.includes(invoiceId))),
    );
    const shown = messages.slice(0, PREVIEWED);
    const materials = await loadMaterials(db, settings, shown);
    const previewed = shown.map((message) => previewOf(message, materials, runOn));
    options.push({ choice, steps: stepCounts(late, choice, plan), messages: messages.length, previewed });
  }
  return {
    plan: { id: plan.id, name: plan.name },
    runOn,
    runAt: settings.sendAt,
    customers: new Set(late.map(({ customerId }) => customerId)).size,
    invoices: late.length,
    options,
  };
}

async function nextRun(db: Db, settings: Settings, clock: Clock, today: Day): Promise<Day> {
  const run = await runOf(db, today);
  const isClosed = (): boolean => run !== undefined && run.state !== 'open';
  return nextRunDay(clock(), timetableOf(settings, Number(today.slice(0, 4))), isClosed);
}

function stepCounts(late: readonly Backlog[], choice: ActivationChoice, plan: Plan): ActivationOption['steps'] {
  if (choice === 'leave' || plan.kind !== 'escalation') return [];
  const counts = new Map<number, number>();
  for (const { gentle, byAge } of late) {
    const { id } = choice === 'gently' ? gentle : byAge;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return plan.steps
    .flatMap(({ id, name }) => ({ name, invoices: counts.get(id) ?? 0 }))
    .filter(({ invoices }) => invoices);
}

function previewOf(message: Message, materials: Materials, day: Day): PreviewedMessage {
  const composed = composeReminder(message, materials, day);
  return {
    customer: materials.customers.get(message.customerId)?.name ?? '',
    step: message.stepName ?? '',
    numbers: message.lines.map(({ number }) => number),
    to: composed.ok
      ? composed.content.recipients.filter(({ kind }) => kind !== 'bcc').map(({ address }) => address)
      : [],
    subject: composed.ok ? composed.content.subject : '',
    text: composed.ok ? composed.content.text : '',
    total: message.total,
    currency: message.currency,
  };
}
