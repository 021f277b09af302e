import type { Archive } from '../domain/archive.ts';
import type { Minor } from '../domain/money.ts';
import { putBlob, sha256Of } from './documents.ts';
import { byMoment, byRun, each, idOf, minor, pair, type Import } from './archiveImportRecords.ts';

/** Runs, reminders, completions, decisions and history: what already happened. Records that are there already stay as they are. */
export async function writePast(job: Import, archive: Archive): Promise<void> {
  const { runs, reminders, completions } = archive;
  await each(
    job,
    'run',
    runs,
    ({ day }) => day,
    (run) => writeRun(job, run),
  );
  await each(
    job,
    'reminder',
    reminders,
    ({ messageId }) => messageId,
    (reminder) => writeReminder(job, reminder),
  );
  await each(
    job,
    'completion',
    completions,
    ({ customer, invoice }) => `${customer} / ${invoice}`,
    (completion) => writeCompletion(job, completion),
  );
  await writeDecisions(job, archive.decisions);
  await writeHistory(job, archive.history);
}

async function writeRun({ trx, ids }: Import, run: Archive['runs'][number]): Promise<void> {
  if (ids.run.has(run.day)) return;
  const [made] = (await trx('runs')
    .insert({
      day: run.day,
      state: run.state,
      outcome: run.outcome ?? null,
      held: run.held ?? null,
      lease_owner: 'archive',
      started_at: run.startedAt,
      decided_at: run.decidedAt ?? null,
      closed_at: run.closedAt ?? null,
      late_by_minutes: run.lateByMinutes,
      counts: JSON.stringify(run.counts),
      problems: JSON.stringify(run.problems),
    })
    .returning('id')) as { id: number }[];
  if (made) ids.run.set(run.day, made.id);
}

async function writeReminder(job: Import, reminder: Archive['reminders'][number]): Promise<void> {
  const { trx, ids } = job;
  const { messageId, customer, currency, plan } = reminder;
  if (ids.reminder.has(messageId)) return;
  const amount = (text: string): Minor => minor(job, text, currency, messageId);
  const stepId = (place: number | undefined): number | null =>
    place === undefined ? null : idOf(job, 'step', pair(plan ?? '', place));
  const lines = reminder.lines.map((line) => ({
    ...line,
    invoiceId: idOf(job, 'invoice', pair(customer, line.invoice)),
    stepId: stepId(line.step),
  }));
  const customerId = idOf(job, 'customer', customer);
  const planId = plan === undefined ? null : idOf(job, 'plan', plan);
  const [made] = (await trx('reminders')
    .insert({
      key: keyOf(reminder, { customerId, planId, lines }),
      origin: reminder.origin,
      run_id: reminder.run === undefined ? null : idOf(job, 'run', reminder.run),
      customer_id: customerId,
      plan_id: planId,
      step_id: stepId(reminder.step),
      occurrence_on: reminder.occurrenceOn ?? null,
      channel: reminder.channel,
      currency,
      total_minor: amount(reminder.total),
      state: reminder.state,
      needs_approval: Number(reminder.needsApproval),
      hold_until: reminder.holdUntil ?? null,
      decided_on: reminder.decidedOn,
      deadline_days: reminder.deadlineDays ?? null,
      template_id: reminder.template === undefined ? null : idOf(job, 'template', reminder.template),
      language: reminder.language,
      subject: reminder.subject,
      html: reminder.html,
      text: reminder.text,
      credits: JSON.stringify(
        reminder.credits.map(({ kind, number, remaining }) => ({
          kind,
          id: kind === 'payment' ? idOf(job, 'payment', number) : idOf(job, 'creditNote', pair(customer, number)),
          number,
          remaining: amount(remaining),
        })),
      ),
      message_id: messageId,
      in_reply_to: reminder.inReplyTo,
      thread: reminder.thread,
      attempts: reminder.attempts,
      next_attempt_at: reminder.nextAttemptAt ?? null,
      settled_at: reminder.settledAt ?? null,
      sent_on: reminder.sentOn ?? null,
      transport: reminder.transport ?? null,
      server_reply: reminder.serverReply,
      reason: reminder.reason,
      created_at: reminder.createdAt,
      payment_code: reminder.paymentCode,
      letter: reminder.letter ? JSON.stringify(reminder.letter) : null,
      printed_at: reminder.printedAt ?? null,
    })
    .returning('id')) as { id: number }[];
  const id = made?.id ?? 0;
  ids.reminder.set(messageId, id);
  const live = ['cancelled', 'failed'].includes(reminder.state) ? 0 : 1;
  for (const [position, line] of lines.entries())
    await trx('reminder_invoices').insert({
      reminder_id: id,
      invoice_id: line.invoiceId,
      position,
      outstanding_minor: amount(line.outstanding),
      step_id: line.stepId,
      refers_on: line.refersOn ?? null,
      nominal_on: line.nominalOn ?? null,
      scheduled_on: line.scheduledOn ?? null,
      due_on: line.dueOn ?? null,
      live,
    });
  for (const { kind, name, address, result, reply } of reminder.recipients)
    await trx('reminder_recipients').insert({ reminder_id: id, kind, name, address, result: result ?? null, reply });
  for (const [position, { name, mediaType, content }] of reminder.attachments.entries()) {
    const sha256 = await putBlob(trx, Buffer.from(content, 'base64'));
    await trx('reminder_attachments').insert({ reminder_id: id, position, name, media_type: mediaType, sha256 });
  }
  if (reminder.raw) {
    const raw = Buffer.from(reminder.raw, 'base64');
    await trx('messages').insert({ reminder_id: id, raw, sha256: sha256Of(raw) });
  }
}

/** The key in this database's ids, from what the archive says it is made of. */
function keyOf(
  { key, currency }: Archive['reminders'][number],
  of: { customerId: number; planId: number | null; lines: { invoiceId: number; stepId: number | null }[] },
): string {
  const [kind, day] = key.split('|');
  const line = of.lines.find(({ stepId }) => stepId !== null);
  if (kind === 'step' && line) return `step|${line.invoiceId}|${line.stepId}|${day}`;
  if (kind === 'group' || kind === 'recap') return `${kind}|${of.planId}|${of.customerId}|${currency}|${day}`;
  return key;
}

async function writeCompletion(job: Import, completion: Archive['completions'][number]): Promise<void> {
  const { customer, invoice, plan, step, reminder } = completion;
  await job
    .trx('completions')
    .insert({
      invoice_id: idOf(job, 'invoice', pair(customer, invoice)),
      step_id: idOf(job, 'step', pair(plan, step)),
      kind: completion.kind,
      completed_on: completion.completedOn,
      counts_from: completion.countsFrom ?? null,
      reason: completion.reason,
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
    })
    .onConflict(['invoice_id', 'step_id'])
    .ignore();
}

async function writeDecisions(job: Import, decisions: Archive['decisions']): Promise<void> {
  const recorded: { run_id: number }[] = await job.trx('decisions').distinct('run_id');
  const done = new Set(recorded.map(({ run_id }) => run_id));
  await each(job, 'decision', decisions, byRun, async (decision) => {
    const { run, customer, invoice, plan, currency, kind, reasons, until, reminder } = decision;
    const runId = idOf(job, 'run', run);
    if (done.has(runId)) return;
    await job.trx('decisions').insert({
      run_id: runId,
      invoice_id: invoice === undefined ? null : idOf(job, 'invoice', pair(customer, invoice)),
      plan_id: plan === undefined ? null : idOf(job, 'plan', plan),
      customer_id: invoice === undefined ? idOf(job, 'customer', customer) : null,
      currency: currency ?? null,
      kind,
      reasons: JSON.stringify(reasons),
      until_on: until ?? null,
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
    });
  });
}

async function writeHistory(job: Import, history: Archive['history']): Promise<void> {
  const print = (row: object): string => JSON.stringify(Object.values(row));
  const columns = ['at', 'kind', 'customer_id', 'invoice_id', 'reminder_id', 'data'];
  const known = new Set(((await job.trx('history').select(columns)) as object[]).map(print));
  await each(job, 'history', history, byMoment, async ({ at, kind, customer, invoice, reminder, data }) => {
    const row = {
      at,
      kind,
      customer_id: customer === undefined ? null : idOf(job, 'customer', customer),
      invoice_id: invoice === undefined ? null : idOf(job, 'invoice', pair(customer ?? '', invoice)),
      reminder_id: reminder === undefined ? null : idOf(job, 'reminder', reminder),
      data: JSON.stringify(data),
    };
    if (!known.has(print(row))) await job.trx('history').insert(row);
  });
}
