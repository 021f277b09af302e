import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { starterArchive } from '../../seeds/starter.ts';
import type { ImportKind } from '../importers/headerWords.ts';
import { isCurrency } from '../domain/money.ts';
import { isLanguage } from '../i18n/translate.ts';
import { Refusal } from '../refusal.ts';
import { exportArchive, importArchive, parseArchive } from '../services/archives.ts';
import { guessKind, importFile, type ImportReport } from '../services/importFile.ts';
import { loadDemo } from '../services/loadDemo.ts';
import { isDatabaseError } from '../store/database.ts';
import { type Arguments, wordAt } from './args.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, printJson, tell } from './output.ts';

const KINDS: readonly string[] = ['customers', 'invoices', 'payments'] satisfies ImportKind[];

/** `import FILE…`: tables of customers, invoices or payments, and archives; each file all or nothing. */
export async function importFiles(installation: Installation, args: Arguments): Promise<ExitCode> {
  wordAt(args, 0, 'import', 'FILE');
  const reports = [];
  for (const file of args.words) {
    const bytes = readInput(file);
    if (file.toLowerCase().endsWith('.json')) {
      const archive = parseArchive(textOf(bytes, file), file);
      const { db, clock } = installation;
      await importArchive(db, archive, { file, clock, dryRun: args.has('dry-run') });
      const { customers, invoices, templates, plans } = archive;
      const counts = {
        customers: customers.length,
        invoices: invoices.length,
        templates: templates.length,
        plans: plans.length,
      };
      reports.push({ file, kind: 'archive', ...counts });
      tell(
        `${file}: ${counts.customers} customers, ${counts.invoices} invoices, ${counts.templates} templates, ${counts.plans} plans.`,
      );
      continue;
    }
    const report = await importFile(
      installation.db,
      { name: file, bytes, kind: kindOf(file, bytes, args) },
      optionsOf(installation, args),
    );
    reports.push({ file, ...report });
    tellReport(file, report);
  }
  if (args.has('json')) printJson(reports.length === 1 ? reports[0] : reports);
  const refused = reports.some((report) => 'refused' in report && report.refused.length > 0);
  return refused ? EXIT.problems : EXIT.done;
}

/** Archives are UTF-8; a byte that is not would silently become another character. */
function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('not_json', { file });
  }
}

function optionsOf({ clock }: Installation, args: Arguments): Parameters<typeof importFile>[2] {
  const collective = args.text('collective');
  const [currency, termDays, prefix] = [
    args.text('currency'),
    args.number('term-days', 365),
    args.text('credit-note-prefix'),
  ];
  if (currency !== null && !isCurrency(currency)) throw new Refusal('not_a_currency', { value: currency });
  return {
    clock,
    dryRun: args.has('dry-run'),
    skipRefused: args.has('skip-refused'),
    ...(currency === null ? {} : { defaultCurrency: currency }),
    ...(termDays === null ? {} : { defaultTermDays: termDays }),
    ...(prefix === null ? {} : { creditNotePrefix: prefix }),
    ...(collective === null ? {} : { withoutCustomer: { name: collective } }),
    ...(args.has('month-first') ? { dayFirst: false } : {}),
  };
}

function kindOf(file: string, bytes: Buffer, args: Arguments): ImportKind {
  const told = args.text('as');
  if (told === 'bank') throw new Refusal('import_not_yet', { kind: 'bank' });
  if (told !== null && !KINDS.includes(told)) throw new Refusal('import_kind', { file });
  return (told as ImportKind | null) ?? guessKind({ name: file, bytes });
}

function readInput(file: string): Buffer {
  if (!existsSync(file)) throw new Refusal('no_file', { file });
  try {
    return readFileSync(file);
  } catch {
    throw new Refusal('unreadable_file', { file });
  }
}

function tellReport(file: string, report: ImportReport): void {
  for (const [name, { created, updated, unchanged }] of Object.entries({
    customers: report.customers,
    invoices: report.invoices,
    'credit notes': report.creditNotes,
    payments: report.payments,
  }))
    if (created + updated + unchanged > 0)
      tell(`${file}: ${name}: ${created} created, ${updated} updated, ${unchanged} unchanged.`);
  for (const { line, sentence } of report.refused) tell(`${file}:${line}: refused: ${sentence}`);
  for (const { line, count, sentence } of report.notes)
    tell(`${file}:${line}: ${sentence}${count > 1 ? ` (${count} times)` : ''}`);
}

/** `export DIR`: everything as one archive. */
export async function exportAll({ db }: Installation, args: Arguments): Promise<ExitCode> {
  const folder = wordAt(args, 0, 'export', 'DIR');
  const file = path.join(folder, 'dunwell.json');
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) throw new Refusal('target_exists', { file: folder });
    writeFileSync(file, await exportArchive(db), { mode: 0o600 });
  } catch (error) {
    if (error instanceof Refusal || isDatabaseError(error)) throw error;
    throw new Refusal('unwritable_target', { file: folder });
  }
  tell(`Everything is in ${file}.`);
  return EXIT.done;
}

/** `demo`: the example company in an empty database; `--starter` only the first templates and plans. */
export async function demo({ db, clock }: Installation, args: Arguments): Promise<ExitCode> {
  const language = args.text('language') ?? 'en';
  if (args.has('starter')) {
    await importArchive(db, starterArchive(isLanguage(language) ? language : 'en'), { file: 'starter', clock });
    tell('The first templates and plans are loaded.');
    return EXIT.done;
  }
  const { customers, invoices } = await loadDemo(db, { clock, language });
  tell(`The example company is loaded: ${customers.length} customers, ${invoices.length} invoices.`);
  return EXIT.done;
}
