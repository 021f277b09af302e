import { JSON_OPTION, type Page } from './page.ts';

/** How data come in and go out. */
export const DATA: readonly Page[] = [
  {
    name: 'import',
    summary: 'customers, invoices and payments from CSV, or an archive',
    forms: ['FILE...'],
    description: `
      Reads tables as other programs export them (CSV in any usual encoding, separator and language of the column names), and
      archives of Dunwell: files whose names end in \`.json\`. Each file is taken as a whole or not at all: one refused
      row refuses it, with its line and the reason, unless \`--skip-refused\` says otherwise. What is there already is brought up to
      date, not doubled, so the same file may be imported again. Files before a refused one stay imported.

      The database is made where there is none.
    `,
    options: [
      {
        name: 'as',
        argument: 'KIND',
        meaning: '`customers`, `invoices` or `payments`, where the columns do not say which it is.',
      },
      { name: 'dry-run', meaning: 'Look only: everything is checked and counted, nothing is kept.' },
      { name: 'skip-refused', meaning: 'Take the good rows although others are refused.' },
      {
        name: 'currency',
        argument: 'CODE',
        meaning: 'Currency of the rows that do not tell theirs, such as `EUR`. Without it, that of the settings.',
      },
      {
        name: 'term-days',
        argument: 'N',
        meaning: 'Due so many days after issue (0 to 365), where the file tells no due date.',
      },
      {
        name: 'month-first',
        meaning: 'Read 03/04/2026 as 4 March, where all dates of a column could be read both ways.',
      },
      {
        name: 'credit-note-prefix',
        argument: 'TEXT',
        meaning: 'Documents whose numbers begin so are credit notes.',
      },
      {
        name: 'collective',
        argument: 'NAME',
        meaning: 'Invoices that name no customer belong to a customer of this name, instead of being refused.',
      },
      JSON_OPTION,
    ],
    output: `Nothing; what was read is told on stderr. With \`--json\` what each file came to: \`{file, kind, customers, invoices,
      creditNotes, payments, refused: [{line, reason, sentence}], notes}\`; a list where there are several files.`,
    exits: { 1: 'Rows were refused, and the others taken (`--skip-refused`) or only looked at (`--dry-run`).' },
    examples: [
      {
        line: 'dunwell import invoices.csv --dry-run',
        meaning: 'Tells what the file would bring, and what is wrong in it.',
      },
      {
        line: 'dunwell import customers.csv invoices.csv payments.csv',
        meaning: 'Brings three tables, one after the other.',
      },
      { line: 'dunwell import dunwell.json', meaning: 'Reads an archive that `dunwell export` wrote.' },
    ],
  },
  {
    name: 'export',
    summary: 'everything as one archive, for reading elsewhere',
    forms: ['DIR'],
    description: `
      Writes \`dunwell.json\` into a folder, which is made where it is missing and has to be empty. An archive is for other programs,
      and for moving into another installation; users and passwords are not in it. To be able to go back, make a backup.
    `,
    options: [],
    output: 'Nothing.',
    examples: [{ line: 'dunwell export /mnt/usb/dunwell-2026-12-31', meaning: 'Writes an archive into a new folder.' }],
  },
  {
    name: 'demo',
    summary: 'the example company, in an empty database',
    forms: [''],
    description: `
      Loads a company with customers, invoices, plans and templates to try everything on. It is refused where there are customers
      already. The database is made where there is none.
    `,
    options: [
      { name: 'language', argument: 'CODE', standard: 'en', meaning: 'Language of the texts: `en`, `fr` or `it`.' },
      { name: 'starter', meaning: 'Only the first templates and plans, without the company.' },
    ],
    output: 'Nothing.',
    examples: [
      { line: 'dunwell demo --language fr', meaning: 'Loads the example company in French.' },
      { line: 'DUNWELL_DATA_DIR=/tmp/trial dunwell demo', meaning: 'Loads it into a data folder of its own.' },
    ],
  },
];
