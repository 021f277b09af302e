import { ABOUT } from './about.ts';
import { DATA } from './data.ts';
import { KEEPING } from './keeping.ts';
import type { Example, Page } from './page.ts';
import { SENDING } from './sending.ts';

/** The commands in the order in which they are shown, under the words that head them in the overview. */
export const GROUPS: readonly { title: string; pages: readonly Page[] }[] = [
  { title: 'Serving and sending', pages: SENDING },
  { title: 'Data', pages: DATA },
  { title: 'Safety', pages: KEEPING },
  { title: 'People, and about Dunwell', pages: ABOUT },
];

export const NAME = 'dunwell: payment reminders that leave once, on time, and never to somebody who has paid';

export const SYNOPSIS: readonly string[] = ['dunwell [COMMAND] [ARGUMENTS] [OPTIONS]', 'dunwell COMMAND --help'];

export const DESCRIPTION = `
  Dunwell reminds a firm’s customers of unpaid invoices, by rules that the firm sets itself. It is one program that serves a web
  app, decides once a day, sends, and keeps everything in one folder. Without a command it serves.

  From the sources, \`npm run -s dunwell -- COMMAND\` stands for \`dunwell COMMAND\`.
`;

/** What holds for every command. */
export const CONVENTIONS = `
  Days are written 2026-01-31 and are days of the company’s time zone. Results go to stdout, words about them to stderr, so that
  \`--json\` can be piped. In JSON amounts are decimal text in units of the currency.

  Options may stand anywhere after the command; what follows \`--\` is no option. Bad input is refused in one sentence and changes
  nothing. Every command that opens the database brings one of an older Dunwell to the newest form first, after a copy into
  \`backups/\`; one of a newer Dunwell is refused.
`;

export const EXITS: Readonly<Record<number, string>> = {
  0: 'Done.',
  1: 'Done with problems, which are told on stderr; or something unexpected happened.',
  2: 'Refused: nothing was changed, and one sentence on stderr says why.',
};

/** A first day with Dunwell, in the order in which somebody would do it. */
export const EXAMPLES: readonly Example[] = [
  { line: 'dunwell', meaning: 'Starts it; the link for the first visit is printed.' },
  { line: 'dunwell import customers.csv invoices.csv --dry-run', meaning: 'Looks whether the tables can be read.' },
  { line: 'dunwell import customers.csv invoices.csv', meaning: 'Imports them.' },
  { line: 'dunwell run --dry-run', meaning: 'Prints what would leave today.' },
  { line: 'dunwell explain FA-2026-0872', meaning: 'Prints why, about one invoice.' },
  { line: 'dunwell backup /mnt/usb/dunwell.db --force', meaning: 'Makes a backup while Dunwell runs.' },
  { line: 'dunwell check', meaning: 'Looks whether everything is in order.' },
];
