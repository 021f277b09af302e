/** A piece of a page: what a person could see, click or fill in. */
export interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

const WITHOUT_END = new Set(['input', 'meta', 'link', 'br', 'wbr', 'hr', 'img', '!doctype']);
const TAG = /<(\/?)([a-z!][\w-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
const ATTRIBUTE = /([^\s=>"'/]+)(?:="([^"]*)"|='([^']*)')?/g;
const CODES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' };

const decoded = (text: string): string =>
  text.replace(/&(#?\w+);/g, (code, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(parseInt(name.slice(2), 16));
    return CODES[name] ?? (name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : code);
  });

/** Reads a page that closes what it opens, as ours do; anything else is an error. */
export function readPage(html: string): Element {
  const root: Element = { tag: 'root', attributes: {}, children: [] };
  const open = [root];
  const inside = (): Element => open.at(-1) ?? root;
  let from = 0;
  for (const match of html.replace(/<!--[\s\S]*?-->/g, (comment) => ' '.repeat(comment.length)).matchAll(TAG)) {
    const [whole, end, name = '', rest = ''] = match;
    const tag = name.toLowerCase();
    inside().children.push(decoded(html.slice(from, match.index)));
    from = match.index + whole.length;
    if (end) {
      const closed = open.pop();
      if (closed?.tag !== tag) throw new Error(`<${closed?.tag}> is closed by </${tag}>`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...rest.replace(/\/$/, '').matchAll(ATTRIBUTE)].map(([, key = '', a, b]) => [key, decoded(a ?? b ?? '')]),
    );
    const element: Element = { tag, attributes, children: [] };
    inside().children.push(element);
    if (!WITHOUT_END.has(tag) && !rest.endsWith('/')) open.push(element);
  }
  return root;
}

/** All elements within one, in the order of the page. */
export const within = (element: Element): Element[] =>
  element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...within(child)]));

const BLOCKS =
  /^(a|br|button|dd|div|dt|h\d|label|legend|li|option|p|section|span|td|th|time|tr|optgroup|summary|strong)$/;
const textOf = (element: Element): string =>
  element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      return BLOCKS.test(child.tag) ? ` ${textOf(child)} ` : textOf(child);
    })
    .join('');

/** The words as a person reads them: every space is one space. */
export const plain = (text: string): string =>
  text
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .replace(/ ([.,])(?= |$)/g, '$1')
    .trim();

export const wordsOf = (element: Element): string => plain(textOf(element));

/** What an element is called: by its words, or by its label where it shows a picture. */
export const nameOf = (element: Element): string => plain(element.attributes['aria-label'] ?? '') || wordsOf(element);
