/** How a thing that was checked is: as it should be, worth a look, or wrong. */
export type Level = 'ok' | 'attention' | 'problem';

/** What is checked; docs/self-hosting.md says of each what it means. */
export type Checked =
  | 'settings'
  | 'database'
  | 'references'
  | 'balances'
  | 'schema'
  | 'durability'
  | 'log'
  | 'backups'
  | 'journal'
  | 'sending'
  | 'clock'
  | 'zone'
  | 'disk'
  | 'folder'
  | 'key'
  | 'sender'
  | 'mail'
  | 'encryption'
  | 'size'
  | 'time'
  | 'mx'
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'address'
  | 'certificate';

/** One thing that was checked, in words. The names of the fields are those of `dunwell check --json`, and stay. */
export interface Finding {
  what: Checked;
  level: Level;
  /** False for a problem: then `dunwell check` ends with 1. */
  ok: boolean;
  /** What was found. */
  detail: string;
  /** What to do, in one sentence; null where nothing is to be done. */
  todo: string | null;
}

export const fine = (what: Checked, detail: string): Finding => ({ what, level: 'ok', ok: true, detail, todo: null });

export const attention = (what: Checked, detail: string, todo: string): Finding => ({
  what,
  level: 'attention',
  ok: true,
  detail,
  todo,
});

export const problem = (what: Checked, detail: string, todo: string): Finding => ({
  what,
  level: 'problem',
  ok: false,
  detail,
  todo,
});

/** A size in words, by powers of ten as disks are sold: 1.4 GB, 320 MB, 12 kB. */
export function sizeWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** `1 day`, `14 days`. */
export const daysWords = (days: number): string => `${days} ${days === 1 ? 'day' : 'days'}`;
