/** One line of the table: a fault, how often it was tried, and what came of it. */
export interface Line {
  fault: string;
  what: string;
  tries: number;
  lost: number | null;
  doubled: number | null;
  uncertain: number | null;
  /** `ok`, `broken`, or a reason why it was not tried here. */
  verdict: string;
  notes: string[];
}

export const line = (fault: string, what: string, differs: Partial<Line> = {}): Line => ({
  fault,
  what,
  tries: 1,
  lost: 0,
  doubled: 0,
  uncertain: 0,
  verdict: 'ok',
  notes: [],
  ...differs,
});

/** A line for what cannot be produced on this machine, or is somebody else's test. */
export const elsewhere = (fault: string, what: string, reason: string): Line =>
  line(fault, what, { tries: 0, lost: null, doubled: null, uncertain: null, verdict: reason });

/** A line that is broken when there are problems, or when anything was lost or doubled. */
export function judged(one: Line): Line {
  const broken = one.notes.length > 0 || (one.lost ?? 0) > 0 || (one.doubled ?? 0) > 0;
  return broken && one.verdict === 'ok' ? { ...one, verdict: 'BROKEN' } : one;
}

const HEAD = ['fault', 'what was done', 'tries', 'lost', 'doubled', 'uncertain', 'verdict'];
const cells = (one: Line): string[] => [
  one.fault,
  one.what,
  String(one.tries),
  ...[one.lost, one.doubled, one.uncertain].map((n) => (n === null ? '–' : String(n))),
  one.verdict,
];

/** The whole table as Markdown, in columns that a terminal shows as well. */
export function tableOf(lines: readonly Line[]): string {
  const all = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, place) => Math.max(...all.map((row) => [...(row[place] ?? '')].length)));
  const show = (row: readonly string[]): string =>
    `| ${row.map((cell, place) => cell.padEnd(widths[place] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [show(HEAD), rule, ...lines.map((one) => show(cells(one)))].join('\n');
}
