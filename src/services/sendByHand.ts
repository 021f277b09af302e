import { type Clock, isoOf } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import type { Message } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import { messageIdOf, threadHeaders } from '../mail/message.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { type InvoiceDetails, invoicesById } from '../store/ledger.ts';
import { loadPlans } from '../store/plans.ts';
import { insertReminders, type ReminderContent, threadsOf } from '../store/reminders.ts';
import { loadTemplates, type Template } from '../store/templates.ts';
import { composeReminder, loadMaterials } from './composeReminders.ts';
import { installationSecret } from './installation.ts';
import { UNDO_TIME } from './releaseReminder.ts';
import { senderOf } from './runDay.ts';

/** What a person is about to send. */
export interface ByHand {
  channel: 'email' | 'letter';
  invoiceIds: readonly number[];
  templateId: number | null;
}

/** A message ready to be looked at, or why there can be none. */
export type Prepared =
  | {
      ok: true;
      invoices: InvoiceDetails[];
      templates: Template[];
      templateId: number;
      content: ReminderContent;
      message: Message;
    }
  | {
      ok: false;
      reason:
        | 'no_invoice'
        | 'several_customers'
        | 'several_currencies'
        | 'settled'
        | 'no_template'
        | 'no_recipient'
        | 'template_broken';
    };

/**
 * Puts together what would be sent about some invoices of one customer: with the chosen template, or the first that
 * fits. Nothing is written.
 */
export async function prepareByHand(
  db: Db,
  { channel, invoiceIds, templateId }: ByHand,
  settings: Settings,
  day: Day,
): Promise<Prepared> {
  const invoices = [...(await invoicesById(db, invoiceIds)).values()];
  const [first] = invoices;
  if (!first) return { ok: false, reason: 'no_invoice' };
  if (invoices.some(({ customerId }) => customerId !== first.customerId))
    return { ok: false, reason: 'several_customers' };
  if (invoices.some(({ currency }) => currency !== first.currency)) return { ok: false, reason: 'several_currencies' };
  if (invoices.some(({ outstanding, state }) => outstanding <= 0 || state !== 'issued'))
    return { ok: false, reason: 'settled' };
  const scope = invoices.length === 1 ? 'single' : 'grouped';
  const templates = [...(await loadTemplates(db)).values()].filter(
    (one) => one.kind === channel && one.scope === scope,
  );
  const template = templates.find(({ id }) => id === templateId) ?? (await standardOf(db, templates));
  if (!template) return { ok: false, reason: 'no_template' };
  const message: Message = {
    key: '',
    customerId: first.customerId,
    planId: 0,
    currency: first.currency,
    action: channel,
    templateId: template.id,
    roles: [],
    stepId: null,
    stepName: null,
    deadlineDays: null,
    occurrenceOn: null,
    lines: invoices.map(({ id, number, outstanding }) => ({ invoiceId: id, number, outstanding, completes: null })),
    credits: [],
    total: invoices.reduce((sum, { outstanding }) => sum + outstanding, 0),
  };
  const composed = composeReminder(message, await loadMaterials(db, settings, [message]), day);
  if (!composed.ok) return { ok: false, reason: 'template_broken' };
  const reachable = channel === 'letter' || composed.content.recipients.some(({ kind }) => kind === 'to');
  if (!reachable) return { ok: false, reason: 'no_recipient' };
  return { ok: true, invoices, templates, templateId: template.id, content: composed.content, message };
}

/** The template to begin with: one that no plan sends by itself, where there is one. */
async function standardOf(db: Db, templates: readonly Template[]): Promise<Template | undefined> {
  const automatic = new Set(
    (await loadPlans(db)).flatMap((plan) =>
      plan.kind === 'recap' ? [plan.templateId] : plan.steps.map((step) => step.templateId),
    ),
  );
  return templates.find(({ id }) => !automatic.has(id)) ?? templates[0];
}

/**
 * Puts a message that a person wrote into the outbox, where it waits ten seconds for a second thought. The form's key
 * makes it one message however often the form is sent; returns its id, or null when that key was used already.
 */
export async function sendByHand(
  db: Db,
  { message, content }: Extract<Prepared, { ok: true }>,
  {
    formKey,
    settings,
    day,
    clock,
    userId,
  }: { formKey: string; settings: Settings; day: Day; clock: Clock; userId: number | null },
): Promise<number | null> {
  const secret = await installationSecret(db);
  const invoiceIds = message.lines.map(({ invoiceId }) => invoiceId);
  const thread = invoiceIds.length === 1 ? ((await threadsOf(db, invoiceIds)).get(invoiceIds[0] ?? 0) ?? []) : [];
  const key = `manual|${formKey}`;
  const at = isoOf(clock());
  const isLetter = message.action === 'letter';
  return db.transaction(async (trx) => {
    const ids = await insertReminders(trx, [
      {
        ...content,
        key,
        origin: 'manual',
        runId: null,
        customerId: message.customerId,
        planId: null,
        stepId: null,
        occurrenceOn: null,
        channel: isLetter ? 'letter' : 'email',
        currency: message.currency,
        needsApproval: false,
        holdUntil: isLetter ? null : isoOf(clock() + UNDO_TIME),
        decidedOn: day,
        deadlineDays: null,
        messageId: messageIdOf(secret, key, senderOf(settings)),
        ...threadHeaders(thread),
        createdAt: at,
      },
    ]);
    const reminderId = ids.get(key) ?? null;
    if (reminderId === null) return null;
    const entry = { at, kind: 'reminder_queued', customerId: message.customerId, reminderId, userId };
    await addHistory(
      trx,
      invoiceIds.map((invoiceId) => ({ ...entry, invoiceId })),
    );
    return reminderId;
  });
}
