import { z } from 'zod';
import { isDay } from './calendar.ts';

/** A run of words in one style. */
export interface LetterRun {
  text: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  /** Struck through: without the line it would say the opposite. */
  strike?: boolean;
}

/**
 * One piece of a letter's body, in order. A line break inside a piece is `\n`. `table` is where the table of invoices goes; a
 * body without it has none. `indent` and `depth` count from 0.
 */
export type LetterBlock =
  | { kind: 'paragraph'; indent?: number; runs: LetterRun[] }
  | { kind: 'heading'; runs: LetterRun[] }
  | { kind: 'item'; marker: string; depth: number; runs: LetterRun[] }
  | { kind: 'rule' }
  | { kind: 'table' };

/** A row of the invoice table: amounts and dates in the customer's language already. */
export interface LetterRow {
  number: string;
  issuedOn: string;
  dueOn: string;
  daysLate: string;
  amount: string;
}

/** How the money can reach the company: what a person types, and what a telephone reads. */
export interface LetterPayment {
  /** The words of the block: heading, beneficiary, IBAN in groups of four, BIC, reference, amount; label and value. */
  title: string;
  facts: { label: string; value: string }[];
  /** The text of the EPC QR code and the line under it; null where there can be none (DOMAIN §6). */
  code: { text: string; caption: string } | null;
}

/**
 * All that one letter says on paper, in words of the customer's language, so that the same pages can be drawn again at any
 * time. Nothing here is looked up, counted or translated while drawing.
 */
export interface LetterContent {
  version: 1;
  language: string;
  /** Which window envelope the address is placed for: DIN 5008 form B, or NF Z 11-001 (DOMAIN §2). */
  window: 'left' | 'right';
  /** The day it is dated, `YYYY-MM-DD`: also the document's own date. */
  day: string;
  sender: { name: string; lines: string[] };
  /** The small line above the address, for the post. */
  returnLine: string;
  /** At most six lines: name, street, town, country. */
  recipient: string[];
  /** The reference block: customer number, date, contact … */
  facts: { label: string; value: string }[];
  subject: string;
  body: LetterBlock[];
  table: {
    labels: LetterRow;
    rows: LetterRow[];
    /** One line for each currency. */
    totals: { label: string; amount: string }[];
  };
  payment: LetterPayment | null;
  /** "Page {{n}} of {{total}}", with these two placeholders. */
  pageLabel: string;
  /** The line at the foot of each page: the company's name and its legal number. */
  foot: string;
}

/**
 * Countries whose usual envelopes have their window on the right (DOMAIN §2: France, Italy, Switzerland; Belgium by custom),
 * with their small neighbours that use the same ones. Everywhere else it is on the left.
 */
const WINDOW_RIGHT: ReadonlySet<string> = new Set('BE CH FR IT LI MC SM VA'.split(' '));

/** The side of the window: what was chosen, or what is usual in the sender's country, because the envelopes are his. */
export const windowFor = (chosen: 'auto' | 'left' | 'right', country: string): LetterContent['window'] =>
  chosen !== 'auto' ? chosen : WINDOW_RIGHT.has(country) ? 'right' : 'left';

const runs = z.array(
  z.strictObject({
    text: z.string(),
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    underline: z.boolean().optional(),
    strike: z.boolean().optional(),
  }),
);
const facts = z.array(z.strictObject({ label: z.string(), value: z.string() }));
const row = z.strictObject({
  number: z.string(),
  issuedOn: z.string(),
  dueOn: z.string(),
  daysLate: z.string(),
  amount: z.string(),
});
const depth = z.int().min(0).max(20);

const letterSchema = z.strictObject({
  version: z.literal(1),
  language: z.string(),
  window: z.enum(['left', 'right']),
  day: z.string().refine(isDay),
  sender: z.strictObject({ name: z.string(), lines: z.array(z.string()) }),
  returnLine: z.string(),
  recipient: z.array(z.string()),
  facts,
  subject: z.string(),
  body: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('paragraph'), indent: depth.optional(), runs }),
      z.strictObject({ kind: z.literal('heading'), runs }),
      z.strictObject({ kind: z.literal('item'), marker: z.string().max(10), depth, runs }),
      z.strictObject({ kind: z.literal('rule') }),
      z.strictObject({ kind: z.literal('table') }),
    ]),
  ),
  table: z.strictObject({
    labels: row,
    rows: z.array(row),
    totals: z.array(z.strictObject({ label: z.string(), amount: z.string() })),
  }),
  payment: z
    .strictObject({
      title: z.string(),
      facts,
      code: z.strictObject({ text: z.string().max(331), caption: z.string() }).nullable(),
    })
    .nullable(),
  pageLabel: z.string(),
  foot: z.string(),
});

/** A letter as it was stored; null when it is none that can be drawn, as one from somebody else's archive may be. */
export function readLetter(text: string | null): LetterContent | null {
  if (text === null) return null;
  const read = letterSchema.safeParse(JSON.parse(text));
  return read.success ? (read.data as LetterContent) : null;
}
