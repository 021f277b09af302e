import { type Clock, isoOf } from '../clock.ts';
import { type Archive, archiveSchema, ARCHIVE_VERSION, type ArchiveInput } from '../domain/archive.ts';
import { Refusal } from '../refusal.ts';
import { readArchive } from '../store/archiveExport.ts';
import { writeLedger } from '../store/archiveImportLedger.ts';
import { writePast } from '../store/archiveImportPast.ts';
import { knownIds } from '../store/archiveImportRecords.ts';
import { writeSetup } from '../store/archiveImportSetup.ts';
import type { Db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';

/** Everything as the text of one archive file: the same data give the same bytes. */
export async function exportArchive(db: Db): Promise<string> {
  const archive = await db.transaction(async (trx) => readArchive(trx, await readSettings(trx)));
  return `${JSON.stringify(archive, null, 2)}\n`;
}

/** Reads the text of an archive; throws a Refusal that names the first thing that is wrong with it. */
export function parseArchive(text: string, file: string): Archive {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refusal('not_json', { file });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > ARCHIVE_VERSION) throw new Refusal('newer_archive', { file });
  const parsed = archiveSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('not_an_archive', { file, detail: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
}

/**
 * Adds an archive to the database, or updates by natural keys what is there already; all or nothing. With `dryRun` it
 * only finds out whether that would succeed.
 */
export async function importArchive(
  db: Db,
  archive: Archive | ArchiveInput,
  { file, clock, dryRun = false }: { file: string; clock: Clock; dryRun?: boolean },
): Promise<void> {
  const complete = archiveSchema.parse(archive);
  const trx = await db.transaction();
  try {
    const job = { trx, file, at: isoOf(clock()), ids: await knownIds(trx) };
    await writeSetup(job, complete);
    await writeLedger(job, complete);
    await writePast(job, complete);
    await (dryRun ? trx.rollback() : trx.commit());
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}
