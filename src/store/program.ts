import { z } from 'zod';
import { type Migration, migrations } from '../../migrations/index.ts';
import { compareVersions, isVersion } from '../domain/programVersion.ts';
import { VERSION } from '../version.ts';
import type { Db } from './database.ts';
import { readValue, writeValue } from './settings.ts';

/** A program as far as its database is concerned: its version, and the migrations that it knows, in their order. */
export interface Program {
  version: string;
  migrations: readonly Migration[];
}

export const THIS_PROGRAM: Program = { version: VERSION, migrations };

/** Which program last worked with a database. */
export interface ProgramRecord {
  version: string;
  /** The instant at which it took the database over. */
  since: string;
  /** The version before it; null where none had written itself down. */
  from: string | null;
}

/** A change of the program that works with a database; `from` is null where none had written itself down. */
export interface Upgrade {
  from: string | null;
  to: string;
}

/** The row of the settings that names the program; like all that begin with `_`, it is in no archive. */
export const PROGRAM_MARK = '_program' as const;

const record = z.object({
  version: z.string().refine(isVersion),
  since: z.string().catch(''),
  from: z.string().refine(isVersion).nullable().catch(null),
});

/** What was written down about the program that last worked with a database; null where it names no version. */
export const recordOf = (value: unknown): ProgramRecord | null => record.safeParse(value).data ?? null;

/** The program that last worked with this database, since when, and which came before; null before any wrote itself down. */
export const lastProgram = async (db: Db): Promise<ProgramRecord | null> => recordOf(await readValue(db, PROGRAM_MARK));

/** Writes down that this program works with the database from now on. */
export const writeProgram = (db: Db, value: ProgramRecord): Promise<void> => writeValue(db, PROGRAM_MARK, value);

/** Whether a database was written by a newer program than this one: by its version, or by migrations that this one lacks. */
export const isNewer = (
  { last, applied }: { last: ProgramRecord | null; applied: readonly string[] },
  { version, migrations: known }: Program,
): boolean =>
  (last !== null && compareVersions(last.version, version) > 0) ||
  applied.some((name) => known.every((migration) => migration.name !== name));
