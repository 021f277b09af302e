import type { Db } from './database.ts';

/** How much was ever written: on this connection in rows, and by others as a number that changes. */
export interface ChangeMark {
  here: number;
  elsewhere: number;
}

/** Where the database stands: two equal marks of one connection mean that nothing was written in between. */
export async function changeMark(db: Db): Promise<ChangeMark> {
  const mark = 'SELECT total_changes() AS here, data_version AS elsewhere FROM pragma_data_version';
  const [row] = (await db.raw(mark)) as ChangeMark[];
  if (!row) throw new Error('SQLite does not say where it stands');
  return row;
}
