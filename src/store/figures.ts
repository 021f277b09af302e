import type { Db } from './database.ts';

/** Reminders that have not come to an end. */
export interface Queue {
  /** E-mails that leave by themselves when their turn comes. */
  waiting: number;
  approval: number;
  /** Letters to post and calls to make. */
  person: number;
  sending: number;
  handover: number;
  uncertain: number;
}

/** How many reminders have not come to an end, by what they wait for. */
export async function countQueue(db: Db): Promise<Queue> {
  const queue = { waiting: 0, approval: 0, person: 0, sending: 0, handover: 0, uncertain: 0 };
  const rows: { state: 'queued' | 'sending' | 'handover' | 'uncertain'; channel: string; asks: number; n: number }[] =
    await db('reminders')
      .select('state', 'channel', { asks: 'needs_approval' })
      .count({ n: '*' })
      .whereIn('state', ['queued', 'sending', 'handover', 'uncertain'])
      .groupBy('state', 'channel', 'needs_approval');
  for (const { state, channel, asks, n } of rows)
    if (state !== 'queued') queue[state] += n;
    else if (asks === 1) queue.approval += n;
    else queue[channel === 'email' ? 'waiting' : 'person'] += n;
  return queue;
}

/** How a reminder can have come to an end. */
export type End = 'sent' | 'failed' | 'cancelled';

/** How many reminders ever ended so, letters and calls included. From an index alone. */
export async function countEnded(db: Db): Promise<Record<End, number>> {
  const counts = { sent: 0, failed: 0, cancelled: 0 };
  const rows: { state: End; n: number }[] = await db('reminders')
    .select('state')
    .count({ n: '*' })
    .whereIn('state', Object.keys(counts))
    .groupBy('state');
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

/** What became of a reminder that was to be sent. */
export type Outcome = 'sent' | 'failed' | 'uncertain';

/** How many reminders were settled so since an instant. */
export async function countSettled(db: Db, since: string): Promise<Record<Outcome, number>> {
  const counts = { sent: 0, failed: 0, uncertain: 0 };
  const rows: { state: Outcome; n: number }[] = await db('reminders')
    .select('state')
    .count({ n: '*' })
    .whereIn('state', Object.keys(counts))
    .andWhere('settled_at', '>=', since)
    .groupBy('state');
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

/** When the oldest e-mail was written that is to leave by itself and has not; null when none waits. */
export async function oldestQueuedAt(db: Db): Promise<string | null> {
  const row: { created_at: string } | undefined = await db
    .select('created_at')
    // Named as in `nextQueued`: the planner would else look at all that is queued.
    .from(db.raw('reminders INDEXED BY reminders_queue'))
    .whereRaw(`state = 'queued' AND channel = 'email' AND needs_approval = 0`)
    .orderBy('id')
    .first();
  return row?.created_at ?? null;
}

/** How large the ledger is, in rows. */
export async function ledgerSize(db: Db): Promise<{ invoices: number; customers: number }> {
  const sizeOf = async (table: string): Promise<number> => {
    const [row] = (await db(table).count({ n: '*' })) as { n: number }[];
    return Number(row?.n ?? 0);
  };
  return { invoices: await sizeOf('invoices'), customers: await sizeOf('customers') };
}
