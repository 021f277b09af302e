import type { Day } from '../domain/calendar.ts';
import type { Pause } from '../domain/customer.ts';
import type { Db } from './database.ts';

/** The pauses in force of one kind of thing, by its id. */
export async function loadPauses(
  db: Db,
  of: 'invoice_id' | 'customer_id' | 'plan_id',
): Promise<Map<number, Pause & { reason: string }>> {
  const rows: { id: number; until: Day | null; reason: string }[] = await db
    .select({ id: of, until: 'until_on', reason: 'reason' })
    .from('pauses')
    .whereNotNull(of)
    .whereNull('ended_at');
  return new Map(rows.map(({ id, until, reason }) => [id, { until, reason }]));
}
