/** Something that can be done about an item. `key` is the letter that does it from the keyboard. */
export interface Action {
  /** `post`: a form · `print`: a form whose answer opens beside · `panel`: opens in the panel · `link`: leads elsewhere. */
  kind: 'post' | 'print' | 'panel' | 'link';
  url: string;
  text: string;
  /** For the ear, where several rows have the same button. */
  label?: string;
  primary?: boolean;
  key?: 'a' | 's';
  fields?: { name: string; value: string }[];
}

/** One to do, ready to be shown. */
export interface Item {
  /** The element's id: the same to do has the same one on the next day. */
  id: string;
  tick: { name: string; value: string; label: string } | null;
  title: string;
  url: string;
  customer: { name: string; url: string } | null;
  about: string;
  state: { text: string; tone: string } | null;
  notes: string[];
  /** What a server said, word by word. */
  quote: string;
  phones: { number: string; dial: string; name: string }[];
  lines: { url: string; number: string; amount: string; late: string }[];
  more: string;
  total: string;
  actions: Action[];
}

/** What most items have none of. */
export const BARE = {
  tick: null,
  customer: null,
  about: '',
  state: null,
  notes: [],
  quote: '',
  phones: [],
  lines: [],
  more: '',
  total: '',
  actions: [],
} satisfies Partial<Item>;
