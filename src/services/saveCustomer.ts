import { type Clock, isoOf } from '../clock.ts';
import {
  customerFields,
  type CustomerFields,
  insertCustomer,
  isCodeTaken,
  nextCode,
  updateCustomerFields,
} from '../store/customerEditing.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';

/** `code_taken`: another customer bears the code; nothing was changed. */
export type SaveCustomerResult = { ok: true; id: number } | { ok: false; problem: 'code_taken' | 'unknown' };

/** Creates a customer (`id` null) or changes one. A code that was left empty is the next of the series, or stays what it was. */
export async function saveCustomer(
  db: Db,
  id: number | null,
  fields: CustomerFields,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<SaveCustomerResult> {
  return db.transaction(async (trx) => {
    const before = id === null ? undefined : await customerFields(trx, id);
    if (id !== null && !before) return { ok: false, problem: 'unknown' };
    const code = fields.code || before?.code || (await nextCode(trx));
    if (await isCodeTaken(trx, code, id)) return { ok: false, problem: 'code_taken' };
    const at = isoOf(clock());
    const after = { ...fields, code };
    if (id === null) {
      const made = await insertCustomer(trx, after, at);
      await addHistory(trx, [{ at, kind: 'customer_created', customerId: made, userId }]);
      return { ok: true, id: made };
    }
    await updateCustomerFields(trx, id, after);
    const changed = Object.entries(after).flatMap(([name, value]) =>
      before && before[name as keyof CustomerFields] === value ? [] : [name],
    );
    if (changed.length)
      await addHistory(trx, [{ at, kind: 'customer_changed', customerId: id, userId, data: { changed } }]);
    return { ok: true, id };
  });
}
