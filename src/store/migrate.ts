import type { Migration } from '../../migrations/index.ts';
import { compareVersions } from '../domain/programVersion.ts';
import { Refusal } from '../refusal.ts';
import type { Db } from './database.ts';
import { isNewer, lastProgram, type Program, type ProgramRecord, writeProgram } from './program.ts';
import { appliedNames, applyMigrations, MIGRATION_TABLES } from './schema.ts';

/** What a database needs before a program can work with it. */
export interface Change {
  /** How many migrations it has seen: none in a new one. */
  seen: number;
  missing: readonly Migration[];
  /** The program that worked with it before, where that is known. */
  last: ProgramRecord | null;
}

/**
 * The migrations that the file has not seen yet, in order. Refuses one that saw others than the program knows, or its own
 * with a gap, or that is no file of ours at all. Nothing but the list of migrations is read.
 */
export async function missingMigrations(db: Db, file: string, program: Program): Promise<Omit<Change, 'last'>> {
  if (!(await db.schema.hasTable('knex_migrations'))) {
    const [other] = await db('sqlite_master').where({ type: 'table' }).limit(1);
    if (other) throw new Refusal('foreign_database', { file });
    return { seen: 0, missing: program.migrations };
  }
  const applied = await appliedNames(db);
  if (isNewer({ last: null, applied }, program)) throw new Refusal('newer_database', { file });
  const gap = program.migrations.find(({ name }, place) => place < applied.length && applied[place] !== name);
  if (gap) throw new Refusal('odd_schema', { file, detail: `${gap.name} is missing` });
  return { seen: applied.length, missing: program.migrations.slice(applied.length) };
}

/**
 * What has to change in a database before the program works with it: migrations that are missing, or another version that
 * worked with it last. Null when it is the program's own. Refuses a file that is none of ours, and one that a newer program
 * has worked with, even where that one left the tables as they were: what it wrote into them may have another meaning.
 */
export async function changeNeeded(db: Db, file: string, program: Program): Promise<Change | null> {
  const last = (await isOurs(db, program)) ? await lastProgram(db) : null;
  const order = last ? compareVersions(last.version, program.version) : -1;
  if (last && order > 0) throw new Refusal('newer_program', { file, theirs: last.version, ours: program.version });
  const { seen, missing } = await missingMigrations(db, file, program);
  return missing.length === 0 && order === 0 ? null : { seen, missing, last };
}

/** Whether our first migration has made its tables: what another program keeps in a table of the same name says nothing. */
const isOurs = async (db: Db, { migrations: [first] }: Program): Promise<boolean> =>
  (await db.schema.hasTable('knex_migrations')) && (await appliedNames(db))[0] === first?.name;

/**
 * Brings the database to the program, and writes down that it did, in one transaction: whatever ends the process on the way,
 * the file is the old one, whole. knex would commit each migration by itself, and a lock of its own that outlives a killed
 * process.
 */
export async function migrate(
  db: Db,
  { file, program, at }: { file: string; program: Program; at: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    // A write comes first, so that of two processes that start at once the second waits, and then finds it done.
    await trx.raw('PRAGMA user_version = 0');
    const change = await changeNeeded(trx, file, program);
    if (!change) return;
    const { seen, missing, last } = change;
    if (!(await trx.schema.hasTable('knex_migrations'))) for (const table of MIGRATION_TABLES) await trx.raw(table);
    await applyMigrations(trx, missing, at);
    const broken = (await trx.raw('PRAGMA foreign_key_check')) as { table: string }[];
    // New tables hold nothing that could be wrong; old rows that a migration leaves behind must not be.
    if (seen > 0 && broken.length > 0) throw new Refusal('damaged_database', { file });
    if (last?.version !== program.version)
      await writeProgram(trx, { version: program.version, since: at, from: last?.version ?? null });
  });
}
