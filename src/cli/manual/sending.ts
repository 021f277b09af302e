import { JSON_OPTION, type Page } from './page.ts';

const DAY = { name: 'day', argument: 'DAY' } as const;

/** What the product is there for: to serve, to decide, and to say why. */
export const SENDING: readonly Page[] = [
  {
    name: 'serve',
    summary: 'the web app and the daily run, until it is stopped; also without a command',
    forms: [''],
    description: `
      Makes the database where there is none, brings an older one to the newest form, and serves the web app at
      \`DUNWELL_HOST\` and \`DUNWELL_PORT\`. It runs the daily run when its hour has come, sends what is due, and makes a
      backup each night.

      While nobody owns the installation, each start prints a link for the first visit. It is good until the next start.

      Asked to stop with SIGTERM, SIGINT (Ctrl+C) or SIGHUP (a terminal that closes), it takes no more visitors, finishes the message that is being sent and
      ends. What waits in the outbox leaves after the next start.
    `,
    options: [],
    output: `Where it is found, the link for the first visit, and why it could not start. What it does goes to stderr as a log: one
      JSON document a line, with \`time\`, \`level\`, \`event\` and \`words\`; personal data are masked.`,
    exits: { 0: 'It was asked to stop, and did.', 1: 'The disk failed, so it stopped by itself.' },
    examples: [
      { line: 'dunwell', meaning: 'Serves at http://localhost:3000.' },
      { line: 'DUNWELL_PORT=8080 dunwell serve', meaning: 'The same at another port.' },
    ],
  },
  {
    name: 'run',
    summary: 'decide what leaves today, and queue it',
    forms: [''],
    description: `
      Decides for every invoice whether to send, to wait or to hold back, and puts what is to be sent into the outbox. The
      web app does this by itself once a day; the command is for trying, and for those who start runs with a timer of their
      own. A day is decided once: the same run again queues nothing.

      It is refused while another Dunwell runs or sends, while sending is held after a restore, while the clock is in doubt
      and while the disk is full. While automatic sending is off it queues nothing and tells how many messages would have been.
    `,
    options: [
      {
        ...DAY,
        meaning: `Decide for this day instead of today. Another day than today needs \`--dry-run\`, or
          \`DUNWELL_TIME_TRAVEL=1\`, which dates everything on that day. To name today says that the computer’s clock is right.`,
      },
      { name: 'dry-run', meaning: 'Decide only: nothing is queued and nothing is written.' },
      {
        name: 'deliver',
        meaning: `Then send what waits in the outbox, at once and without the time in which a person could stop it. Without a
          mail account it goes to the letterbox of the app.`,
      },
      JSON_OPTION,
    ],
    output: `A line for each message: to whom, by which step, about which invoices, the amount. With \`--json\`
      \`{day, sends: [{customer, channel, plan, step, occurrence, invoices, currency, total}], holds: [{invoice, customer,
      plan, currency, reasons, until}], run: {state, queued, held, problems, delivery}}\`; \`run\` is missing on a dry run.`,
    exits: {
      1: `A message could not be written or queued, was refused, or may or may not have arrived, or the mail server could not
        be used. Nothing is lost: the messages wait in the outbox.`,
    },
    examples: [
      { line: 'dunwell run --dry-run', meaning: 'Prints what would leave today, and to whom.' },
      {
        line: 'dunwell run --dry-run --day 2026-12-01 --json',
        meaning: 'The same for another day, for a program to read.',
      },
      { line: 'dunwell run --deliver', meaning: 'Decides and sends, without the web app.' },
    ],
  },
  {
    name: 'forecast',
    summary: 'what would leave on each of the next days, if nobody paid',
    forms: [''],
    description: `
      Plays the coming days through: what each run would send, if no payment came and nothing was changed. It writes nothing.
    `,
    options: [
      { name: 'days', argument: 'N', standard: '30', meaning: 'How many days, up to 3650.' },
      { ...DAY, meaning: 'Begin on this day instead of today.' },
      JSON_OPTION,
    ],
    output: 'A line for each message. With `--json` `{from, days: [{day, sends}]}`, with `sends` as in `dunwell run`.',
    examples: [{ line: 'dunwell forecast --days 7', meaning: 'Prints what would leave in the coming week.' }],
  },
  {
    name: 'explain',
    summary: 'the decision about one invoice, with all its reasons',
    forms: ['INVOICE'],
    description: `
      Says whether a reminder about this invoice is sent, waits or is held back, and why: all reasons, not the first one. It
      writes nothing. \`INVOICE\` is its number; where several customers have one of that number, each is explained.
    `,
    options: [{ ...DAY, meaning: 'Decide for this day instead of today.' }, JSON_OPTION],
    output: `A line for each invoice. With \`--json\` \`{invoice, customer, day, decision, reasons, until}\`, or \`message\` for
      what is sent; a list of these where there are several.`,
    examples: [
      { line: 'dunwell explain FA-2026-0872', meaning: 'Prints why nothing leaves about this invoice, or what will.' },
    ],
  },
];
