import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { summariesOf } from '../../services/summariseCustomers.ts';
import { invoicesOfBatch } from '../../store/batches.ts';
import { choiceOf } from '../../store/bulkChoices.ts';
import type { Visit, Web } from '../visit.ts';

/** So many invoices, or customers, can be chosen at once. */
export const MOST = 1000;

const ids = z.array(z.number().int().positive()).catch([]);
const contentSchema = z.object({
  channel: z.enum(['email', 'letter']).catch('email'),
  templateId: z.number().int().positive().nullable().catch(null),
  invoiceIds: ids,
  /** Customers who were chosen and owe nothing. */
  withoutAny: ids,
  /** Chosen by customer: the invoices are what each has overdue. */
  ofCustomers: z.boolean().catch(false),
  copy: z.boolean().catch(false),
  completes: z.boolean().catch(true),
  /** The lines that are to go; null as long as nobody has changed anything. */
  ticked: z.array(z.string()).nullable().catch(null),
  /** The lines that were shown, each with the reasons to look that it had. */
  seen: z.record(z.string(), z.array(z.string())).catch({}),
});

/** What somebody has chosen for a bulk sending. */
export type ChoiceContent = z.output<typeof contentSchema>;

/** A choice with the key of the batch that it becomes; the id where it is kept. */
export interface Choice {
  id: number | null;
  key: string;
  content: ChoiceContent;
}

/**
 * The choice that a request is about: a kept one, one that the address or the form names, or an earlier sending's; with
 * whatever its form changed.
 */
export async function choiceFor(visit: Visit, web: Web): Promise<Choice> {
  const base = (await keptChoice(visit, web)) ?? (await namedChoice(visit, web));
  if (visit.field('shown') === '') return base;
  return { ...base, content: { ...base.content, ...changesOf(visit) } };
}

async function keptChoice(visit: Visit, { db }: Web): Promise<Choice | null> {
  const kept = await choiceOf(db, Number(visit.field('choice')) || 0, visit.user?.id ?? 0);
  return kept && { id: kept.id, key: kept.key, content: contentSchema.parse(kept.content) };
}

async function namedChoice(visit: Visit, { db }: Web): Promise<Choice> {
  const ofCustomers = visit.field('of') === 'customers' || listed(visit, 'customers').length > 0;
  const customerIds = ofCustomers ? numbers(visit, visit.field('of') === 'customers' ? 'ids' : 'customers') : [];
  const summaries = await summariesOf(db, customerIds, visit.today);
  const batchId = Number(visit.field('batch')) || 0;
  const invoiceIds = ofCustomers
    ? summaries.invoiceIds
    : batchId
      ? await invoicesOfBatch(db, batchId)
      : numbers(visit, 'ids');
  const given = visit.field('formKey');
  return {
    id: null,
    key: /^[\da-f-]{36}$/.test(given) ? given : randomUUID(),
    content: contentSchema.parse({
      channel: visit.field('channel') || 'email',
      templateId: Number(visit.field('template')) || null,
      invoiceIds: [...new Set(invoiceIds)],
      withoutAny: ofCustomers ? summaries.withoutAny : numbers(visit, 'without'),
      ofCustomers,
    }),
  };
}

const changesOf = (visit: Visit): Partial<ChoiceContent> => ({
  channel: visit.field('channel') === 'letter' ? 'letter' : 'email',
  templateId: Number(visit.field('template')) || null,
  copy: visit.field('copy') !== '',
  completes: visit.field('completes') !== '',
  ticked: listed(visit, 'lines'),
  seen: seenIn(visit.field('seen')),
});

/** `12-EUR:disputed.promised,13-EUR:` — in one field, because a thousand would be too many. */
export const seenText = (seen: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(seen)
    .map(([key, reasons]) => `${key}:${reasons.join('.')}`)
    .join(',');

const seenIn = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    [...text.matchAll(/(\d+-[A-Z]{3}):([\w.]*)/g)].map(([, key = '', reasons = '']) => [
      key,
      reasons.split('.').filter(Boolean),
    ]),
  );

function listed(visit: Visit, name: string): string[] {
  const { body, query } = visit.request as { body?: Record<string, unknown>; query: Record<string, unknown> };
  const given = body?.[name] ?? query[name] ?? [];
  return [given].flat().filter((one): one is string => typeof one === 'string');
}

/** Numbers of a repeated field, or of one that lists them with commas. */
export const numbers = (visit: Visit, name: string): number[] =>
  listed(visit, name)
    .flatMap((text) => text.split(','))
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0);
