import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Visit } from '../visit.ts';

/** Words as templates are written: a subject and an HTML body, with variables. */
export interface HandWords {
  subject: string;
  body: string;
}

/** All that the window holds. Null is what nobody has touched: it is as it is proposed. */
export interface Fields {
  /** Names the draft: the ids of the invoices, or the customer and the currency. */
  about: string;
  /** The invoices that the window lists, and those of them that are ticked. */
  offered: number[];
  ids: number[];
  templateId: number | null;
  words: HandWords | null;
  /** The mark of the words that were last proposed: the same words are untouched ones. */
  was: string;
  /** What was written before another template was picked, to be brought back once. */
  before: (HandWords & { templateId: number | null }) | null;
  to: string | null;
  cc: string | null;
  copy: boolean;
  /** The documents that are ticked, and those that could be. */
  documents: number[];
  documentsShown: number[];
  completes: boolean | null;
  /** The signs of what the window showed; null when nothing was shown yet. */
  seen: ReadonlySet<string> | null;
  formKey: string;
}

/** A window that is opened afresh. */
export const freshFields = (about: string, offered: readonly number[], ids: readonly number[] = offered): Fields => ({
  about,
  offered: [...offered],
  ids: [...ids],
  templateId: null,
  words: null,
  was: '',
  before: null,
  to: null,
  cc: null,
  copy: false,
  documents: [],
  documentsShown: [],
  completes: null,
  seen: null,
  formKey: randomUUID(),
});

/** More invoices than these make no readable message, and no address that a browser would follow. */
export const MOST = 500;
/** More than a form can bring: a text that is too long is refused by its own rules, and never taken for an empty one. */
const LONGEST_TEXT = 1024 * 1024;

const isId = (id: number): boolean => Number.isSafeInteger(id) && id > 0;
const idsIn = (values: readonly unknown[]): number[] => [...new Set(values.map(Number).filter(isId))];
const text = (most: number) => z.string().max(most).catch('');
const repeated = z
  .union([z.string(), z.array(z.string())])
  .catch([])
  .transform((value) => idsIn([value].flat()));
const joined = text(10_000).transform((value) => idsIn(value.split(',').filter(Boolean)));
/** Browsers send CR LF. */
const prose = text(LONGEST_TEXT).transform((value) => value.replace(/\r\n?/g, '\n').trim());
const line = text(LONGEST_TEXT).transform((value) => value.replace(/\s+/g, ' ').trim());
/** Room for many more than may be written to, so that too many are refused and not cut off. */
const addresses = z
  .string()
  .catch('')
  .transform((value) => value.slice(0, 20_000));
const orNull = (value: string): number | null => (isId(Number(value)) ? Number(value) : null);

const wordsBefore = z.object({ subject: z.string(), body: z.string(), templateId: z.number().nullable() });

const windowForm = z.object({
  about: text(10_000),
  offered: joined,
  ids: repeated,
  template: text(20).transform(orNull),
  subject: line,
  body: prose,
  was: text(100),
  before: text(LONGEST_TEXT).transform(readBefore),
  to: addresses,
  cc: addresses,
  copy: z.literal('1').optional().catch(undefined),
  documents: repeated,
  documentsShown: joined,
  completes: z.literal('1').optional().catch(undefined),
  seen: text(100_000),
  formKey: z.string().regex(/^[\w-]{20,60}$/),
});

function readBefore(value: string): Fields['before'] {
  try {
    return wordsBefore.nullable().parse(JSON.parse(value || 'null'));
  } catch {
    return null;
  }
}

/** What the window's form sent, word for word; null when it is not the window's form. */
export function sentFields({ request }: Visit): Fields | null {
  const parsed = windowForm.safeParse(request.body);
  if (!parsed.success || parsed.data.offered.length === 0) return null;
  const { template, subject, body, copy, completes, seen, about, offered, ...rest } = parsed.data;
  return {
    ...rest,
    about: isAbout(about) ? about : offered.join(','),
    offered,
    templateId: template,
    words: { subject, body },
    copy: copy === '1',
    completes: completes === '1',
    seen: new Set(seen.split(' ').filter(Boolean)),
  };
}

/** The invoices that an address or a row's form names. */
export function askedIds({ request }: Visit): number[] {
  const given = (request.body as { ids?: unknown } | undefined)?.ids ?? request.query.ids ?? [];
  return idsIn([given].flat());
}

const isAbout = (about: string): boolean => /^(customer:\d+:[A-Z]{3}|\d+(,\d+)*)$/.test(about);
/** What a draft about some invoices is found by, in whatever order they were ticked. */
export const aboutInvoices = (ids: readonly number[]): string => ids.toSorted((a, b) => a - b).join(',');
export const aboutCustomer = (id: number, currency: string): string => `customer:${id}:${currency}`;

/** A mark that tells whether words are the very ones that were proposed. */
export const markOf = ({ subject, body }: HandWords): string =>
  createHash('sha256')
    .update(`${subject.replace(/\s+/g, ' ').trim()}\0${body.replace(/\r\n?/g, '\n').trim()}`)
    .digest('hex')
    .slice(0, 20);

/** True when somebody changed the words that the window proposed. */
export const isTouched = ({ words, was }: Fields): boolean => words !== null && markOf(words) !== was;

/** What a draft keeps: all but what belongs to one showing of the window. */
export const draftOfFields = ({ seen: _seen, formKey: _key, about: _about, ...kept }: Fields): object => kept;

const keptFields = z
  .object({
    offered: z.array(z.number()),
    ids: z.array(z.number()),
    templateId: z.number().nullable(),
    words: z.object({ subject: z.string(), body: z.string() }).nullable(),
    was: z.string(),
    before: wordsBefore.nullable(),
    to: z.string().nullable(),
    cc: z.string().nullable(),
    copy: z.boolean(),
    documents: z.array(z.number()),
    documentsShown: z.array(z.number()),
    completes: z.boolean().nullable(),
  })
  .partial();

/** A fresh window with what a draft kept; the invoices offered are today's. */
export function withDraft(fresh: Fields, content: Record<string, unknown>): Fields {
  const kept = keptFields.safeParse(content);
  if (!kept.success) return fresh;
  const { offered: before = [], ids = [], ...rest } = kept.data;
  // An invoice that came since is part of the message, as it would be in a fresh window.
  const ticked = fresh.offered.filter((id) => ids.includes(id) || !before.includes(id));
  return { ...fresh, ...rest, ids: ticked.length > 0 ? ticked : fresh.ids };
}
