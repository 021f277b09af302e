import { type Currency, decimalFromMinor } from '../domain/money.ts';
import { all, blob, lean, optional, sorted, type Names, type Row, type Section } from './archiveExportRows.ts';
import type { Db } from './database.ts';

export async function runs(db: Db): Promise<Section<'runs'>> {
  return (await all(db, 'runs', 'day')).map((row) =>
    lean({
      day: row.day,
      state: row.state,
      outcome: optional(row.outcome),
      held: optional(row.held),
      startedAt: row.started_at,
      decidedAt: optional(row.decided_at),
      closedAt: optional(row.closed_at),
      lateByMinutes: row.late_by_minutes,
      counts: JSON.parse(row.counts) as Record<string, number>,
      problems: JSON.parse(row.problems) as unknown[],
    }),
  );
}

export async function reminders(db: Db, names: Names): Promise<Section<'reminders'>> {
  const by = async (table: string, order: string): Promise<Map<number, Row[]>> =>
    Map.groupBy(await all(db, table, order), (row) => row.reminder_id as number);
  const lines = await by('reminder_invoices', 'position');
  const recipients = await by('reminder_recipients', 'id');
  const attachments = await by('reminder_attachments', 'position');
  const result: Section<'reminders'> = [];
  for (const row of await all(db, 'reminders', 'id')) {
    const raw: { raw: Buffer } | undefined = await db('messages').where({ reminder_id: row.id }).first();
    const { currency } = row as { currency: Currency };
    result.push(
      lean({
        messageId: row.message_id,
        key: keyInNames(row, names, lines.get(row.id) ?? []),
        origin: row.origin,
        run: optional(names.run.get(row.run_id)),
        customer: names.customer.get(row.customer_id) ?? '',
        plan: optional(names.plan.get(row.plan_id)),
        step: optional(names.step.get(row.step_id)?.place),
        occurrenceOn: optional(row.occurrence_on),
        channel: row.channel,
        currency,
        total: decimalFromMinor(row.total_minor, currency),
        state: row.state,
        needsApproval: row.needs_approval === 1,
        holdUntil: optional(row.hold_until),
        decidedOn: row.decided_on,
        deadlineDays: optional(row.deadline_days),
        template: optional(names.template.get(row.template_id)),
        language: row.language,
        subject: row.subject,
        html: row.html,
        text: row.text,
        credits: (
          JSON.parse(row.credits) as {
            kind: 'credit_note' | 'payment';
            id: number;
            number: string;
            remaining: number;
          }[]
        ).map(({ kind, id, number, remaining }) => ({
          kind,
          number: kind === 'payment' ? (names.payment.get(id)?.key ?? number) : number,
          remaining: decimalFromMinor(remaining, currency),
        })),
        inReplyTo: row.in_reply_to,
        thread: row.thread,
        attempts: row.attempts,
        nextAttemptAt: optional(row.next_attempt_at),
        settledAt: optional(row.settled_at),
        sentOn: optional(row.sent_on),
        transport: optional(row.transport),
        serverReply: row.server_reply,
        reason: row.reason,
        createdAt: row.created_at,
        lines: (lines.get(row.id) ?? []).map((line) =>
          lean({
            invoice: names.invoice.get(line.invoice_id)?.number ?? '',
            outstanding: decimalFromMinor(line.outstanding_minor, currency),
            step: optional(names.step.get(line.step_id)?.place),
            refersOn: optional(line.refers_on),
            nominalOn: optional(line.nominal_on),
            scheduledOn: optional(line.scheduled_on),
            dueOn: optional(line.due_on),
          }),
        ),
        recipients: (recipients.get(row.id) ?? []).map(({ kind, name, address, result: outcome, reply }) =>
          lean({ kind, name, address, result: optional(outcome), reply }),
        ),
        attachments: await Promise.all(
          (attachments.get(row.id) ?? []).map(async ({ name, media_type, sha256 }) => ({
            name,
            mediaType: media_type,
            content: await blob(db, sha256),
          })),
        ),
        paymentCode: row.payment_code,
        letter: row.letter === null ? undefined : (JSON.parse(row.letter) as Record<string, unknown>),
        printedAt: optional(row.printed_at),
        raw: optional(raw?.raw.toString('base64')),
      }),
    );
  }
  return sorted(result, (row) => [row.createdAt, row.messageId]);
}

/** The reminder's key names ids, which differ in another database; the archive gives what it is made of instead. */
function keyInNames(row: Row, names: Names, lines: Row[]): string {
  const [kind] = (row.key as string).split('|');
  const line = lines.find(({ step_id }) => step_id !== null);
  if (kind === 'step' && line) return `step|${line.refers_on as string}`;
  if (kind === 'group') return `group|${row.decided_on as string}`;
  if (kind === 'recap') return `recap|${row.occurrence_on as string}`;
  return row.key;
}

export async function completions(db: Db, names: Names): Promise<Section<'completions'>> {
  const rows = (await all(db, 'completions', 'id')).map((row) =>
    lean({
      customer: names.invoice.get(row.invoice_id)?.customer ?? '',
      invoice: names.invoice.get(row.invoice_id)?.number ?? '',
      plan: names.step.get(row.step_id)?.plan ?? '',
      step: names.step.get(row.step_id)?.place ?? 0,
      kind: row.kind,
      completedOn: row.completed_on,
      countsFrom: optional(row.counts_from),
      reason: row.reason,
      reminder: optional(names.reminder.get(row.reminder_id)),
    }),
  );
  return sorted(rows, (row) => [row.customer, row.invoice, row.plan, String(row.step).padStart(4, '0')]);
}

export async function decisions(db: Db, names: Names): Promise<Section<'decisions'>> {
  const rows = (await all(db, 'decisions', 'id')).map((row) => {
    const invoice = names.invoice.get(row.invoice_id);
    return lean({
      run: (names.run.get(row.run_id) ?? '') as never,
      customer: invoice?.customer ?? names.customer.get(row.customer_id) ?? '',
      invoice: optional(invoice?.number),
      plan: optional(names.plan.get(row.plan_id)),
      currency: optional(row.currency),
      kind: row.kind,
      reasons: JSON.parse(row.reasons) as { code: string; until: never }[],
      until: optional(row.until_on),
      reminder: optional(names.reminder.get(row.reminder_id)),
    });
  });
  return sorted(rows, (row) => [row.run, row.customer, row.invoice ?? '', row.plan ?? '', row.currency ?? '']);
}

export async function history(db: Db, names: Names): Promise<Section<'history'>> {
  return (await all(db, 'history', 'at', 'id')).map((row) =>
    lean({
      at: row.at,
      kind: row.kind,
      customer: optional(names.customer.get(row.customer_id) ?? names.invoice.get(row.invoice_id)?.customer),
      invoice: optional(names.invoice.get(row.invoice_id)?.number),
      reminder: optional(names.reminder.get(row.reminder_id)),
      data: JSON.parse(row.data) as Record<string, unknown>,
    }),
  );
}
