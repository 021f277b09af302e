import type { Db } from './database.ts';

/** Rows in one statement at most: knex writes them as so many SELECTs joined by UNION ALL, of which SQLite takes 500. */
const ROWS = 500;
/** SQLite takes 32,766 bound values in one statement. */
const VALUES = 30_000;

/** Inserts rows of one shape in as few statements as SQLite allows. */
export async function insertAll(db: Db, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const size = Math.min(ROWS, Math.floor(VALUES / Object.keys(first).length));
  for (let at = 0; at < rows.length; at += size) await db(table).insert(rows.slice(at, at + size));
}

/** Splits ids into lists short enough for `where id in (…)`. */
export function* inChunks<T>(values: readonly T[], size = 10_000): Generator<T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

/** Selects rows by a list of ids of any length. */
export async function selectIn<Row>(
  db: Db,
  table: string,
  column: string,
  ids: readonly (number | string)[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const part of inChunks(ids)) for (const row of (await db(table).whereIn(column, part)) as Row[]) rows.push(row);
  return rows;
}
