import { activate, type ActivationChoice, type Backlog } from '../domain/activation.ts';
import type { Day } from '../domain/calendar.ts';
import type { Transaction } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { setFollowUp } from '../store/invoiceList.ts';
import { insertCompletions } from '../store/reminders.ts';

/** Why a step was skipped, or an invoice is no longer followed up, when a plan began: `reason.*` translates it. */
const LEFT_OUT = 'left_out_at_start';
const LEFT_ALONE = 'left_alone_at_start';

/** Does with a backlog what the owner chose, in the caller's transaction; returns how many invoices it touched. */
export async function applyActivation(
  trx: Transaction,
  late: readonly Backlog[],
  choice: ActivationChoice,
  { at, today, userId }: { at: string; today: Day; userId: number | null },
): Promise<number> {
  const { skips, leave } = activate(late, choice);
  // What is left out sets no distance to the next step: the plan goes on as if it had always been there.
  const done = { kind: 'activation' as const, completedOn: today, countsFrom: null, reason: LEFT_OUT };
  await insertCompletions(
    trx,
    skips.map((skip) => ({ ...skip, ...done })),
  );
  const left = await setFollowUp(trx, leave, false);
  const skipped = late.filter(({ skips: steps }) => choice === 'by_age' && steps.length > 0);
  await addHistory(trx, [
    ...skipped.flatMap(({ invoiceId, customerId, skips: steps }) =>
      steps.map(({ name }) => ({
        at,
        kind: 'step_skipped',
        customerId,
        invoiceId,
        userId,
        data: { step: name, reason: LEFT_OUT },
      })),
    ),
    ...left.map(({ id, customer_id }) => ({
      at,
      kind: 'follow_up_off',
      customerId: customer_id,
      invoiceId: id,
      userId,
      data: { reason: LEFT_ALONE },
    })),
  ]);
  return skipped.length + left.length;
}
