import type { Knex } from 'knex';
import type { HoldReason } from '../domain/brakes.ts';
import type { Day } from '../domain/calendar.ts';
import type { Db, Transaction } from './database.ts';
import type { Reminder } from './reminders.ts';

/** The parts of the outbox. `person` holds letters to post and calls to make; `letterbox` what was captured, not sent. */
export const OUTBOX_SECTIONS = [
  'uncertain',
  'failed',
  'approval',
  'person',
  'waiting',
  'sent',
  'cancelled',
  'letterbox',
] as const;
export type OutboxSection = (typeof OUTBOX_SECTIONS)[number];

/** Which reminders to list. `unresolved` leaves out failures that a later reminder, or a payment, has mended. */
export interface OutboxQuery {
  section: OutboxSection;
  search: string;
  customerId?: number;
  unresolved?: boolean;
  /** Where the page before ended. */
  after: string | null;
  limit: number;
}

/** A row of the outbox: everything about a reminder but its text. */
export interface OutboxRow
  extends Pick<
    Reminder,
    | 'id'
    | 'origin'
    | 'run_id'
    | 'customer_id'
    | 'channel'
    | 'currency'
    | 'total_minor'
    | 'state'
    | 'needs_approval'
    | 'hold_until'
    | 'next_attempt_at'
    | 'attempts'
    | 'subject'
    | 'settled_at'
    | 'transport'
    | 'server_reply'
    | 'reason'
    | 'created_at'
    | 'message_id'
  > {
  customer: string;
  plan: string | null;
  step: string | null;
  runDay: Day | null;
  phone: string | null;
  invoices: string[];
  recipients: { address: string; refused: boolean; reply: string }[];
}

/** What a reminder that waits for a person's decision has for a reason: somebody took it out of the queue. */
export const HELD = 'held';
/** What a reminder that leaves again as the same bytes has for a reason. */
export const SEND_AGAIN = 'send_again';

const COLUMNS = [
  'id',
  'origin',
  'run_id',
  'customer_id',
  'channel',
  'currency',
  'total_minor',
  'state',
  'needs_approval',
  'hold_until',
  'next_attempt_at',
  'attempts',
  'subject',
  'settled_at',
  'transport',
  'server_reply',
  'reason',
  'created_at',
  'message_id',
].map((name) => `r.${name}`);

/** Settled ones are read from the newest back; what is still to be done, from the oldest on. */
const NEWEST_FIRST: ReadonlySet<OutboxSection> = new Set(['failed', 'sent', 'cancelled', 'letterbox']);

/** A page of one section and where the next begins (null on the last). Paging is by key. */
export async function outboxPage(db: Db, query: OutboxQuery): Promise<{ rows: OutboxRow[]; next: string | null }> {
  const newest = NEWEST_FIRST.has(query.section);
  const raw: Omit<OutboxRow, 'invoices' | 'recipients'>[] = await rowsOf(db)
    .modify((builder) => {
      narrow(builder, query);
      continueAfter(builder, query.after, newest);
    })
    .orderBy(
      newest
        ? [
            { column: 'r.settled_at', order: 'desc' },
            { column: 'r.id', order: 'desc' },
          ]
        : [{ column: 'r.id', order: 'asc' }],
    )
    .limit(query.limit + 1);
  const page = raw.slice(0, query.limit);
  const last = page.at(-1);
  const next = raw.length > query.limit && last ? `${newest ? last.settled_at : ''}~${last.id}` : null;
  return { rows: await withDetails(db, page), next };
}

/** One reminder as the outbox lists it. */
export async function outboxRow(db: Db, id: number): Promise<OutboxRow | null> {
  const [row] = await outboxRows(db, [id]);
  return row ?? null;
}

/** Some reminders as the outbox lists them, in the order of their ids. */
export const outboxRows = async (db: Db, ids: readonly number[]): Promise<OutboxRow[]> =>
  withDetails(
    db,
    await rowsOf(db)
      .whereIn('r.id', [...ids])
      .orderBy('r.id'),
  );

/** The reminders of a run in one state, the oldest first. */
export async function remindersOfRun(
  db: Db,
  { runId, states, after, limit }: { runId: number; states: readonly string[]; after: number; limit: number },
): Promise<{ rows: OutboxRow[]; next: number | null }> {
  const raw: OutboxRow[] = await rowsOf(db)
    .where('r.run_id', runId)
    .whereIn('r.state', [...states])
    .where('r.id', '>', after)
    .orderBy('r.id')
    .limit(limit + 1);
  const page = raw.slice(0, limit);
  return { rows: await withDetails(db, page), next: raw.length > limit ? (page.at(-1)?.id ?? null) : null };
}

const rowsOf = (db: Db): Knex.QueryBuilder =>
  db
    .select(...COLUMNS, { customer: 'c.name', plan: 'p.name', step: 's.name', runDay: 'run.day' })
    .select({
      phone: db('contacts as k')
        .select('k.phone')
        .whereRaw('k.customer_id = r.customer_id')
        .whereNotNull('k.phone')
        .orderBy('k.position')
        .limit(1),
    })
    .from('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .leftJoin('plans as p', 'p.id', 'r.plan_id')
    .leftJoin('steps as s', 's.id', 'r.step_id')
    .leftJoin('runs as run', 'run.id', 'r.run_id');

function narrow(builder: Knex.QueryBuilder, { section, search, unresolved, customerId }: OutboxQuery): void {
  IN_SECTION[section](builder);
  if (customerId !== undefined) void builder.where('r.customer_id', customerId);
  if (search) void builder.whereRaw(`c.name LIKE ? ESCAPE '\\'`, [`%${search.replace(/[\\%_]/g, '\\$&')}%`]);
  if (section === 'failed' && unresolved)
    void builder
      .whereRaw(
        `NOT EXISTS (SELECT 1 FROM reminders AS later
           WHERE later.key = r.key AND later.id > r.id AND later.state NOT IN ('cancelled', 'failed'))`,
      )
      .whereRaw(
        `EXISTS (SELECT 1 FROM reminder_invoices AS l JOIN invoices AS i ON i.id = l.invoice_id
           WHERE l.reminder_id = r.id AND i.outstanding_minor > 0)`,
      );
}

const IN_SECTION: Record<OutboxSection, (builder: Knex.QueryBuilder) => void> = {
  uncertain: (builder) => void builder.where('r.state', 'uncertain'),
  failed: (builder) => void builder.where('r.state', 'failed'),
  approval: (builder) => void builder.where({ 'r.state': 'queued', 'r.needs_approval': 1 }),
  person: (builder) =>
    void builder.where({ 'r.state': 'queued', 'r.needs_approval': 0 }).whereIn('r.channel', ['letter', 'call']),
  waiting: (builder) =>
    void builder
      .whereIn('r.state', ['queued', 'sending', 'handover'])
      .andWhere({ 'r.needs_approval': 0, 'r.channel': 'email' }),
  sent: (builder) => void builder.where('r.state', 'sent'),
  cancelled: (builder) => void builder.where('r.state', 'cancelled'),
  letterbox: (builder) => void builder.where({ 'r.state': 'sent', 'r.transport': 'letterbox' }),
};

function continueAfter(builder: Knex.QueryBuilder, after: string | null, newest: boolean): void {
  const match = /^(.*)~(\d{1,15})$/.exec(after ?? '');
  if (!match) return;
  const [, at = '', id] = match;
  if (newest) void builder.whereRaw('(r.settled_at, r.id) < (?, ?)', [at, Number(id)]);
  else void builder.where('r.id', '>', Number(id));
}

async function withDetails(db: Db, rows: Omit<OutboxRow, 'invoices' | 'recipients'>[]): Promise<OutboxRow[]> {
  const ids = rows.map(({ id }) => id);
  const lines: { id: number; number: string }[] = await db
    .select({ id: 'l.reminder_id', number: 'i.number' })
    .from('reminder_invoices as l')
    .join('invoices as i', 'i.id', 'l.invoice_id')
    .whereIn('l.reminder_id', ids)
    .orderBy(['l.reminder_id', 'l.position']);
  const recipients: { id: number; address: string; result: string | null; reply: string }[] = await db
    .select({ id: 'reminder_id', address: 'address', result: 'result', reply: 'reply' })
    .from('reminder_recipients')
    .whereIn('reminder_id', ids)
    .whereNot({ kind: 'bcc' })
    .orderBy('id');
  const numbers = Map.groupBy(lines, ({ id }) => id);
  const addressed = Map.groupBy(recipients, ({ id }) => id);
  return rows.map((row) => ({
    ...row,
    invoices: (numbers.get(row.id) ?? []).map(({ number }) => number),
    recipients: (addressed.get(row.id) ?? []).map(({ address, result, reply }) => ({
      address,
      refused: result === 'refused',
      reply,
    })),
  }));
}

/** How many reminders stand in each part that still needs something. */
export async function outboxSizes(db: Db): Promise<Record<'uncertain' | 'approval' | 'person' | 'waiting', number>> {
  const sizes = { uncertain: 0, approval: 0, person: 0, waiting: 0 };
  const rows: { state: string; channel: string; needs_approval: number; n: number }[] = await db
    .select('state', 'channel', 'needs_approval')
    .count({ n: '*' })
    .from('reminders')
    .whereIn('state', ['queued', 'sending', 'handover', 'uncertain'])
    .groupBy('state', 'channel', 'needs_approval');
  for (const { state, channel, needs_approval, n } of rows) {
    if (state === 'uncertain') sizes.uncertain += n;
    else if (needs_approval === 1) sizes.approval += n;
    else if (channel !== 'email') sizes.person += n;
    else sizes.waiting += n;
  }
  return sizes;
}

/** The runs whose messages wait for approval, with how many; those that a person holds one by one are not counted. */
export const runsToApprove = (db: Db): Promise<{ day: Day; held: HoldReason | null; count: number }[]> =>
  db
    .select({ day: 'run.day', held: 'run.held' })
    .count({ count: '*' })
    .from('reminders as r')
    .join('runs as run', 'run.id', 'r.run_id')
    .where({ 'r.state': 'queued', 'r.needs_approval': 1 })
    .whereNot('r.reason', HELD)
    .groupBy('run.id')
    .orderBy('run.day') as unknown as Promise<{ day: Day; held: HoldReason | null; count: number }[]>;

/** The invoices of a reminder, with what it said that each owes, and whether the reminder completes a step of it. */
export const invoicesOf = (
  db: Db,
  reminderId: number,
): Promise<{ id: number; number: string; outstanding: number; completes: boolean }[]> =>
  db
    .select({ id: 'i.id', number: 'i.number', outstanding: 'l.outstanding_minor' })
    .select({ completes: db.raw('l.step_id IS NOT NULL') })
    .from('reminder_invoices as l')
    .join('invoices as i', 'i.id', 'l.invoice_id')
    .where('l.reminder_id', reminderId)
    .orderBy('l.position') as unknown as Promise<
    { id: number; number: string; outstanding: number; completes: boolean }[]
  >;

/** The reminders of a conversation by their Message-IDs, the oldest first. */
export const reminderThread = (
  db: Db,
  messageIds: readonly string[],
): Promise<{ id: number; subject: string; settled_at: string | null }[]> =>
  db('reminders')
    .select('id', 'subject', 'settled_at')
    .whereIn('message_id', [...messageIds])
    .orderBy('id');

/** One attachment of a reminder with its bytes. */
export const attachmentWithBytes = (
  db: Db,
  reminderId: number,
  position: number,
): Promise<{ name: string; mediaType: string; content: Buffer } | undefined> =>
  db
    .select({ name: 'a.name', mediaType: 'a.media_type', content: 'b.content' })
    .from('reminder_attachments as a')
    .join('blobs as b', 'b.sha256', 'a.sha256')
    .where({ 'a.reminder_id': reminderId, 'a.position': position })
    .first() as unknown as Promise<{ name: string; mediaType: string; content: Buffer } | undefined>;

/** Whether the mail server has, or may have, been given so many messages since an instant. */
export async function hasSent(db: Db, count: number, since: string): Promise<boolean> {
  const row: { id: number } | undefined = await db('reminders')
    .select('id')
    .whereIn('state', ['sent', 'uncertain'])
    .andWhere('settled_at', '>', since)
    .andWhere({ transport: 'smtp' })
    .offset(count - 1)
    .first();
  return row !== undefined;
}

/** Claims a queued reminder for sending, if it is still queued and nobody held it since it was picked. */
export async function claimQueued(db: Db, id: number, claim: Partial<Reminder>): Promise<boolean> {
  return (
    (await db('reminders')
      .where({ id, state: 'queued', needs_approval: 0 })
      .update({ state: 'sending', ...claim })) === 1
  );
}

/** Changes a reminder that still waits, if it does and is as `when` says; tells whether it was. */
export async function setWaiting(
  db: Db,
  id: number,
  when: Partial<Pick<Reminder, 'needs_approval' | 'channel'>>,
  changes: Partial<Pick<Reminder, 'needs_approval' | 'hold_until' | 'next_attempt_at' | 'reason'>>,
): Promise<boolean> {
  return (
    (await db('reminders')
      .where({ id, state: 'queued', ...when })
      .update(changes)) === 1
  );
}

/** Lets all of a run leave that waits for approval, those apart that a person holds one by one. */
export const setRunApproved = (trx: Transaction, runId: number, holdUntil: string): Promise<Queued[]> =>
  trx('reminders')
    .where({ run_id: runId, state: 'queued', needs_approval: 1 })
    .whereNot({ reason: HELD })
    .update({ needs_approval: 0, hold_until: holdUntil })
    .returning(['id', 'customer_id']);

/** Makes all of a run that has not left wait for approval. */
export const setRunWaiting = (trx: Transaction, runId: number): Promise<Queued[]> =>
  trx('reminders')
    .where({ run_id: runId, state: 'queued', needs_approval: 0 })
    .update({ needs_approval: 1 })
    .returning(['id', 'customer_id']);

/** Holds every automatic message that has not left. */
export const setQueueHeld = (trx: Transaction): Promise<Queued[]> =>
  trx('reminders')
    .where({ origin: 'run', state: 'queued', channel: 'email', needs_approval: 0 })
    .update({ needs_approval: 1, reason: HELD })
    .returning(['id', 'customer_id']);

interface Queued {
  id: number;
  customer_id: number;
}
