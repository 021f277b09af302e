import { CONVENTIONS, DESCRIPTION, EXAMPLES, EXITS, GROUPS, NAME, SYNOPSIS } from './manual.ts';
import type { Example, Option, Page, Variable } from './page.ts';
import { DATA_FOLDER, ENVIRONMENT, FILES } from './surroundings.ts';

/** A word and what it means. */
export interface Term {
  term: string;
  meaning: string;
}

/** What a page is made of: paragraphs, how a command is called, terms with their meanings, or lines to type as they stand. */
export type Block =
  | { text: string }
  | { calls: readonly string[] }
  | { terms: readonly Term[] }
  | { examples: readonly Example[] };

/** A part of the manual under its heading; a command's own parts stand below it. */
export interface Section {
  title: string;
  blocks: readonly Block[];
  parts?: readonly Section[];
}

/** The pages of all commands, in the order of the manual. */
export const PAGES: readonly Page[] = GROUPS.flatMap(({ pages }) => pages);

/** How a command is called, a line for each of its forms: `dunwell explain INVOICE [--day DAY] [--json]`. */
export const usageOf = ({ name, forms, options }: Page): string[] =>
  forms.map((form) => {
    const known = options.filter((option) => !option.forms || option.forms.includes(form.split(' ')[0] ?? ''));
    return ['dunwell', name, form, ...known.map((option) => `[${optionTerm(option)}]`)].filter(Boolean).join(' ');
  });

/** One command in full. */
export const pageSections = (page: Page): Section[] => [
  { title: 'Usage', blocks: [{ calls: usageOf(page) }] },
  { title: 'Description', blocks: [{ text: page.description }] },
  ...section('Options', page.options.map(optionMeaning)),
  { title: 'Output', blocks: [{ text: page.output }] },
  ...section('Exit status', exitTerms(page.exits ?? {})),
  { title: 'Examples', blocks: [{ examples: page.examples }] },
];

/** The whole manual, in the order of a man page. */
export const manualSections = (): Section[] => [
  { title: 'NAME', blocks: [{ text: NAME }] },
  { title: 'SYNOPSIS', blocks: [{ calls: SYNOPSIS }] },
  { title: 'DESCRIPTION', blocks: [{ text: DESCRIPTION }, { text: CONVENTIONS }] },
  {
    title: 'COMMANDS',
    blocks: [{ terms: PAGES.map(({ name, summary }) => ({ term: name, meaning: `${summary}.` })) }],
    parts: PAGES.map((page) => ({ title: page.name, blocks: [], parts: pageSections(page) })),
  },
  { title: 'EXIT STATUS', blocks: [{ terms: exitTerms(EXITS) }] },
  { title: 'ENVIRONMENT', blocks: [{ terms: ENVIRONMENT.map(variableMeaning) }] },
  {
    title: 'FILES',
    blocks: [{ text: DATA_FOLDER }, { terms: FILES.map(({ name, meaning }) => ({ term: name, meaning })) }],
  },
  { title: 'EXAMPLES', blocks: [{ examples: EXAMPLES }] },
];

const section = (title: string, terms: readonly Term[]): Section[] =>
  terms.length ? [{ title, blocks: [{ terms }] }] : [];

const optionTerm = ({ name, argument }: Option): string => `--${name}${argument ? ` ${argument}` : ''}`;

const optionMeaning = (option: Option): Term => ({ term: optionTerm(option), meaning: withStandard(option) });

const variableMeaning = (variable: Variable): Term => ({ term: variable.name, meaning: withStandard(variable) });

function withStandard({ meaning, standard, otherwise }: Pick<Variable, 'meaning' | 'standard' | 'otherwise'>): string {
  const words = standard === undefined ? otherwise : `\`${standard}\``;
  return words === undefined ? meaning : `${meaning.trim()} Standard: ${words}.`;
}

const exitTerms = (exits: Readonly<Record<number, string>>): Term[] =>
  Object.entries(exits).map(([code, meaning]) => ({ term: code, meaning }));

/** The paragraphs of a text: white space counts for nothing, and a blank line ends one. */
export const paragraphsOf = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .map((one) => one.replace(/\s+/g, ' ').trim())
    .filter(Boolean);
