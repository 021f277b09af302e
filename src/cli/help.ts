import {
  type Block,
  manualSections,
  PAGES,
  pageSections,
  paragraphsOf,
  type Section,
  type Term,
} from './manual/layout.ts';
import { EXITS, GROUPS, NAME, SYNOPSIS } from './manual/manual.ts';
import { ENVIRONMENT } from './manual/surroundings.ts';
import { unbroken, wrap } from './manual/wrap.ts';

/** Characters on a line. */
const WIDTH = 100;
/** The widest term that has its meaning beside it; what is longer has it below. */
const WIDEST_TERM = 24;

/** The names of all commands, in the order of the manual. */
export const commandNames: readonly string[] = PAGES.map(({ name }) => name);

/** `dunwell --help`: what there is, on one screen. */
export function overview(): string {
  const column = 4 + Math.max(...commandNames.map((name) => name.length));
  const exits = Object.entries(EXITS).map(([code, words]) => `${code} ${firstWords(words)}`);
  const closing = [
    '`dunwell COMMAND --help` says all about a command, `dunwell help --all` all about everything.',
    `Days are written 2026-01-31. Results go to stdout, words to stderr. Exit codes: ${exits.join(', ')}.`,
    `Environment: ${ENVIRONMENT.map(({ name }) => name).join(', ')}`,
  ];
  return [
    ...wrapped(NAME, 0),
    '',
    ...SYNOPSIS.map((line) => `  ${line}`),
    '',
    ...GROUPS.flatMap(({ title, pages }) => [
      title,
      ...pages.flatMap(({ name, summary }) => termLines({ term: name, meaning: summary }, 2, column)),
      '',
    ]),
    ...closing.flatMap((text) => wrapped(text, 0)),
  ].join('\n');
}

const firstWords = (sentence: string): string => (sentence.split(/[,.:]/)[0] ?? '').toLowerCase();

/** `dunwell COMMAND --help`: one command in full. Throws for a name that is none. */
export function commandHelp(name: string): string {
  const page = PAGES.find((one) => one.name === name);
  if (!page) throw new Error(`no page ${name}`);
  return [...wrapped(`dunwell ${name}: ${page.summary}`, 0), '', ...sections(pageSections(page), 0)].join('\n');
}

/** `dunwell help --all`: the whole manual. */
export const everything = (): string => sections(manualSections(), 0).join('\n');

const sections = (list: readonly Section[], indent: number): string[] =>
  spaced(list.map((one) => sectionLines(one, indent)));

const sectionLines = ({ title, blocks, parts = [] }: Section, indent: number): string[] => [
  ' '.repeat(indent) + title,
  ...spaced([...blocks.map((block) => blockLines(block, indent + 2)), sections(parts, indent + 2)]),
];

/** One after the other, with an empty line between. */
const spaced = (groups: readonly string[][]): string[] =>
  groups.filter((lines) => lines.length).flatMap((lines, place) => (place > 0 ? ['', ...lines] : lines));

function blockLines(block: Block, indent: number): string[] {
  if ('text' in block) return spaced(paragraphsOf(block.text).map((one) => wrapped(one, indent)));
  if ('calls' in block)
    return block.calls.flatMap((line) => wrapped(unbroken(line, /\[[^\]]*\]/g), indent, indent + 4));
  if ('examples' in block)
    return block.examples.flatMap(({ line, meaning }) => [' '.repeat(indent) + line, ...wrapped(meaning, indent + 4)]);
  const widths = block.terms.map(({ term }) => term.length).filter((length) => length <= WIDEST_TERM);
  const column = indent + 2 + Math.max(...widths, 1);
  return block.terms.flatMap((term) => termLines(term, indent, column));
}

/** A term with its meaning in a column of its own. */
function termLines({ term, meaning }: Term, indent: number, column: number): string[] {
  const lines = wrapped(meaning, column);
  const start = ' '.repeat(indent) + term;
  if (start.length + 2 > column) return [start, ...lines];
  return [start.padEnd(column) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

/** A text in lines that fit, without the marks of code. */
const wrapped = (text: string, indent: number, later = indent): string[] =>
  wrap(unbroken(text, /`[^`]*`/g).replaceAll('`', ''), { width: WIDTH, indent, later });
