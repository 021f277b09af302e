import type { ArchiveInput } from '../domain/archive.ts';
import type { Settings } from '../domain/settings.ts';
import { namesOf } from './archiveExportRows.ts';
import type { Db } from './database.ts';
import { creditNotes, invoices, payments } from './archiveExportLedger.ts';
import { completions, decisions, history, reminders, runs } from './archiveExportPast.ts';
import { customers, enrolments, plans, templates } from './archiveExportSetup.ts';

/** Everything in the database as one archive, in an order that depends on the data alone. Call it inside a transaction. */
export async function readArchive(db: Db, settings: Settings): Promise<ArchiveInput> {
  const names = await namesOf(db);
  return {
    format: 'dunwell-archive',
    version: 1,
    settings,
    templates: await templates(db),
    plans: await plans(db, names),
    customers: await customers(db),
    enrolments: await enrolments(db, names),
    invoices: await invoices(db, names),
    creditNotes: await creditNotes(db, names),
    payments: await payments(db, names),
    runs: await runs(db),
    reminders: await reminders(db, names),
    completions: await completions(db, names),
    decisions: await decisions(db, names),
    history: await history(db, names),
  };
}
