import { JSON_OPTION, type Page } from './page.ts';

/** Backups, and looking whether all is well. */
export const KEEPING: readonly Page[] = [
  {
    name: 'backup',
    summary: 'everything in one file, while Dunwell runs',
    forms: ['FILE'],
    description: `
      Copies the database as it is at one moment. The copy is looked through before it gets its name, and the name never stands
      for half a file; only its owner may read it. It holds everything but \`secret.key\`, which opens the stored mail password:
      keep a copy of that file in another place. A file copied by hand while Dunwell runs is no backup.
    `,
    options: [{ name: 'force', meaning: 'Replace the file if it is there already.' }],
    output: 'Nothing.',
    examples: [
      {
        line: 'dunwell backup /mnt/usb/dunwell-monday.db --force',
        meaning: 'One file for each day of the week, by a timer.',
      },
    ],
  },
  {
    name: 'restore',
    summary: 'put a backup in the place of the database',
    forms: ['FILE'],
    description: `
      Stop Dunwell first; it is refused while anybody works with the database. The file is looked through as if a stranger had
      written it, and brought to the newest form. The database that was here is kept beside it, under a name that is printed.

      What happened after the backup is not in it, so all sending is held afterwards, until an owner has decided at \`/held\` how
      to go on. Everybody has to sign in again.
    `,
    options: [],
    output: 'Nothing.',
    examples: [{ line: 'dunwell restore /mnt/usb/dunwell-monday.db', meaning: 'Goes back to Monday.' }],
  },
  {
    name: 'rollback',
    summary: 'go back to before an upgrade, with the earlier program',
    forms: [''],
    description: `
      For when a new version turns out not to suit. Stop Dunwell, put the program file of the earlier version back in its place, and
      run this with it. It takes the newest copy from \`backups/\` that was made before an upgrade and that this version can read,
      and puts it in the place of the database, as \`dunwell restore\` would. The newer database is kept beside it, as
      \`dunwell-before-rollback-TIME.db\`.

      What happened after the upgrade is not in the copy: how many messages, payments and invoices that concerns is printed. All
      sending is held afterwards, until an owner has decided at \`/held\` how to go on, and everybody has to sign in again. It is
      refused where no newer version has worked with the database.
    `,
    options: [
      {
        name: 'dry-run',
        meaning: 'Only say which copy it would be, and what would be missing. Dunwell may be running.',
      },
    ],
    output: 'With `--dry-run` what would happen, in three lines; nothing otherwise.',
    examples: [
      { line: 'dunwell rollback --dry-run', meaning: 'Tells what would be missing.' },
      { line: 'dunwell rollback', meaning: 'Goes back.' },
    ],
  },
  {
    name: 'check',
    summary: 'look whether everything is in order, and say what to do',
    forms: [''],
    description: `
      Looks at the database and its balances, the data folder and its disk, the backups and the journal, whether sending is held, the
      clock and the time zone; then at the mail account, at what the net says of the sender’s domain (MX, SPF, DKIM, DMARC), and
      at the address and the certificate that people reach Dunwell at. It changes nothing and sends nothing; of the mail server it
      asks a connection only.
    `,
    options: [
      {
        name: 'dkim',
        argument: 'SELECTOR',
        meaning:
          'Selector of the DKIM key to look for: what a message that was received has after `s=` in `DKIM-Signature`.',
      },
      JSON_OPTION,
    ],
    output: `A line for each thing, with \`ok\`, \`attention\` or \`problem\` first, and below them what to do. With \`--json\`
      \`{ok, findings: [{what, level, ok, detail, todo}]}\`.`,
    exits: { 1: 'Something is a problem.' },
    examples: [
      { line: 'dunwell check', meaning: 'Looks at everything.' },
      { line: 'dunwell check --dkim mail --json', meaning: 'The same with a DKIM key, for a program to read.' },
    ],
  },
  {
    name: 'health',
    summary: 'ask the running server whether it is well',
    forms: [''],
    description: `
      Asks \`/healthz\` of the server that runs on this machine, at \`DUNWELL_HOST\` and \`DUNWELL_PORT\` as \`dunwell serve\` uses
      them, and waits five seconds for the answer. It opens no database. Meant for the health check of a container, and for timers.
    `,
    options: [
      {
        name: 'url',
        argument: 'URL',
        meaning: 'Ask the server at this address instead, such as `http://127.0.0.1:8080`.',
      },
    ],
    output: `One word: \`ok\`; what is wrong: \`database\`, \`daily_job\` (the daily run does not go on) or \`disk\`; \`unwell\` when
      something else answers there; \`unreachable\` when nothing does.`,
    exits: { 0: 'It is well.', 1: 'It is not well, or does not answer.' },
    examples: [{ line: 'dunwell health', meaning: 'Ends with 0 while all is well, and with 1 otherwise.' }],
  },
];
