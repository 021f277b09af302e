import { migrationNames } from '../../migrations/index.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from './database.ts';
import { appliedNames, applyMigrations, MIGRATION_TABLES } from './schema.ts';

/**
 * The migrations that the file has not seen yet, in order. Refuses one that saw others than ours, or ours with a gap, or
 * that is no file of ours at all.
 */
export async function missingMigrations(db: Db, file: string): Promise<{ seen: number; missing: string[] }> {
  if (!(await db.schema.hasTable('knex_migrations'))) {
    const [other] = await db('sqlite_master').where({ type: 'table' }).limit(1);
    if (other) throw new Refusal('foreign_database', { file });
    return { seen: 0, missing: migrationNames };
  }
  const seen = await appliedNames(db);
  if (seen.some((name) => !migrationNames.includes(name))) throw new Refusal('newer_database', { file });
  const gap = migrationNames.findIndex((name, place) => place < seen.length && seen[place] !== name);
  if (gap !== -1) throw new Refusal('odd_schema', { file, detail: `${migrationNames[gap]} is missing` });
  return { seen: seen.length, missing: migrationNames.slice(seen.length) };
}

/**
 * Brings the database to the newest migration, in one transaction: whatever ends the process on the way, the file is the
 * old one, whole. knex would commit each migration by itself, and a lock of its own that outlives a killed process.
 */
export async function migrate(db: Db, file: string, at: string): Promise<void> {
  await db.transaction(async (trx) => {
    // A write comes first, so that of two processes that start at once the second waits, and then finds it done.
    await trx.raw('PRAGMA user_version = 0');
    const { seen, missing } = await missingMigrations(trx, file);
    if (!(await trx.schema.hasTable('knex_migrations'))) for (const table of MIGRATION_TABLES) await trx.raw(table);
    await applyMigrations(trx, missing, at);
    const broken = (await trx.raw('PRAGMA foreign_key_check')) as { table: string }[];
    // New tables hold nothing that could be wrong; old rows that a migration leaves behind must not be.
    if (seen > 0 && broken.length > 0) throw new Refusal('damaged_database', { file });
  });
}
