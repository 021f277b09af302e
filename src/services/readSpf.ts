import { asksTheNet, isSpf, letsSomebodySend, MOST_LOOKUPS, parseSpf } from '../domain/spf.ts';
import type { Names } from './askNames.ts';

/** What makes a record void, so that it helps nobody (RFC 7208 §2.6.7). */
export interface SpfTrouble {
  /** Whose record it is. */
  name: string;
  kind: 'several' | 'unreadable' | 'missing' | 'circle';
  /** What cannot be read. */
  word: string;
}

/** The SPF of a domain with all that it includes. */
export interface Spf {
  record: string;
  /** The names that it includes or goes on to, directly or not. */
  included: Set<string>;
  /** How many questions a receiver may have to ask (RFC 7208 §4.6.4). */
  lookups: number;
  trouble: SpfTrouble | null;
  /** Whether anybody at all may send, and whether everybody may. */
  somebody: boolean;
  everybody: boolean;
}

/** Whoever includes in circles or without end is not followed to it. */
const ENOUGH = 3 * MOST_LOOKUPS;

/** Reads the record of a domain and follows what it includes; null where there is none. */
export async function readSpf(domain: string, names: Names): Promise<Spf | null> {
  const records = await recordsOf(domain, names);
  const [record] = records;
  if (record === undefined) return null;
  const terms = parseSpf(record).terms;
  const spf: Spf = {
    record,
    included: new Set(),
    lookups: 0,
    trouble: null,
    somebody: letsSomebodySend(terms),
    everybody: false,
  };
  await follow(domain, records, { names, spf, above: [] });
  return spf;
}

const recordsOf = async (name: string, names: Names): Promise<string[]> =>
  ((await names.texts(name)) ?? []).filter(isSpf);

interface Walk {
  names: Names;
  spf: Spf;
  /** The names on the way here. */
  above: readonly string[];
}

async function follow(name: string, records: readonly string[], walk: Walk): Promise<void> {
  const { names, spf, above } = walk;
  const stop = (kind: SpfTrouble['kind'], word = ''): void => void (spf.trouble ??= { name, kind, word });
  if (above.includes(name)) return stop('circle');
  if (records.length === 0) return stop('missing');
  if (records.length > 1) return stop('several');
  const { terms, wrong } = parseSpf(records[0] ?? '');
  if (wrong !== null) return stop('unreadable', wrong);
  const hasEnd = terms.some((term) => term.name === 'all');
  for (const term of terms) {
    // What follows the end is passed over, another record too (RFC 7208 §6.1).
    if (spf.lookups >= ENOUGH || (term.name === 'redirect' && hasEnd)) continue;
    if (term.name === 'all' && term.passes) spf.everybody = true;
    if (asksTheNet(term)) spf.lookups += 1;
    if (term.name !== 'include' && term.name !== 'redirect') continue;
    const next = term.value.toLowerCase().replace(/\.$/, '');
    spf.included.add(next);
    // A macro (RFC 7208 §7) stands for what only a receiver knows, such as the sender's address.
    if (!next.includes('%')) await follow(next, await recordsOf(next, names), { names, spf, above: [...above, name] });
  }
}
