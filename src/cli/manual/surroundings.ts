import type { DataFile, Variable } from './page.ts';

/** Every variable of the environment that the product reads. */
export const ENVIRONMENT: readonly Variable[] = [
  {
    name: 'DUNWELL_DATA_DIR',
    otherwise: '`./data` from the sources, the place that the platform keeps for it otherwise (see FILES)',
    meaning: 'The data folder. It has to be on a disk of this machine: network drives do not lock files reliably.',
  },
  {
    name: 'DUNWELL_PORT',
    standard: '3000',
    meaning: 'Port that the web app listens on. With 0 the system chooses one, which is printed at the start.',
  },
  {
    name: 'DUNWELL_HOST',
    standard: '127.0.0.1',
    meaning: `Address that the web app listens on. The standard is reachable from this machine only; with \`0.0.0.0\` other
      machines reach it too.`,
  },
  {
    name: 'DUNWELL_BASE_URL',
    otherwise: '`http://localhost:PORT`',
    meaning: `Address that people reach it at, for links and for what a browser has to prove. From other machines plain HTTP is
      taken at exactly this address; with \`https://\` every visit has to come through TLS.`,
  },
  {
    name: 'DUNWELL_TRUST_PROXY',
    standard: '0',
    meaning: `How many proxies of your own stand in front of it, up to 5. What they say about the visitor in \`X-Forwarded-…\` is
      believed; without any it is not.`,
  },
  {
    name: 'DUNWELL_SMTP_PASSWORD',
    otherwise: 'the one that was entered in the settings',
    meaning: 'Password of the mail account. The rest of the account is entered in the settings.',
  },
  {
    name: 'DUNWELL_SECRET_KEY',
    otherwise: 'file `secret.key` of the data folder, made at first use',
    meaning: `Key that seals the stored mail password and the second steps: 32 bytes in base64url (43 characters). To change it,
      put the new one first and the old one after a comma.`,
  },
  {
    name: 'DUNWELL_NATIVE_DIR',
    otherwise: 'the data folder',
    meaning: `Where the single binary unpacks its SQLite library. For a data folder on a disk where nothing may be executed
      (\`noexec\`).`,
  },
  {
    name: 'DUNWELL_LOG_LEVEL',
    standard: 'info',
    meaning: 'Which lines the log of `dunwell serve` has: `info`, `warn` or `error`, and what is worse.',
  },
  {
    name: 'DUNWELL_TIME_TRAVEL',
    standard: '0',
    meaning:
      '`1` lets `dunwell run` work on another day than today, dating everything on that day: for trials and demos.',
  },
];

/** Where the data folder is, when nothing names one. */
export const DATA_FOLDER = `
  Everything is in one folder, which only its owner may read. \`DUNWELL_DATA_DIR\` names it. Without that it is \`./data\` when
  Dunwell runs from its sources. The single binary uses \`$STATE_DIRECTORY\` where systemd sets it, and otherwise
  \`$XDG_DATA_HOME/dunwell\` or \`~/.local/share/dunwell\` (Linux), \`~/Library/Application Support/Dunwell\` (macOS) or
  \`%LOCALAPPDATA%\\Dunwell\` (Windows).
`;

/** What an installation keeps there. */
export const FILES: readonly DataFile[] = [
  {
    name: 'dunwell.db',
    meaning: `The database, with everything in it. While it is open, \`dunwell.db-wal\` and \`dunwell.db-shm\` beside it hold its
      newest changes.`,
  },
  { name: 'secret.key', meaning: 'The key that opens the stored mail password. It is in no backup.' },
  { name: 'instance.json', meaning: 'Which database belongs here: a copied one is noticed, and sends nothing.' },
  { name: 'sent.jsonl', meaning: 'The journal of what was handed to a mail server, one message a line.' },
  {
    name: 'backups/',
    meaning:
      'The copies that Dunwell makes by itself: `daily-DAY.db` each night, `before-FROM-to-TO-TIME.db` before each upgrade.',
  },
  { name: 'dunwell-before-…-TIME.db', meaning: 'The database that a restore or a rollback has put aside.' },
  {
    name: '*.lock',
    meaning:
      'What running processes tell each other: `sender.lock`, `open.lock`, `backup.lock`. They are empty, and stay.',
  },
  { name: '.native-…/', meaning: 'The SQLite library of the single binary. It is made again when it is missing.' },
];
