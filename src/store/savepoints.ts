import type { Transaction } from './database.ts';

/** Something that the database would not take, and what it said. */
export interface Refused<T> {
  item: T;
  error: string;
}

/**
 * Writes all items at once or, where the database refuses one, as many as it takes: halves are tried until what is refused
 * stands alone. Each attempt has a savepoint, so nothing of a refused item stays. An error that is not about a record,
 * such as a full disk or a lock, is thrown.
 */
export async function writeEach<T>(
  trx: Transaction,
  items: readonly T[],
  write: (savepoint: Transaction, items: readonly T[]) => Promise<void>,
): Promise<Refused<T>[]> {
  if (items.length === 0) return [];
  try {
    await trx.transaction((savepoint) => write(savepoint, items));
    return [];
  } catch (error) {
    if (concernsTheFile(error)) throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return [{ item: only, error: (error as Error).message }];
  }
  const half = Math.ceil(items.length / 2);
  const first = await writeEach(trx, items.slice(0, half), write);
  return [...first, ...(await writeEach(trx, items.slice(half), write))];
}

/** True for what SQLite reports about the whole file; false for what it, or our own code, says about one record. */
function concernsTheFile(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return code.startsWith('SQLITE_') && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code);
}
