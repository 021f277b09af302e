/** One term of an SPF record: a mechanism such as `include:_spf.firm.example`, or a modifier such as `redirect=…`. */
export interface SpfTerm {
  name: string;
  /** What follows the colon or the equals sign; empty where nothing does. */
  value: string;
  /** Whether a sender that it matches may send (the qualifier `+`, which may be left out). */
  passes: boolean;
}

/** The terms of a record in their order; `wrong` is the first that cannot be read, and makes the whole record void. */
export interface SpfRecord {
  terms: SpfTerm[];
  wrong: string | null;
}

/** The most questions that a receiver asks for one record, with all that it includes (RFC 7208 §4.6.4). */
export const MOST_LOOKUPS = 10;

/** What has to follow each mechanism (RFC 7208 §5), with macros (§7) taken as they are. */
const MECHANISMS: Readonly<Record<string, RegExp>> = {
  all: /^$/,
  include: /^:[^\s/]+$/,
  a: /^(:[^\s/]+)?(\/\d{1,2})?(\/\/\d{1,3})?$/,
  mx: /^(:[^\s/]+)?(\/\d{1,2})?(\/\/\d{1,3})?$/,
  ptr: /^(:[^\s/]+)?$/,
  ip4: /^:\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/,
  ip6: /^:[\da-f:.]+(\/\d{1,3})?$/i,
  exists: /^:[^\s/]+$/,
};
const ASKING: ReadonlySet<string> = new Set(['include', 'a', 'mx', 'ptr', 'exists', 'redirect']);

/** Whether a TXT record is one for SPF (RFC 7208 §4.5): any other text may stand beside it. */
export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);

/** Reads a record by the grammar of RFC 7208 §4.6.1. What follows `all` counts for nothing (§5.1). */
export function parseSpf(record: string): SpfRecord {
  const terms: SpfTerm[] = [];
  for (const word of record.split(/ +/).slice(1).filter(Boolean)) {
    const term = termOf(word);
    if (!term) return { terms, wrong: word };
    terms.push(term);
  }
  const end = terms.findIndex(({ name }) => name === 'all');
  return { terms: end < 0 ? terms : terms.slice(0, end + 1), wrong: null };
}

function termOf(word: string): SpfTerm | null {
  const [, modifier = '', text = ''] = /^([a-z][\w.-]*)=(.*)$/i.exec(word) ?? [];
  if (modifier) return { name: modifier.toLowerCase(), value: text, passes: false };
  const [, qualifier = '', name = '', rest = ''] = /^([+?~-]?)([a-z]\w*)(.*)$/i.exec(word) ?? [];
  if (!MECHANISMS[name.toLowerCase()]?.test(rest)) return null;
  return { name: name.toLowerCase(), value: rest.replace(/^:/, ''), passes: qualifier === '' || qualifier === '+' };
}

/** Whether a receiver has to ask the net for a term. */
export const asksTheNet = ({ name }: SpfTerm): boolean => ASKING.has(name);

/** Whether a record lets anybody at all send: one that does not says that the domain sends no mail. */
export const letsSomebodySend = (terms: readonly SpfTerm[]): boolean =>
  terms.some(({ name, passes }) => passes || name === 'redirect');
