import { type Clock, isoOf } from '../clock.ts';
import {
  currentEnrolments,
  endEnrolments,
  type EnrolmentRow,
  enrolmentsById,
  putEnrolmentsBack,
} from '../store/customerPlans.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { loadPlans } from '../store/plans.ts';

/**
 * Takes back a change of plans: what had begun ends, and what had ended goes on since the day it began on, unless the
 * customer came on another plan in the meantime. Returns how many enrolments changed.
 */
export async function undoEnrolments(
  db: Db,
  { begun, ended }: { begun: readonly number[]; ended: readonly number[] },
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<number> {
  return db.transaction(async (trx) => {
    const at = isoOf(clock());
    const names = new Map((await loadPlans(trx)).map(({ id, name }) => [id, name]));
    const leaving = (await enrolmentsById(trx, begun)).filter(({ endedAt }) => endedAt === null);
    await endEnrolments(
      trx,
      leaving.map(({ id }) => id),
      at,
    );
    const gone = (await enrolmentsById(trx, ended)).filter(
      ({ endedAt, planId }) => endedAt !== null && names.has(planId),
    );
    const taken = new Set(
      (
        await currentEnrolments(
          trx,
          gone.map(({ customerId }) => customerId),
        )
      ).map(placeOf),
    );
    const returning = gone.filter((one) => !taken.has(placeOf(one)));
    await putEnrolmentsBack(
      trx,
      returning.map(({ id }) => id),
    );
    const said = (kind: 'enrolled' | 'unenrolled') => (one: EnrolmentRow) => ({
      at,
      kind,
      customerId: one.customerId,
      userId,
      data: { plan: names.get(one.planId) ?? '' },
    });
    await addHistory(trx, [...leaving.map(said('unenrolled')), ...returning.map(said('enrolled'))]);
    return leaving.length + returning.length;
  });
}

/** A customer is on one plan of each kind at most. */
const placeOf = ({ customerId, kind }: EnrolmentRow): string => `${customerId} ${kind}`;
