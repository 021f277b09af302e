import { Parser } from 'htmlparser2';
import type { LetterBlock, LetterRun } from '../domain/letter.ts';

type Style = 'bold' | 'italic' | 'underline' | 'strike';

const STYLES: Readonly<Record<string, Style>> = { strong: 'bold', em: 'italic', u: 'underline', s: 'strike' };
/** Elements that begin and end a piece of text of their own. */
const BLOCKS = new Set(['p', 'h1', 'h2', 'h3', 'li', 'ul', 'ol', 'blockquote', 'table', 'tr']);

/** What is open while the text is read. */
interface Open {
  blocks: LetterBlock[];
  runs: LetterRun[];
  styles: Record<Style, number>;
  /** The lists around, each with the number of its next item; 0 for one with bullets. */
  lists: number[];
  /** The marker of an item whose words have not come yet. */
  marker: string;
  quotes: number;
  heading: boolean;
  links: { href: string; text: string }[];
}

/**
 * The HTML of a letter, as `sanitise` leaves it, in blocks that can be drawn. `place` is the word that stands where the table
 * of invoices goes. Paper has no links, so an address stands behind words that differ from it.
 */
export function letterBlocks(html: string, place: string): LetterBlock[] {
  const styles = { bold: 0, italic: 0, underline: 0, strike: 0 };
  const open: Open = { blocks: [], runs: [], styles, lists: [], marker: '', quotes: 0, heading: false, links: [] };
  const parser = new Parser({
    onopentag: (name, attributes) => opened(open, name, attributes),
    onclosetag: (name) => closed(open, name),
    ontext: (text) => {
      for (const [n, part] of text.split(place).entries()) {
        if (n > 0) {
          end(open);
          open.blocks.push({ kind: 'table' });
        }
        say(open, part.replace(/[ \t\r\n\f]+/g, ' '));
      }
    },
  });
  parser.end(html);
  end(open);
  return open.blocks;
}

function opened(open: Open, name: string, { href = '' }: Record<string, string>): void {
  if (BLOCKS.has(name)) end(open);
  const style = STYLES[name];
  if (style) open.styles[style] += 1;
  if (name === 'br') open.runs.push({ text: '\n' });
  if (name === 'hr') {
    end(open);
    open.blocks.push({ kind: 'rule' });
  }
  if (/^h\d$/.test(name)) open.heading = true;
  if (name === 'blockquote') open.quotes += 1;
  if (name === 'ul' || name === 'ol') open.lists.push(name === 'ol' ? 1 : 0);
  if (name === 'li') open.marker = markerOf(open.lists);
  if (name === 'a') open.links.push({ href: href.replace(/^mailto:/i, ''), text: '' });
  if ((name === 'td' || name === 'th') && open.runs.length > 0) say(open, '\u00A0\u00A0 ');
}

function closed(open: Open, name: string): void {
  if (name === 'a') {
    const link = open.links.pop();
    if (link?.href && !link.href.includes(link.text.trim())) say(open, ` (${link.href})`);
  }
  const style = STYLES[name];
  if (style) open.styles[style] -= 1;
  if (BLOCKS.has(name)) end(open);
  if (/^h\d$/.test(name)) open.heading = false;
  if (name === 'blockquote') open.quotes -= 1;
  if (name === 'ul' || name === 'ol') open.lists.pop();
  if (name === 'li') open.marker = '';
}

function markerOf(lists: number[]): string {
  const next = lists.at(-1) ?? 0;
  if (next === 0) return '•';
  lists[lists.length - 1] = next + 1;
  return `${next}.`;
}

function say({ runs, styles, links }: Open, text: string): void {
  for (const link of links) link.text += text;
  const named = Object.entries(styles).filter(([, depth]) => depth > 0);
  runs.push({ text, ...Object.fromEntries(named.map(([style]) => [style, true])) });
}

/** Closes the piece of text that is being read; nothing but blanks is no piece. */
function end(open: Open): void {
  const runs = trimmed(open.runs);
  open.runs = [];
  if (runs.length === 0) return;
  const { lists, marker, quotes } = open;
  if (open.heading) open.blocks.push({ kind: 'heading', runs });
  else if (marker) open.blocks.push({ kind: 'item', marker, depth: lists.length - 1 + quotes, runs });
  else open.blocks.push({ kind: 'paragraph', indent: lists.length + quotes, runs });
  open.marker = '';
}

const BLANK_START = /^[ \n]+/;
const BLANK_END = /[ \n]+$/;

/** Runs without blanks at their two ends, and without empty ones. */
function trimmed(runs: readonly LetterRun[]): LetterRun[] {
  const kept = runs.filter(({ text }) => text !== '').map((run) => ({ ...run }));
  while (kept[0] && BLANK_START.test(kept[0].text)) {
    kept[0].text = kept[0].text.replace(BLANK_START, '');
    if (kept[0].text === '') kept.shift();
  }
  for (let last = kept.at(-1); last && BLANK_END.test(last.text); last = kept.at(-1)) {
    last.text = last.text.replace(BLANK_END, '');
    if (last.text === '') kept.pop();
  }
  return kept;
}
